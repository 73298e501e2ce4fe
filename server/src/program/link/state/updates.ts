import type { Range } from "../../../base/range.js";
import type { GapStep } from "../../../knowledge/atomicity.js";
import {
  type AttributePlace,
  type CallOperation,
  type ElementPlace,
  type Operation,
  type Place,
  unbound,
  type Value,
  type WriteOperation,
} from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { decoratorNames, type Resolver } from "../resolution/resolver.js";
import { innerValues, walkOperations } from "../walk.js";

/**
 * The read that a write depends on, if what is stored was computed from what the same place held: `n += 1`, `d[k] = d.get(k, 0) + 1`,
 * `old = n` … `n = old + 1`. A value taken from elsewhere in some case (`x = x or make()`) is a test, not an update.
 */
export function updateRead(write: WriteOperation, within: FunctionNode): Value | undefined {
  const { value, place } = write;
  if (!value) return undefined;
  if (write.form === "update" && value.op === "compute") return value.operands[0];
  if (place.kind === "element" && write.form === "assign") {
    // `jobs[len(jobs)] = job` counts on nobody having added anything since.
    const { object } = place;
    const size = dependency(place.index, (each) => isSizeOf(each, object), write, within, new Set());
    if (size) return size.read;
  }
  return readForStoring(write, within, (each) => isReadOf(each, place));
}

/** The read that what is stored was made of; what is put back as it is, or taken from elsewhere in some case, is none. */
export function readForStoring(write: WriteOperation, within: FunctionNode, isRead: (value: Value) => boolean): Value | undefined {
  const { value } = write;
  if (!value || value.op === "choice" || isRead(value)) return undefined;
  return readFor(value, write, within, isRead);
}

/** The read that a value was made of before something else. */
export function readFor(value: Value, before: Range, within: FunctionNode, isRead: (value: Value) => boolean): Value | undefined {
  return dependency(value, isRead, before, within, new Set())?.read;
}

/**
 * The read that an added element or its place was made of: `records.append(seal(records[-1]))`, `items.append(Item(len(items)))`, `insert(bisect(row, x), x)`.
 * Who adds another in between makes it a second one with the same place in the row, or moves that place on.
 */
export function readForAdding(call: CallOperation, within: FunctionNode): Value | undefined {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const { object, name } = callee.place;
  if (name !== "insert" && name !== "append" && name !== "appendleft") return undefined;
  const isFound = (each: Value): boolean => each.op === "call" && /^bisect/.test(lastNameOf(each.callee)) && isGivenFirst(each, object);
  if (name === "insert") {
    const place = call.arguments[0];
    return place && dependency(place.value, isFound, call, within, new Set())?.read;
  }
  const isRead = (each: Value): boolean => isSizeOf(each, object) || isEndOf(each, object);
  const [first] = call.arguments;
  return first && dependency(first.value, isRead, call, within, new Set())?.read;
}

function isGivenFirst({ arguments: [first] }: CallOperation, container: Value): boolean {
  return first !== undefined && sameValue(first.value, container);
}

/** Whether the read is the size of the container by which the store chooses its place. */
export function isSizeFor({ place }: WriteOperation, read: Value): boolean {
  return place.kind === "element" && isSizeOf(read, place.object);
}

function isSizeOf(value: Value, container: Value): boolean {
  if (value.op !== "call" || value.callee.op !== "read" || value.callee.place.kind !== "name") return false;
  const [only] = value.arguments;
  return value.callee.place.name === "len" && only !== undefined && sameValue(only.value, container);
}

/** `xs[-1]` and `xs[0]`. */
function isEndOf(value: Value, container: Value): boolean {
  if (value.op !== "read" || value.place.kind !== "element" || !sameValue(value.place.object, container)) return false;
  const { index } = value.place;
  return index.op === "constant" || (index.op === "compute" && index.operator === "u-" && index.operands[0]?.op === "constant");
}

const storedBy = new WeakMap<CallOperation, WriteOperation>();

