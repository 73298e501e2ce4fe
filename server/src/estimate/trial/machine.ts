import type { Range } from "../../base/range.js";
import { asFloat, asNumber, binary, checkedSize, compared, isTrue, isUnknown, order, shown } from "./arithmetic.js";
import { builtIns, exceptions } from "./built-ins.js";
import { construct, isError } from "./classes.js";
import type { Compiled } from "./code.js";
import { complexAttribute } from "./complex-numbers.js";
import { formattedAs } from "./formats.js";
import { itemOf, removeItem, sliceOf, storeItem } from "./items.js";
import { memberOf } from "./library.js";
import { MersenneTwister } from "./mersenne-twister.js";
import { methodOf, typeMethod } from "./methods.js";
import { Lock, lockMethod } from "./pools.js";
import { Sampling } from "./sampling.js";
import { Site } from "./site.js";
import { Future, Pool, Tasks } from "./tasks.js";
import {
  BoundMethod,
  Bytes,
  ClassValue,
  Complex,
  Coroutine,
  Dict,
  done,
  type Elements,
  Float,
  type Frame,
  fieldsOf,
  Imported,
  Instance,
  Iterator_,
  List,
  lengthOf,
  type NamedArguments,
  Native,
  Opaque,
  type Py,
  PyFunction,
  Raised,
  RangeValue,
  SetValue,
  setItem,
  Tuple,
  Unclear,
  unclear,
} from "./values.js";

/** Follows a program without any effect outside: what it would have to know from there is opaque, and no decision can rest on that. */
export class Machine {
  isWatching = false;
  /** Where something was seen since the task began. */
  seen: Site[] = [];
  readonly tasks: Tasks;
  /** Which rounds of its loops are followed where a task takes too many steps. */
  readonly sampling = new Sampling(this);
  /** What the module `random` draws from. */
  readonly random = new MersenneTwister(1);
  /** How long the task has slept, ns. */
  slept = 0;
  /** Where the look at a task ends that is one of more than have to be looked at. */
  watchedLimit: number;
  /** How many steps a task takes, with the rounds that are not followed. */
  weighedSteps = 0;
  private readonly steps = { making: 0, watching: 0 };
  private depth = 0;
  /** How many calls of each function are running. */
  private readonly active = new Map<object, { running: number }>();
  private readonly builtIns: ReadonlyMap<string, Py>;

  constructor(
    readonly mostSteps: number,
    /** Of the machine that the program is for. */
    readonly cores: number,
  ) {
    this.watchedLimit = mostSteps;
    this.builtIns = builtIns(this);
    this.tasks = new Tasks(this);
  }

  /** Counts a step, or several; a program that takes too many is followed no further. */
  tick(steps = 1): void {
    const { isWatching } = this;
    const of = isWatching ? "watching" : "making";
    this.steps[of] += steps;
    if (isWatching) this.weighedSteps += steps * this.sampling.weight;
    if (this.steps[of] > (isWatching ? this.watchedLimit : this.mostSteps)) throw new Unclear("too long", true);
  }

  get watchedSteps(): number {
    return this.steps.watching;
  }

  site(range: Range): Site {
    return new Site(this, { start: range.start, end: range.end });
  }

  builtIn(name: string): Py | undefined {
    return this.builtIns.get(name);
  }

  member(qualified: string): Py {
    return memberOf(this, qualified) ?? new Imported(qualified);
  }

  fail(type: string, why: string): never {
    throw new Raised(type, why);
  }

  bytes(content: string | undefined, length: number): Py {
    return content !== undefined && content.length === length ? new Bytes(content) : new Opaque(length);
  }

  truth(value: Py): boolean {
    if (typeof value === "boolean") return value;
    if (value instanceof Instance) {
      const method = this.methodOf(value, "__bool__") ?? this.methodOf(value, "__len__");
      if (method) return isTrue(this.call(method, []));
    }
    return isTrue(value);
  }

