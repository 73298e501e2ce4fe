import { asIndex, checkedSize, isEqual, normal, order, sets } from "./arithmetic.js";
import { type Machine, perStep } from "./machine.js";
import { workerMethod } from "./pools.js";
import { bytesMethod, hexOf, textMethod } from "./text-methods.js";
import {
  Bytes,
  type Call,
  Complex,
  Dict,
  done,
  Float,
  getItem,
  Iterator_,
  keyOf,
  List,
  Native,
  Opaque,
  type Py,
  Raised,
  SetValue,
  setItem,
  Tuple,
  unclear,
} from "./values.js";

/** A method of a value of a built-in type, bound to it; undefined where it is not known. */
export function methodOf(machine: Machine, object: Py, name: string): Native | undefined {
  const call =
    typeof object === "string"
      ? textMethod(machine, object, name)
      : object instanceof List
        ? listMethod(machine, object, name)
        : object instanceof Dict
          ? dictMethod(machine, object, name)
          : object instanceof SetValue
            ? setMethod(machine, object, name)
            : object instanceof Bytes
              ? bytesMethod(machine, object, name)
              : object instanceof Tuple
                ? tupleMethod(object, name)
                : typeof object === "number" || typeof object === "bigint"
                  ? integerMethod(object, name)
                  : object instanceof Float
                    ? floatMethod(object, name)
                    : object instanceof Complex && name === "conjugate"
                      ? () => new Complex(object.real, -object.imaginary)
                      : object instanceof Iterator_
                        ? iteratorMethod(machine, object, name)
                        : undefined;
  if (call) return new Native(name, call);
  return typeof object === "object" && object !== null ? workerMethod(machine, object, name) : undefined;
}

/** What a built-in type has that is no method of its objects. */
export function typeMethod(machine: Machine, type: string, name: string): Py | undefined {
  const native = (call: Call): Py => new Native(`${type}.${name}`, call);
  switch (`${type}.${name}`) {
    case "str.maketrans":
      return native((given, named) => textMethod(machine, "", name)?.(given, named) ?? null);
    case "dict.fromkeys":
      return native(([keys = null, value = null]) => {
        const made = new Dict();
        for (const key of machine.listOf(keys)) setItem(made, key, value);
        return made;
      });
    case "int.from_bytes":
      return native(([data = null, order = "big"], named) => {
        if (!(data instanceof Bytes) || data.text.length === 0 || named.get("signed") === true)
          return data instanceof Bytes ? 0 : new Opaque();
        const isLittle = (named.get("byteorder") ?? order) === "little";
        const digits = hexOf(isLittle ? [...data.text.slice(0, 2_000)].reverse().join("") : data.text.slice(0, 2_000));
        return normal(BigInt(`0x${digits}`));
      });
    case "bytes.fromhex":
      return native(([text]) => {
        const digits = String(text).replace(/\s+/g, "");
        return new Bytes(digits.replace(/../g, (each) => String.fromCharCode(Number.parseInt(each, 16))));
      });
    default:
      return undefined;
  }
}

function tupleMethod({ items }: Tuple, name: string): Call | undefined {
  if (name === "index") return ([value = null]) => items.findIndex((item) => isEqual(item, value));
  if (name === "count") return ([value = null]) => items.filter((item) => isEqual(item, value)).length;
  return undefined;
}

function integerMethod(value: number | bigint, name: string): Call | undefined {
  const bits = (): string => (value < 0 ? -BigInt(value) : BigInt(value)).toString(2);
  if (name === "bit_length") return () => (value === 0 ? 0 : bits().length);
  if (name === "bit_count") return () => bits().replaceAll("0", "").length;
  if (name === "conjugate") return () => value;
  if (name === "is_integer") return () => true;
  if (name === "to_bytes")
    return ([length = 1, order = "big"], named) => {
      const count = asIndex(named.get("length") ?? length);
      if (count > 2_000 || value < 0) return new Opaque(count);
      const digits = BigInt(value)
        .toString(16)
        .padStart(count * 2, "0");
      if (digits.length > count * 2) throw new Raised("OverflowError", "int too big to convert");
      const bytes = [...digits.matchAll(/../g)].map(([each]) => String.fromCharCode(Number.parseInt(each, 16)));
      return new Bytes(((named.get("byteorder") ?? order) === "little" ? bytes.reverse() : bytes).join(""));
    };
  return undefined;
}

