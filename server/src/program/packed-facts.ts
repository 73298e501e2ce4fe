import { append } from "../base/append.js";
import { GraphReader, GraphWriter } from "../base/graph-bytes.js";
import type { Range } from "../base/range.js";
import { Source } from "../base/source.js";
import type { Parser } from "../syntax/parser.js";
import { extract } from "./extract/extract.js";
import {
  type BodyPart,
  bodyParts,
  type CallSite,
  type ClassFacts,
  type Facts,
  type FunctionFacts,
  type InstanceAttribute,
  type ParameterFacts,
  type WriteSite,
} from "./facts.js";
import type { CallOperation, Operation, Value, WriteOperation } from "./operation.js";

/** The facts of one file as bytes: a fraction of what they take as objects, and ready for another thread or the disk. */
export function packFacts(facts: Facts): Uint8Array<ArrayBuffer> {
  const writer = new GraphWriter();
  const wanted = operationsByFunction(facts);
  const places = new Map<object, OperationPlace>();
  const functions = facts.functions.map((each, index): FunctionHead => {
    const { parameters, decorators, returns, bindings, rebound, annotations, returned, body } = each;
    const hasHeader = parameters.length > 0 || decorators.length > 0 || returns !== undefined;
    const header = hasHeader ? writer.write({ parameters, decorators, returns } satisfies FunctionHeader) : undefined;
    const inside = writer.write({ bindings, annotations, returned, body } satisfies FunctionInside);
    const named: number[] = [];
    for (const operation of wanted.get(index) ?? []) {
      const number = writer.numberOf(operation);
      if (number !== undefined) places.set(operation, [index, named.push(number) - 1]);
    }
    // One by one: to copy all but some takes as long as everything else here.
    return {
      index: each.index,
      kind: each.kind,
      name: each.name,
      qualifiedName: each.qualifiedName,
      nameRange: each.nameRange,
      parent: each.parent,
      class: each.class,
      isAsync: each.isAsync,
      isGenerator: each.isGenerator,
      bodyStart: each.bodyStart,
      start: each.start,
      end: each.end,
      hasDecorators: decorators.length > 0,
      rebound: rebound.size > 0 ? rebound : undefined,
      holds: [...each.holds],
      header,
      inside,
      named,
      names: each.kind === "class-body" ? [...bindings.keys()] : undefined,
    };
  });
  const placesOf = <Site extends { readonly function: number }>(
    sites: ReadonlyMap<string, readonly Site[]>,
    operation: (site: Site) => object,
  ): NamedPlaces => {
    const items: (number | object)[] = [];
    for (const all of sites.values()) {
      items.push(all.length);
      for (const each of all) items.push(...(places.get(operation(each)) ?? [each.function, operation(each)]));
    }
    return { names: [...sites.keys()], items };
  };
  const head: FileHead = {
    functions,
    classes: facts.classes.map(({ instanceAttributes, ...rest }) => ({
      ...rest,
      attributes: placesOf(instanceAttributes, ({ write }) => write),
    })),
    calls: placesOf(facts.callsByName, ({ call }) => call),
    writes: placesOf(facts.writesByAttribute, ({ write }) => write),
    imports: facts.imports,
    directives: facts.directives,
    syntaxErrors: facts.syntaxErrors,
    lineCount: facts.lineCount,
  };
  writer.write(head);
  return writer.finish();
}

/**
 * Facts that `packFacts` made bytes of. What is inside a function is read when somebody first asks for it, and then stays. Files that are unpacked with
 * the same `names` share them.
 */
export function unpackFacts(bytes: Uint8Array, names?: Map<string, string>): Facts {
  const reader = new GraphReader(bytes, names);
  const head = reader.read(reader.last).value as FileHead;
  const noNames = new Set<string>();
  const functions = head.functions.map((each) => new UnpackedFunction(reader, each, noNames));
  const operation: ReadOperationAt = (index, place) => (typeof place === "number" ? functions[index]?.operation(place) : place);
  const writes = (named: NamedPlaces): SiteMap<UnpackedWrite> => new SiteMap(named, UnpackedWrite, operation);
  return {
    functions,
    classes: head.classes.map(({ attributes, ...rest }) => ({
      ...rest,
      instanceAttributes: writes(attributes),
    })),
    callsByName: new SiteMap(head.calls, UnpackedCall, operation),
    writesByAttribute: writes(head.writes),
    imports: head.imports,
    directives: head.directives,
    syntaxErrors: head.syntaxErrors,
    lineCount: head.lineCount,
  };
}

