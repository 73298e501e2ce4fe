import type { CallOperation, ReadOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { argumentFor, type Resolver } from "./resolver.js";

/**
 * The attributes that `getattr(object, name)` can give, read as if they were written out: a name that is written, or one that every caller of a function
 * around gives, as with a decorator that is told the attribute: `@locked_by("_mutex")`. None where a name is not known.
 */
export function attributesByName(call: CallOperation, within: FunctionNode, resolver: Resolver): readonly ReadOperation[] {
  const { callee } = call;
  const isGetattr = callee.op === "read" && callee.place.kind === "name" && callee.place.owner < 0 && callee.place.name === "getattr";
  const [object, name] = call.arguments.map((argument) => (argument.form === "positional" ? argument.value : undefined));
  if (!isGetattr || !object || !name) return [];
  const names = textsOf(name, within, resolver);
  const key = names.join();
  const known = readsOf.get(call);
  if (known?.key === key) return known.reads;
  const reads = names.map(
    (each): ReadOperation => ({ op: "read", place: { kind: "attribute", object, name: each }, start: call.start, end: call.end }),
  );
  readsOf.set(call, { key, reads });
  return reads;
}

/** What is known of a value is kept by the value, so a call gives the same ones each time. */
const readsOf = new WeakMap<CallOperation, { readonly key: string; readonly reads: readonly ReadOperation[] }>();

function textsOf(value: Value, within: FunctionNode, resolver: Resolver): readonly string[] {
  if (value.op === "constant") return typeof value.value === "string" && value.type === "str" ? [value.value] : [];
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner < 0) return [];
  const { name, owner } = value.place;
  const node = within.file.functionAt(owner);
  const bound = node?.bound(name) ?? [];
  const parameter = node?.head.parameters.find((each) => each.name === name);
  if (!node || node.head.rebound.has(name)) return [];
  if (!parameter) return bound.length === 1 && bound[0]?.op === "constant" ? textsOf(bound[0], node, resolver) : [];
  if (bound.length > 0) return [];
  const texts = new Set<string>();
  for (const caller of resolver.callersOf(node)) {
    const given = argumentFor(node, parameter, caller.call, caller.receiver) ?? parameter.default;
    if (given?.op !== "constant" || given.type !== "str") return [];
    texts.add(String(given.value));
  }
  return [...texts];
}
