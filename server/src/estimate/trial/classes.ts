import { exceptions } from "./built-ins.js";
import { FieldValue, type Machine } from "./machine.js";
import {
  ClassValue,
  Dict,
  Imported,
  Instance,
  type NamedArguments,
  Native,
  type Py,
  PyFunction,
  setItem,
  Tuple,
  unclear,
} from "./values.js";

/** Under which name a class keeps which of its names have annotations. */
const annotatedNames = "\u0000annotated";

/** An object of the class. */
export function construct(machine: Machine, class_: ClassValue, given: readonly Py[], named: NamedArguments): Py {
  if (class_.members) return memberBy(machine, class_, given[0] ?? null);
  const made = new Instance(class_);
  machine.tick();
  const { fields } = class_;
  const start = class_.find("__init__");
  if (start instanceof PyFunction || (start instanceof Native && start.binds === "method")) machine.call(start, [made, ...given], named);
  else if (fields) {
    let next = 0;
    for (const field of fields) {
      const own = next < given.length ? given[next++] : named.get(field.name);
      const value = own === undefined ? field.default : own;
      if (value === undefined) machine.fail("TypeError", "missing argument");
      made.attributes.set(field.name, own === undefined && field.isMade ? machine.call(value, []) : value);
    }
    if (next < given.length) machine.fail("TypeError", "too many arguments");
    const after = class_.find("__post_init__");
    if (after !== undefined) machine.call(after, [made]);
  } else if (isError(class_)) made.attributes.set("args", new Tuple(given));
  else if (start !== undefined || class_.find("__new__") !== undefined || given.length > 0) unclear("a class of unknown making");
  return made;
}

export function isError(class_: ClassValue): boolean {
  return class_.isA(exceptions.get("BaseException") as ClassValue);
}

/** What `class` makes. */
export function makeClass(
  machine: Machine,
  name: string,
  bases: readonly Py[],
  attributes: Map<string, Py>,
  annotated: readonly string[],
): ClassValue {
  const own: ClassValue[] = [];
  let special: string | undefined;
  for (const base of bases) {
    if (base instanceof ClassValue) own.push(base);
    else if (base instanceof Imported && /^(typing\.NamedTuple|enum\.(Enum|IntEnum|StrEnum))$/.test(base.name)) special = base.name;
    else if (!(base instanceof Imported) || !/^(abc\.ABC|typing\.(Generic|Protocol))$/.test(base.name)) unclear("a class of a library");
  }
  const made = new ClassValue(name, own, attributes);
  attributes.set(annotatedNames, new Tuple(annotated));
  for (const value of attributes.values()) if (value instanceof PyFunction) value.code.owner = made;
  if (special === "typing.NamedTuple") {
    made.fields = fieldsIn(made);
    asNamedTuple(made);
  } else if (special) enumerate(machine, made, special);
  else if (attributes.has("__hash__")) made.keyOf = (object) => keyByHash(machine, object);
  else if (!attributes.has("__eq__")) made.keyOf = own.find(({ keyOf }) => keyOf)?.keyOf;
  return made;
}

/** Those with the same hash are taken for equal. */
function keyByHash(machine: Machine, object: Instance): string {
  const hash = machine.call(machine.methodOf(object, "__hash__") ?? null, []);
  return `\u0000h${object.class_.name}${typeof hash === "number" || typeof hash === "bigint" ? hash : unclear("a hash of which nothing is known")}`;
}

/** The members of an enumeration. */
function enumerate(machine: Machine, class_: ClassValue, kind: string): void {
  class_.members = new Map();
  let last = 0;
  for (const [name, written] of class_.attributes) {
    if (name.startsWith("_") || name.startsWith("\u0000") || written instanceof PyFunction) continue;
    const isNext = written instanceof Imported && written.name === "enum.auto()";
    const value = isNext ? (kind === "enum.StrEnum" ? name.toLowerCase() : last + 1) : written;
    if (typeof value === "number") last = value;
    if (kind === "enum.StrEnum") unclear("an enumeration of texts");
    const known = [...class_.members.values()].find((each) => machine.compared("==", each.attributes.get("value") ?? null, value));
    const member = known ?? new Instance(class_);
    if (!known) {
      member.attributes.set("name", name);
      member.attributes.set("value", value);
      if (kind === "enum.IntEnum" && typeof value === "number") member.number = value;
    }
    class_.members.set(name, member);
    class_.attributes.set(name, member);
  }
}

/** `Color(1)`. */
function memberBy(machine: Machine, class_: ClassValue, value: Py): Py {
  for (const member of class_.members?.values() ?? [])
    if (member === value || machine.compared("==", member.attributes.get("value") ?? null, value)) return member;
  return machine.fail("ValueError", "no member");
}

function fieldsIn(class_: ClassValue): NonNullable<ClassValue["fields"]> {
  const annotated = class_.attributes.get(annotatedNames);
  return (annotated instanceof Tuple ? annotated.items : []).map((name) => {
    const usual = class_.attributes.get(String(name));
    const isField = usual instanceof FieldValue;
    return {
      name: String(name),
      default: isField ? usual.value : usual,
      isMade: isField && usual.isMade,
      isCompared: !isField || usual.isCompared,
    };
  });
}

/** The class itself, with fields in place of what is annotated, as `dataclass` has it. */
export function asDataClass(class_: ClassValue, { isOrdered, isFrozen }: { isOrdered: boolean; isFrozen: boolean }): ClassValue {
  const inherited = class_.bases.flatMap(({ fields }) => fields ?? []);
  const own = fieldsIn(class_);
  const names = new Set(own.map(({ name }) => name));
  class_.fields = [...inherited.filter(({ name }) => !names.has(name)), ...own];
  class_.comparesFields = isFrozen || isOrdered;
  class_.ordersFields = isOrdered;
  return class_;
}

/** With the methods that a named tuple has. */
export function asNamedTuple(class_: ClassValue): void {
  const fields = class_.fields ?? [];
  class_.isTuple = true;
  class_.comparesFields = true;
  class_.ordersFields = true;
  const define = (name: string, call: (object: Instance, given: readonly Py[], named: NamedArguments) => Py): void => {
    if (class_.attributes.has(name)) return;
    const native = new Native(name, ([object = null, ...given], named) => call(object as Instance, given, named), "method");
    class_.attributes.set(name, native);
  };
  class_.attributes.set("_fields", new Tuple(fields.map(({ name }) => name)));
  define("_asdict", (object) => {
    const made = new Dict();
    for (const [name, value] of object.attributes) setItem(made, name, value);
    return made;
  });
  define("_replace", (object, _given, named) => {
    const made = new Instance(class_);
    for (const [name, value] of [...object.attributes, ...named]) made.attributes.set(name, value);
    return made;
  });
}

/** An object of the library that is known by its methods alone. */
export function libraryObject(
  type: string,
  methods: Readonly<Record<string, Native["call"]>>,
  attributes: Readonly<Record<string, Py>> = {},
): Instance {
  const held = new Map<string, Py>(Object.entries(methods).map(([name, call]) => [name, new Native(name, call)]));
  const made = new Instance(new ClassValue(type, [], held));
  for (const [name, value] of Object.entries(attributes)) made.attributes.set(name, value);
  return made;
}
