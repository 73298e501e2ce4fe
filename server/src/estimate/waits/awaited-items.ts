import type { Entity, FunctionNode } from "../../program/link/entity.js";
import { lastNameOf, receiverOf } from "../../program/link/last-name.js";
import { argumentFor, type Resolver } from "../../program/link/resolution/resolver.js";
import { isSlice } from "../../program/link/slices.js";
import { samePlace } from "../../program/link/state/updates.js";
import type { SpawnTarget } from "../../program/link/threads/spawn.js";
import { someValue, walkOperations } from "../../program/link/walk.js";
import type { LoopOperation, Place, ReadOperation, Value } from "../../program/operation.js";

/** Where a value stands that a thread's function is given. */
interface Scope {
  readonly function: FunctionNode;
  /** What the thread was started with, if it runs that function. */
  readonly given: SpawnTarget["arguments"] | undefined;
}

/**
 * Whether a loop may wait for each item as well as have them all at hand: it goes through what others hand in, of which nothing shows that it is a
 * container. A list of rows and a socket's messages are gone through in the same words.
 */
export function mayWaitForItems({ form, iterable }: LoopOperation, target: SpawnTarget, resolver: Resolver): boolean {
  const scope: Scope = { function: target.function, given: target.arguments };
  return form === "for" && iterable !== undefined && new Origins(resolver).mayWait(iterable, scope, 0);
}

/** Whether a function has something to show for its work: it returns it, or stores it where others find it. With a resolver, what it calls counts, too. */
export function collects(node: FunctionNode, resolver?: Resolver, depth = 0): boolean {
  const { returned, facts, index } = node;
  let stores = returned.some((value) => value.op !== "constant");
  walkOperations(facts.body, (operation) => {
    if (stores) return;
    if (operation.op === "write") stores ||= operation.place.kind !== "name" || operation.place.owner !== index;
    if (operation.op === "yield") stores = true;
    if (operation.op !== "call") return;
    stores ||= collecting.test(lastNameOf(operation.callee));
    if (resolver && depth < 2) stores ||= resolver.callees(operation, node).some((each) => collects(each.function, resolver, depth + 1));
  });
  return stores;
}

const collecting = /^(append|appendleft|add|extend|insert|put|put_nowait|update|setdefault|set_result|write|writelines|writerow|push)$/;

/** Whether a loop inside goes through the items that it hands out: rows of rows are data. */
export function nestsItems({ body, iterable }: LoopOperation, within: FunctionNode): boolean {
  let nests = false;
  const isOfItem = (value: Value, depth = 0): boolean =>
    someValue(value, (inner) => {
      if (inner.op === "element-of") return inner.iterable === iterable;
      if (inner.op !== "read" || inner.place.kind !== "name" || inner.place.owner !== within.index || depth > deepest) return false;
      return (within.bound(inner.place.name) ?? []).some((bound) => isOfItem(bound, depth + 1));
    });
  walkOperations(body, (operation) => {
    nests ||= operation.op === "loop" && operation.iterable !== undefined && isOfItem(operation.iterable);
  });
  return nests;
}

/** Follows values to where they come from. */
class Origins {
  constructor(private readonly resolver: Resolver) {}

  /** Whether it may be something that waits for its next item: whoever hands it in knows. */
  mayWait(value: Value, scope: Scope, depth: number): boolean {
    if (depth > deepest) return false;
    switch (value.op) {
      case "read":
        return this.ofRead(value, scope, depth);
      case "item-of":
        return this.mayWait(value.value, scope, depth + 1);
      case "element-of":
        return this.itemMayWait(value.iterable, scope, depth + 1);
      case "choice":
        return value.values.every((each) => this.mayWait(each, scope, depth + 1));
      case "call": {
        const [name] = this.resolver.externalCallees(value, scope.function);
        if (name === undefined || !passingOn.test(name)) return false;
        const passed = value.arguments.filter((each) => each.value.op !== "function" && each.value.op !== "constant");
        return passed.length > 0 && passed.every((each) => this.mayWait(each.value, scope, depth + 1));
      }
      default:
        return false;
    }
  }

  private itemMayWait(value: Value, scope: Scope, depth: number): boolean {
    if (value.op === "call") return false;
    if (value.op === "display") return value.elements.length > 0 && value.elements.every((each) => this.mayWait(each, scope, depth + 1));
    return this.mayWait(value, scope, depth);
  }

