import { knownTargets, targetName } from "../base/target.js";
import type { TypeEntry } from "../knowledge/entry.js";
import type { Access } from "../program/link/activity.js";
import type { FunctionNode } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import type { CallOperation } from "../program/operation.js";
import { accessesByLocation, isFarFetched, isRealLock, quoted, type Race, raceOf, racePlaces, startOf, whoText } from "./race.js";
import { type Confidence, type Match, noFix, type RelatedLocation, type Rule, type RuleContext, type TargetVerdict } from "./rule.js";
import docs from "./thread-unsafe-object-shared.md";

type Data =
  | { readonly why: "race"; readonly race: Race; readonly type: TypeEntry }
  /** SQLite's own check: it refuses every thread but the one that made the connection, lock or no lock. */
  | { readonly why: "refused"; readonly use: Access; readonly made: Made };

interface Made {
  readonly call: CallOperation;
  readonly in: FunctionNode;
}

/** GIL208: an object documented as not thread-safe used from several threads. */
export const threadUnsafeObjectShared: Rule<Data> = {
  code: "GIL208",
  name: "thread-unsafe-object-shared",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  const matches: Match<Data>[] = [];
  for (const accesses of accessesByLocation(program).values()) {
    const uses = accesses.filter((access) => access.does === "use" && !isEnd(access) && unsafeType(access, program) !== undefined);
    // One finding for an object and function: every further call says the same.
    const seen = new Map<string, Match<Data>>();
    for (const access of uses) {
      const type = unsafeType(access, program);
      const key = `${access.function.file.path}#${access.function.facts.index}`;
      const known = seen.get(key);
      if (!type || (known && known.confidence !== "possible")) continue;
      const made = madeElsewhere(access, program);
      const race = made ? undefined : raceOf(access, access.locks, uses, accesses);
      if (made) seen.set(key, match({ why: "refused", use: access, made }, access, "likely", placesOfRefusal(access, made)));
      else if (race && (!known || race.confidence !== "possible"))
        seen.set(key, match({ why: "race", race, type }, access, isFarFetched(race) ? "possible" : race.confidence, racePlaces(race)));
    }
    matches.push(...seen.values());
  }
  return matches;
}

function match(data: Data, use: Access, confidence: Confidence, related: readonly RelatedLocation[]): Match<Data> {
  return {
    path: use.function.file.path,
    range: use.range,
    confidence,
    related,
    targets: knownTargets.map((target): TargetVerdict => ({ target: targetName(target), verdict: "breaks" })),
    prediction: undefined,
    data,
  };
}

function placesOfRefusal({ root }: Access, made: Made): readonly RelatedLocation[] {
  const { call } = made;
  const places: RelatedLocation[] = [
    { path: made.in.file.path, range: { start: call.start, end: call.end }, message: "made here, in another thread" },
  ];
  const start = startOf(root);
  if (start) places.push({ ...start, message: root.kind === "spawn" ? "this thread is started here" : "several threads enter here" });
  return places;
}

/** Where the SQLite connection was made that this thread may not use; undefined unless that is surely another thread. */
function madeElsewhere({ operation, root, function: node }: Access, { resolver }: Program): Made | undefined {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return undefined;
  if (root.kind !== "spawn" && root.kind !== "handler" && root.kind !== "marked") return undefined;
  const entities = resolver.resolve(operation.callee.place.object, node);
  const [only] = entities;
  if (only?.kind !== "object" || only.type !== "sqlite3.Connection" || !only.origin || entities.length > 1) return undefined;
  const { origin } = only;
  const { facts } = origin.in;
  const isElsewhere = facts.kind === "module" || facts.name === "__init__" || (root.kind === "spawn" && root.spawn.in === origin.in);
  return isElsewhere && origin.in !== node && checksThread(origin.call) ? origin : undefined;
}

/** Whether `sqlite3.connect` was called without `check_same_thread=False`. */
function checksThread({ callee, arguments: passed }: CallOperation): boolean {
  if (callee.op !== "read" || callee.place.kind === "element" || callee.place.name !== "connect") return false;
  return passed.length < 5 && passed.every(({ form, name }) => form !== "double-star" && form !== "star" && name !== "check_same_thread");
}

/** Calls that end whatever another thread waits for in the object; made from outside on purpose. */
const ends: ReadonlySet<string> = new Set("close shutdown interrupt cancel abort quit terminate stop disconnect".split(" "));

function isEnd({ operation }: Access): boolean {
  return operation.op === "call" && operation.callee.op === "read" && operation.callee.place.kind === "attribute"
    ? ends.has(operation.callee.place.name)
    : false;
}

/** The type of the object before the dot, if its documentation says that threads must not share it. */
function unsafeType({ operation, function: node }: Access, { resolver, knowledge }: Program): TypeEntry | undefined {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return undefined;
  for (const entity of resolver.resolve(operation.callee.place.object, node)) {
    const type = entity.kind === "object" ? knowledge.type(entity.type) : undefined;
    // Files that threads write to are logs as a rule, and what reading one does is for rule `shared-iterator` to say.
    if (type && !type.name.startsWith("io.") && statementOf(type)) return type;
  }
  return undefined;
}

/** What the documentation says of threads that share such an object; undefined where it says nothing of the kind. */
function statementOf({ sharing, is, note, evidence }: TypeEntry): string | undefined {
  if (sharing !== "unsafe" || !(is.role === "value" || is.role === "iterator")) return undefined;
  const said = [note, ...evidence.map(({ says }) => says)];
  return said.find((text) => text !== undefined && aboutThreads.test(text));
}

const aboutThreads =
  /not thread-?safe|not \d+% thread|(object|instance|session|cursor|socket|handle|connection|pool)s?,? (cannot|are not|is not|can't|should not)|can't be shared|cannot be used|never share|(may|must) not|not connections|(one|\bthread) per thread|one thread per|one request at a time|own thread only|calls from other threads/i;

function message(data: Data, context: RuleContext): string {
  if (data.why === "refused") {
    const text = quoted(data.use.function.file.path, data.use.range, context);
    return `\`${text}\` raises sqlite3.ProgrammingError in the thread that runs \`${data.use.root.function.facts.name}\`: another thread made the connection, and without \`check_same_thread=False\` only that one may use it. Connect in the thread that needs it.`;
  }
  const { race, type } = data;
  const { first, second } = race;
  const text = quoted(first.function.file.path, first.range, context);
  const guard = [...first.locks, ...second.locks].some(isRealLock) ? "no common lock is held" : "no lock is held";
  const says = statementOf(type)?.replace(/\.$/, "");
  return `\`${text}\` uses a \`${type.name}\` that threads share: ${userText(race)} and ${guard}. Not thread-safe: "${says}".`;
}

function userText(race: Race): string {
  const { first, second } = race;
  if (second.function === first.function || first.root.kind !== "spawn") return whoText(race).replace("changes it too", "uses it too");
  return `\`${second.function.facts.name}\` uses it in another thread`;
}
