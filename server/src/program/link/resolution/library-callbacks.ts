import type { CallableEntry, ValuePlace } from "../../../knowledge/entry.js";
import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { ParameterFacts } from "../../facts.js";
import type { CallOperation, Value } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import type { Resolver } from "./resolver.js";

/** What a library gives to the first parameter of a function of the same file that is handed to it: a match, to what `re.sub` calls for each. */
export function givenByLibrary(resolver: Resolver, parameter: ParameterFacts, node: FunctionNode): readonly Entity[] {
  const { head } = node;
  const own = head.class !== undefined && head.kind !== "lambda" ? 1 : 0;
  if (head.kind === "module" || parameter !== head.parameters[own]) return [];
  for (const [name, entries] of givers(resolver.knowledge)) {
    for (const { file, site } of resolver.callsNamed(name)) {
      const within = file === node.file ? file.functionAt(site.function) : undefined;
      if (!within) continue;
      const callees = resolver.externalCallees(site.call, within);
      const given = entries.find((entry) => callees.includes(entry.name))?.invokes.find((each) => each.gives !== undefined);
      const handed = given && argumentAt(given.callback, site.call);
      if (given?.gives !== undefined && handed && isFunction(handed, node, within, resolver))
        return [{ kind: "object", type: given.gives, origin: undefined }];
    }
  }
  return [];
}

function isFunction(handed: Value, node: FunctionNode, within: FunctionNode, resolver: Resolver): boolean {
  if (handed.op === "function") return handed.function === node.index;
  if (handed.op !== "read") return false;
  return resolver.resolve(handed, within).some((entity) => entity.kind === "function" && entity.function === node);
}

function argumentAt(place: ValuePlace, { arguments: given }: CallOperation): Value | undefined {
  if (place === "receiver") return undefined;
  const { position, keyword } = place;
  const named = given.find((each) => each.form === "keyword" && each.name === keyword);
  return (named ?? (position === undefined ? undefined : given.filter(({ form }) => form === "positional")[position]))?.value;
}

const known = new WeakMap<Knowledge, ReadonlyMap<string, readonly CallableEntry[]>>();

/** The calls that say what they give to a function, by their last names. */
function givers(knowledge: Knowledge): ReadonlyMap<string, readonly CallableEntry[]> {
  let found = known.get(knowledge);
  if (!found) {
    const names = new Map<string, CallableEntry[]>();
    for (const entry of knowledge.callables()) {
      if (!entry.invokes.some(({ gives }) => gives !== undefined)) continue;
      const last = entry.name.slice(entry.name.lastIndexOf(".") + 1);
      names.set(last, [...(names.get(last) ?? []), entry]);
    }
    found = names;
    known.set(knowledge, found);
  }
  return found;
}