  private ofRead(read: ReadOperation, scope: Scope, depth: number): boolean {
    const { place } = read;
    const { function: within } = scope;
    if (place.kind === "element") return !isSlice(place) && this.itemMayWait(place.object, scope, depth + 1);
    if (this.resolver.resolve(read, within).some(isKnown) || isUsedAsContainer(place, within)) return false;
    return place.kind === "attribute" ? this.ofAttribute(place, scope, depth) : this.ofName(place, scope, depth);
  }

  private ofName(place: Extract<Place, { kind: "name" }>, scope: Scope, depth: number): boolean {
    const { function: within } = scope;
    const holder = place.owner === within.index ? within : within.file.functionAt(place.owner);
    if (!holder || (holder !== within && isUsedAsContainer(place, holder))) return false;
    const inHolder: Scope = holder === within ? scope : { function: holder, given: undefined };
    const bound = holder.bound(place.name) ?? [];
    if (bound.length > 0) return bound.every((each) => this.mayWait(each, inHolder, depth + 1));
    const parameter = holder.head.parameters.find((each) => each.name === place.name);
    if (!parameter || parameter.form === "star" || parameter.form === "double-star") return false;
    const given = inHolder.given?.get(place.name);
    if (given) {
      const at: Scope = { function: given.in, given: undefined };
      return given.how === "element" ? this.itemMayWait(given.value, at, depth + 1) : this.mayWait(given.value, at, depth + 1);
    }
    return this.resolver.callersOf(holder).every(({ call, within: caller, receiver }) => {
      const argument = argumentFor(holder, parameter, call, receiver);
      return !argument || this.mayWait(argument, { function: caller, given: undefined }, depth + 1);
    });
  }

  private ofAttribute({ object, name }: Extract<Place, { kind: "attribute" }>, { function: within }: Scope, depth: number): boolean {
    return this.resolver.resolve(object, within).every((entity) => {
      if (entity.kind !== "instance") return entity.kind !== "module";
      return this.resolver.classOrder(entity.class).classes.every(({ facts, file }) =>
        (facts.instanceAttributes.get(name) ?? []).every(({ function: index, write: { value } }) => {
          const method = file.functionAt(index);
          return !method || !value || this.mayWait(value, { function: method, given: undefined }, depth + 1);
        }),
      );
    });
  }
}

/** Whether it is known what goes through it. */
function isKnown(entity: Entity): boolean {
  return entity.kind !== "external" && !(entity.kind === "object" && /^(typing|collections\.abc)\./.test(entity.type));
}

/** Whether the function counts it, indexes it or asks of it what only containers and texts answer; or goes through it twice. */
function isUsedAsContainer(place: Place, within: FunctionNode): boolean {
  let uses = 0;
  const isIt = (value: Value | undefined): boolean => value?.op === "read" && samePlace(value.place, place);
  walkOperations(within.facts.body, (operation) => {
    if (operation.op === "loop" && isIt(operation.iterable)) uses++;
    if (operation.op === "read" && operation.place.kind === "element" && isIt(operation.place.object)) uses = 2;
    if (operation.op === "write" && operation.place.kind === "element" && isIt(operation.place.object)) uses = 2;
    if (operation.op === "compute" && /^(not )?in$/.test(operation.operator) && isIt(operation.operands[1])) uses = 2;
    if (operation.op !== "call") return;
    const { callee, arguments: passed } = operation;
    const isCounted = callee.op === "read" && callee.place.kind === "name" && /^(len|reversed|range)$/.test(callee.place.name);
    if (isCounted && passed.some((each) => isIt(each.value))) uses = 2;
    const method = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.name : "";
    if (ofContainers.test(method) && isIt(receiverOf(operation))) uses = 2;
  });
  return uses > 1;
}

/** What goes through one thing item by item as it is asked. */
const passingOn = /^(builtins\.(enumerate|iter|filter|map|zip)|itertools\.\w+|tqdm\.\w*\.?tqdm)$/;
/** Methods of lists, dicts, sets and texts. */
const ofContainers =
  /^(append|extend|insert|remove|pop|index|count|sort|reverse|copy|keys|values|items|get|add|discard|union|split|splitlines|strip|lower|upper|encode|decode|startswith|endswith|replace|join)$/;
const deepest = 8;
