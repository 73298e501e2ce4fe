/**
 * Plain data as bytes and back: what `structuredClone` copies of it (records, lists, maps, sets, strings, numbers, booleans, null, undefined), with
 * records that stand in several places being one object again. Lists, maps and sets stand in one place each, as a rule, and to look each of them up would
 * cost as much as to write it. Several graphs share the names and texts in them, and each is read by itself, when it is wanted. Offsets of ranges are written
 * as differences, since they rise.
 */
export class GraphWriter {
  private bytes = new Uint8Array(1 << 12);
  private length = 0;
  private readonly texts = new Map<string, number>();
  private readonly shapes: ShapeStep = { steps: new Map(), shape: -1 };
  private readonly shapeKeys: (readonly string[])[] = [];
  /** Counts the records of all graphs in the order in which they come; those of the graph that is being written have numbers from `first` on. */
  private readonly records = new Map<object, number>();
  private lastRecord = -1;
  private first = 0;
  private offset = 0;
  private last = 0;

  /** Writes one graph. `numberOf` tells of its records until the next one is written. Returns where it starts. */
  write(value: unknown): number {
    this.first = this.lastRecord + 1;
    this.offset = 0;
    this.last = this.length;
    this.value(value);
    return this.last;
  }

  /** By which number a reader of the graph written last finds the record; undefined if it is not in it. */
  numberOf(record: object): number | undefined {
    const number = this.records.get(record) ?? -1;
    return number < this.first ? undefined : number - this.first;
  }

  /** Everything written: the graphs one after the other, and what a `GraphReader` needs beside them. */
  finish(): Uint8Array<ArrayBuffer> {
    const graphs = this.length;
    this.count(this.shapeKeys.length);
    for (const keys of this.shapeKeys) {
      this.count(keys.length);
      for (const key of keys) this.count(this.textNumber(key));
    }
    const texts = [...this.texts.keys()];
    // UTF-8 has no half surrogates, which Python's strings can have.
    const wellFormed = texts.map((text) => (loneSurrogate.test(text) ? "" : text));
    const joined = new TextEncoder().encode(wellFormed.join(""));
    this.count(texts.length);
    for (const text of wellFormed) this.count(text.length);
    const odd = texts.flatMap((text, index) => (text === wellFormed[index] ? [] : [index]));
    this.count(odd.length);
    for (const index of odd) {
      const text = texts[index] as string;
      this.count(index);
      this.count(text.length);
      for (let i = 0; i < text.length; i++) this.count(text.charCodeAt(i));
    }
    const result = new Uint8Array(headLength + this.length + joined.length);
    const head = new DataView(result.buffer);
    head.setUint32(0, graphs, true);
    head.setUint32(4, this.length, true);
    head.setUint32(8, this.last, true);
    result.set(this.bytes.subarray(0, this.length), headLength);
    result.set(joined, headLength + this.length);
    return result;
  }

  private value(value: unknown): void {
    switch (typeof value) {
      case "undefined":
        return this.byte(Tag.undefined);
      case "boolean":
        return this.byte(value ? Tag.true : Tag.false);
      case "number":
        return this.number(value);
      case "string": {
        const number = this.textNumber(value);
        if (number < shortTexts) return this.byte(Tag.shortText + number);
        this.byte(Tag.text);
        return this.count(number);
      }
      case "object":
        if (value === null) return this.byte(Tag.null);
        return this.object(value);
      default:
        throw new Error(`${typeof value} is no plain data`);
    }
  }

