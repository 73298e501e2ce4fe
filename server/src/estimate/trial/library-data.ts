import { asFloat, asIndex, asNumber, checkedSize, normal, shown } from "./arithmetic.js";
import { libraryObject } from "./classes.js";
import { digests } from "./digests.js";
import { patternFlag, patternFunction } from "./library-patterns.js";
import type { Machine } from "./machine.js";
import { hexOf } from "./text-methods.js";
import {
  Bytes,
  type Call,
  Dict,
  done,
  Float,
  type Instance,
  Iterator_,
  List,
  lengthOf,
  Native,
  Opaque,
  type Py,
  setItem,
  Tuple,
  unclear,
} from "./values.js";

/** What the modules hold that read and write data in memory. */
export function dataMember(machine: Machine, module: string, name: string): Py | undefined {
  const flag = module === "re" ? patternFlag(name) : undefined;
  const call = dataFunction(machine, module, name);
  return flag ?? (call && new Native(`${module}.${name}`, call));
}

function dataFunction(machine: Machine, module: string, name: string): Call | undefined {
  switch (module) {
    case "re":
      return patternFunction(machine, name);
    case "struct":
      return packing(machine, name);
    case "hashlib":
      return /^(md5|sha\d+(_\d+)?|blake2[bs]|new)$/.test(name) ? (given) => digest(machine, name, given) : undefined;
    case "io":
      return name === "StringIO" || name === "BytesIO" ? ([value]) => stream(machine, name, value) : undefined;
    case "csv":
      return csvFunction(machine, name);
    case "base64":
      if (name === "b64encode") return ([value = null]) => new Opaque(4 * Math.ceil((lengthOf(value) ?? 0) / 3));
      return name === "b64decode" ? ([value = null]) => new Opaque(3 * Math.floor((lengthOf(value) ?? 0) / 4)) : undefined;
    default:
      return undefined;
  }
}

const digestBytes: Readonly<Record<string, number>> = { md5: 16, sha1: 20, sha224: 28, sha256: 32, sha384: 48, blake2b: 64, blake2s: 32 };

/** A digest: worked out for short data, which programs search for; of others, how long it is. */
function digest(machine: Machine, name: string, given: readonly Py[]): Py {
  const [algorithm, first] = name === "new" ? [String(given[0]), given[1]] : [name, given[0]];
  const size = digestBytes[algorithm.replace("sha3_", "sha")] ?? (/512/.test(algorithm) ? 64 : 32);
  const work = digests[algorithm];
  let text: string | undefined = "";
  const update = (more: Py): void => {
    const length = lengthOf(more) ?? 0;
    machine.tick(1 + length / 512);
    text = text !== undefined && more instanceof Bytes && text.length + length <= longestDigested ? text + more.text : undefined;
  };
  if (first !== undefined) update(first);
  const digested = (): string | undefined => {
    if (text === undefined) return undefined;
    machine.tick(2 + text.length / 32);
    return work?.(text);
  };
  const object = (): Py =>
    libraryObject(
      algorithm,
      {
        update: ([more = null]) => {
          update(more);
          return null;
        },
        digest: () => {
          const found = digested();
          return found === undefined ? new Opaque(size) : new Bytes(found);
        },
        hexdigest: () => {
          const found = digested();
          return found === undefined ? new Opaque(2 * size) : hexOf(found);
        },
        copy: () => object(),
      },
      { digest_size: size, block_size: 64, name: algorithm },
    );
  return object();
}

const longestDigested = 4_096;

interface Field {
  readonly code: string;
  readonly count: number;
  readonly offset: number;
}

const widths: Readonly<Record<string, number>> = {
  x: 1,
  c: 1,
  b: 1,
  B: 1,
  "?": 1,
  h: 2,
  H: 2,
  i: 4,
  I: 4,
  l: 4,
  L: 4,
  q: 8,
  Q: 8,
  e: 2,
  f: 4,
  d: 8,
  s: 1,
};

/** What `struct` holds. */
function packing(machine: Machine, name: string): Call | undefined {
  if (name === "Struct")
    return ([how = ""]) => {
      const methods: Record<string, Call> = {};
      for (const each of ["pack", "unpack", "unpack_from", "iter_unpack"]) {
        const call = packing(machine, each);
        if (call) methods[each] = (given, named) => call([how, ...given], named);
      }
      return libraryObject("Struct", methods, { size: layoutOf(how).size, format: how });
    };
  switch (name) {
    case "calcsize":
      return ([how = ""]) => layoutOf(how).size;
    case "pack":
      return ([how = "", ...values]) => packed(machine, how, values);
    case "unpack":
    case "unpack_from":
      return ([how = "", data = null, offset = 0], named) => {
        const { size } = layoutOf(how);
        const at = asIndex(named.get("offset") ?? offset);
        const length = lengthOf(data);
        if (length !== undefined && (name === "unpack" ? length !== size : length < at + size)) machine.fail("ValueError", "struct.error");
        return unpacked(machine, how, data, at);
      };
    case "iter_unpack":
      return ([how = "", data = null]) => {
        const { size } = layoutOf(how);
        let at = 0;
        const length = lengthOf(data) ?? unclear("bytes of which nothing is known");
        return new Iterator_(() => {
          if (at + size > length) return done;
          at += size;
          return unpacked(machine, how, data, at - size);
        });
      };
    default:
      return undefined;
  }
}

