import type { Range } from "../base/range.js";
import { knownTargets, type Target, targetName } from "../base/target.js";
import { type GapStep, switchPossible } from "../knowledge/atomicity.js";
import { type SharedWrite, sharedWrites } from "../program/link/accesses.js";
import { firstJoin, type ThreadRoot, takeTurns } from "../program/link/roots.js";
import docs from "./non-atomic-shared-update.md";
import { type Match, noFix, type RelatedLocation, type Rule, type RuleContext, type TargetVerdict } from "./rule.js";

interface Data {
  readonly update: SharedWrite;
  readonly gap: readonly GapStep[];
  /** The write that can come between; the update itself when several threads make it. */
  readonly other: SharedWrite;
}

/** GIL201: a read-modify-write of state shared between threads with no common lock. */
export const nonAtomicSharedUpdate: Rule<Data> = {
  code: "GIL201",
  name: "non-atomic-shared-update",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find(context: RuleContext): readonly Match<Data>[] {
  const byLocation = new Map<string, SharedWrite[]>();
  for (const write of sharedWrites(context.program)) {
    const list = byLocation.get(write.location);
    if (list) list.push(write);
    else byLocation.set(write.location, [write]);
  }
  const matches = new Map<string, Match<Data>>();
  for (const writes of byLocation.values()) {
    for (const update of writes) {
      if (!update.update) continue;
      const key = `${update.function.file.path}:${update.write.statement.start}`;
      if (matches.has(key)) continue;
      const other =
        writes.find((write) => canRace(update, write) && !isAssumed(update, write)) ?? writes.find((write) => canRace(update, write));
      if (other) matches.set(key, match(update, update.update.gap, other));
    }
  }
  return [...matches.values()];
}

/** Whether only the guess that somebody calls a public method makes the two meet. */
function isAssumed(...writes: readonly SharedWrite[]): boolean {
  return writes.some(({ root }) => root.kind === "caller" && root.evidence === "assumed");
}

function canRace(a: SharedWrite, b: SharedWrite): boolean {
  return parallel(a, b) && !a.locks.some((lock) => b.locks.includes(lock));
}

/** Whether two threads can be in code of these roots at the same time. */
function parallel({ root: a, of }: SharedWrite, { root: b }: SharedWrite): boolean {
  if (a.key === b.key) {
    return (a.kind === "spawn" && of === "thread's object" ? a.spawn.instancesOfOne : a.instances) === "several";
  }
  if ((a.kind === "caller" && b.kind === "caller") || takeTurns(a, b)) return false;
  if (a.kind === "caller") return runsBeside(b, a);
  if (b.kind === "caller") return runsBeside(a, b);
  if (a.kind === "spawn" && b.kind === "spawn") {
    if (a.spawn.call === b.spawn.call) return a.spawn.instances === "several";
    const [first, second] = a.spawn.call.start < b.spawn.call.start ? [a.spawn, b.spawn] : [b.spawn, a.spawn];
    if (first.in === second.in && firstJoin(first) <= second.call.start) return false;
  }
  return true;
}

function runsBeside(thread: ThreadRoot, caller: Extract<ThreadRoot, { kind: "caller" }>): boolean {
  if (thread.kind !== "spawn") return false;
  if (thread.spawn.in === caller.function) return thread.spawn.call.start >= caller.beside.call.start;
  return (
    caller.within === undefined &&
    caller.beside.in.facts.class === thread.spawn.in.facts.class &&
    caller.function.file === thread.spawn.in.file
  );
}

function match(update: SharedWrite, gap: readonly GapStep[], other: SharedWrite): Match<Data> {
  const range = { start: update.write.statement.start, end: update.write.statement.end };
  return {
    path: update.function.file.path,
    range,
    confidence: isAssumed(update, other) ? "possible" : "likely",
    related: related(update, other),
    targets: knownTargets.map((target): TargetVerdict => ({ target: targetName(target), verdict: switchPossible(gap, target).verdict })),
    prediction: undefined,
    data: { update, gap, other },
  };
}

function related(update: SharedWrite, other: SharedWrite): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [];
  const isSame = other.write === update.write;
  if (!isSame) {
    const holds = other.locks.length > 0 ? ", which holds a lock that is not held here" : "";
    places.push({
      path: other.function.file.path,
      range: other.write.statement,
      message: `other access, in ${rootText(other.root)}${holds}`,
    });
  }
  const start = startOf(update.root);
  if (start) places.push({ ...start, message: isSame ? `started here, ${threadsText(update.root)}` : "this thread is started here" });
  const otherStart = isSame ? undefined : startOf(other.root);
  if (otherStart && otherStart.range.start !== start?.range.start)
    places.push({ ...otherStart, message: "the other thread is started here" });
  for (const step of update.path.slice(0, 3)) {
    places.push({
      path: step.function.file.path,
      range: { start: step.call.start, end: step.call.end },
      message: "reached through this call",
    });
  }
  return places;
}