  private number(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < largestInteger && !Object.is(value, -0)) {
      this.byte(Tag.integer);
      return this.difference(value);
    }
    this.byte(Tag.float);
    this.reserve(8);
    new DataView(this.bytes.buffer).setFloat64(this.length, value, true);
    this.length += 8;
  }

  private object(object: object): void {
    if (Array.isArray(object)) {
      this.byte(Tag.list);
      this.count(object.length);
      for (const each of object) this.value(each);
    } else if (object instanceof Map) {
      this.byte(Tag.map);
      this.count(object.size);
      for (const [key, value] of object) {
        this.value(key);
        this.value(value);
      }
    } else if (object instanceof Set) {
      this.byte(Tag.set);
      this.count(object.size);
      for (const each of object) this.value(each);
    } else this.record(object as Readonly<Record<string, unknown>>);
  }

  private record(record: Readonly<Record<string, unknown>>): void {
    const known = this.records.get(record);
    if (known !== undefined && known >= this.first) {
      this.byte(Tag.again);
      return this.count(known - this.first);
    }
    this.records.set(record, ++this.lastRecord);
    const shape = this.shapeOf(record);
    if (shape < shortShapes) this.byte(Tag.shortRecord + shape);
    else {
      this.byte(Tag.record);
      this.count(shape);
    }
    for (const key in record) {
      if (key !== "start" && key !== "end") {
        this.value(record[key]);
        continue;
      }
      const offset = record[key];
      if (typeof offset !== "number") throw new Error(`${key} is no offset`);
      this.difference(offset - this.offset);
      this.offset = offset;
    }
  }

  private shapeOf(record: object): number {
    let step = this.shapes;
    for (const key in record) {
      let next = step.steps.get(key);
      if (!next) {
        next = { steps: new Map(), shape: -1 };
        step.steps.set(key, next);
      }
      step = next;
    }
    if (step.shape === -1) {
      step.shape = this.shapeKeys.length;
      this.shapeKeys.push(Object.keys(record));
    }
    return step.shape;
  }

  private textNumber(text: string): number {
    let number = this.texts.get(text);
    if (number === undefined) {
      number = this.texts.size;
      this.texts.set(text, number);
    }
    return number;
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** A natural number, seven bits a byte, the lowest first. */
  private count(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** An integer of either sign; small ones of both take one byte. */
  private difference(value: number): void {
    this.count(value < 0 ? -2 * value - 1 : 2 * value);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * this.bytes.length + more);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** Reads graphs that a `GraphWriter` wrote. Trusts the bytes: who takes them from elsewhere checks that they are what was written. */
export class GraphReader {
  /** Where the graph starts that was written last. */
  readonly last: number;
  private readonly shapes: readonly RecordShape[];
  private readonly texts: string[] = [];
  private readonly graphs: Uint8Array;
  private position = 0;
  private offset = 0;
  private records: object[] = [];

  /** Texts that are among the known ones are those, so that graphs of many readers share them; new ones that are short become known. */
  constructor(bytes: Uint8Array, known: Map<string, string> = new Map()) {
    const head = new DataView(bytes.buffer, bytes.byteOffset, headLength);
    const joinedAt = headLength + head.getUint32(4, true);
    this.last = head.getUint32(8, true);
    this.graphs = bytes.subarray(headLength);
    this.position = head.getUint32(0, true);
    const shapes: number[][] = [];
    for (let left = this.count(); left > 0; left--) {
      const keys: number[] = [];
      for (let keysLeft = this.count(); keysLeft > 0; keysLeft--) keys.push(this.count());
      shapes.push(keys);
    }
    const joined = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(joinedAt));
    let at = 0;
    for (let left = this.count(); left > 0; left--) {
      const length = this.count();
      const text = joined.slice(at, at + length);
      const same = length <= longestShared ? known.get(text) : text;
      if (same === undefined) known.set(text, text);
      this.texts.push(same ?? text);
      at += length;
    }
    for (let left = this.count(); left > 0; left--) {
      const index = this.count();
      const units: number[] = [];
      for (let unitsLeft = this.count(); unitsLeft > 0; unitsLeft--) units.push(this.count());
      this.texts[index] = units.map((unit) => String.fromCharCode(unit)).join("");
    }
    this.shapes = shapes.map((keys) => recordShape(keys.map((key) => this.texts[key] as string)));
    this.graphs = bytes.subarray(headLength, headLength + head.getUint32(0, true));
  }

  /** The graph that starts there, and its records by their numbers. */
  read(start: number): { readonly value: unknown; readonly records: readonly object[] } {
    this.position = start;
    this.offset = 0;
    this.records = [];
    const value = this.value();
    const { records } = this;
    this.records = [];
    return { value, records };
  }

  private value(): unknown {
    const tag = this.graphs[this.position++] as number;
    if (tag >= Tag.shortText) return this.texts[tag - Tag.shortText];
    if (tag >= Tag.shortRecord) return this.record(tag - Tag.shortRecord);
    switch (tag) {
      case Tag.undefined:
        return undefined;
      case Tag.null:
        return null;
      case Tag.true:
        return true;
      case Tag.false:
        return false;
      case Tag.integer:
        return this.difference();
      case Tag.float: {
        const value = new DataView(this.graphs.buffer, this.graphs.byteOffset + this.position, 8).getFloat64(0, true);
        this.position += 8;
        return value;
      }
      case Tag.text:
        return this.texts[this.count()];
      case Tag.again:
        return this.records[this.count()];
      case Tag.list: {
        const length = this.count();
        if (length === 0) return noList;
        // A list that grows reserves room for more; nobody adds to these.
        const list = new Array<unknown>(length);
        for (let index = 0; index < length; index++) list[index] = this.value();
        return list;
      }
      case Tag.map: {
        const size = this.count();
        if (size === 0) return noMap;
        const map = new Map<unknown, unknown>();
        for (let left = size; left > 0; left--) {
          const key = this.value();
          map.set(key, this.value());
        }
        return map;
      }
      case Tag.set: {
        const set = new Set<unknown>();
        for (let left = this.count(); left > 0; left--) set.add(this.value());
        return set;
      }
      case Tag.record:
        return this.record(this.count());
      default:
        throw new Error(`no value starts with ${tag}`);
    }
  }

  private record(shapeNumber: number): Record<string, unknown> {
    const shape = this.shapes[shapeNumber] as RecordShape;
    const record = new shape.Record();
    this.records.push(record);
    for (const key of shape.keys) {
      if (key === "start" || key === "end") {
        this.offset += this.difference();
        record[key] = this.offset;
      } else record[key] = this.value();
    }
    return record;
  }

  private count(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.graphs[this.position++] as number;
      if (byte < 0x80) return value + byte * scale;
      value += (byte - 0x80) * scale;
      scale *= 0x80;
    }
  }

  private difference(): number {
    const value = this.count();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }
}