function layoutOf(how: Py): { readonly fields: readonly Field[]; readonly size: number; readonly isLittle: boolean } {
  const text = how instanceof Bytes ? how.text : String(how);
  const [, order = "", codes = ""] = /^([@=<>!]?)(.*)$/s.exec(text) ?? [];
  const isNative = order === "" || order === "@";
  const fields: Field[] = [];
  let offset = 0;
  for (const [, times, code = ""] of codes.matchAll(/(\d*)([a-zA-Z?])/g)) {
    const width = isNative && /[lL]/.test(code) ? 8 : (widths[code] ?? unclear("a format of bytes"));
    const count = times ? checkedSize(Number(times)) : 1;
    if (isNative) offset = Math.ceil(offset / width) * width;
    if (code === "s") fields.push({ code, count, offset });
    else if (code !== "x") {
      if (count > 10_000) unclear("a format of bytes");
      for (let i = 0; i < count; i++)
        fields.push({ code: isNative && /[lL]/.test(code) ? (code === "l" ? "q" : "Q") : code, count: 1, offset: offset + i * width });
    }
    offset += width * count;
  }
  return { fields, size: offset, isLittle: order !== ">" && order !== "!" };
}

function packed(machine: Machine, how: Py, values: readonly Py[]): Py {
  const { fields, size, isLittle } = layoutOf(how);
  machine.tick(fields.length / 4);
  if (values.length !== fields.length) machine.fail("ValueError", "struct.error");
  const view = new DataView(new ArrayBuffer(checkedSize(size)));
  let isKnown = true;
  fields.forEach(({ code, count, offset }, index) => {
    const value = values[index] ?? null;
    if (code === "s" || code === "c") {
      if (!(value instanceof Bytes)) isKnown = false;
      else for (let i = 0; i < Math.min(count, value.text.length); i++) view.setUint8(offset + i, value.text.charCodeAt(i));
      return;
    }
    if (/[efd]/.test(code)) {
      const number = asFloat(value);
      if (number === undefined || code === "e") isKnown = false;
      else if (code === "f") view.setFloat32(offset, number, isLittle);
      else view.setFloat64(offset, number, isLittle);
      return;
    }
    const number = asNumber(value);
    if (number === undefined) {
      isKnown = false;
      return;
    }
    const bits = 8 * (widths[code] ?? 1);
    const [least, most] = code === code.toLowerCase() && code !== "?" ? [-(2 ** (bits - 1)), 2 ** (bits - 1)] : [0, 2 ** bits];
    if (number < least || number >= most) machine.fail("ValueError", "struct.error");
    const whole = BigInt.asUintN(64, BigInt(number));
    for (let i = 0; i < bits / 8; i++) view.setUint8(offset + (isLittle ? i : bits / 8 - 1 - i), Number((whole >> BigInt(8 * i)) & 255n));
  });
  if (!isKnown) return new Opaque(size);
  return new Bytes(String.fromCharCode(...new Uint8Array(view.buffer).slice(0, 100_000)));
}

function unpacked(machine: Machine, how: Py, data: Py, at: number): Py {
  const { fields, isLittle } = layoutOf(how);
  machine.tick(fields.length / 4);
  const text = data instanceof Bytes ? data.text : undefined;
  return new Tuple(
    fields.map(({ code, count, offset }) => {
      if (text === undefined) return new Opaque(code === "s" ? count : undefined);
      const from = at + offset;
      if (code === "s" || code === "c") return new Bytes(text.slice(from, from + count));
      const bytes = widths[code] ?? 1;
      const view = new DataView(new ArrayBuffer(8));
      for (let i = 0; i < bytes; i++) view.setUint8(i, text.charCodeAt(from + i));
      if (code === "f") return new Float(view.getFloat32(0, isLittle));
      if (code === "d") return new Float(view.getFloat64(0, isLittle));
      if (code === "e") return new Opaque();
      let whole = 0n;
      for (let i = 0; i < bytes; i++) whole |= BigInt(view.getUint8(isLittle ? i : bytes - 1 - i)) << BigInt(8 * i);
      if (code === "?") return whole !== 0n;
      return normal(code === code.toLowerCase() ? BigInt.asIntN(8 * bytes, whole) : whole);
    }),
  );
}