  binary(operator: string, left: Py, right: Py): Py {
    if (left instanceof Instance || right instanceof Instance) {
      const name = operatorMethods[operator];
      const own = left instanceof Instance && name ? this.methodOf(left, `__${name}__`) : undefined;
      if (own) return this.call(own, [right]);
      const other = right instanceof Instance && name ? this.methodOf(right, `__r${name}__`) : undefined;
      if (other) return this.call(other, [left]);
    }
    this.tickFor(left);
    this.tickFor(right);
    // Reading a template takes as long as several steps.
    if (operator === "%" && typeof left === "string") this.tick(templateSteps);
    const found = binary(operator, left, right);
    if (typeof found === "bigint") this.tick(4);
    else this.tickFor(found);
    return found;
  }

  /** Counts what going through a large value takes. */
  private tickFor(value: Py): void {
    if (typeof value === "number" || value === null) return;
    const length = lengthOf(value);
    if (length === undefined || length <= perStep) return;
    this.tick(
      typeof value === "string" ? length / charactersPerStep : value instanceof SetValue ? length / membersPerStep : length / perStep,
    );
  }

  /** `left += right`: lists, sets and dicts change themselves. */
  inPlace(operator: string, left: Py, right: Py): Py {
    if (operator === "+" && left instanceof List) {
      for (const item of this.listOf(right)) left.items.push(item);
      checkedSize(left.items.length);
      return left;
    }
    if (left instanceof Instance) {
      const method = operatorMethods[operator] && this.methodOf(left, `__i${operatorMethods[operator]}__`);
      if (method) return this.call(method, [right]);
    }
    if (left instanceof SetValue && right instanceof SetValue && !left.isFrozen && operator === "|") {
      for (const [key, member] of right.members) left.members.set(key, member);
      return left;
    }
    return this.binary(operator, left, right);
  }

  unary(operator: string, value: Py): Py {
    if (value instanceof Float) return operator === "-" ? new Float(-value.value) : value;
    if (value instanceof Complex) return operator === "-" ? new Complex(-value.real, -value.imaginary) : value;
    const number = asNumber(value);
    if (number === undefined) return value instanceof Opaque ? value : unclear("an operator of a class");
    if (operator === "-") return typeof number === "number" ? (number === 0 ? 0 : -number) : -number;
    return operator === "~" ? this.binary("-", this.unary("-", number), 1) : number;
  }

  compared(operator: string, left: Py, right: Py): boolean {
    if (left instanceof Instance && left.number === undefined && !left.class_.comparesFields) {
      const name = comparisonMethods[operator];
      const method = name && this.methodOf(left, name);
      if (method) return this.truth(this.call(method, [right]));
      if (operator === "!=") {
        const equal = this.methodOf(left, "__eq__");
        if (equal) return !this.truth(this.call(equal, [right]));
      }
      const other = right instanceof Instance && right !== left ? mirrored[operator] : undefined;
      const turned = other && right instanceof Instance ? this.methodOf(right, other) : undefined;
      if (turned) return this.truth(this.call(turned, [left]));
    }
    if ((operator === "in" || operator === "not in") && right instanceof Iterator_)
      return this.listOf(right).some((item) => this.compared("==", item, left)) === (operator === "in");
    if ((operator === "in" || operator === "not in") && right instanceof Instance) {
      const method = this.methodOf(right, "__contains__");
      if (method) return this.truth(this.call(method, [left])) === (operator === "in");
    }
    this.tickFor(left);
    // Whether something is in a set or a dict is known at once.
    if (!(operator.endsWith("in") && (right instanceof Dict || right instanceof SetValue))) this.tickFor(right);
    return compared(operator, left, right);
  }

  /** Below zero where the first comes first. */
  order(a: Py, b: Py): number {
    if (a instanceof Instance && a.number === undefined && !a.class_.ordersFields) {
      if (this.compared("<", a, b)) return -1;
      return this.compared("<", b, a) ? 1 : 0;
    }
    return order(a, b);
  }

  sorted(items: readonly Py[], key: Py, isReversed: boolean): Py[] {
    this.tick(items.length / 4);
    const keyed = items.map((item) => ({ item, key: key === null ? item : this.call(key, [item]) }));
    const sign = isReversed ? -1 : 1;
    keyed.sort((a, b) => sign * this.order(a.key, b.key));
    return keyed.map(({ item }) => item);
  }