/** Most lists and maps hold nothing, and nobody adds to what was read: one of each is enough. */
const noList: readonly never[] = [];
const noMap: ReadonlyMap<unknown, unknown> = new Map();

/** How records with the same keys are made. */
interface RecordShape {
  readonly keys: readonly string[];
  readonly Record: new () => Record<string, unknown>;
}

const recordShapes = new Map<string, RecordShape>();

/** The same for all readers. Engines keep the values of objects that one constructor makes inside of them, with as much room as the first ones needed. */
function recordShape(keys: readonly string[]): RecordShape {
  const joined = keys.join(" ");
  let shape = recordShapes.get(joined);
  if (!shape) {
    const Record = function Record(this: unknown): void {} as unknown as RecordShape["Record"];
    // What it makes are plain objects.
    Object.defineProperty(Record, "prototype", { value: Object.prototype });
    shape = { keys, Record };
    if (recordShapes.size < mostShapes) recordShapes.set(joined, shape);
  }
  return shape;
}

/** There are some hundred; bytes that were tampered with could bring any number. */
const mostShapes = 10_000;

/** One step from a shape to another that has one key more. */
interface ShapeStep {
  readonly steps: Map<string, ShapeStep>;
  /** The number of the shape that ends here, or -1. */
  shape: number;
}

/** Where the graphs end, where the texts start, and where the last graph starts, of four bytes each. */
const headLength = 12;

/** Names are shorter; what is longer hardly comes twice. */
const longestShared = 40;

/** The first byte of a value. Frequent records and texts have it to themselves. */
const Tag = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  integer: 4,
  float: 5,
  text: 6,
  again: 7,
  list: 8,
  map: 9,
  set: 10,
  record: 11,
  shortRecord: 12,
  shortText: 76,
} as const;

const shortShapes = Tag.shortText - Tag.shortRecord;
const shortTexts = 256 - Tag.shortText;

/** Twice of it is still exact. */
const largestInteger = 2 ** 51;

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
