import { knownTargets, type Target, targetName } from "../base/target.js";
import { needsGil } from "../knowledge/atomicity.js";
import type { Access } from "../program/link/activity/moments.js";
import type { Entity } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import type { Value } from "../program/operation.js";
import { accessesByLocation, isFarFetched, lockText, quoted, type Race, raceOf, racePlaces, whoText } from "./race.js";
import docs from "./relies-on-gil.md";
import { type Match, noFix, type Rule, type RuleContext, type TargetVerdict } from "./rule.js";

interface Data {
  readonly race: Race;
  readonly method: string;
}

/** GIL501: an operation on shared state that is safe only while the GIL exists. */
export const reliesOnGil: Rule<Data> = {
  code: "GIL501",
  name: "relies-on-gil",
  since: "0.1.0",
  group: "free-threading",
  severity: "hint",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find({ program, target }: RuleContext): readonly Match<Data>[] {
  // With a GIL there is nothing wrong, and nothing to say.
  if (!target.freeThreaded) return [];
  const matches = new Map<string, Match<Data>>();
  for (const [location, accesses] of accessesByLocation(program)) {
    if (!location.endsWith("[]")) continue;
    const changes = accesses.filter(({ does }) => does !== "read" && does !== "iterate" && does !== "copy");
    for (const change of changes) {
      const method = methodOf(change, program);
      // What is no single step in any build is for other rules to say; none does of a look at a heap before something is taken out of it.
      if (change.update || (change.check && !method?.startsWith("heapq."))) continue;
      if (method === undefined || needsGil(method, target) === undefined) continue;
      const key = `${change.function.file.path}:${change.statement.start}`;
      const known = matches.get(key);
      if (known && known.confidence !== "possible") continue;
      const race = raceOf(change, change.locks, changes, program, accesses);
      if (!race || isFarFetched(race)) continue;
      if (!known || race.confidence !== "possible") matches.set(key, match({ race, method }));
    }
  }
  return [...matches.values()];
}

function match(data: Data): Match<Data> {
  const { race, method } = data;
  const verdict = (target: Target): TargetVerdict["verdict"] =>
    needsGil(method, target) === undefined ? (target.freeThreaded ? "safe" : "holds-by-accident") : "breaks";
  return {
    path: race.first.function.file.path,
    range: race.first.statement,
    confidence: race.confidence,
    related: racePlaces(race),
    targets: knownTargets
      .filter((target) => target.implementation === "cpython")
      .map((target): TargetVerdict => ({ target: targetName(target), verdict: verdict(target) })),
    prediction: undefined,
    data,
  };
}

/** The method that changes the container, by qualified name; statements are the methods that they run. */
function methodOf({ operation, function: node }: Access, { resolver }: Program): string | undefined {
  if (operation.op === "call") {
    const { callee } = operation;
    const [name] = resolver.externalCallees(operation, node);
    if (name !== undefined && /^(heapq|bisect)\./.test(name)) return name;
    return callee.op === "read" && callee.place.kind === "attribute" ? methodOn(callee.place.object, callee.place.name) : undefined;
  }
  if (operation.op !== "write" || operation.place.kind !== "element") return undefined;
  return methodOn(operation.place.object, operation.form === "delete" ? "__delitem__" : "__setitem__");

  function methodOn(object: Value, method: string): string | undefined {
    const types = new Set(resolver.resolve(object, node).flatMap((entity) => typeOf(entity) ?? []));
    const [type] = types;
    return types.size === 1 ? `${type}.${method}` : undefined;
  }
}

function typeOf(entity: Entity): string | undefined {
  if (entity.kind === "object") return entity.type;
  return entity.kind === "container" ? `builtins.${entity.value.makes}` : undefined;
}

function message({ race, method }: Data, context: RuleContext): string {
  const { first } = race;
  const text = quoted(first.function.file.path, first.statement, context);
  const guard = lockText(race, context);
  return `\`${text}\` relies on the GIL: ${whoText(race)} and ${guard}. ${needsGil(method, context.target)}.`;
}