/** The store that a call makes under a name that is worked out: `setattr(o, name, value)` is `o.__dict__[name] = value`. */
export function storeOf(call: CallOperation): WriteOperation | undefined {
  const { callee, start, end } = call;
  if (callee.op !== "read" || callee.place.kind !== "name" || callee.place.owner !== unbound || callee.place.name !== "setattr")
    return undefined;
  const [object, name, value] = call.arguments.map((argument) => argument.value);
  if (!object || !name || !value || call.arguments.some(({ form }) => form !== "positional")) return undefined;
  const known = storedBy.get(call);
  if (known) return known;
  const place: Place =
    name.op === "constant" && typeof name.value === "string"
      ? { kind: "attribute", object, name: name.value }
      : {
          kind: "element",
          object: { op: "read", place: { kind: "attribute", object, name: "__dict__" }, start: object.start, end: object.end },
          index: name,
        };
  const write: WriteOperation = { op: "write", place, form: "assign", value, statement: { start, end }, start, end };
  storedBy.set(call, write);
  return write;
}

interface Dependency {
  readonly read: Value;
  /** `handed on`: the value is what was read itself, or a part of it. */
  readonly how: "computed" | "handed on";
  /** Whether it was passed to a call on the way. */
  readonly isPassed: boolean;
}

function dependency(
  value: Value,
  isRead: (value: Value) => boolean,
  before: Range,
  within: FunctionNode,
  seen: Set<string>,
): Dependency | undefined {
  if (isRead(value)) return { read: value, how: "handed on", isPassed: false };
  if (value.op === "function" || value.op === "class") return undefined;
  if (value.op === "read" && value.place.kind === "name" && value.place.owner === within.index) {
    const { name } = value.place;
    if (seen.has(name) || seen.size === mostNames || within.head.parameters.some((parameter) => parameter.name === name)) return undefined;
    seen.add(name);
    let found: Dependency | undefined;
    let isCertain = true;
    for (const bound of within.bound(name) ?? []) {
      if (bound.start > before.start || bound.op === "element-of" || bound.op === "choice") return undefined;
      const isOwnUpdate = bound.op === "compute" && bound.operands.some((operand) => isReadOf(operand, value.place));
      if (isOwnUpdate) continue;
      const each = dependency(bound, isRead, before, within, seen);
      if (!each) isCertain = false;
      else if (!found || each.how === "computed") found = each;
    }
    // A value that is found there or else made is a cache that is filled; one that is computed from what was found there is an update.
    return isCertain || found?.how === "computed" ? found : undefined;
  }
  for (const inner of innerValues(value)) {
    const found = dependency(inner, isRead, before, within, seen);
    if (!found) continue;
    // What an answer says, `session.get(url, headers).etag`, is no longer what was asked with.
    if (value.op === "read" && value.place.kind === "attribute" && found.isPassed) return undefined;
    if (value.op === "compute" && arithmetic.has(value.operator)) return { ...found, how: "computed" };
    return { ...found, isPassed: found.isPassed || (value.op === "call" && inner !== value.callee) };
  }
  return undefined;
}

/** A value that went through more names than these is taken for another one. */
const mostNames = 50;

const arithmetic: ReadonlySet<string> = new Set(["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@"]);

/**
 * Whether what is stored is counted on from what was read: by arithmetic, or as a container made of the old one and more. What only went through a call, `x = str(x)`,
 * or is put back, `x = old`, comes out the same whoever does it first, as a rule.
 */
export function countsOn({ form, value }: WriteOperation, read: Value, within: FunctionNode): boolean {
  if (form === "update") return true;
  const seen = new Set<string>();
  const find = (each: Value): "counted" | "kept" | undefined => {
    if (each === read) return "kept";
    if (each.op === "function" || each.op === "class") return undefined;
    let found: "counted" | "kept" | undefined;
    if (each.op === "read" && each.place.kind === "name" && each.place.owner === within.index && !seen.has(each.place.name)) {
      seen.add(each.place.name);
      const { place } = each;
      const bindings = within.bound(place.name) ?? [];
      for (const bound of bindings) found = found === "counted" ? found : (find(bound) ?? found);
      // `total = self.total` … `total += n`
      if (found && bindings.some((bound) => isCounting(bound) && innerValues(bound).some((inner) => isReadOf(inner, place))))
        return "counted";
    } else for (const inner of innerValues(each)) found = found === "counted" ? found : (find(inner) ?? found);
    return found && isCounting(each) ? "counted" : found;
  };
  return value !== undefined && find(value) === "counted";
}