/** What stands in a function's first line, and is evaluated outside. */
type FunctionHeader = Pick<FunctionFacts, "parameters" | "decorators" | "returns">;
type FunctionInside = Pick<FunctionFacts, "bindings" | "annotations" | "returned" | "body">;

/** What is known of a function without reading what is in it. */
interface FunctionHead extends Omit<FunctionFacts, keyof FunctionHeader | keyof FunctionInside | "rebound" | "holds"> {
  readonly rebound: ReadonlySet<string> | undefined;
  readonly holds: readonly BodyPart[];
  readonly hasDecorators: boolean;
  /** Where the graphs of its parts start; absent for an empty header. */
  readonly header: number | undefined;
  readonly inside: number;
  /** The numbers of the operations in its inside that others refer to. */
  readonly named: readonly number[];
  /** Those of its bindings, for a class's body: most that look for a name there find none. */
  readonly names: readonly string[] | undefined;
}

interface FileHead extends Pick<Facts, "imports" | "directives" | "syntaxErrors" | "lineCount"> {
  readonly functions: readonly FunctionHead[];
  readonly classes: readonly (Omit<ClassFacts, "instanceAttributes"> & { readonly attributes: NamedPlaces })[];
  readonly calls: NamedPlaces;
  readonly writes: NamedPlaces;
}

/** The index of a function, and where an operation of its inside stands among its named ones; or the operation itself, if it is not there. */
type OperationPlace = readonly [number, number | object];
/** Places by name: for each name how many it has, and the two items of each. There are very many, and most names are never asked for. */
interface NamedPlaces {
  readonly names: readonly string[];
  readonly items: readonly (number | object)[];
}

/** The operations that others than their function refer to. */
function operationsByFunction(facts: Facts): ReadonlyMap<number, readonly object[]> {
  const found = new Map<number, object[]>();
  const add = (index: number, operation: object): void => {
    append(found, index, operation);
  };
  for (const sites of facts.callsByName.values()) for (const site of sites) add(site.function, site.call);
  for (const sites of facts.writesByAttribute.values()) for (const site of sites) add(site.function, site.write);
  for (const { instanceAttributes } of facts.classes) {
    for (const attributes of instanceAttributes.values()) for (const each of attributes) add(each.function, each.write);
  }
  return found;
}

class UnpackedFunction implements FunctionFacts {
  readonly index: number;
  readonly kind: FunctionFacts["kind"];
  readonly name: string;
  readonly qualifiedName: string;
  readonly nameRange: Range;
  readonly parent: number | undefined;
  readonly class: number | undefined;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly rebound: ReadonlySet<string>;
  readonly bodyStart: number;
  readonly holds: ReadonlySet<BodyPart>;
  readonly start: number;
  readonly end: number;
  private readonly hasDecorators: boolean;
  private readonly headerAt: number | undefined;
  private readonly insideAt: number;
  private header: FunctionHeader | undefined;
  private inside: FunctionInside | undefined;
  private readonly names: readonly string[] | undefined;
  /** Those of its inside that others refer to: their numbers, until it is read. */
  private operations: readonly unknown[];

  constructor(
    private readonly reader: GraphReader,
    head: FunctionHead,
    noNames: ReadonlySet<string>,
  ) {
    this.index = head.index;
    this.kind = head.kind;
    this.name = head.name;
    this.qualifiedName = head.qualifiedName;
    this.nameRange = head.nameRange;
    this.parent = head.parent;
    this.class = head.class;
    this.isAsync = head.isAsync;
    this.isGenerator = head.isGenerator;
    this.rebound = head.rebound ?? noNames;
    this.bodyStart = head.bodyStart;
    this.holds = bodyParts(head.holds);
    this.start = head.start;
    this.end = head.end;
    this.hasDecorators = head.hasDecorators;
    this.headerAt = head.header;
    this.insideAt = head.inside;
    this.operations = head.named;
    this.names = head.names;
  }

  get parameters(): readonly ParameterFacts[] {
    return this.readHeader().parameters;
  }

  get decorators(): readonly Value[] {
    // Nearly every function is asked, and few have any.
    return this.hasDecorators ? this.readHeader().decorators : noHeader.decorators;
  }

  get returns(): Value | undefined {
    return this.readHeader().returns;
  }

  get bindings(): ReadonlyMap<string, readonly Value[]> {
    const { names } = this;
    return this.inside || !names ? this.readInside().bindings : new UnpackedBindings(names, () => this.readInside().bindings);
  }

  get annotations(): ReadonlyMap<string, Value> {
    return this.readInside().annotations;
  }

  get returned(): readonly Value[] {
    return this.readInside().returned;
  }

  get body(): readonly Operation[] {
    return this.readInside().body;
  }