  /** Hands out the elements one by one. */
  iterate(value: Py): () => Py | typeof done {
    const over = (items: readonly Py[]): (() => Py | typeof done) => {
      let index = 0;
      return () => {
        if (index >= items.length) return done;
        this.tick(0.3);
        return items[index++] as Py;
      };
    };
    if (value instanceof List || value instanceof Tuple) return over(value.items);
    if (value instanceof RangeValue) {
      const { start, step, length } = value;
      let index = 0;
      return () => {
        if (index >= length) return done;
        this.tick(0.3);
        return start + step * index++;
      };
    }
    if (value instanceof Iterator_) return value.counted ? counting(value.next, value.counted) : value.next;
    if (typeof value === "string") return over([...value]);
    if (value instanceof Bytes) return over([...value.text].map((character) => character.charCodeAt(0)));
    if (value instanceof Dict) return over([...value.entries.values()].map(([key]) => key));
    if (value instanceof SetValue) return over([...value.members.values()]);
    if (value instanceof ClassValue && value.members) return over([...new Set(value.members.values())]);
    if (value instanceof Instance) {
      if (value.class_.isTuple) return over(fieldsOf(value));
      const method = this.methodOf(value, "__iter__");
      const made = method && this.call(method, []);
      if (made !== undefined && made !== value) return this.iterate(made);
      const next = this.methodOf(value, "__next__");
      if (next)
        return () => {
          try {
            return this.call(next, []);
          } catch (error) {
            if (error instanceof Raised && error.type === "StopIteration") return done;
            throw error;
          }
        };
    }
    return unclear("elements of something unknown");
  }

  /** The same where it is known how many there are, and any of them can be asked for. */
  elementsOf(value: Py): Elements | undefined {
    const over = (length: number, element: (index: number) => Py): Elements => ({
      length,
      element: (index) => {
        this.tick(0.3);
        return element(index);
      },
    });
    const listed = (items: readonly Py[]): Elements => over(items.length, (index) => items[index] ?? null);
    if (value instanceof List || value instanceof Tuple) return listed(value.items);
    if (value instanceof RangeValue) return over(value.length, (index) => value.start + value.step * index);
    if (value instanceof Dict) return listed([...value.entries.values()].map(([key]) => key));
    if (value instanceof SetValue) return listed([...value.members.values()]);
    return value instanceof Iterator_ ? value.elements : undefined;
  }

  listOf(value: Py): readonly Py[] {
    if (value instanceof List || value instanceof Tuple) {
      this.tickFor(value);
      return value.items;
    }
    const items: Py[] = [];
    const next = this.iterate(value);
    for (let item = next(); item !== done; item = next()) items.push(item);
    checkedSize(items.length);
    return items;
  }

  call(callee: Py, given: readonly Py[], named: NamedArguments = none): Py {
    if (callee instanceof Native) {
      this.tick(0.3);
      return callee.call(given, named);
    }
    if (callee instanceof PyFunction) return this.run(callee, given, named);
    if (callee instanceof BoundMethod) return this.call(callee.callee, [callee.receiver, ...given], named);
    if (callee instanceof ClassValue) return construct(this, callee, given, named);
    if (callee instanceof Instance) {
      const method = this.methodOf(callee, "__call__");
      return method ? this.call(method, given, named) : this.fail("TypeError", "not callable");
    }
    if (isUnknown(callee)) {
      // Who is given a function may call it.
      if ([...given, ...named.values()].some((value) => value instanceof PyFunction || value instanceof BoundMethod))
        unclear("an unknown call of a function");
      return new Opaque();
    }
    return this.fail("TypeError", "not callable");
  }

