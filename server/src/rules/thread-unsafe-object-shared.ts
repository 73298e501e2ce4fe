import { knownTargets, targetName } from "../base/target.js";
import type { TypeEntry } from "../knowledge/entry.js";
import type { Access } from "../program/link/activity.js";
import type { Program } from "../program/link/link.js";
import docs from "./thread-unsafe-object-shared.md";
import { accessesByLocation, isRealLock, quoted, type Race, raceOf, racePlaces, whoText } from "./race.js";
import { type Match, noFix, type Rule, type RuleContext, type TargetVerdict } from "./rule.js";

interface Data {
  readonly race: Race;
  readonly type: TypeEntry;
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
      const race = raceOf(access, access.locks, uses, accesses);
      if (race && (!known || race.confidence !== "possible")) seen.set(key, match({ race, type }));
    }
    matches.push(...seen.values());
  }
  return matches;
}

function match(data: Data): Match<Data> {
  const { race } = data;
  return {
    path: race.first.function.file.path,
    range: race.first.statement,
    confidence: race.confidence,
    related: racePlaces(race),
    targets: knownTargets.map((target): TargetVerdict => ({ target: targetName(target), verdict: "breaks" })),
    prediction: undefined,
    data,
  };
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
    if (type && statementOf(type)) return type;
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

function message({ race, type }: Data, context: RuleContext): string {
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
