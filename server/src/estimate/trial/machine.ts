import type { Range } from "../../base/range.js";
import { asNumber, binary, checkedSize, compared, isTrue, isUnknown, order, shown } from "./arithmetic.js";
import { builtIns, exceptions } from "./built-ins.js";
import { itemOf, removeItem, sliceOf, storeItem } from "./items.js";
import { memberOf } from "./library.js";
import { methodOf } from "./methods.js";
import { Site } from "./site.js";
import { Pool, Tasks } from "./tasks.js";
import {
  BoundMethod,
  Bytes,
  ClassValue,
  Dict,
  done,
  Float,
  type Frame,
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
  /** What `random` draws next. */
  seed = 1;
  private steps = { making: 0, watching: 0 };
  private depth = 0;
  /** How many calls of each function are running. */
  private readonly active = new Map<object, { running: number }>();
  private readonly builtIns: ReadonlyMap<string, Py>;

  constructor(private readonly mostSteps: number) {
    this.builtIns = builtIns(this);
    this.tasks = new Tasks(this);
  }

  /** Counts a step, or several; a program that takes too many is followed no further. */
  tick(steps = 1): void {
    const of = this.isWatching ? "watching" : "making";
    this.steps[of] += steps;
    if (this.steps[of] > this.mostSteps) throw new Unclear("too long", true);
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
    const number = asNumber(value);
    if (number === undefined) return value instanceof Opaque ? value : unclear("an operator of a class");
    if (operator === "-") return typeof number === "number" ? (number === 0 ? 0 : -number) : -number;
    return operator === "~" ? this.binary("-", this.unary("-", number), 1) : number;
  }

  compared(operator: string, left: Py, right: Py): boolean {
    if (left instanceof Instance && !left.class_.comparesFields) {
      const name = comparisonMethods[operator];
      const method = name && this.methodOf(left, name);
      if (method) return this.truth(this.call(method, [right]));
      if (operator === "!=") {
        const equal = this.methodOf(left, "__eq__");
        if (equal) return !this.truth(this.call(equal, [right]));
      }
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
    if (a instanceof Instance) {
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
    if (value instanceof Iterator_) return value.next;
    if (typeof value === "string") return over([...value]);
    if (value instanceof Bytes) return over([...value.text].map((character) => character.charCodeAt(0)));
    if (value instanceof Dict) return over([...value.entries.values()].map(([key]) => key));
    if (value instanceof SetValue) return over([...value.members.values()]);
    if (value instanceof Instance) {
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
    if (callee instanceof ClassValue) return this.construct(callee, given, named);
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
    if (code.isAsync) unclear("a coroutine");
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
    code.site.called(isFromOutside);
    const { generate } = code;
    if (generate) {
      const steps = generate(frame);
      return new Iterator_(() => {
        const step = this.inside(active, () => steps.next());
        if (!step.done) return step.value;
        if (isFromOutside) code.site.returned();
        return done;
      });
    }
    this.inside(active, () => code.run(frame));
    if (isFromOutside) code.site.returned();
    return frame.returned;
  }

  /** Does something in a function's body, which a call of it meanwhile calls again. */
  private inside<Found>(active: { running: number }, run: () => Found): Found {
    if (++this.depth > deepest) unclear("too deep");
    active.running++;
    try {
      return run();
    } finally {
      this.depth--;
      active.running--;
    }
  }

  private construct(class_: ClassValue, given: readonly Py[], named: NamedArguments): Py {
    const made = new Instance(class_);
    this.tick();
    const { fields } = class_;
    const start = class_.find("__init__");
    if (start instanceof PyFunction) this.call(start, [made, ...given], named);
    else if (fields) {
      let next = 0;
      for (const field of fields) {
        const value = next < given.length ? given[next++] : (named.get(field.name) ?? field.default);
        if (value === undefined) this.fail("TypeError", "missing argument");
        made.attributes.set(field.name, field.isMade ? this.call(value, []) : value);
      }
      const after = class_.find("__post_init__");
      if (after !== undefined) this.call(after, [made]);
    } else if (class_.isA(exceptions.get("BaseException") as ClassValue)) made.attributes.set("args", new Tuple(given));
    else if (start !== undefined || class_.find("__new__") !== undefined || given.length > 0) unclear("a class of unknown making");
    return made;
  }

  makeClass(name: string, bases: readonly Py[], attributes: Map<string, Py>, annotated: readonly string[]): ClassValue {
    const own: ClassValue[] = [];
    for (const base of bases) {
      if (base instanceof ClassValue) own.push(base);
      else if (base instanceof Imported && base.name === "typing.NamedTuple") return unclear("a named tuple");
      else if (!(base instanceof Imported) || !/^(abc\.ABC|typing\.(Generic|Protocol))$/.test(base.name)) unclear("a class of a library");
    }
    const made = new ClassValue(name, own, attributes);
    attributes.set("\u0000annotated", new Tuple(annotated));
    return made;
  }

  /** The class itself, with fields in place of what is annotated, as `dataclass` has it. */
  asDataClass(class_: ClassValue, hasOrder: boolean, isFrozen: boolean): ClassValue {
    if (hasOrder) unclear("a data class in order");
    const annotated = class_.attributes.get("\u0000annotated");
    const inherited = class_.bases.flatMap(({ fields }) => fields ?? []);
    const own = (annotated instanceof Tuple ? annotated.items : []).map((name) => {
      const usual = class_.attributes.get(String(name));
      const isField = usual instanceof FieldValue;
      return { name: String(name), default: isField ? usual.value : usual, isMade: isField && usual.isMade };
    });
    class_.fields = [...inherited, ...own];
    class_.comparesFields = isFrozen;
    return class_;
  }

  methodOf(instance: Instance, name: string): Py | undefined {
    const found = instance.class_.find(name);
    return found === undefined ? undefined : this.bound(found, instance);
  }

  private bound(found: Py, instance: Instance): Py {
    if (!(found instanceof PyFunction))
      return found instanceof Native && found.name === "cached" ? new BoundMethod(found, instance) : found;
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
      if (found instanceof PyFunction && found.binds === "class") return new BoundMethod(found, object);
      return found ?? this.fail("AttributeError", name);
    }
    if (object instanceof PyFunction) return name === "__name__" ? object.code.name : new Opaque();
    if (object instanceof Opaque) return new Opaque();
    if (object instanceof SuperValue) {
      for (const base of object.instance.class_.bases) {
        const found = base.find(name);
        if (found !== undefined) return this.bound(found, object.instance);
      }
      return name === "__init__" ? new Native("__init__", () => null) : this.fail("AttributeError", name);
    }
    return methodOf(this, object, name) ?? unclear(`\`${name}\` of something unknown`);
  }

  setAttribute(object: Py, name: string, value: Py): void {
    if (object instanceof Instance) {
      if (object.class_.find("__setattr__") !== undefined) unclear("attributes that are set by a method");
      object.attributes.set(name, value);
    } else if (object instanceof ClassValue) object.attributes.set(name, value);
    else if (!(object instanceof Opaque || object instanceof PyFunction)) unclear("an attribute of something unknown");
  }

  callMethod(object: Py, name: string, given: readonly Py[], named: NamedArguments = none): Py {
    if (object instanceof Opaque) return this.call(object, given, named);
    return this.call(this.attribute(object, name), given, named);
  }

  superOf(instance: Py): Py {
    return instance instanceof Instance ? new SuperValue(instance) : unclear("super");
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
      const method = this.methodOf(manager, "__enter__");
      return method ? this.call(method, []) : unclear("a context manager");
    }
    return manager instanceof Pool ? manager : new Opaque();
  }

  leave(manager: Py): void {
    if (!(manager instanceof Instance)) return;
    const method = this.methodOf(manager, "__exit__");
    if (method) this.call(method, [null, null, null]);
  }

  raise(value: Py | undefined): never {
    if (value instanceof ClassValue) return this.raise(this.construct(value, [], none));
    if (value instanceof Instance) throw new Raised(value.class_.name, value);
    return unclear("an unknown error");
  }

  catches(type: Py, raised: Raised): boolean {
    if (type instanceof Tuple) return type.items.some((each) => this.catches(each, raised));
    if (!(type instanceof ClassValue)) return false;
    const thrown = raised.value instanceof Instance ? raised.value.class_ : exceptions.get(raised.type);
    return thrown?.isA(type) ?? false;
  }

  formatted(value: Py, how: string): string {
    const number = value instanceof Float ? value.value : asNumber(value);
    const width = Number(/^(?:.?[<>^=])?[-+ #]*0?(\d*)/.exec(how)?.[1] || 0);
    let text: string;
    const digits = /\.(\d+)/.exec(how)?.[1];
    if (number !== undefined && typeof number === "number" && (value instanceof Float || digits)) {
      const exact = digits === undefined ? shown(value) : number.toFixed(Math.min(100, Number(digits) + (how.endsWith("%") ? 2 : 0)));
      text = exact;
    } else if (number !== undefined && /[xXob]$/.test(how)) text = number.toString(/[xX]$/.test(how) ? 16 : how.endsWith("o") ? 8 : 2);
    else text = shown(value);
    if (how.includes(",") && text.length < 100) text = text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return text.padStart(checkedSize(width));
  }
}

/** What `dataclasses.field` says of one. */
export class FieldValue {
  constructor(
    readonly value: Py | undefined,
    readonly isMade: boolean,
  ) {}
}

class SuperValue {
  constructor(readonly instance: Instance) {}
}

const none: NamedArguments = new Map<string, Py>([]);
const deepest = 900;
/** Elements that are gone through in about the time of a step. */
export const perStep = 64;
const membersPerStep = 16;
const charactersPerStep = 512;

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

const comparisonMethods: Readonly<Record<string, string>> = {
  "==": "__eq__",
  "!=": "__ne__",
  "<": "__lt__",
  "<=": "__le__",
  ">": "__gt__",
  ">=": "__ge__",
};
