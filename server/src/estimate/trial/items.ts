import { asIndex, checkedSize } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import {
  Bytes,
  ClassValue,
  Dict,
  fieldsOf,
  getItem,
  Imported,
  Instance,
  keyOf,
  List,
  lengthOf,
  Opaque,
  type Py,
  Raised,
  RangeValue,
  setItem,
  Tuple,
  unclear,
} from "./values.js";

/** `object[index]`. */
export function itemOf(machine: Machine, object: Py, index: Py): Py {
  if (object instanceof Dict) {
    const found = getItem(object, index);
    if (found !== undefined) return found;
    if (object.type === "Counter") return 0;
    if (object.type !== "defaultdict" || object.missing === null) return machine.fail("KeyError", "key");
    const made = machine.call(object.missing, []);
    setItem(object, index, made);
    return made;
  }
  if (object instanceof Opaque) return new Opaque();
  if (object instanceof Instance) {
    const { fields } = object.class_;
    if (fields && object.class_.isTuple && typeof index === "number")
      return fieldsOf(object)[index < 0 ? index + fields.length : index] as Py;
    const method = machine.methodOf(object, "__getitem__");
    return method ? machine.call(method, [index]) : machine.fail("TypeError", "not subscriptable");
  }
  if (object instanceof ClassValue && object.members) return object.members.get(String(index)) ?? machine.fail("KeyError", "member");
  if (object instanceof ClassValue || object instanceof Imported) return object;
  const length = lengthOf(object);
  if (length === undefined) return machine.fail("TypeError", "not subscriptable");
  const at = asIndex(index);
  const place = at < 0 ? at + length : at;
  if (place < 0 || place >= length) return machine.fail("IndexError", "index out of range");
  if (object instanceof List || object instanceof Tuple) return object.items[place] as Py;
  if (typeof object === "string") return object[place] as string;
  if (object instanceof Bytes) return object.text.charCodeAt(place);
  if (object instanceof RangeValue) return object.start + object.step * place;
  return machine.fail("TypeError", "not subscriptable");
}

/** `object[index] = value`. */
export function storeItem(machine: Machine, object: Py, index: Py, value: Py): void {
  if (object instanceof Dict) {
    setItem(object, index, value);
    checkedSize(object.entries.size);
  } else if (object instanceof List) {
    const at = asIndex(index);
    const place = at < 0 ? at + object.items.length : at;
    if (place < 0 || place >= object.items.length) machine.fail("IndexError", "index out of range");
    object.items[place] = value;
  } else if (object instanceof Instance) machine.call(machine.methodOf(object, "__setitem__") ?? null, [index, value]);
  else if (!(object instanceof Opaque)) machine.fail("TypeError", "no item assignment");
}

/** `del object[index]`. */
export function removeItem(machine: Machine, object: Py, index: Py): void {
  if (object instanceof Dict) {
    if (!object.entries.delete(keyOf(index))) machine.fail("KeyError", "key");
  } else if (object instanceof List) {
    const at = asIndex(index);
    const place = at < 0 ? at + object.items.length : at;
    if (place < 0 || place >= object.items.length) machine.fail("IndexError", "index out of range");
    machine.tick(object.items.length / 512);
    object.items.splice(place, 1);
  } else if (object instanceof Instance) machine.call(machine.methodOf(object, "__delitem__") ?? null, [index]);
  else unclear("a deletion");
}

/** `del object[from:to:by]`. */
export function removeSlice(machine: Machine, object: Py, [from, to, by]: readonly Py[]): void {
  if (!(object instanceof List)) return unclear("a deletion");
  const { start, stop, step } = boundsOf(object.items.length, from, to, by);
  machine.tick(object.items.length / 64);
  const gone = new Set<number>();
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) gone.add(i);
  object.items.splice(0, object.items.length, ...object.items.filter((_, index) => !gone.has(index)));
}

/** `object[from:to:by] = value`. */
export function storeSlice(machine: Machine, object: Py, [from, to, by]: readonly Py[], value: Py): void {
  if (!(object instanceof List)) return void (object instanceof Opaque || unclear("an assignment to a slice"));
  const { items } = object;
  const given = [...machine.listOf(value)];
  machine.tick((items.length + given.length) / 64);
  const { start, stop, step } = boundsOf(items.length, from, to, by);
  if (step === 1) {
    items.splice(start, Math.max(0, stop - start), ...given);
    checkedSize(items.length);
    return;
  }
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count !== given.length) machine.fail("ValueError", "extended slice");
  for (let i = 0; i < count; i++) items[start + i * step] = given[i] as Py;
}

function boundsOf(
  length: number,
  from: Py | undefined,
  to: Py | undefined,
  by: Py | undefined,
): { start: number; stop: number; step: number } {
  const step = by === undefined || by === null ? 1 : asIndex(by);
  if (step === 0) throw new Raised("ValueError", "slice step cannot be zero");
  const bound = (value: Py | undefined, usual: number): number => {
    if (value === undefined || value === null) return usual;
    const index = asIndex(value);
    const place = index < 0 ? index + length : index;
    return Math.min(step > 0 ? length : length - 1, Math.max(step > 0 ? 0 : -1, place));
  };
  return { start: bound(from, step > 0 ? 0 : length - 1), stop: bound(to, step > 0 ? length : -1), step };
}

/** `object[from:to:by]`. */
export function sliceOf(machine: Machine, object: Py, [from, to, by]: readonly Py[]): Py {
  const length = lengthOf(object);
  if (length === undefined) return object instanceof Opaque ? object : unclear("a slice of something unknown");
  const { start, stop, step } = boundsOf(length, from, to, by);
  if (object instanceof Opaque) return new Opaque(Math.max(0, Math.ceil((stop - start) / step)));
  const pick = <Item>(at: (index: number) => Item): Item[] => {
    const picked: Item[] = [];
    for (let i = start; step > 0 ? i < stop : i > stop; i += step) picked.push(at(i));
    machine.tick(picked.length / 32);
    return picked;
  };
  if (typeof object === "string")
    return step === 1 ? object.slice(start, Math.max(start, stop)) : pick((i) => object[i] as string).join("");
  if (object instanceof Bytes)
    return new Bytes(step === 1 ? object.text.slice(start, Math.max(start, stop)) : pick((i) => object.text[i]).join(""));
  if (object instanceof List)
    return new List(
      pick((i) => object.items[i] as Py),
      object.type,
    );
  if (object instanceof Tuple) return new Tuple(pick((i) => object.items[i] as Py));
  if (object instanceof RangeValue)
    return new RangeValue(object.start + start * object.step, object.start + stop * object.step, object.step * step);
  if (object instanceof Instance) return new Tuple(pick((i) => fieldsOf(object)[i] as Py));
  return unclear("a slice of something unknown");
}