  /** One of the operations in its inside that others refer to. */
  operation(index: number): unknown {
    this.readInside();
    return this.operations[index];
  }

  private readHeader(): FunctionHeader {
    this.header ??= this.headerAt === undefined ? noHeader : (this.reader.read(this.headerAt).value as FunctionHeader);
    return this.header;
  }

  private readInside(): FunctionInside {
    if (!this.inside) {
      const { value, records } = this.reader.read(this.insideAt);
      this.inside = value as FunctionInside;
      this.operations = this.operations.map((number) => records[number as number]);
    }
    return this.inside;
  }
}

const noHeader: FunctionHeader = { parameters: [], decorators: [], returns: undefined };

/** Reads an operation of a function. */
type ReadOperationAt = (index: number, place: number | object) => unknown;

class UnpackedSite {
  readonly function: number;

  constructor(
    index: number,
    private readonly place: number | object,
    private readonly read: ReadOperationAt,
  ) {
    this.function = index;
  }

  protected get operation(): unknown {
    return this.read(this.function, this.place);
  }
}

class UnpackedCall extends UnpackedSite implements CallSite {
  get call(): CallOperation {
    return this.operation as CallOperation;
  }
}

class UnpackedWrite extends UnpackedSite implements WriteSite, InstanceAttribute {
  get write(): WriteOperation {
    return this.operation as WriteOperation;
  }
}

/** A map of which some is known without what it is made of. */
abstract class LazyMap<Item> implements ReadonlyMap<string, Item> {
  abstract readonly size: number;
  abstract has(name: string): boolean;
  abstract keys(): MapIterator<string>;
  abstract get(name: string): Item | undefined;

  *entries(): MapIterator<[string, Item]> {
    for (const name of this.keys()) yield [name, this.get(name) as Item];
  }

  *values(): MapIterator<Item> {
    for (const name of this.keys()) yield this.get(name) as Item;
  }

  forEach(take: (item: Item, name: string, map: ReadonlyMap<string, Item>) => void): void {
    for (const [name, item] of this.entries()) take(item, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, Item]> {
    return this.entries();
  }
}

/** Makes the sites of a name when somebody first asks for them. */
class SiteMap<Site extends object> extends LazyMap<readonly Site[]> {
  /** Where the places of a name start among the items, or the sites that were made of them. */
  private readonly all = new Map<string, number | readonly Site[]>();
  private readonly items: readonly (number | object)[];

  constructor(
    { names, items }: NamedPlaces,
    private readonly Site: new (index: number, place: number | object, read: ReadOperationAt) => Site,
    private readonly read: ReadOperationAt,
  ) {
    super();
    this.items = items;
    let start = 0;
    for (const name of names) {
      this.all.set(name, start);
      start += 1 + 2 * (items[start] as number);
    }
  }

  get size(): number {
    return this.all.size;
  }

  has(name: string): boolean {
    return this.all.has(name);
  }

  keys(): MapIterator<string> {
    return this.all.keys();
  }

  get(name: string): readonly Site[] | undefined {
    const known = this.all.get(name);
    if (typeof known !== "number") return known;
    const { items, read } = this;
    const sites = new Array<Site>(items[known] as number);
    for (let i = 0; i < sites.length; i++) {
      const at = known + 1 + 2 * i;
      sites[i] = new this.Site(items[at] as number, items[at + 1] as number | object, read);
    }
    this.all.set(name, sites);
    return sites;
  }
}

/** The bindings of a class's body, which are read when somebody asks for a name that is there. */
class UnpackedBindings extends LazyMap<readonly Value[]> {
  constructor(
    private readonly names: readonly string[],
    private readonly read: () => ReadonlyMap<string, readonly Value[]>,
  ) {
    super();
  }

  get size(): number {
    return this.names.length;
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  keys(): MapIterator<string> {
    return this.names.values();
  }

  get(name: string): readonly Value[] | undefined {
    return this.has(name) ? this.read().get(name) : undefined;
  }
}

/** Who makes facts of texts, or knows them from before. */
export interface FactsSource {
  /** The facts of this text will be asked for, unless everything that is asked turns out to be known from before: so they are made if they are not kept. */
  prepare(text: string): void;
  /** The packed facts of a text. Rejects if they cannot be made, which is a defect of this program. */
  packedFactsOf(text: string): Promise<Uint8Array>;
  /** Ends what works for it; it can be asked again afterwards. */
  rest(): Promise<void>;
}

/** Makes the packed facts of a text that is not being edited. */
export function makePackedFacts(text: string, parser: Parser): Uint8Array<ArrayBuffer> {
  return packFacts(extract(parser.parse(text), new Source(text, undefined)));
}