function startOf(root: ThreadRoot): { readonly path: string; readonly range: Range } | undefined {
  switch (root.kind) {
    case "spawn":
      return { path: root.spawn.in.file.path, range: { start: root.spawn.call.start, end: root.spawn.call.end } };
    case "handler":
      return { path: root.class.file.path, range: root.class.facts.nameRange };
    case "entry":
    case "marked":
    case "caller":
      return { path: root.function.file.path, range: root.function.facts.nameRange };
  }
}

function rootText(root: ThreadRoot): string {
  switch (root.kind) {
    case "caller":
      return root.within
        ? `\`${root.function.facts.name}\`, beside the thread it started`
        : `\`${root.function.facts.name}\`, which other code calls meanwhile`;
    default:
      return `the thread that runs \`${root.function.facts.name}\``;
  }
}

function threadsText(root: ThreadRoot): string {
  if (root.instances === "one") return "in one thread";
  if (root.kind === "handler") return "once for every request";
  const size = root.kind === "spawn" ? root.spawn.pool?.size?.value : undefined;
  return size?.op === "constant" ? `in ${size.value} threads` : "in several threads";
}

function message({ update, gap, other }: Data, context: RuleContext): string {
  const text = statementText(update, context);
  const name = update.root.function.facts.name;
  const who =
    update.root.kind === "caller"
      ? `a thread changes it too, in \`${other.function.facts.name}\``
      : other.write === update.write && other.root.key !== update.root.key
        ? `\`${name}\` and ${rootText(other.root)} both run it`
        : other.write === update.write
          ? `\`${name}\` runs ${threadsText(update.root)}`
          : `\`${other.function.facts.name}\` changes it in another thread`;
  const guard =
    update.locks.filter((lock) => lock !== "thread identity").length > 0 || other.locks.length > 0
      ? "no common lock is held"
      : "no lock is held";
  const breaking = knownTargets.filter((target) => switchPossible(gap, target).verdict === "breaks");
  const where =
    breaking.length === knownTargets.length
      ? `Loses updates on every interpreter: ${everywhere(gap)}.`
      : `Loses on ${breakingText(breaking)}; ${accidentText(gap)}.`;
  return `\`${text}\` can lose updates: ${who} and ${guard}. ${where}`;
}

/** Why a switch is possible on every interpreter. */
function everywhere(gap: readonly GapStep[]): string {
  const current = switchPossible(gap, { implementation: "cpython", major: 3, minor: 13, freeThreaded: false });
  const clause = current.because.replace(/^CPython 3\.13 may switch threads /, "");
  return `threads may switch ${clause}`;
}

/** CPython versions as ranges, builds without a GIL as one group. */
function breakingText(targets: readonly Target[]): string {
  const versions = targets.filter((target) => target.implementation === "cpython" && !target.freeThreaded).map((target) => target.minor);
  const parts: string[] = [];
  const newest = versions[versions.length - 1];
  if (newest !== undefined) parts.push(`CPython ≤ 3.${newest}`);
  if (targets.some((target) => target.freeThreaded)) parts.push("free-threaded builds");
  if (targets.some((target) => target.implementation === "pypy")) parts.push("PyPy");
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}` : (parts[0] ?? "");
}

function accidentText(gap: readonly GapStep[]): string {
  const safe = knownTargets.filter((target) => switchPossible(gap, target).verdict !== "breaks" && target.implementation === "cpython");
  const first = safe[0]?.minor;
  const last = safe[safe.length - 1]?.minor;
  return `CPython 3.${first}–3.${last} with the GIL happen not to switch here`;
}

const longestQuote = 60;

function statementText(update: SharedWrite, context: RuleContext): string {
  const { start, end } = update.write.statement;
  const text = context.text(update.function.file.path).slice(start, end).replace(/\s+/g, " ");
  return text.length > longestQuote ? `${text.slice(0, longestQuote - 1)}…` : text;
}
