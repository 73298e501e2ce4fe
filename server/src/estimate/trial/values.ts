import type { Compiled } from "./code.js";

/** A value of Python while a program is followed. `int` is a number, or a bigint where it is larger than that holds; `None` is null. */
export type Py = null | boolean | number | bigint | string | object;

export class Float {
  constructor(readonly value: number) {}
}

export class Complex {
  constructor(
    readonly real: number,
    readonly imaginary: number,
  ) {}
}

/** Each byte one character. */
export class Bytes {
  constructor(readonly text: string) {}
}

export class List {
  /** Of a `deque` that is bounded. */
  mostItems: number | undefined;

  constructor(
    public items: Py[],
    readonly type: "list" | "deque" | "bytearray" = "list",
  ) {}
}

export class Tuple {
  constructor(readonly items: readonly Py[]) {}
}

export type Key = null | number | bigint | string | object;

export class Dict {
  readonly entries = new Map<Key, [key: Py, value: Py]>();

  constructor(
    readonly type: "dict" | "Counter" | "defaultdict" = "dict",
    /** What makes the values of a `defaultdict` that are not there. */
    readonly missing: Py = null,
  ) {}
}

export class SetValue {
  readonly members = new Map<Key, Py>();

  constructor(
    members: Iterable<Py>,
    readonly isFrozen = false,
  ) {
    for (const member of members) this.add(member);
  }

  /** What is there already stays. */
  add(member: Py): void {
    const key = keyOf(member);
    if (!this.members.has(key)) this.members.set(key, member);
  }
}

export class RangeValue {
  constructor(
    readonly start: number,
    readonly stop: number,
    readonly step: number,
  ) {}

  get length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
}

/** Something of which no more is known than how long it is, at most. */
export class Opaque {
  constructor(readonly length?: number) {}
}

/** What an iterator hands out after its last element. */
export const done = Symbol("done");

/** What can be gone through in any order. */
export interface Elements {
  readonly length: number;
  readonly element: (index: number) => Py;
}

/** Iterators, and what generator functions make. */
export class Iterator_ {
  /** Told how many elements there were, where a call went through all of them. */
  counted: ((length: number) => void) | undefined;
  /** What it goes through, where nothing of that was taken yet. */
  elements: Elements | undefined;

  constructor(
    readonly next: () => Py | typeof done,
    /** Of a generator: an error is raised where it waits. */
    readonly fail?: (error: Raised) => Py | typeof done,
    /** Of a generator: goes on with what the `yield` is worth where it waits. */
    readonly send?: (value: Py) => Py | typeof done,
  ) {}
}

export type NamedArguments = ReadonlyMap<string, Py>;

/** What such a function does. */
export type Call = (given: readonly Py[], named: NamedArguments) => Py;

/** A function that Python brings. */
export class Native {
  constructor(
    readonly name: string,
    readonly call: Call,
    /** `method`: found in a class, it is given the object first. */
    readonly binds: "method" | "nothing" = "nothing",
    /** The function that it calls, if it only stands before that. */
    readonly inner?: Py,
  ) {}
}

export interface Frame {
  readonly slots: (Py | undefined)[];
  readonly outer: Frame | undefined;
  returned: Py;
}

export class PyFunction {
  /** Of a method that a decorator makes one of the class, of nobody, or a value. */
  binds: "instance" | "class" | "nothing" | "property" = "instance";
  /** Of a property, what is called with a value that is stored. */
  setter: Py | undefined;

  constructor(
    readonly code: Compiled,
    readonly frame: Frame,
    readonly defaults: ReadonlyMap<string, Py>,
  ) {}
}

export class BoundMethod {
  constructor(
    readonly callee: Py,
    readonly receiver: Py,
  ) {}
}

export class ClassValue {
  /** Of a data class or a named tuple, its fields in order. */
  fields:
    | readonly { readonly name: string; readonly default: Py | undefined; readonly isMade: boolean; readonly isCompared: boolean }[]
    | undefined;
  comparesFields = false;
  /** Whether its objects come before each other by their fields. */
  ordersFields = false;
  /** Of a named tuple, whose objects are tuples as well. */
  isTuple = false;
  /** Of an enumeration, what it holds. */
  members: Map<string, Instance> | undefined;
  /** Itself and what it inherits from, in the order in which attributes are looked for. */
  readonly order: readonly ClassValue[];
  /** Of a class that says itself under which key its objects are found. */
  keyOf: ((object: Instance) => Key) | undefined;

  constructor(
    readonly name: string,
    readonly bases: readonly ClassValue[],
    readonly attributes: Map<string, Py>,
  ) {
    // A base that several inherit from comes after all of them.
    const all = [this, ...bases.flatMap(({ order }) => order)];
    this.order = all.filter((each, index) => all.lastIndexOf(each) === index);
  }