  private run({ code, frame: outer, defaults }: PyFunction, given: readonly Py[], named: NamedArguments): Py {
    this.tick();
    const slots: (Py | undefined)[] = new Array(code.slotsOf());
    let next = 0;
    const rest = named.size > 0 ? new Map(named) : undefined;
    for (const { name, slot, form } of code.parameters) {
      if (form === "star") {
        if (name !== "") slots[slot] = new Tuple(given.slice(next));
        next = given.length;
      } else if (form === "double-star") {
        const others = new Dict();
        for (const [key, value] of rest ?? []) setItem(others, key, value);
        rest?.clear();
        slots[slot] = others;
      } else if (form !== "keyword-only" && next < given.length) slots[slot] = given[next++] as Py;
      else if (rest?.has(name)) {
        slots[slot] = rest.get(name);
        rest.delete(name);
      } else {
        const usual = defaults.get(name);
        if (usual === undefined) this.fail("TypeError", `missing argument ${name}`);
        slots[slot] = usual;
      }
    }
    if (next < given.length) this.fail("TypeError", "too many arguments");
    const frame: Frame = { slots, outer, returned: null };
    const active = this.active.get(code) ?? { running: 0 };
    this.active.set(code, active);
    const isFromOutside = active.running === 0;
    if (isFromOutside && this.isWatching && code.hangsOnEarlier()) this.sampling.hangTogether();
    code.site.called(isFromOutside);
    const { generate } = code;
    if (generate) {
      const steps = generate(frame);
      const resumed = (step: IteratorResult<Py>): Py | typeof done => {
        if (!step.done) return step.value;
        if (isFromOutside) code.site.returned();
        return done;
      };
      let isRunning = false;
      const alone = (step: () => IteratorResult<Py>): Py | typeof done => {
        // Another thread is in it, which is followed on the way to the next value.
        if (isRunning) this.fail("ValueError", "generator already executing");
        isRunning = true;
        try {
          return resumed(this.inside(active, step));
        } finally {
          isRunning = false;
        }
      };
      return new Iterator_(
        () => alone(() => steps.next()),
        (error) => alone(() => steps.throw(error)),
        (value) => alone(() => steps.next(value)),
      );
    }
    if (code.isAsync) return new Coroutine(() => this.finish(code, frame, active, isFromOutside));
    return this.finish(code, frame, active, isFromOutside);
  }

  private finish(code: Compiled, frame: Frame, active: { running: number }, isFromOutside: boolean): Py {
    code.site.entered();
    try {
      this.inside(active, () => code.run(frame));
    } catch (error) {
      if (error instanceof Raised) code.site.left();
      throw error;
    }
    code.site.left();
    if (isFromOutside) code.site.returned();
    return frame.returned;
  }

  /** What is awaited comes to its end at once. */
  await(value: Py, what: "is awaited" | "may be a value" = "is awaited"): Py {
    if (value instanceof Coroutine) return value.await();
    if (what === "may be a value") return value;
    if (value instanceof Future) return value.result();
    if (isUnknown(value) || value === null) return new Opaque();
    const method = value instanceof Instance ? this.methodOf(value, "__await__") : undefined;
    return method ? this.call(method, []) : unclear("what is awaited");
  }

  /** Does something in a function's body, which a call of it meanwhile calls again. */
  private inside<Found>(active: { running: number }, run: () => Found): Found {
    if (++this.depth > deepest) unclear("too deep");
    try {
      // What a recursion comes to hangs on all that its calls do.
      return active.running++ > 0 && !this.sampling.isStrict ? this.sampling.inOrder(run) : run();
    } finally {
      this.depth--;
      active.running--;
    }
  }

  methodOf(instance: Instance, name: string): Py | undefined {
    const found = instance.class_.find(name);
    return found === undefined ? undefined : this.bound(found, instance);
  }

  private bound(found: Py, instance: Instance): Py {
    if (!(found instanceof PyFunction))
      return found instanceof Native && found.binds === "method" ? new BoundMethod(found, instance) : found;
    switch (found.binds) {
      case "instance":
        return new BoundMethod(found, instance);
      case "class":
        return new BoundMethod(found, instance.class_);
      case "nothing":
        return found;
      case "property":
        return this.call(found, [instance]);
    }
  }