function isCounting(value: Value): boolean {
  switch (value.op) {
    case "compute":
      return arithmetic.has(value.operator);
    case "display":
      return value.makes !== "tuple";
    case "comprehension":
      return true;
    case "call": {
      const { callee } = value;
      // `storage = Journal(storage)` wraps once more each time.
      return (
        callee.op === "read" && callee.place.kind !== "element" && (combining.has(callee.place.name) || /^[A-Z]/.test(callee.place.name))
      );
    }
    default:
      return false;
  }
}

const combining: ReadonlySet<string> = new Set("min max dict set list frozenset union difference sum merge combine concat".split(" "));

/** Whether the value is what the place holds; `d.get(k)` reads `d[k]`. */
export function isReadOf(value: Value, place: Place): boolean {
  if (value.op === "read") return samePlace(value.place, place);
  if (value.op !== "call") return false;
  const { callee } = value;
  if (callee.op === "read" && callee.place.kind === "name" && callee.place.owner === unbound && callee.place.name === "getattr") {
    const [object, name] = value.arguments.map((argument) => argument.value);
    if (!object || !name || place.kind === "name") return false;
    if (place.kind === "attribute") return name.op === "constant" && name.value === place.name && sameValue(object, place.object);
    const { object: holder } = place;
    const isOfObject = holder.op === "read" && holder.place.kind === "attribute" && holder.place.name === "__dict__";
    return isOfObject && sameValue(object, holder.place.object) && sameValue(name, place.index);
  }
  if (place.kind !== "element") return false;
  if (callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.name !== "get") return false;
  const key = value.arguments[0]?.value;
  return key !== undefined && sameValue(callee.place.object, place.object) && sameValue(key, place.index);
}

/** Whether two places are written the same way and so, within one call of the function, mean the same. */
export function samePlace(a: Place, b: Place): boolean {
  switch (a.kind) {
    case "name":
      return b.kind === "name" && a.name === b.name && a.owner === b.owner;
    case "attribute":
      return b.kind === "attribute" && a.name === b.name && sameValue(a.object, b.object);
    case "element":
      return b.kind === "element" && sameValue(a.object, b.object) && sameValue(a.index, b.index);
  }
}

export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.op !== b.op) return false;
  switch (a.op) {
    case "read":
      return b.op === "read" && samePlace(a.place, b.place);
    case "constant":
      return b.op === "constant" && a.type === b.type && a.value === b.value;
    case "compute":
    case "display":
    case "call": {
      const left = innerValues(a);
      const right = innerValues(b);
      return left.length === right.length && left.every((value, index) => sameValue(value, right[index] as Value));
    }
    default:
      return false;
  }
}

/** What an update is to what it changes: it stores something new, or what is there changes itself and is stored again. */
export type UpdateForm = "stores" | "changes-in-place";

const inPlaceOperators: ReadonlyMap<string, string> = new Map([
  ["builtins.list", "+*"],
  ["builtins.bytearray", "+*"],
  ["collections.deque", "+*"],
  ["builtins.set", "|&-^"],
  ["builtins.dict", "|"],
  ["collections.defaultdict", "|"],
  ["collections.OrderedDict", "|"],
]);

const inPlaceMethods: ReadonlyMap<string, string> = new Map(
  "+:add -:sub *:mul /:truediv //:floordiv %:mod **:pow <<:lshift >>:rshift &:and |:or ^:xor @:matmul"
    .split(" ")
    .map((pair) => pair.split(":"))
    .map(([operator = "", name = ""]) => [operator, `__i${name}__`]),
);

/** The method that `x += y` runs on objects of the program. */
export function inPlaceMethod(write: WriteOperation): string | undefined {
  return write.form === "update" && write.value?.op === "compute" ? inPlaceMethods.get(write.value.operator) : undefined;
}

/**
 * Whether `x += y` surely leaves the same object in `x`, as with lists and with classes whose `__iadd__` returns `self`. Then two of them at a
 * time lose nothing by the store, whatever happens inside the object.
 */
export function updateForm(write: WriteOperation, within: FunctionNode, resolver: Resolver): UpdateForm {
  const method = inPlaceMethod(write);
  if (method === undefined || write.value?.op !== "compute") return "stores";
  const { operator, operands } = write.value;
  const entities = operands[0] ? resolver.resolve(operands[0], within) : [];
  const isInPlace = (entity: Entity): boolean => {
    if (entity.kind === "instance") return returnsReceiver(resolver.method(entity.class, method));
    const type = entity.kind === "container" ? `builtins.${entity.value.makes}` : entity.kind === "object" ? entity.type : "";
    return inPlaceOperators.get(type)?.includes(operator) ?? false;
  };
  return entities.length > 0 && entities.every(isInPlace) ? "changes-in-place" : "stores";
}

