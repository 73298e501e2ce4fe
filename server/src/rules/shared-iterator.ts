import { knownTargets, type Target, targetName } from "../base/target.js";
import type { SwitchVerdict } from "../knowledge/atomicity.js";
import { sharedIteratorVerdict } from "../knowledge/iteration.js";
import type { Access } from "../program/link/activity/moments.js";
import type { Entity } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { iteratedKind, iterationsOf } from "../program/link/state/iteration.js";
import type { Value } from "../program/operation.js";
import { lockFix } from "./fixes/lock-fix.js";
import { accessesByLocation, isFarFetched, isRealLock, lockText, quoted, type Race, raceOf, racePlaces, whoText } from "./race.js";
import type { Match, Rule, RuleContext, TargetVerdict } from "./rule.js";
import docs from "./shared-iterator.md";

/**
 * What kind of iterator it is. `generator`: refuses to be entered twice. `python`: runs Python code for each element, or waits for a file.
 * `native`: moves on in C. `endless`: the same, and where two threads get one element, or one is left out, the next round makes up for it.
 */
type IteratorKind = "generator" | "python" | "file" | "native" | "endless" | "unknown";

interface Data {
  readonly race: Race;
  readonly kind: IteratorKind;
}

/** GIL207: one generator or iterator advanced by several threads. */
export const sharedIterator: Rule<Data> = {
  code: "GIL207",
  name: "shared-iterator",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix: ({ race }, context) => lockFix(race.first, context),
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  const matches = new Map<string, Match<Data>>();
  for (const accesses of accessesByLocation(program).values()) {
    const advances = accesses.filter(({ does }) => does === "advance");
    if (advances.length === 0) continue;
    const kind = kindOf(advances, program);
    if (kind === "safe") continue;
    for (const access of advances) {
      const key = `${access.function.file.path}:${access.range.start}`;
      const known = matches.get(key);
      if (known && known.confidence !== "possible") continue;
      const race = raceOf(access, access.locks, advances, program, accesses);
      if (!race) continue;
      // A lock that is taken for other things says little of an iterator that nobody ever takes it for.
      const isGuessed = race.concurrency === "promised" && ![...race.first.locks, ...race.second.locks].some(isRealLock);
      const confidence = kind === "unknown" || kind === "endless" || isGuessed || isFarFetched(race) ? "possible" : race.confidence;
      if (!known || confidence !== "possible") matches.set(key, { ...match({ race, kind }), confidence });
    }
  }
  return [...matches.values()];
}

function match(data: Data): Match<Data> {
  const { race, kind } = data;
  return {
    path: race.first.function.file.path,
    range: race.first.statement,
    confidence: race.confidence,
    related: racePlaces(race),
    targets: knownTargets.map(
      (target): TargetVerdict => ({ target: targetName(target), verdict: advanceVerdict(kind, target)?.verdict ?? "breaks" }),
    ),
    prediction: undefined,
    data,
  };
}

/** What two threads that advance one iterator at the same time do to each other on an interpreter; undefined where it is not known what it is. */
function advanceVerdict(kind: IteratorKind, target: Target): SwitchVerdict | undefined {
  switch (kind) {
    case "generator":
      return sharedIteratorVerdict("generator", target);
    case "python":
      return sharedIteratorVerdict("python-iterator", target);
    case "file":
      return sharedIteratorVerdict("builtins.open", target);
    case "native":
      return sharedIteratorVerdict("builtins.iter", target);
    case "endless":
      return sharedIteratorVerdict("itertools.cycle", target);
    case "unknown":
      return undefined;
  }
}

/** The kind of the iterator; `safe` where each element is handed out once however many threads ask. */
function kindOf(advances: readonly Access[], program: Program): IteratorKind | "safe" {
  const kinds = new Set<IteratorKind | "safe">();
  for (const access of advances) {
    for (const value of iteratorsOf(access, program)) {
      for (const entity of program.resolver.resolve(value, access.function)) {
        const kind = kindOfEntity(entity, program);
        if (kind) kinds.add(kind);
      }
    }
  }
  const order = ["safe", "generator", "file", "python", "native", "endless"] as const;
  return order.find((kind) => kinds.has(kind)) ?? "unknown";
}

const maximumDepth = 4;