  attribute(object: Py, name: string): Py {
    if (object instanceof Instance) {
      const own = object.attributes.get(name);
      if (own !== undefined) return own;
      const found = object.class_.find(name);
      if (found !== undefined) return this.bound(found, object);
      if (name === "__class__") return object.class_;
      if (name === "__dict__") return unclear("attributes by name");
      return this.fail("AttributeError", name);
    }
    if (object instanceof Imported) return this.member(`${object.name}.${name}`);
    if (object instanceof ClassValue) {
      if (name === "__name__") return object.name;
      const found = object.find(name);
      if (name === "_make" && object.isTuple)
        return new Native(name, ([items = null]) => construct(this, object, this.listOf(items), none));
      if (found instanceof PyFunction && found.binds === "class") return new BoundMethod(found, object);
      return found ?? this.fail("AttributeError", name);
    }
    if (object instanceof PyFunction) {
      if (object.binds === "property" && name === "setter") return new Native(name, ([setter = null]) => withSetter(object, setter));
      return name === "__name__" ? object.code.name : new Opaque();
    }
    if (object instanceof Complex) {
      const part = complexAttribute(object, name);
      if (part) return part;
    }
    if (object instanceof Opaque) return new Opaque();
    if (object instanceof SuperValue) {
      const { instance, owner } = object;
      const found = instance.class_.findAfter(owner, name);
      if (found !== undefined) return this.bound(found, instance);
      if (name !== "__init__") return this.fail("AttributeError", name);
      return new Native(name, (given) => {
        if (isError(instance.class_)) instance.attributes.set("args", new Tuple(given));
        return null;
      });
    }
    if (object instanceof Native) {
      const held = memberOf(this, `${object.name}.${name}`);
      if (held !== undefined) return held;
      // `str.lower`
      if (typeNames.test(object.name))
        return (
          typeMethod(this, object.name, name) ??
          new Native(name, ([self = null, ...given], named) => this.callMethod(self, name, given, named))
        );
      if (name === "__name__") return object.name;
    }
    return methodOf(this, object, name) ?? unclear(`\`${name}\` of something unknown`);
  }

  setAttribute(object: Py, name: string, value: Py): void {
    if (object instanceof Instance) {
      if (object.class_.find("__setattr__") !== undefined) unclear("attributes that are set by a method");
      const property = object.class_.find(name);
      if (!(property instanceof PyFunction && property.binds === "property")) object.attributes.set(name, value);
      else if (property.setter === undefined) this.fail("AttributeError", name);
      else this.call(property.setter, [object, value]);
    } else if (object instanceof ClassValue) object.attributes.set(name, value);
    else if (!(object instanceof Opaque || object instanceof PyFunction)) unclear("an attribute of something unknown");
  }

  callMethod(object: Py, name: string, given: readonly Py[], named: NamedArguments = none): Py {
    if (object instanceof Lock) return lockMethod(name);
    if (object instanceof Opaque) return this.call(object, given, named);
    return this.call(this.attribute(object, name), given, named);
  }

  superOf(instance: Py, owner: ClassValue | undefined): Py {
    return instance instanceof Instance && owner ? new SuperValue(instance, owner) : unclear("super");
  }

  module(name: string): Py {
    return new Imported(name);
  }

  /** A task sleeps; whoever else does waits for tasks. */
  sleep(seconds: Py): void {
    if (this.isWatching) this.slept += asFloat(seconds) ?? 0;
    else this.tasks.runPending();
  }

  item(object: Py, index: Py): Py {
    return itemOf(this, object, index);
  }

  setItem(object: Py, index: Py, value: Py): void {
    storeItem(this, object, index, value);
  }

  deleteItem(object: Py, index: Py): void {
    removeItem(this, object, index);
  }

  slice(object: Py, bounds: readonly Py[]): Py {
    return sliceOf(this, object, bounds);
  }

  updateDict(dict: Dict, from: Py): void {
    if (from instanceof Dict) {
      this.tick(from.entries.size / 4);
      for (const [key, [shownKey, value]] of from.entries) {
        const entry = dict.entries.get(key);
        if (entry) entry[1] = value;
        else dict.entries.set(key, [shownKey, value]);
      }
      return;
    }
    for (const pair of this.listOf(from)) {
      const [key, value] = this.listOf(pair);
      setItem(dict, key ?? null, value ?? null);
    }
  }

  enter(manager: Py): Py {
    if (manager instanceof Instance) {
      const method = this.methodOf(manager, "__enter__") ?? this.methodOf(manager, "__aenter__");
      return method ? this.await(this.call(method, []), "may be a value") : unclear("a context manager");
    }
    if (manager instanceof Pool) return manager;
    return isUnknown(manager) ? new Opaque() : unclear("a context manager");
  }

