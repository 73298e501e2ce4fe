import { asIndex, checkedSize } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import {
  Bytes,
  ClassValue,
  Dict,
  getItem,
  Imported,
  Instance,
  keyOf,
  List,
  lengthOf,
  Opaque,
  type Py,
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
    if (fields && typeof index === "number" && object.class_.find("__getitem__") === undefined)
      return object.attributes.get(fields[index]?.name ?? "") ?? machine.fail("IndexError", "index");
    const method = machine.methodOf(object, "__getitem__");
    return method ? machine.call(method, [index]) : machine.fail("TypeError", "not subscriptable");
  }
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
    object.items.splice(at < 0 ? at + object.items.length : at, 1);
  } else unclear("a deletion");
}

/** `object[from:to:by]`. */
export function sliceOf(machine: Machine, object: Py, [from, to, by]: readonly Py[]): Py {
  const length = lengthOf(object);
  if (length === undefined) return object instanceof Opaque ? object : unclear("a slice of something unknown");
  const step = by === undefined || by === null ? 1 : asIndex(by);
  const bound = (value: Py | undefined, usual: number): number => {
    if (value === undefined || value === null) return usual;
    const index = asIndex(value);
    const place = index < 0 ? index + length : index;
    return Math.min(step > 0 ? length : length - 1, Math.max(step > 0 ? 0 : -1, place));
  };
  const start = bound(from, step > 0 ? 0 : length - 1);
  const stop = bound(to, step > 0 ? length : -1);
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
  if (object instanceof RangeValue) return new List(pick((i) => object.start + object.step * i));
  return unclear("a slice of something unknown");
}