function floatMethod({ value }: Float, name: string): Call | undefined {
  if (name === "is_integer") return () => Number.isInteger(value);
  return name === "hex" ? () => unclear("a float in hexadecimal") : undefined;
}

function iteratorMethod(machine: Machine, { next, send }: Iterator_, name: string): Call | undefined {
  const handed = (item: Py | typeof done): Py => (item === done ? machine.fail("StopIteration", "") : item);
  switch (name) {
    case "__iter__":
      return () => new Iterator_(next, undefined, send);
    case "close":
      return () => null;
    case "__next__":
      return () => handed(next());
    case "send":
      return send && (([value = null]) => handed(send(value)));
    default:
      return undefined;
  }
}

function listMethod(machine: Machine, list: List, name: string): Call | undefined {
  const { items } = list;
  const bounded = (side: "first" | "last"): void => {
    checkedSize(items.length);
    if (list.mostItems === undefined || items.length <= list.mostItems) return;
    if (side === "first") items.shift();
    else items.pop();
  };
  switch (name) {
    case "append":
      return ([value = null]) => {
        items.push(value);
        bounded("first");
        return null;
      };
    case "appendleft":
      return ([value = null]) => {
        machine.tick(items.length / 4096);
        items.unshift(value);
        bounded("last");
        return null;
      };
    case "extend":
      return ([value = null]) => {
        for (const item of [...machine.listOf(value)]) {
          items.push(item);
          bounded("first");
        }
        return null;
      };
    case "insert":
      return ([at = 0, value = null]) => {
        machine.tick(items.length / 512);
        items.splice(asIndex(at), 0, value);
        bounded("last");
        return null;
      };
    case "pop":
      return ([at]) => {
        if (items.length === 0) machine.fail("IndexError", "pop from empty list");
        if (at === undefined) return items.pop() as Py;
        const index = asIndex(at);
        machine.tick(items.length / 512);
        const place = index < 0 ? index + items.length : index;
        if (place < 0 || place >= items.length) machine.fail("IndexError", "pop index out of range");
        return items.splice(place, 1)[0] as Py;
      };
    case "popleft":
      return () => {
        machine.tick(items.length / 4096);
        return items.length === 0 ? machine.fail("IndexError", "pop from an empty deque") : (items.shift() as Py);
      };
    case "rotate":
      return ([by = 1]) => {
        machine.tick(items.length / 64);
        const shift = items.length === 0 ? 0 : ((asIndex(by) % items.length) + items.length) % items.length;
        list.items.unshift(...items.splice(items.length - shift, shift));
        return null;
      };
    case "remove":
      return ([value = null]) => {
        machine.tick(items.length / 32);
        const index = items.findIndex((item) => isEqual(item, value));
        if (index < 0) machine.fail("ValueError", "not in list");
        items.splice(index, 1);
        return null;
      };
    case "clear":
      return () => {
        items.length = 0;
        return null;
      };
    case "reverse":
      return () => {
        machine.tick(items.length / 64);
        items.reverse();
        return null;
      };
    case "copy":
      return () => {
        machine.tick(items.length / 64);
        return new List([...items], list.type);
      };
    case "sort":
      return (_given, named) => {
        list.items = machine.sorted(items, named.get("key") ?? null, machine.truth(named.get("reverse") ?? false));
        return null;
      };
    case "index":
    case "count":
      return ([value = null]) => {
        machine.tick(items.length / 32);
        if (name === "count") return items.filter((item) => isEqual(item, value)).length;
        const index = items.findIndex((item) => isEqual(item, value));
        return index < 0 ? machine.fail("ValueError", "not in list") : index;
      };
    default:
      return undefined;
  }
}