/** A file in memory. */
function stream(machine: Machine, kind: string, value: Py | undefined): Py {
  const isText = kind === "StringIO";
  const plain = (each: Py | undefined): string =>
    each === undefined || each === null
      ? ""
      : each instanceof Bytes
        ? each.text
        : typeof each === "string"
          ? each
          : unclear("what is written");
  const as = (text: string): Py => (isText ? text : new Bytes(text));
  let parts: string[] = [plain(value)];
  let size = (parts[0] as string).length;
  let at = 0;
  const all = (): string => {
    if (parts.length > 1) {
      machine.tick(size / 512);
      parts = [parts.join("")];
    }
    return parts[0] as string;
  };
  const write: Call = ([text]) => {
    const more = plain(text);
    if (at < size) {
      const before = all();
      machine.tick(size / 512);
      parts = [before.slice(0, at) + more + before.slice(at + more.length)];
      size = (parts[0] as string).length;
    } else {
      parts.push(more);
      size = checkedSize(size + more.length);
    }
    at += more.length;
    return more.length;
  };
  const line = (): string => {
    const end = all().indexOf("\n", at);
    const found = all().slice(at, end < 0 ? undefined : end + 1);
    at += found.length;
    return found;
  };
  const lines = new Iterator_(() => {
    machine.tick(0.3);
    const found = line();
    return found === "" ? done : as(found);
  });
  const own: Py = libraryObject(kind, {
    write,
    writelines: ([each = null], named) => {
      for (const text of machine.listOf(each)) write([text], named);
      return null;
    },
    getvalue: () => as(all()),
    getbuffer: () => as(all()),
    read: ([count]) => {
      const found = all().slice(at, count === undefined || count === null || asIndex(count) < 0 ? undefined : at + asIndex(count));
      at += found.length;
      return as(found);
    },
    readline: () => as(line()),
    readlines: () => new List([...machine.listOf(lines)]),
    seek: ([to = 0, from = 0]) => {
      at = from === 2 ? size + asIndex(to) : from === 1 ? at + asIndex(to) : asIndex(to);
      return at;
    },
    tell: () => at,
    truncate: ([to]) => {
      parts = [all().slice(0, to === undefined ? at : asIndex(to))];
      size = (parts[0] as string).length;
      return size;
    },
    close: () => null,
    flush: () => null,
    __iter__: () => lines,
    __enter__: () => own,
    __exit__: () => false,
  });
  return own;
}

/** What `csv` holds, for the usual form of such files. */
function csvFunction(machine: Machine, name: string): Call | undefined {
  const separator = (named: ReadonlyMap<string, Py>): string => {
    for (const key of named.keys()) if (!/^(delimiter|fieldnames|lineterminator|extrasaction)$/.test(key)) unclear("a form of CSV");
    return String(named.get("delimiter") ?? ",");
  };
  const rowsOf = (source: Py, by: string): (() => string[] | typeof done) => {
    const next = machine.iterate(source);
    return () => {
      const line = next();
      if (line === done) return done;
      const text = typeof line === "string" ? line : unclear("a text of which nothing is known");
      machine.tick(text.length / 64);
      if (text.includes('"')) return unclear("quotes in CSV");
      return text.replace(/\r?\n$/, "").split(by);
    };
  };
  const writeRow = (target: Py, row: readonly Py[], named: ReadonlyMap<string, Py>): Py => {
    const by = separator(named);
    const cells = row.map((each) => {
      const text = each === null ? "" : shown(each);
      return text.includes(by) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    });
    return machine.callMethod(target, "write", [cells.join(by) + String(named.get("lineterminator") ?? "\r\n")]);
  };
  switch (name) {
    case "reader":
      return ([source = null], named) => {
        const next = rowsOf(source, separator(named));
        return new Iterator_(() => {
          const row = next();
          return row === done ? done : new List(row);
        });
      };
    case "DictReader":
      return ([source = null, names], named) => {
        const next = rowsOf(source, separator(named));
        const own = names ?? named.get("fieldnames") ?? null;
        let keys = own === null ? undefined : machine.listOf(own).map(String);
        const read = (): Py | typeof done => {
          if (!keys) {
            const first = next();
            if (first === done) return done;
            keys = first;
          }
          let row = next();
          while (row !== done && row.length === 1 && row[0] === "") row = next();
          if (row === done) return done;
          const found = new Dict();
          for (const [index, key] of keys.entries()) setItem(found, key, row[index] ?? null);
          return found;
        };
        const rows: Instance = libraryObject("DictReader", {
          __iter__: () => new Iterator_(read),
          __next__: () => takeFrom(machine, read),
        });
        return rows;
      };
    case "writer":
      return ([target = null], named) =>
        libraryObject("writer", {
          writerow: ([row = null]) => writeRow(target, machine.listOf(row), named),
          writerows: ([rows = null]) => {
            for (const row of machine.listOf(rows)) writeRow(target, machine.listOf(row), named);
            return null;
          },
        });
    case "DictWriter":
      return ([target = null, names], named) => {
        const keys = machine.listOf(names ?? named.get("fieldnames") ?? null);
        const write = (row: Py): Py =>
          writeRow(
            target,
            keys.map((key) => machine.callMethod(row, "get", [key, ""])),
            named,
          );
        return libraryObject("DictWriter", {
          writeheader: () => writeRow(target, keys, named),
          writerow: ([row = null]) => write(row),
          writerows: ([rows = null]) => {
            for (const row of machine.listOf(rows)) write(row);
            return null;
          },
        });
      };
    default:
      return undefined;
  }
}

function takeFrom(machine: Machine, next: () => Py | typeof done): Py {
  const found = next();
  return found === done ? machine.fail("StopIteration", "") : found;
}