  /** `raised`: what ended the block. Whether that goes no further. */
  leave(manager: Py, raised?: Raised): boolean {
    if (manager instanceof Pool) this.tasks.runPending();
    if (!(manager instanceof Instance)) return false;
    const method = this.methodOf(manager, "__exit__") ?? this.methodOf(manager, "__aexit__");
    if (!method) return false;
    const type = raised ? (raised.value instanceof Instance ? raised.value.class_ : (exceptions.get(raised.type) ?? null)) : null;
    const found = this.await(this.call(method, [type, raised?.value ?? null, null]), "may be a value");
    return raised !== undefined && !isUnknown(found) && this.truth(found);
  }

  raise(value: Py | undefined): never {
    if (value instanceof ClassValue) return this.raise(construct(this, value, [], none));
    if (value instanceof Instance) throw new Raised(value.class_.name, value);
    return unclear("an unknown error");
  }

  /** What a handler is given. */
  errorOf({ type, value }: Raised): Py {
    const class_ = exceptions.get(type);
    if (value instanceof Instance || !class_) return value;
    const made = new Instance(class_);
    made.attributes.set("args", new Tuple([value]));
    return made;
  }

  catches(type: Py, raised: Raised): boolean {
    if (type instanceof Tuple) return type.items.some((each) => this.catches(each, raised));
    if (!(type instanceof ClassValue)) return false;
    const thrown = raised.value instanceof Instance ? raised.value.class_ : exceptions.get(raised.type);
    return thrown?.isA(type) ?? false;
  }

  /** What `repr` makes of it. */
  representation(value: Py): string {
    const method = value instanceof Instance ? this.methodOf(value, "__repr__") : undefined;
    return method ? shown(this.call(method, [])) : shown(value, "repr");
  }

  /** What `str` makes of it. */
  text(value: Py): string {
    if (value instanceof Instance) {
      const method = this.methodOf(value, "__str__") ?? this.methodOf(value, "__repr__");
      if (method) return shown(this.call(method, []));
      if (isError(value.class_)) {
        const given = value.attributes.get("args");
        return given instanceof Tuple && given.items.length < 2 ? this.text(given.items[0] ?? "") : shown(given ?? "");
      }
    }
    return shown(value);
  }

  formatted(value: Py, how: string): string {
    if (value instanceof Instance && value.number === undefined) {
      const method = this.methodOf(value, "__format__");
      return method ? shown(this.call(method, [how])) : this.formatted(this.text(value), how);
    }
    return formattedAs(value, how);
  }
}

/** What `dataclasses.field` says of one. */
export class FieldValue {
  constructor(
    readonly value: Py | undefined,
    readonly isMade: boolean,
    readonly isCompared: boolean,
  ) {}
}

class SuperValue {
  constructor(
    readonly instance: Instance,
    readonly owner: ClassValue,
  ) {}
}

const typeNames = /^(str|bytes|bytearray|int|float|list|tuple|dict|set|frozenset)$/;

const none: NamedArguments = new Map<string, Py>([]);
const deepest = 900;
/** Elements that are gone through in about the time of a step. */
export const perStep = 64;
const membersPerStep = 16;
const charactersPerStep = 512;
/** What filling in a template takes, which is read anew each time. */
const templateSteps = 3;

const operatorMethods: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "truediv",
  "//": "floordiv",
  "%": "mod",
  "**": "pow",
  "@": "matmul",
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "lshift",
  ">>": "rshift",
};

/** The same, which tells how many there were. */
function counting(next: () => Py | typeof done, counted: (length: number) => void): () => Py | typeof done {
  let length = 0;
  return () => {
    const item = next();
    if (item !== done) length++;
    else if (length >= 0) {
      counted(length);
      length = -1;
    }
    return item;
  };
}

/** The same property, which can be stored to. */
function withSetter({ code, frame, defaults }: PyFunction, setter: Py): PyFunction {
  const made = new PyFunction(code, frame, defaults);
  made.binds = "property";
  made.setter = setter;
  return made;
}

/** What the right one is asked where the left one has no answer. */
const mirrored: Readonly<Record<string, string>> = {
  "<": "__gt__",
  "<=": "__ge__",
  ">": "__lt__",
  ">=": "__le__",
  "==": "__eq__",
  "!=": "__ne__",
};

const comparisonMethods: Readonly<Record<string, string>> = {
  "==": "__eq__",
  "!=": "__ne__",
  "<": "__lt__",
  "<=": "__le__",
  ">": "__gt__",
  ">=": "__ge__",
};
