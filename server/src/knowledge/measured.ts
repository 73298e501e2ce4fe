import type { Evidence } from "./entry.js";
import measured from "./measured.json";
import type { KnowledgeFile } from "./read-file.js";

/** What `test/measure/gil-probe.py` measured of a call, as the record in `test/knowledge` has it. */
interface Measurement {
  readonly says: string;
  readonly date: string;
}

const script = "test/measure/gil-probe.py";

const measurements = new Map<string, Measurement>(Object.entries(measured));

/** The shipped file with what was measured of its calls as evidence of theirs. */
export function withMeasurements(file: KnowledgeFile): KnowledgeFile {
  const entries = file.entries.map((entry) => {
    const measurement = entry.entry === "callable" ? measurements.get(entry.name) : undefined;
    if (!measurement) return entry;
    // What was measured of the call itself takes the place of a word on all calls of its entry.
    const others = entry.evidence.filter(({ place }) => place !== script);
    return { ...entry, evidence: [evidenceOf(measurement), ...others] };
  });
  return { ...file, entries };
}

function evidenceOf({ says, date }: Measurement): Evidence {
  return { kind: "measured", place: script, says, date, standing: "read", about: "behaviour" };
}