const endless: ReadonlySet<string> = new Set(["itertools.cycle", "itertools.repeat"]);
/** Their elements come from other iterators, or from calls of functions, which decide what else may happen. */
const onTop: ReadonlySet<string> = new Set("map filter zip enumerate reversed chain islice Iterator".split(" "));

function kindOfEntity(entity: Entity, program: Program, depth = 0): IteratorKind | "safe" | undefined {
  const { resolver } = program;
  if (entity.kind === "container") return entity.value.makes === "generator" ? "generator" : undefined;
  if (entity.kind !== "object" || iteratedKind([entity], resolver) !== "iterator") return undefined;
  const { type, origin } = entity;
  if (type === "itertools.count") return "safe";
  if (endless.has(type)) return "endless";
  if (type === "types.GeneratorType" || type === "collections.abc.Generator") return "generator";
  if (/^_?io\./.test(type)) return "file";
  if (/^csv\./.test(type)) return "python";
  if (!onTop.has(type.slice(type.lastIndexOf(".") + 1))) return "native";
  // `rows = iter(rows)` makes an iterator of itself.
  if (!origin || depth > maximumDepth) return type === "collections.abc.Iterator" ? "unknown" : "native";
  const inner = origin.call.arguments.flatMap(({ value }) => resolver.resolve(value, origin.in));
  if (inner.some((each) => each.kind === "function" || each.kind === "class" || each.kind === "instance")) return "python";
  const kinds = inner.map((each) => kindOfEntity(each, program, depth + 1));
  if (kinds.includes("generator")) return "python";
  if (kinds.includes("file")) return "file";
  // `zip(count(), names)` counts on even where the names have run out.
  return kinds.includes("safe") && inner.length === 1 ? "safe" : "native";
}

function iteratorsOf({ operation, function: node }: Access, { resolver }: Program): readonly Value[] {
  switch (operation.op) {
    case "call": {
      const through = iterationsOf(operation, node, resolver).map(({ source }) => source);
      if (through.length > 0) return through;
      const first = operation.arguments[0]?.value;
      if (first) return [first];
      return operation.callee.op === "read" && operation.callee.place.kind === "attribute" ? [operation.callee.place.object] : [];
    }
    case "loop":
    case "yield":
      return iterationsOf(operation, node, resolver).map(({ source }) => source);
    default:
      return [];
  }
}

function message({ race, kind }: Data, context: RuleContext): string {
  const { first } = race;
  const text = quoted(first.function.file.path, first.operation.op === "call" ? first.range : first.statement, context);
  const guard = lockText(race, context);
  return `\`${text}\` ${sharedText(kind)}: ${advancerText(race)} and ${guard}. ${effectText(kind, context.target)}`;
}

function sharedText(kind: IteratorKind): string {
  switch (kind) {
    case "generator":
      return "takes from a generator that other threads take from";
    case "file":
      return "reads lines of a file that other threads read";
    default:
      return "takes from an iterator that other threads take from";
  }
}

function advancerText(race: Race): string {
  const { first, second } = race;
  if (second.function === first.function || first.root.kind !== "spawn") return whoText(race).replace("changes it too", "does so too");
  return `\`${second.function.head.name}\` does so in another thread`;
}

function effectText(kind: IteratorKind, target: Target): string {
  const verdict = advanceVerdict(kind, target);
  const here = verdict?.verdict === "breaks" ? `${verdict.because.charAt(0).toUpperCase()}${verdict.because.slice(1)}.` : undefined;
  switch (kind) {
    case "generator":
      return 'Two at once raise "ValueError: generator already executing" on every interpreter. Hand the items out through a `queue.Queue`, or lock round each step.';
    case "file":
      return "Lines get lost or torn where two threads read at once. Read in one thread and hand the lines out through a `queue.Queue`.";
    case "python":
      return "Items get lost, doubled or mixed up, or the second thread raises ValueError. Hand them out through a `queue.Queue`, or lock round each step.";
    case "native":
      if (here) return `${here} Use a \`queue.Queue\`, or lock round each step.`;
      return "Free-threaded builds may lose or double items; with the GIL each step happens to be whole, which nothing promises. Use a `queue.Queue`, or lock round each step.";
    case "endless":
      if (here) return here;
      return "Free-threaded builds may leave items out or give one to two threads; with the GIL each step happens to be whole.";
    case "unknown":
      return "If it is a generator, two at once raise ValueError; most others may lose or double items. Use a `queue.Queue`, or lock round each step.";
  }
}