  find(name: string): Py | undefined {
    for (const each of this.order) {
      const found = each.attributes.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The same among what comes after one of those that it inherits from. */
  findAfter(class_: ClassValue, name: string): Py | undefined {
    for (let i = this.order.indexOf(class_) + 1; i < this.order.length; i++) {
      const found = this.order[i]?.attributes.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  isA(other: ClassValue): boolean {
    return this.order.includes(other);
  }
}

export class Instance {
  readonly attributes = new Map<string, Py>();
  /** Of an enumeration whose members are integers. */
  number: number | undefined;

  constructor(readonly class_: ClassValue) {}
}

/** What calling a coroutine function makes: it runs when it is awaited. */
export class Coroutine {
  private result: Py | undefined;

  constructor(private readonly run: () => Py) {}

  await(): Py {
    if (this.result === undefined) this.result = this.run();
    return this.result;
  }
}

/** A module that is imported, or what it holds of which only the name is known. */
export class Imported {
  constructor(readonly name: string) {}
}

/** An exception on its way. */
export class Raised {
  constructor(
    readonly type: string,
    readonly value: Py,
  ) {}
}

/** Thrown where the program cannot be followed any further. */
export class Unclear {
  constructor(
    readonly why: string,
    /** Whether it could be, and only takes longer than anybody waits. */
    readonly isTooLong = false,
  ) {}
}

/** Thrown where a decision rests on what is not known. */
export class UnknownTest extends Unclear {}

export function unclear(why: string): never {
  throw new Unclear(why);
}

/** Elements of a tuple that is a key, or of one in it. */
const longestKey = 1_000;

/** Under which a set or dict finds the value. */
export function keyOf(value: Py): Key {
  switch (typeof value) {
    case "boolean":
      return value ? 1 : 0;
    case "number":
    case "bigint":
    case "string":
      return value;
    default:
  }
  if (value === null) return null;
  if (value instanceof Float) return value.value;
  if (value instanceof Complex) return value.imaginary === 0 ? value.real : `\u0000j${value.real} ${value.imaginary}`;
  if (value instanceof Tuple) return compound(value.items, "(");
  if (value instanceof Bytes) return `\u0000b${value.text}`;
  if (value instanceof SetValue && value.isFrozen) return compound([...value.members.values()], "{", "sorted");
  if (value instanceof List || value instanceof Dict || value instanceof SetValue) throw new Raised("TypeError", "unhashable type");
  if (value instanceof Opaque) return unclear("a key of which nothing is known");
  if (value instanceof Instance) {
    const { class_ } = value;
    if (value.number !== undefined) return value.number;
    if (class_.isTuple) return compound(fieldsOf(value), "(");
    if (class_.comparesFields) return compound([class_.name, ...fieldsOf(value)], "<");
    if (class_.keyOf) return class_.keyOf(value);
    if (class_.find("__hash__") !== undefined || class_.find("__eq__") !== undefined) unclear("a key with a hash of its own");
  }
  return value;
}

function compound(items: readonly Py[], opening: string, order: "as it is" | "sorted" = "as it is"): string {
  if (items.length > longestKey) unclear("a long key");
  const parts = items.map((item) => {
    const key = keyOf(item);
    if (typeof key === "string") return key.startsWith("\u0000") ? key : `s${key.length}:${key}`;
    return typeof key === "object" && key !== null ? unclear("a key that holds an object") : String(key);
  });
  if (order === "sorted") parts.sort();
  return `\u0000${opening}${parts.join(",")}`;
}

export function fieldsOf(value: Instance): readonly Py[] {
  return (value.class_.fields ?? []).filter(({ isCompared }) => isCompared).map(({ name }) => value.attributes.get(name) ?? null);
}

/** How many elements, characters or bytes it has. */
export function lengthOf(value: Py): number | undefined {
  if (typeof value === "string") return value.length;
  if (value instanceof List || value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.entries.size;
  if (value instanceof SetValue) return value.members.size;
  if (value instanceof Bytes) return value.text.length;
  if (value instanceof RangeValue || value instanceof Opaque) return value.length;
  if (value instanceof Instance && value.class_.isTuple) return value.class_.fields?.length;
  return undefined;
}

export function getItem(dict: Dict, key: Py): Py | undefined {
  return dict.entries.get(keyOf(key))?.[1];
}

export function setItem(dict: Dict, key: Py, value: Py): void {
  const found = keyOf(key);
  const entry = dict.entries.get(found);
  if (entry) entry[1] = value;
  else dict.entries.set(found, [key, value]);
}
