import * as v from "valibot";
import { interval } from "../../base/interval.js";
import type { Profile, ProfiledFunction } from "../../estimate/tasks/profile.js";
import { type MarshalValue, readMarshal } from "./marshal.js";
import type { ProfileProblem } from "./profile-problem.js";
import { readScalene } from "./scalene.js";

/** Reads what cProfile, Scalene, py-spy and other writers of speedscope's format have written. */
export function readProfile(bytes: Uint8Array): Profile | ProfileProblem {
  const first = bytes[0];
  // Marshalled dictionaries begin with `{`, with or without the bit for references, as JSON does.
  if (first === 0xfb || (first === 0x7b && !isJson(bytes))) return readStatistics(bytes);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return { problem: "is neither a file of cProfile nor JSON" };
  }
  if (typeof json === "object" && json !== null && "elapsed_time_sec" in json) return readScalene(json);
  const parsed = v.safeParse(speedscope, json);
  if (!parsed.success) return { problem: "is JSON, but neither speedscope's nor Scalene's" };
  return ofSpeedscope(parsed.output);
}

function isJson(bytes: Uint8Array): boolean {
  const next = String.fromCharCode(...bytes.subarray(1, 64)).trimStart()[0];
  return next === '"' || next === "}";
}

/** A program that is stopped at each call and return is slowed down by it, functions that call much more than others. */
const deterministic = { low: 0.4, high: 1.1 } as const;

/** `{(file, line, name): (primitive calls, calls, own seconds, seconds with callees, callers)}` (Lib/profile.py, Modules/_lsprof.c). */
function readStatistics(bytes: Uint8Array): Profile | ProfileProblem {
  let table: MarshalValue;
  try {
    table = readMarshal(bytes);
  } catch (error) {
    return { problem: `is no file of cProfile: ${error instanceof RangeError ? error.message : "it cannot be read"}` };
  }
  if (typeof table !== "object" || table === null || !("pairs" in table)) return { problem: "is no file of cProfile" };
  const functions: ProfiledFunction[] = [];
  for (const [key, entry] of table.pairs) {
    if (!Array.isArray(key) || !Array.isArray(entry)) return { problem: "is no file of cProfile" };
    const [file, line, name] = key as readonly MarshalValue[];
    const [calls, , , seconds] = entry as readonly MarshalValue[];
    if (typeof file !== "string" || typeof line !== "number" || typeof name !== "string") continue;
    if (typeof calls !== "number" || typeof seconds !== "number" || calls < 1 || !(seconds >= 0)) continue;
    // Built-in functions have no file.
    if (file === "~" || file === "") continue;
    const ns = (seconds / calls) * 1e9;
    functions.push({
      file: withSlashes(file),
      name,
      line,
      calls,
      perCall: interval(ns * deterministic.low, ns, ns * deterministic.high),
    });
  }
  return { profiler: "cProfile", functions };
}

const number = v.pipe(v.number(), v.finite());
const speedscope = v.object({
  shared: v.object({
    frames: v.array(v.object({ name: v.string(), file: v.optional(v.string()), line: v.optional(v.nullable(v.number())) })),
  }),
  profiles: v.array(
    v.variant("type", [
      v.object({
        type: v.literal("evented"),
        unit: v.string(),
        events: v.array(v.object({ type: v.picklist(["O", "C"]), frame: v.number(), at: number })),
      }),
      v.object({ type: v.literal("sampled"), unit: v.string(), samples: v.array(v.array(v.number())), weights: v.array(number) }),
    ]),
  ),
});
type Speedscope = v.InferOutput<typeof speedscope>;

const unitNs: Readonly<Record<string, number>> = { nanoseconds: 1, microseconds: 1e3, milliseconds: 1e6, seconds: 1e9 };

/** Fewer samples of one stretch say too little of its length. */
const leastSamples = 5;

interface Stretches {
  count: number;
  ns: number;
  samples: number;
}

function ofSpeedscope({ shared, profiles }: Speedscope): Profile | ProfileProblem {
  const exact = new Map<number, Stretches>();
  const sampled = new Map<number, Stretches>();
  for (const profile of profiles) {
    const unit = unitNs[profile.unit];
    // Bytes, or samples of unknown length.
    if (unit === undefined) continue;
    if (profile.type === "evented") addEvents(profile.events, unit, exact);
    else addSamples(profile, unit, sampled);
  }
  const functions = [
    ...[...exact].flatMap(([frame, stretches]) => functionOf(shared.frames[frame], stretches, { low: 0.9, high: 1.1 })),
    // Calls that follow each other between two samples look like one.
    ...[...sampled]
      .filter(([, { samples, count }]) => samples / count >= leastSamples)
      .flatMap(([frame, stretches]) => functionOf(shared.frames[frame], stretches, { low: 0.3, high: 1.1 })),
  ];
  return functions.length === 0 && profiles.every(({ unit }) => unitNs[unit] === undefined)
    ? { problem: "counts no time; record it with times (`py-spy record --format speedscope` does)" }
    : { profiler: "speedscope", functions: merged(functions) };
}

function addEvents(events: readonly { type: "O" | "C"; frame: number; at: number }[], unit: number, into: Map<number, Stretches>): void {
  const opened = new Map<number, number[]>();
  for (const { type, frame, at } of events) {
    const starts = opened.get(frame) ?? [];
    opened.set(frame, starts);
    if (type === "O") starts.push(at);
    else {
      const start = starts.pop();
      // Of a recursion, the outermost call has it all.
      if (start !== undefined && starts.length === 0) addTo(into, frame, { count: 1, ns: (at - start) * unit, samples: 0 });
    }
  }
}

function addSamples(
  profile: { samples: readonly number[][]; weights: readonly number[] },
  unit: number,
  into: Map<number, Stretches>,
): void {
  let before = new Set<number>();
  for (const [index, stack] of profile.samples.entries()) {
    const frames = new Set(stack);
    const ns = (profile.weights[index] ?? 0) * unit;
    for (const frame of frames) addTo(into, frame, { count: before.has(frame) ? 0 : 1, ns, samples: 1 });
    before = frames;
  }
}

function addTo(into: Map<number, Stretches>, frame: number, more: Stretches): void {
  const known = into.get(frame) ?? { count: 0, ns: 0, samples: 0 };
  into.set(frame, { count: known.count + more.count, ns: known.ns + more.ns, samples: known.samples + more.samples });
}

function functionOf(
  frame: Speedscope["shared"]["frames"][number] | undefined,
  { count, ns }: Stretches,
  margin: { readonly low: number; readonly high: number },
): readonly ProfiledFunction[] {
  if (frame?.file === undefined || count < 1) return [];
  const each = Math.max(0, ns / count);
  // Writers add the line or the class: `work (app.py:12)`, `Account.work`.
  const name =
    frame.name
      .replace(/ \(.*$/, "")
      .split(".")
      .at(-1) ?? "";
  const perCall = interval(each * margin.low, each, each * margin.high);
  return [{ file: withSlashes(frame.file), name, line: frame.line ?? 0, calls: count, perCall }];
}

/** Sampling profilers make a frame of each line that a function was seen at; all of them are one function, whose longest stretch counts. */
function merged(functions: readonly ProfiledFunction[]): readonly ProfiledFunction[] {
  const byName = new Map<string, ProfiledFunction>();
  for (const each of functions) {
    const key = `${each.file}\n${each.name}`;
    const known = byName.get(key);
    if (!known || known.perCall.likely < each.perCall.likely) byName.set(key, each);
  }
  return [...byName.values()];
}

function withSlashes(file: string): string {
  return file.replaceAll("\\", "/");
}
