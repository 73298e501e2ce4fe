import type { CallFacts, ValueFacts } from "../../../knowledge/call-facts.js";
import type { ReturnCase } from "../../../knowledge/entry.js";
import { returnedType } from "../../../knowledge/evaluate.js";
import type { CallOperation, Value } from "../../operation.js";
import type { ContainerEntity, Entity, FunctionNode } from "../entity.js";
import { behindPartial } from "./callees.js";
import type { Resolver } from "./resolver.js";

/** What calling an entity returns. */
export function resultOf(resolver: Resolver, callee: Entity, call: CallOperation, within: FunctionNode): readonly Entity[] {
  switch (callee.kind) {
    case "class": {
      const { externals } = resolver.classOrder(callee.class);
      return externals.some((base) => base.endsWith("NamedTuple")) ? [] : [{ kind: "instance", class: callee.class }];
    }
    case "instance": {
      const method = resolver.method(callee.class, "__call__");
      return method ? resolver.returned(method) : [];
    }
    case "function":
      return resolver.returned(callee.function);
    case "external":
      return externalResult(resolver, callee.name, call, within);
    case "partial":
      return behindPartial(resolver, callee).flatMap(({ entity }) => resolver.result(entity, call, within));
    case "object": {
      const type = resultType(resolver.knowledge.callable(`${callee.type}.__call__`)?.returns ?? [], call);
      return type ? [{ kind: "object", type, origin: { call, in: within } }] : [];
    }
    default:
      return [];
  }
}

function externalResult(resolver: Resolver, name: string, call: CallOperation, within: FunctionNode): readonly Entity[] {
  const first = call.arguments[0]?.value;
  switch (name) {
    case "functools.partial":
    case "functools.partialmethod":
      return [{ kind: "partial", call, in: within }];
    case "builtins.super": {
      const owner = resolver.enclosingClass(within);
      if (!owner) return [];
      const { classes, externals } = resolver.classOrder(owner);
      const next = classes[1];
      return next ? [{ kind: "instance", class: next }] : externals.map((type): Entity => ({ kind: "object", type, origin: undefined }));
    }
    case "builtins.type":
      if (!first || call.arguments.length !== 1) return [];
      return resolver
        .resolve(first, within)
        .flatMap((entity): Entity[] =>
          entity.kind === "instance"
            ? [{ kind: "class", class: entity.class }]
            : entity.kind === "object"
              ? [{ kind: "external", name: entity.type }]
              : [],
        );
    case "builtins.list":
    case "builtins.tuple":
    case "builtins.sorted":
    case "builtins.reversed":
    case "builtins.set":
    case "builtins.frozenset":
    case "copy.copy":
      // The copy has the elements of what it was made from; that is what callers ask of it.
      if (first) {
        const elements = resolver.resolve(first, within).flatMap((entity) => (entity.kind === "container" ? [copyOf(entity, name)] : []));
        if (elements.length > 0) return elements;
      }
      break;
    case "typing.cast":
    case "typing_extensions.cast": {
      // What is cast stays what it is.
      const cast = call.arguments[1]?.value;
      const same = cast ? resolver.resolve(cast, within) : [];
      if (same.length > 0) return same;
      break;
    }
    case "builtins.iter":
      return [{ kind: "object", type: "collections.abc.Iterator", origin: { call, in: within } }];
    case "builtins.dict.get":
    case "builtins.dict.pop":
    case "builtins.dict.setdefault": {
      const made = call.arguments[1]?.value;
      const { callee } = call;
      const isFound = callee.op === "read" && callee.place.kind === "attribute" && callee.place.name !== "setdefault";
      return [...(isFound ? resolver.elements(callee.place.object, within) : []), ...(made ? resolver.resolve(made, within) : [])];
    }
    case "queue.Queue.get":
    case "queue.Queue.get_nowait":
    case "queue.LifoQueue.get":
    case "queue.LifoQueue.get_nowait":
    case "queue.SimpleQueue.get":
    case "queue.SimpleQueue.get_nowait":
    case "collections.deque.pop":
    case "collections.deque.popleft":
    case "builtins.list.pop": {
      // What was put in comes out again.
      const { callee } = call;
      const held = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
      const taken = held ? resolver.elements(held, within) : [];
      if (taken.length > 0) return taken;
      break;
    }
    case "builtins.next":
      return first ? resolver.elements(first, within) : [];
    default:
      break;
  }
  if (wrappers.has(name)) {
    // Decorators of the standard library that keep what they wrap.
    return first ? resolver.resolve(first, within).filter((entity) => entity.kind === "function" || entity.kind === "class") : [];
  }
  const entry = resolver.knowledge.callable(name);
  if (entry) {
    const type = resultType(entry.returns, call);
    if (type) return [{ kind: "object", type, origin: { call, in: within } }];
    const { callee } = call;
    const returnsReceiver = entry.returns.length === 1 && entry.returns[0]?.type === "receiver";
    if (returnsReceiver && callee.op === "read" && callee.place.kind === "attribute") return resolver.resolve(callee.place.object, within);
  }
  const spawned = resolver.knowledge.type(name);
  if (spawned) return [{ kind: "object", type: spawned.name, origin: { call, in: within } }];
  // By convention, a capital starts the name of a class, whose call makes one of its objects.
  const last = name.slice(name.lastIndexOf(".") + 1);
  return !entry && /^[A-Z]/.test(last) ? [{ kind: "object", type: name, origin: { call, in: within } }] : [];
}

const wrappers: ReadonlySet<string> = new Set([
  "functools.lru_cache",
  "functools.cache",
  "functools.wraps",
  "functools.singledispatch",
  "contextlib.contextmanager",
  "builtins.staticmethod",
  "builtins.classmethod",
  "dataclasses.dataclass",
]);

/** What a function that goes through a container makes of it: `tuple(x for x in xs)` is no generator. */
function copyOf(entity: ContainerEntity, by: string): ContainerEntity {
  const makes = copies.get(by);
  // The elements of a dict are its values, those of its copy its keys.
  return makes && entity.value.makes !== "dict" ? { ...entity, value: { ...entity.value, makes } } : entity;
}

const copies: ReadonlyMap<string, "list" | "tuple" | "set"> = new Map([
  ["builtins.list", "list"],
  ["builtins.sorted", "list"],
  ["builtins.tuple", "tuple"],
  ["builtins.set", "set"],
  // Nobody changes it, either.
  ["builtins.frozenset", "tuple"],
]);

/** The type that the literals in the call decide on; where they leave it open, the most common one, which stands last. */
function resultType(returns: readonly ReturnCase[], call: CallOperation): string | undefined {
  const [only] = returns;
  const isOpen = returns.length > 1 || (only?.when.length ?? 0) > 0;
  const type = isOpen ? (returnedType(returns, literalsOf(call)) ?? returns[returns.length - 1]?.type) : only?.type;
  return type === "receiver" ? undefined : type;
}

/** What is known of a call without asking what its arguments stand for. */
function literalsOf(call: CallOperation): CallFacts {
  const facts = (value: Value): ValueFacts => {
    if (value.op !== "constant" || value.type === "bytes" || value.type === "ellipsis" || value.type === "complex") return {};
    return { literal: value.type === "none" ? null : value.type === "bool" ? value.value === 1 : value.value };
  };
  const { arguments: given } = call;
  return {
    positional: given.filter((each) => each.form === "positional").map((each) => facts(each.value)),
    keywords: given.filter((each) => each.form === "keyword").map((each) => ({ name: each.name, value: facts(each.value) })),
    unpacks: given.some((each) => each.form === "star" || each.form === "double-star") ? "something" : "nothing",
  };
}