function dictMethod(machine: Machine, dict: Dict, name: string): Call | undefined {
  const { entries } = dict;
  const over =
    (pick: (entry: [Py, Py]) => Py): Call =>
    () => {
      machine.tick(entries.size / 64);
      return new List([...entries.values()].map(pick));
    };
  switch (name) {
    case "get":
      return ([key = null, usual = null]) => {
        const found = getItem(dict, key);
        return found === undefined ? usual : found;
      };
    case "setdefault":
      return ([key = null, usual = null]) => {
        const found = getItem(dict, key);
        if (found !== undefined) return found;
        setItem(dict, key, usual);
        return usual;
      };
    case "items":
      return over(([key, value]) => new Tuple([key, value]));
    case "keys":
      return over(([key]) => key);
    case "values":
    case "elements":
      return name === "values" ? over(([, value]) => value) : undefined;
    case "pop":
      return ([key = null, usual]) => {
        const found = getItem(dict, key);
        if (found === undefined) return usual === undefined ? machine.fail("KeyError", "key") : usual;
        entries.delete(keyOf(key));
        return found;
      };
    case "popitem":
      return () => {
        machine.tick(entries.size / perStep);
        const last = [...entries].pop();
        if (!last) return machine.fail("KeyError", "empty");
        entries.delete(last[0]);
        return new Tuple(last[1]);
      };
    case "move_to_end":
      return ([key = null]) => {
        const found = entries.get(keyOf(key));
        if (found) {
          entries.delete(keyOf(key));
          entries.set(keyOf(key), found);
        }
        return null;
      };
    case "update":
    case "subtract":
      return ([from], named) => {
        if (dict.type === "Counter" && from !== undefined) {
          countAll(machine, dict, from, name === "update" ? 1 : -1);
          return null;
        }
        if (from !== undefined) machine.updateDict(dict, from);
        for (const [key, value] of named) setItem(dict, key, value);
        return null;
      };
    case "clear":
      return () => {
        entries.clear();
        return null;
      };
    case "copy":
      return () => {
        const copy = new Dict(dict.type, dict.missing);
        machine.updateDict(copy, dict);
        return copy;
      };
    case "most_common":
      return ([count]) => {
        machine.tick(entries.size / 4);
        const sorted = [...entries.values()].sort((a, b) => order(b[1], a[1]));
        const taken = count === undefined || count === null ? sorted : sorted.slice(0, asIndex(count));
        return new List(taken.map((entry) => new Tuple(entry)));
      };
    case "total":
      return () => [...entries.values()].reduce((sum: Py, [, value]) => machine.binary("+", sum, value), 0);
    default:
      return undefined;
  }
}

/** Adds what a `Counter` is given: the counts of another mapping, or one for each element. */
export function countAll(machine: Machine, counter: Dict, from: Py, sign: number): void {
  const add = (key: Py, by: Py): void => setItem(counter, key, machine.binary("+", getItem(counter, key) ?? 0, by));
  if (from instanceof Dict) for (const [key, value] of from.entries.values()) add(key, machine.binary("*", value, sign));
  else for (const item of machine.listOf(from)) add(item, sign);
}

function setMethod(machine: Machine, set: SetValue, name: string): Call | undefined {
  const { members } = set;
  const given = (value: Py | undefined): SetValue => {
    const other = value instanceof SetValue ? value : new SetValue(machine.listOf(value ?? null));
    machine.tick((members.size + other.members.size) / perStep);
    return other;
  };
  const combined =
    (operator: string): Call =>
    (others) => {
      let found: Py = set;
      for (const other of others) found = sets(operator, found as SetValue, given(other));
      return found;
    };
  switch (name) {
    case "add":
      return ([value = null]) => {
        set.add(value);
        checkedSize(members.size);
        return null;
      };
    case "discard":
    case "remove":
      return ([value = null]) => {
        if (!members.delete(keyOf(value)) && name === "remove") machine.fail("KeyError", "member");
        return null;
      };
    case "pop":
      return () => {
        const [first] = members;
        if (!first) return machine.fail("KeyError", "empty");
        members.delete(first[0]);
        return first[1];
      };
    case "clear":
      return () => {
        members.clear();
        return null;
      };
    case "copy":
      return () => {
        machine.tick(members.size / perStep);
        return new SetValue(members.values(), set.isFrozen);
      };
    case "union":
      return combined("|");
    case "intersection":
      return combined("&");
    case "difference":
      return combined("-");
    case "symmetric_difference":
      return combined("^");
    case "update":
      return (others) => {
        for (const other of others) for (const member of given(other).members.values()) set.add(member);
        return null;
      };
    case "difference_update":
      return ([other]) => {
        for (const key of given(other).members.keys()) members.delete(key);
        return null;
      };
    case "intersection_update":
      return ([other]) => {
        const kept = given(other).members;
        for (const key of [...members.keys()]) if (!kept.has(key)) members.delete(key);
        return null;
      };
    case "issubset":
      return ([value]) => {
        const other = given(value);
        return [...members.keys()].every((key) => other.members.has(key));
      };
    case "issuperset":
      return ([other]) => [...given(other).members.keys()].every((key) => members.has(key));
    case "isdisjoint":
      return ([value]) => {
        const other = given(value);
        return [...members.keys()].every((key) => !other.members.has(key));
      };
    default:
      return undefined;
  }
}