function returnsReceiver(method: FunctionNode | undefined): boolean {
  const self = method?.head.parameters[0]?.name;
  return (
    method !== undefined &&
    method.returned.length > 0 &&
    method.returned.every((value) => value.op === "read" && value.place.kind === "name" && value.place.name === self)
  );
}

/** What runs between the read and the write. */
export function updateGap(write: WriteOperation, read: Value, within: FunctionNode, resolver: Resolver): readonly GapStep[] {
  const steps: GapStep[] = [];
  const { value } = write;
  steps.push(...stepsOfStore(write.place, within, resolver));
  let started = false;
  const visit = (current: Value): void => {
    if (current === read) started = true;
    for (const inner of innerValues(current)) visit(inner);
    if (started && current !== read) steps.push(...stepOf(current, within, resolver));
  };
  if (value) visit(value);
  if (!started) steps.push(...stepsBetween({ start: read.end, end: write.start }, within, resolver, write));
  // A read that is itself a call, `d.get(k)`, ends with a check point after it has read.
  if (read.op === "call") steps.push("native-call");
  return steps;
}

/** What runs between a read and the operation that counts on it: an element that is added by what was read, a container that is emptied after it. */
export function gapBefore(operation: Operation, read: Value, within: FunctionNode, resolver: Resolver): readonly GapStep[] {
  const steps = stepsBetween({ start: read.end, end: operation.end }, within, resolver, operation);
  return [...steps, "native-call"];
}

/** What runs in a stretch of a function before the operation at its end. */
export function stepsBetween(range: Range, within: FunctionNode, resolver: Resolver, last: Operation): readonly GapStep[] {
  const steps: GapStep[] = [];
  walkOperations(within.facts.body, (operation) => {
    if (operation === last || operation.end <= range.start || operation.start >= range.end) return;
    if (operation.op === "call" || operation.op === "read") steps.push(...stepOf(operation, within, resolver));
    // Taking a lock waits for others to go on; to leave the block of one is a call as well.
    else if (operation.op === "with" && (operation.start >= range.start || operation.end < range.end)) steps.push("native-call");
    else if (operation.op === "loop" && operation.start >= range.start) steps.push("loop");
    else if (operation.op === "await") steps.push("await");
  });
  return steps;
}

const specialised: ReadonlySet<string> = new Set(["builtins.len", "builtins.isinstance", "builtins.type"]);

function stepOf(value: Value, within: FunctionNode, resolver: Resolver): readonly GapStep[] {
  switch (value.op) {
    case "call": {
      if (resolver.callees(value, within).length > 0) return ["python-call"];
      const [name] = resolver.externalCallees(value, within);
      if (name === undefined) return ["unknown-call"];
      if (specialised.has(name)) return ["specialised-call"];
      const entry = resolver.knowledge.callable(name);
      if (name.startsWith("builtins.") || entry) return [entry?.gil === "runs-python" ? "python-call" : "native-call"];
      return ["unknown-call"];
    }
    case "compute":
      return value.operands.some((operand) =>
        resolver.resolve(operand, within).some((entity) => hasPythonOperator(entity, value.operator, resolver)),
      )
        ? ["python-operator"]
        : ["operator"];
    case "read":
      return stepsOfRead(value.place, within, resolver);
    case "comprehension":
      return ["loop"];
    case "await":
      return ["await"];
    case "yield":
      return ["yield"];
    case "choice":
      return ["jump-forward"];
    default:
      return [];
  }
}

/** Whether the operator may run Python code of the operand: of a class that defines it, or whose bases are not known. */
function hasPythonOperator(entity: Entity, operator: string, resolver: Resolver): boolean {
  if (entity.kind === "object") return entity.type === "collections.Counter";
  if (entity.kind !== "instance") return false;
  const inPlace = inPlaceMethods.get(operator);
  if (inPlace === undefined || resolver.classOrder(entity.class).externals.length > 0) return true;
  const name = inPlace.slice("__i".length);
  return [inPlace, `__${name}`, `__r${name}`].some((method) => resolver.method(entity.class, method) !== undefined);
}

