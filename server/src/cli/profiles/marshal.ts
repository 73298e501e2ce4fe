/** A value of Python's marshal format, as far as profiles hold them: numbers, texts, tuples, lists, dictionaries and None. */
export type MarshalValue = number | string | null | readonly MarshalValue[] | MarshalDictionary;

/** Keys are tuples, so it is a list of pairs. */
export interface MarshalDictionary {
  readonly pairs: readonly (readonly [MarshalValue, MarshalValue])[];
}

/** Deeper data are no profile; the reader recurses as deep as they are. */
const deepest = 50;

/**
 * Reads marshal data of versions 0 to 5 (Python/marshal.c). It makes plain values only: code objects and whatever else marshal can hold are
 * an error. Throws a RangeError with a few words on anything that it cannot read.
 */
export function readMarshal(bytes: Uint8Array): MarshalValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const references: MarshalValue[] = [];
  /** Python 2's list of interned texts, apart from the references that came with 3.4. */
  const interned: string[] = [];
  let at = 0;

  const take = (count: number): number => {
    const from = at;
    if (count < 0 || from + count > bytes.length) throw new RangeError("it ends too early");
    at += count;
    return from;
  };
  const int32 = (): number => view.getInt32(take(4), true);
  const size = (): number => {
    const count = int32();
    // Each element takes a byte at least.
    if (count < 0 || count > bytes.length) throw new RangeError("it names an impossible size");
    return count;
  };
  const textOf = (count: number, encoding: "utf-8" | "latin1"): string => {
    const from = take(count);
    return new TextDecoder(encoding).decode(bytes.subarray(from, from + count));
  };
  const list = (count: number, depth: number): MarshalValue[] => Array.from({ length: count }, () => value(depth + 1));

  const plain = (type: string, depth: number): MarshalValue => {
    switch (type) {
      case "N":
        return null;
      case "T":
        return 1;
      case "F":
        return 0;
      case "i":
        return int32();
      case "I":
        return Number(view.getBigInt64(take(8), true));
      case "l": {
        const digits = int32();
        let number = 0;
        for (let i = 0; i < Math.abs(digits); i++) number += view.getInt16(take(2), true) * 2 ** (15 * i);
        return digits < 0 ? -number : number;
      }
      case "g":
        return view.getFloat64(take(8), true);
      case "f":
        return Number(textOf(view.getUint8(take(1)), "latin1"));
      case "z":
      case "Z":
        return textOf(view.getUint8(take(1)), "latin1");
      case "a":
      case "A":
        return textOf(size(), "latin1");
      case "u":
      case "s":
        return textOf(size(), "utf-8");
      case "t": {
        const text = textOf(size(), "utf-8");
        interned.push(text);
        return text;
      }
      case "R": {
        const text = interned[int32()];
        if (text === undefined) throw new RangeError("it refers to a text that is not there");
        return text;
      }
      case ")":
        return list(view.getUint8(take(1)), depth);
      case "(":
      case "[":
        return list(size(), depth);
      case "{":
        return { pairs: pairs(depth) };
      default:
        throw new RangeError(`it holds a value of type ${JSON.stringify(type)}, which no profile has`);
    }
  };

  const pairs = (depth: number): (readonly [MarshalValue, MarshalValue])[] => {
    const found: (readonly [MarshalValue, MarshalValue])[] = [];
    // A null instead of a key ends a dictionary.
    while (bytes[at] !== 0x30) found.push([value(depth + 1), value(depth + 1)]);
    take(1);
    return found;
  };

  const value = (depth: number): MarshalValue => {
    if (depth > deepest) throw new RangeError("it nests too deep");
    const code = view.getUint8(take(1));
    const type = String.fromCharCode(code & 0x7f);
    if (type === "r") {
      const known = references[int32()];
      if (known === undefined) throw new RangeError("it refers to a value that is not there");
      return known;
    }
    if ((code & 0x80) === 0) return plain(type, depth);
    // A container has its place in the list before its elements have theirs.
    const place = references.push(null) - 1;
    const made = plain(type, depth);
    references[place] = made;
    return made;
  };

  return value(0);
}
