import type { Statement } from "../../syntax/nodes.js";
import type { CallSite, ClassFacts, FunctionFacts, ImportFact, InstanceAttribute, WriteSite } from "../facts.js";
import { ScopeNumbers } from "./scope-numbers.js";
import type { KnownScopes, Scope } from "./scopes.js";

/** What one definition at the top of a file, or in a class there, adds to its facts, with everything inside it. */
export interface Definition {
  /** The index of its scope. */
  readonly scope: number;
  /** The class that it is in. */
  readonly owner: number | undefined;
  readonly functions: FunctionFacts[];
  readonly classes: ClassFacts[];
  readonly calls: { readonly name: string; readonly site: CallSite }[];
  readonly writes: { readonly name: string; readonly site: WriteSite }[];
  readonly imports: ImportFact[];
  readonly attributes: { readonly owner: number; readonly name: string; readonly attribute: InstanceAttribute }[];
  /** The names used in it that are the module's or no scope's: what they mean depends on the names of the module. */
  readonly outerNames: Set<string>;
  /** The definitions in it, by their nodes. */
  readonly members: Map<Statement, Definition>;
}

/** What was extracted from the definitions of a text that is being edited. */
export class ExtractionMemory {
  private before = new Map<Statement, Definition>();
  private now = new Map<Statement, Definition>();
  /** Those that were extracted since facts were last carried over. */
  private added: Definition[] = [];
  readonly numbers = new ScopeNumbers();
  readonly scopes: KnownScopes = new WeakMap();
  /** The names of the module, on which it depends what the names in a function mean. */
  private names: Pick<Scope, "bound" | "rebound"> = { bound: new Set(), rebound: new Set() };
  /** Those that mean something else than in the text before. */
  private otherNames: readonly string[] = [];

  /** Goes over to the next text. */
  next(module: Scope): this {
    const { bound, rebound } = this.names;
    this.otherNames = [...inOneOnly(module.bound, bound), ...inOneOnly(module.rebound, rebound)];
    this.before = this.now;
    this.now = new Map();
    this.names = module;
    return this;
  }

  recall(node: Statement, scope: number, owner: number | undefined): Definition | undefined {
    const known = this.before.get(node);
    if (known?.scope !== scope || known.owner !== owner) return undefined;
    return this.otherNames.some((name) => known.outerNames.has(name)) ? undefined : known;
  }

  add(node: Statement, definition: Definition): void {
    this.added.push(definition);
    this.keep(node, definition);
  }

  /**
   * Takes over what became of the objects extracted last when the facts were carried over, so that it is these that are found in the facts again and
   * nobody has to compare them a second time.
   */
  adopt(resultOf: <T extends object>(extracted: T) => T): void {
    for (const { functions, classes, calls, writes, imports, attributes } of this.added) {
      replaceEach(functions, resultOf);
      replaceEach(classes, resultOf);
      replaceEach(imports, resultOf);
      replaceEach(calls, ({ name, site }) => ({ name, site: resultOf(site) }));
      replaceEach(writes, ({ name, site }) => ({ name, site: resultOf(site) }));
      replaceEach(attributes, ({ owner, name, attribute }) => ({ owner, name, attribute: resultOf(attribute) }));
    }
    this.added = [];
  }

  /** The members of a class that stays as it is are kept with it: they are asked for once one of them changes. */
  keep(node: Statement, definition: Definition): void {
    this.now.set(node, definition);
    for (const [member, each] of definition.members) this.now.set(member, each);
  }
}

function replaceEach<T>(list: T[], replacement: (each: T) => T): void {
  for (const [index, each] of list.entries()) list[index] = replacement(each);
}

function inOneOnly(some: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...[...some].filter((each) => !others.has(each)), ...[...others].filter((each) => !some.has(each))];
}
