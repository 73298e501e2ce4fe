import { append } from "../../base/append.js";
import type { Statement } from "../../syntax/nodes.js";
import type { CallSite, ClassFacts, FunctionFacts, ImportFact, InstanceAttribute, WriteSite } from "../facts.js";
import type { Definition, ExtractionMemory } from "./extraction-memory.js";
import { ownerOf, type Scope, type Scopes } from "./scopes.js";

/** What is gathered over the whole file. */
export class FileExtraction {
  readonly functions = new Map<number, FunctionFacts>();
  readonly classes = new Map<number, ClassFacts>();
  readonly callsByName = new Map<string, CallSite[]>();
  readonly writesByAttribute = new Map<string, WriteSite[]>();
  readonly imports: ImportFact[] = [];

  /** Those that are being extracted, the outermost first. */
  private readonly definitions: Definition[] = [];

  constructor(
    readonly scopes: Scopes,
    private readonly memory: ExtractionMemory | undefined,
    /** `values`: nobody looks at what is recorded on the way to a value. */
    readonly keeps: "everything" | "values" = "everything",
    /** For which the values are. */
    private readonly whole: FileExtraction | undefined = undefined,
  ) {}

  /** Who asks only for values of the same file. */
  forValues(): FileExtraction {
    return new FileExtraction(this.scopes, undefined, "values", this);
  }

  /** The index of the scope that a name used in `scope` belongs to. */
  ownerOf(name: string, scope: Scope): number {
    const owner = ownerOf(name, scope);
    if (owner <= 0) this.noteOuterName(name);
    return owner;
  }

  private noteOuterName(name: string): void {
    for (const { outerNames } of this.definitions) outerNames.add(name);
    this.whole?.noteOuterName(name);
  }

  /** Extracts a definition and all inside it, or takes over what was extracted from the same nodes before. `owner`: the class that it is in. */
  definitionOf(node: Statement, scope: Scope, owner: number | undefined, extract: () => void): void {
    const { parent } = scope;
    const isKept = parent?.kind === "module" || (parent?.kind === "class-body" && parent.parent?.kind === "module");
    if (!this.memory || !isKept) return extract();
    const known = this.memory.recall(node, scope.index, owner);
    if (known) {
      this.takeOver(known);
      this.definitions.at(-1)?.members.set(node, known);
      return this.memory.keep(node, known);
    }
    const definition: Definition = {
      scope: scope.index,
      owner,
      functions: [],
      classes: [],
      calls: [],
      writes: [],
      imports: [],
      attributes: [],
      outerNames: new Set(),
      members: new Map(),
    };
    this.definitions.push(definition);
    extract();
    this.definitions.pop();
    this.definitions.at(-1)?.members.set(node, definition);
    this.memory.add(node, definition);
  }

  private takeOver({ functions, classes, calls, writes, imports, attributes, outerNames }: Definition): void {
    for (const each of functions) this.addFunction(each);
    for (const each of classes) this.addClass(each);
    for (const { name, site } of calls) this.addCall(name, site);
    for (const { name, site } of writes) this.addWrite(name, site);
    for (const each of imports) this.addImport(each);
    for (const { owner, name, attribute } of attributes) this.addAttribute(owner, name, attribute);
    for (const name of outerNames) this.noteOuterName(name);
  }

  addFunction(facts: FunctionFacts): void {
    this.functions.set(facts.index, facts);
    for (const { functions } of this.definitions) functions.push(facts);
  }

  addClass(facts: ClassFacts): void {
    this.classes.set(facts.index, facts);
    for (const { classes } of this.definitions) classes.push(facts);
  }

  addCall(name: string, site: CallSite): void {
    append(this.callsByName, name, site);
    for (const { calls } of this.definitions) calls.push({ name, site });
  }

  addWrite(name: string, site: WriteSite): void {
    append(this.writesByAttribute, name, site);
    for (const { writes } of this.definitions) writes.push({ name, site });
  }

  addImport(fact: ImportFact): void {
    this.imports.push(fact);
    for (const { imports } of this.definitions) imports.push(fact);
  }

  /** `owner`: the class whose objects have it. */
  addAttribute(owner: number, name: string, attribute: InstanceAttribute): void {
    const known = this.classes.get(owner)?.instanceAttributes as Map<string, InstanceAttribute[]> | undefined;
    if (known) append(known, name, attribute);
    // A class that is taken over whole brings its attributes along.
    for (const { classes, attributes } of this.definitions) {
      if (!classes.some(({ index }) => index === owner)) attributes.push({ owner, name, attribute });
    }
  }
}
