import type { Evidence } from "./entry.js";
import measured from "./measured.json";
import type { KnowledgeFile } from "./read-file.js";

/** What `test/measure/gil-probe.py` measured of a call, as the record in `test/knowledge` has it. */
interface Measurement {
  readonly says: string;
  readonly date: string;
}

const measurements = new Map<string, Measurement>(Object.entries(measured));

/** The shipped file with what was measured of its calls as evidence of theirs. */
export function withMeasurements(file: KnowledgeFile): KnowledgeFile {
  const entries = file.entries.map((entry) => {
    const measurement = entry.entry === "callable" ? measurements.get(entry.name) : undefined;
    return measurement ? { ...entry, evidence: [evidenceOf(measurement), ...entry.evidence] } : entry;
  });
  return { ...file, entries };
}

function evidenceOf({ says, date }: Measurement): Evidence {
  return { kind: "measured", place: "test/measure/gil-probe.py", says, date, standing: "read", about: "behaviour" };
}