function stepsOfRead(place: Place, within: FunctionNode, resolver: Resolver): readonly GapStep[] {
  switch (place.kind) {
    case "name":
      return [];
    case "attribute":
      return [runsOnAccess(place, "__get__", within, resolver) ? "property" : "attribute"];
    case "element":
      return stepsOfElement(place, "__getitem__", within, resolver);
  }
}

/** What a store runs before it takes effect. */
export function stepsOfStore(place: Place, within: FunctionNode, resolver: Resolver): readonly GapStep[] {
  switch (place.kind) {
    case "name":
      return [];
    case "attribute":
      return runsOnAccess(place, "__set__", within, resolver) ? ["property"] : [];
    case "element":
      return stepsOfElement(place, "__setitem__", within, resolver).filter((step) => step !== "subscript");
  }
}

function stepsOfElement(place: ElementPlace, method: string, within: FunctionNode, resolver: Resolver): readonly GapStep[] {
  const isOwn = resolver
    .resolve(place.object, within)
    .some((entity) => entity.kind === "instance" && resolver.method(entity.class, method) !== undefined);
  if (isOwn) return ["python-call"];
  return [isPythonKey(place.index, within, resolver) ? "python-key" : "subscript"];
}

/** Whether looking the key up runs Python code: its class, a dataclass or an `Enum` say, compares or hashes in Python. */
function isPythonKey(index: Value, within: FunctionNode, resolver: Resolver): boolean {
  if (index.op === "display") return index.elements.some((element) => isPythonKey(element, within, resolver));
  if (index.op === "read" && index.place.kind === "attribute") {
    const isMember = resolver.resolve(index.place.object, within).some((entity) => {
      if (entity.kind !== "class") return false;
      // A mixed-in `int` or `str` brings its own hash.
      const [base] = resolver.classOrder(entity.class).externals;
      return base === "enum.Enum" || base === "enum.Flag";
    });
    if (isMember) return true;
  }
  return resolver.resolve(index, within).some((entity) => {
    if (entity.kind !== "instance") return false;
    return (
      resolver.method(entity.class, "__eq__") !== undefined ||
      resolver.method(entity.class, "__hash__") !== undefined ||
      resolver.classOrder(entity.class).classes.some(({ facts }) => facts.decorators.some(makesEquality))
    );
  });
}

/** `@dataclass` and attrs write `__eq__` and `__hash__` in Python. */
function makesEquality(decorator: Value): boolean {
  const callee = decorator.op === "call" ? decorator.callee : decorator;
  if (callee.op !== "read" || callee.place.kind === "element" || !/^(dataclass|define|frozen|attrs)$/.test(callee.place.name)) return false;
  const isOff = (name: string, value: Value): boolean => name === "eq" && value.op === "constant" && value.value === 0;
  return decorator.op !== "call" || !decorator.arguments.some(({ name, value }) => isOff(name, value));
}

/** Whether reading or storing the attribute runs a property or a descriptor of the program. */
function runsOnAccess(place: AttributePlace, method: "__get__" | "__set__", within: FunctionNode, resolver: Resolver): boolean {
  if (isProperty(place, within, resolver)) return true;
  const hook = method === "__set__" ? "__setattr__" : "__getattribute__";
  return resolver.resolve(place.object, within).some((entity) => {
    if (entity.kind !== "instance") return false;
    if (resolver.method(entity.class, hook)) return true;
    return resolver.classOrder(entity.class).classes.some(({ file, facts }) => {
      const body = file.functionAt(facts.body);
      const values = body?.bound(place.name) ?? [];
      return values.some(
        (value) =>
          value.op === "call" &&
          body !== undefined &&
          resolver
            .resolve(value, body)
            // A class without `__set__` is stored over, and then never asked again.
            .some((found) => found.kind === "instance" && resolver.method(found.class, "__set__") && resolver.method(found.class, method)),
      );
    });
  });
}

/** Whether reading or storing the place runs a property of the program. */
export function isProperty(place: Place, within: FunctionNode, resolver: Resolver): boolean {
  if (place.kind !== "attribute") return false;
  return resolver.resolve(place.object, within).some((entity) => {
    if (entity.kind !== "instance") return false;
    const method = resolver.method(entity.class, place.name);
    return method !== undefined && decoratorNames(method).some((name) => name === "property" || name === "setter");
  });
}
