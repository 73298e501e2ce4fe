import type { CallableEntry, Evidence } from "./entry.js";
import measured from "./measured.json";

/** What `test/measure/gil-probe.py` measured of a call, as the record in `test/knowledge` has it. */
interface Measurement {
  readonly says: string;
  readonly date: string;
}

const script = "test/measure/gil-probe.py";

const measurements: Readonly<Record<string, Measurement>> = measured;

/** What is shipped of a call, with what was measured of it as evidence. */
export function withMeasurement(entry: CallableEntry): CallableEntry {
  const measurement = Object.hasOwn(measurements, entry.name) ? measurements[entry.name] : undefined;
  if (!measurement) return entry;
  // What was measured of the call itself takes the place of a word on all calls of its entry.
  const others = entry.evidence.filter(({ place }) => place !== script);
  return { ...entry, evidence: [evidenceOf(measurement), ...others] };
}

function evidenceOf({ says, date }: Measurement): Evidence {
  return { kind: "measured", place: script, says, date, standing: "read", about: "behaviour" };
}
