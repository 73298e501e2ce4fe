import { asIndex, checkedSize, isEqual, order, sets, shown } from "./arithmetic.js";
import { type Machine, perStep } from "./machine.js";
import { workerMethod } from "./tasks.js";
import { Bytes, type Call, Dict, getItem, keyOf, List, Native, Opaque, type Py, SetValue, setItem, Tuple, unclear } from "./values.js";

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
                  : undefined;
  if (call) return new Native(name, call);
  return typeof object === "object" && object !== null ? workerMethod(machine, object, name) : undefined;
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
  if (name === "to_bytes") return ([length = 1]) => new Opaque(asIndex(length));
  return undefined;
}

function trimmed(text: string, characters: Py | undefined, sides: "both" | "left" | "right"): string {
  if (characters === undefined || characters === null)
    return sides === "both" ? text.trim() : sides === "left" ? text.trimStart() : text.trimEnd();
  const those = String(characters);
  let [start, end] = [0, text.length];
  if (sides !== "right") while (start < end && those.includes(text[start] as string)) start++;
  if (sides !== "left") while (end > start && those.includes(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

function textMethod(machine: Machine, text: string, name: string): Call | undefined {
  // What goes through the text takes its time.
  if (text.length > 256) machine.tick(text.length / 512);
  const all =
    (pattern: RegExp): Call =>
    () =>
      pattern.test(text);
  const asText = (value: Py | undefined): string => (typeof value === "string" ? value : unclear("a text of which nothing is known"));
  const affix =
    (test: (affix: string) => boolean): Call =>
    ([value]) =>
      value instanceof Tuple ? value.items.some((each) => test(asText(each))) : test(asText(value));
  switch (name) {
    case "lower":
    case "casefold":
      return () => text.toLowerCase();
    case "upper":
      return () => text.toUpperCase();
    case "capitalize":
      return () => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
    case "title":
      return () => text.replace(/[a-z]+/gi, (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());
    case "swapcase":
      return () => [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join("");
    case "strip":
      return ([characters]) => trimmed(text, characters, "both");
    case "lstrip":
      return ([characters]) => trimmed(text, characters, "left");
    case "rstrip":
      return ([characters]) => trimmed(text, characters, "right");
    case "split":
    case "rsplit":
      return ([separator, most], named) => {
        const limit = most ?? named.get("maxsplit");
        const by = separator ?? named.get("sep") ?? null;
        if (limit !== undefined && limit !== -1) {
          if (name === "rsplit" || by === null) return unclear("a split with a limit");
          const parts = text.split(asText(by));
          const count = asIndex(limit);
          return new List(parts.length <= count + 1 ? parts : [...parts.slice(0, count), parts.slice(count).join(asText(by))]);
        }
        const parts = by === null ? text.trim().split(/\s+/) : text.split(asText(by));
        return new List(by === null && parts.length === 1 && parts[0] === "" ? [] : parts);
      };
    case "splitlines":
      return () => {
        const lines = text.split(/\r\n|\n|\r/);
        if (lines[lines.length - 1] === "") lines.pop();
        return new List(lines);
      };
    case "partition":
      return ([by]) => {
        const at = text.indexOf(asText(by));
        return new Tuple(at < 0 ? [text, "", ""] : [text.slice(0, at), asText(by), text.slice(at + asText(by).length)]);
      };
    case "rpartition":
      return ([by]) => {
        const at = text.lastIndexOf(asText(by));
        return new Tuple(at < 0 ? ["", "", text] : [text.slice(0, at), asText(by), text.slice(at + asText(by).length)]);
      };
    case "join":
      return ([value = null]) => {
        const items = machine.listOf(value).map(asText);
        const size = items.reduce((sum, { length }) => sum + length + text.length, 0);
        machine.tick(checkedSize(size) / 512);
        return items.join(text);
      };
    case "replace":
      return ([from, to, most]) => {
        if (most !== undefined && most !== -1) return text.replace(asText(from), () => asText(to));
        checkedSize(text.length * Math.max(1, asText(to).length));
        return text.replaceAll(asText(from), () => asText(to));
      };
    case "startswith":
      return affix((each) => text.startsWith(each));
    case "endswith":
      return affix((each) => text.endsWith(each));
    case "removeprefix":
      return ([prefix]) => (text.startsWith(asText(prefix)) ? text.slice(asText(prefix).length) : text);
    case "removesuffix":
      return ([suffix]) => (text.endsWith(asText(suffix)) ? text.slice(0, text.length - asText(suffix).length) : text);
    case "find":
      return ([part, from]) => text.indexOf(asText(part), from === undefined ? 0 : asIndex(from));
    case "rfind":
      return ([part]) => text.lastIndexOf(asText(part));
    case "index":
      return ([part, from]) => {
        const found = text.indexOf(asText(part), from === undefined ? 0 : asIndex(from));
        return found < 0 ? machine.fail("ValueError", "substring not found") : found;
      };
    case "count":
      return ([part]) => (asText(part) === "" ? text.length + 1 : text.split(asText(part)).length - 1);
    case "isalpha":
      return all(/^\p{L}+$/u);
    case "isdigit":
    case "isdecimal":
    case "isnumeric":
      return all(/^\p{Nd}+$/u);
    case "isalnum":
      return all(/^[\p{L}\p{N}]+$/u);
    case "isspace":
      return all(/^\s+$/);
    case "isupper":
      return () => text !== text.toLowerCase() && text === text.toUpperCase();
    case "islower":
      return () => text !== text.toUpperCase() && text === text.toLowerCase();
    case "isidentifier":
      return all(/^[\p{L}_][\p{L}\p{N}_]*$/u);
    case "zfill":
      return ([width = 0]) => text.padStart(checkedSize(asIndex(width)), "0");
    case "rjust":
      return ([width = 0, fill = " "]) => text.padStart(checkedSize(asIndex(width)), String(fill));
    case "ljust":
      return ([width = 0, fill = " "]) => text.padEnd(checkedSize(asIndex(width)), String(fill));
    case "center":
      return ([width = 0]) => text.padStart(checkedSize(asIndex(width) + text.length) / 2).padEnd(asIndex(width));
    case "encode":
      return () => new Bytes(text);
    case "format":
      return (given, named) => {
        let next = 0;
        return text.replace(/\{([^{}:!]*)(?:![^{}:]*)?(?::([^{}]*))?\}/g, (_all, name: string, how: string | undefined) => {
          const value = name === "" ? given[next++] : /^\d+$/.test(name) ? given[Number(name)] : named.get(name);
          return machine.formatted(value ?? null, how ?? "");
        });
      };
    case "translate":
      return ([table = null]) => {
        if (!(table instanceof Dict)) return unclear("a table of which nothing is known");
        return [...text].map((character) => translated(character, table)).join("");
      };
    case "maketrans":
      return ([from, to, without]) => {
        const table = new Dict();
        [...asText(from)].forEach((character, index) => {
          setItem(table, character.codePointAt(0) ?? 0, [...asText(to)][index] ?? "");
        });
        for (const character of without === undefined ? "" : asText(without)) setItem(table, character.codePointAt(0) ?? 0, null);
        return table;
      };
    default:
      return undefined;
  }
}

function translated(character: string, table: Dict): string {
  const found = getItem(table, character.codePointAt(0) ?? 0);
  if (found === undefined) return character;
  return typeof found === "number" ? String.fromCodePoint(found) : found === null ? "" : shown(found);
}

function bytesMethod(machine: Machine, { text }: Bytes, name: string): Call | undefined {
  if (name === "hex") return () => [...text].map((c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  if (name === "decode") return () => text;
  const same = textMethod(machine, text, name);
  if (!same || !/^(split|splitlines|find|count|startswith|endswith|replace|strip|lower|upper|join|partition)$/.test(name)) return undefined;
  const asText = (value: Py): Py => (value instanceof Bytes ? value.text : value);
  const asBytes = (value: Py): Py => {
    if (typeof value === "string") return new Bytes(value);
    if (value instanceof List) return new List(value.items.map(asBytes));
    return value instanceof Tuple ? new Tuple(value.items.map(asBytes)) : value;
  };
  return (given, named) =>
    asBytes(same(name === "join" ? [new List(machine.listOf(given[0] ?? null).map(asText))] : given.map(asText), named));
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
        return items.splice(index < 0 ? index + items.length : index, 1)[0] ?? machine.fail("IndexError", "pop index out of range");
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
      return ([key = null, usual = null]) => getItem(dict, key) ?? usual;
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
        if (found === undefined) return usual ?? machine.fail("KeyError", "key");
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
        members.set(keyOf(value), value);
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
        for (const other of others) for (const [key, member] of given(other).members) members.set(key, member);
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
