import { type CallSite, type ClassFacts, definitionAt, type Facts, type FunctionFacts, type ImportFact, type WriteSite } from "../facts.js";
import type { Value } from "../operation.js";
import type { ClassNode, Definitions, FunctionHead, FunctionNode, FunctionView, LinkedFile } from "./entity.js";
import type { NewPart, Part } from "./memory/part-set.js";
import { sameStructure } from "./memory/same-structure.js";

/** One file's part of a program, for a text that stays as it is. */
export function linkedFile(path: string, facts: Facts): LinkedFile {
  return new FixedFile(path, facts);
}

class FixedFile implements LinkedFile {
  readonly functions: readonly FunctionNode[];
  readonly classes: readonly ClassNode[];
  private derived: Map<string, unknown> | undefined;

  constructor(
    readonly path: string,
    readonly facts: Facts,
  ) {
    this.functions = facts.functions.map((each) => new FixedFunction(this, each.index, each));
    this.classes = facts.classes.map((each) => ({ file: this, name: each.name, start: each.start, facts: each }));
  }

  functionAt(index: number): FunctionNode | undefined {
    return definitionAt(this.functions, index);
  }

  classAt(index: number): ClassNode | undefined {
    // It stands where its facts do.
    const facts = definitionAt(this.facts.classes, index);
    return facts && (this.classes[index]?.facts === facts ? this.classes[index] : this.classes.find((each) => each.facts === facts));
  }

  calls(name: string): readonly CallSite[] {
    return this.facts.callsByName.get(name) ?? none;
  }

  stores(attribute: string): readonly WriteSite[] {
    return this.facts.writesByAttribute.get(attribute) ?? none;
  }

  derive<Result>(key: string, compute: () => Result): Result {
    this.derived ??= new Map();
    if (!this.derived.has(key)) this.derived.set(key, compute());
    return this.derived.get(key) as Result;
  }

  entry<Result>(key: string, name: string, compute: () => ReadonlyMap<string, Result>): Result | undefined {
    return this.derive(key, compute).get(name);
  }
}

class FixedFunction implements FunctionNode {
  constructor(
    readonly file: LinkedFile,
    readonly index: number,
    readonly facts: FunctionFacts,
  ) {}

  get head(): FunctionHead {
    return this.facts;
  }

  get returned(): FunctionFacts["returned"] {
    return this.facts.returned;
  }

  bound(name: string): readonly Value[] | undefined {
    return this.facts.bindings.get(name);
  }

  view<Result>(view: FunctionView<Result>): Result {
    return view.of(this.facts);
  }
}

const none: readonly never[] = [];

/** Every import of a file. */
export function importsOf(file: LinkedFile): readonly ImportFact[] {
  return file.derive("imports", () => file.facts.imports);
}

/** Whether a file imports a module that is meant, which are always the same ones under that key: other imports leave who asks alone. */
export function importsAny(file: LinkedFile, key: string, isMeant: (module: string) => boolean): boolean {
  return file.derive(key, () => importsOf(file).some(({ module }) => isMeant(module)));
}

/** The names that a file imports from modules, and what they are called there: other imports leave who asks alone. */
export function importedNames(file: LinkedFile): readonly { readonly name: string; readonly bound: string }[] {
  return file.derive("imported names", () => importsOf(file).flatMap(({ name, bound }) => (name === undefined ? [] : [{ name, bound }])));
}

/** A module that cffi has compiled is told by its two names: `from _example import ffi, lib`. */
export function importsFfi(file: LinkedFile, module: string): boolean {
  const modules = file.derive("modules of ffi", () => importsOf(file).flatMap((each) => (each.name === "ffi" ? [each.module] : [])));
  return modules.includes(module);
}

/** A question about the facts of one function. */
export interface FunctionTest {
  /** Unique among all tests. */
  readonly name: string;
  /** Names of which it calls one, as a function or a method, if it passes. */
  readonly calling: ReadonlySet<string> | undefined;
  passes(facts: FunctionFacts): boolean;
  /** The same without remembering it, for who asks once. */
  readonly test: (facts: FunctionFacts) => boolean;
}

/** A test that is made once for the facts of each function. With names of calls it is made only of functions that have one of them. */
export function functionTest(
  name: string,
  passes: (facts: FunctionFacts) => boolean,
  calling: ReadonlySet<string> | undefined = undefined,
): FunctionTest {
  const known = new WeakMap<FunctionFacts, boolean>();
  return {
    name,
    calling,
    test: passes,
    passes(facts) {
      let result = known.get(facts);
      if (result === undefined) {
        result = passes(facts);
        known.set(facts, result);
      }
      return result;
    },
  };
}

/** A view that is made once for the facts of each function. */
export function functionView<Result>(of: (facts: FunctionFacts) => Result): FunctionView<Result> {
  const known = new WeakMap<FunctionFacts, { readonly result: Result }>();
  return {
    of(facts) {
      let seen = known.get(facts);
      if (!seen) {
        seen = { result: of(facts) };
        known.set(facts, seen);
      }
      return seen.result;
    },
  };
}

/** The functions of a file that pass the test, so that who looks for such functions does not depend on all others. */
export function functionsThat(file: LinkedFile, test: FunctionTest): readonly FunctionNode[] {
  return file.derive(test.name, () => {
    const callers = test.calling && callersIn(file.facts, test.calling);
    // Of a text that stays as it is, this is asked once.
    const passes = file instanceof FixedFile ? test.test : test.passes;
    return file.functions.filter((node) => (!callers || callers.has(node.index)) && passes(node.facts));
  });
}

/** The indexes of the functions that call something by one of these names, which are always the same ones under that key. */
export function callersOf(file: LinkedFile, key: string, names: ReadonlySet<string>): ReadonlySet<number> {
  return file.derive(key, () => callersIn(file.facts, names));
}

/** The functions that call something by one of these names: nothing that is inside of functions needs to be read for it. */
function callersIn({ callsByName }: Facts, names: ReadonlySet<string>): ReadonlySet<number> {
  const callers = new Set<number>();
  for (const name of names) for (const site of callsByName.get(name) ?? none) callers.add(site.function);
  return callers;
}

/** What names of a class's body are bound to, but its methods. */
export function assignedIn(body: FunctionNode): readonly Value[] {
  if (!body.head.holds.has("class attribute")) return none;
  return body.file.derive(`assigned in ${body.index}`, () =>
    [...body.facts.bindings.values()].flat().filter(({ op }) => op !== "function"),
  );
}

/** Is told of each part of a file that somebody reads and that an edit can change. */
export type Watch = (part: Part) => void;

/**
 * One file's part of a program, for a text that is being edited: after an edit, its functions and classes are the objects that they were, with other
 * facts; definitions that are added or removed leave the others as they are. Whoever remembers what was read of it learns what changed.
 */
export class EditedFile implements LinkedFile, Part {
  readonly part: number;
  private readonly allFunctions: EditedDefinitions<FunctionFacts, EditedFunction>;
  private readonly allClasses: EditedDefinitions<ClassFacts, EditedClass>;
  private readonly derived = new Map<string, Derived>();
  private watching = true;

  constructor(
    readonly path: string,
    private current: Facts,
    private readonly watch: Watch,
    private readonly newPart: NewPart,
  ) {
    this.part = newPart();
    const note = (part: Part): void => this.note(part);
    this.allFunctions = new EditedDefinitions(current.functions, newPart(), (each) => new EditedFunction(this, each, note, newPart));
    this.allClasses = new EditedDefinitions(current.classes, newPart(), (each) => new EditedClass(this, each, note, newPart()));
  }

  get functions(): Definitions<FunctionNode> {
    this.note(this.allFunctions);
    return this.allFunctions.list;
  }

  get classes(): Definitions<ClassNode> {
    this.note(this.allClasses);
    return this.allClasses.list;
  }

  // An index stands in facts for as long as what it means is there, and is given to nothing else afterwards.

  functionAt(index: number): FunctionNode | undefined {
    return this.allFunctions.at(index);
  }

  classAt(index: number): ClassNode | undefined {
    return this.allClasses.at(index);
  }

  get facts(): Facts {
    this.note(this);
    return this.current;
  }

  calls(name: string): readonly CallSite[] {
    return this.derive(`calls of ${name}`, () => this.current.callsByName.get(name) ?? none);
  }

  stores(attribute: string): readonly WriteSite[] {
    return this.derive(`stores in ${attribute}`, () => this.current.writesByAttribute.get(attribute) ?? none);
  }

  derive<Result>(key: string, compute: () => Result): Result {
    let known = this.derived.get(key);
    if (!known) {
      known = { part: this.newPart(), compute, result: this.unwatched(compute) };
      this.derived.set(key, known);
    }
    this.note(known);
    return known.result as Result;
  }

  entry<Result>(key: string, name: string, compute: () => ReadonlyMap<string, Result>): Result | undefined {
    return this.derive(`${key} of ${name}`, () => this.derive(key, compute).get(name));
  }

  /** Whether it has these facts now. */
  has(facts: Facts): boolean {
    return this.current === facts;
  }

  /**
   * Takes over the facts of another text. Returns what changed; undefined if the indexes of definitions mean others there, and so nothing was taken
   * over.
   */
  update(facts: Facts): FileChanges | undefined {
    const before = this.current;
    if (!this.allFunctions.canBe(facts.functions) || !this.allClasses.canBe(facts.classes)) return undefined;
    this.current = facts;
    const changed: Part[] = [this, ...this.allFunctions.update(facts.functions), ...this.allClasses.update(facts.classes)];
    for (const known of this.derived.values()) {
      const result = this.unwatched(known.compute);
      if (sameStructure(known.result, result)) continue;
      known.result = result;
      changed.push(known);
    }
    const names = changedNames(before, facts);
    return { parts: changed, names };
  }

  /** What is to be taken as changed when another file stands in for this one. */
  everything(): FileChanges {
    const names = changedNames(this.current, undefined);
    return { parts: [this, ...this.allFunctions.parts(), ...this.allClasses.parts(), ...this.derived.values()], names };
  }

  private note(part: Part): void {
    if (this.watching) this.watch(part);
  }

  /** What is derived from all functions depends on the outcome alone, not on each of them. */
  private unwatched<Result>(compute: () => Result): Result {
    const before = this.watching;
    this.watching = false;
    try {
      return compute();
    } finally {
      this.watching = before;
    }
  }
}

/** What an edit changed of a file. */
export interface FileChanges {
  /** The file itself, and those of its parts that somebody can have read. */
  readonly parts: readonly Part[];
  /** The names of calls, and with a dot before them those of stores in attributes, of which there are others now. */
  readonly names: readonly string[];
}

function changedNames(before: Facts, now: Facts | undefined): readonly string[] {
  const names: string[] = [];
  const compare = (some: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown> | undefined, prefix: string): void => {
    for (const [name, found] of some) if (others?.get(name) !== found) names.push(prefix + name);
    for (const name of others?.keys() ?? []) if (!some.has(name)) names.push(prefix + name);
  };
  compare(before.callsByName, now?.callsByName, "");
  compare(before.writesByAttribute, now?.writesByAttribute, ".");
  return names;
}

interface Derived extends Part {
  readonly compute: () => unknown;
  result: unknown;
}

/** A definition whose facts can be others after an edit. */
interface EditedDefinition<DefinitionFacts> extends Part {
  /** Whether it can go on with those facts. */
  canBe(facts: DefinitionFacts): boolean;
  /** Returns what is another now: itself, and parts of it. */
  update(facts: DefinitionFacts): readonly Part[];
  parts(): readonly Part[];
}

/** The functions or the classes of a file that is being edited. The object stands for which there are. */
class EditedDefinitions<DefinitionFacts extends { readonly index: number }, Definition extends EditedDefinition<DefinitionFacts>>
  implements Part
{
  private byIndex = new Map<number, Definition>();
  private inOrder: readonly Definition[] = [];
  /** The highest index that anything had. */
  private last = -1;

  constructor(
    all: readonly DefinitionFacts[],
    readonly part: number,
    private readonly make: (facts: DefinitionFacts) => Definition,
  ) {
    this.update(all);
  }

  get list(): readonly Definition[] {
    return this.inOrder;
  }

  at(index: number): Definition | undefined {
    return this.byIndex.get(index);
  }

  canBe(all: readonly DefinitionFacts[]): boolean {
    // An index that was free stands for something else only if the text was numbered anew.
    return all.every((each) => this.byIndex.get(each.index)?.canBe(each) ?? each.index > this.last);
  }

  /** Returns what is another now, of what was there before. */
  update(all: readonly DefinitionFacts[]): readonly Part[] {
    const { byIndex, inOrder } = this;
    const changed: Part[] = [];
    const list = all.map((each) => {
      const known = byIndex.get(each.index);
      if (known) changed.push(...known.update(each));
      this.last = Math.max(this.last, each.index);
      return known ?? this.make(each);
    });
    if (list.length === inOrder.length && list.every((each, index) => each === inOrder[index])) return changed;
    this.inOrder = list;
    this.byIndex = new Map(all.map((each, index) => [each.index, list[index] as Definition]));
    const kept = new Set(list);
    for (const each of inOrder) if (!kept.has(each)) changed.push(...each.parts());
    return [this, ...changed];
  }

  parts(): readonly Part[] {
    return [this, ...this.inOrder.flatMap((each) => each.parts())];
  }
}

/** A function that can have other facts after an edit. Who asks for a part of them depends on that part alone. */
class EditedFunction implements FunctionNode, EditedDefinition<FunctionFacts> {
  readonly part: number;
  readonly index: number;
  /** Stand for the parts; those of names exist once somebody has asked. */
  private readonly headPart: Part;
  private readonly returnedPart: Part;
  private readonly boundParts = new Map<string, Part>();
  private readonly views = new Map<FunctionView<unknown>, Part & { result: unknown }>();

  constructor(
    readonly file: LinkedFile,
    private current: FunctionFacts,
    private readonly note: Watch,
    private readonly newPart: NewPart,
  ) {
    this.part = newPart();
    this.headPart = { part: newPart() };
    this.returnedPart = { part: newPart() };
    this.index = current.index;
  }

  get facts(): FunctionFacts {
    this.note(this);
    return this.current;
  }

  get head(): FunctionHead {
    this.note(this.headPart);
    return this.current;
  }

  get returned(): FunctionFacts["returned"] {
    this.note(this.returnedPart);
    return this.current.returned;
  }

  bound(name: string): readonly Value[] | undefined {
    let part = this.boundParts.get(name);
    if (!part) {
      part = { part: this.newPart() };
      this.boundParts.set(name, part);
    }
    this.note(part);
    return this.current.bindings.get(name);
  }

  view<Result>(view: FunctionView<Result>): Result {
    let seen = this.views.get(view);
    if (!seen) {
      seen = { part: this.newPart(), result: view.of(this.current) };
      this.views.set(view, seen);
    }
    this.note(seen);
    return seen.result as Result;
  }

  canBe(facts: FunctionFacts): boolean {
    return this.current.kind === facts.kind && this.current.name === facts.name;
  }

  update(facts: FunctionFacts): readonly Part[] {
    const before = this.current;
    if (before === facts) return none;
    this.current = facts;
    const changed: Part[] = [this];
    if (!isSameHead(before, facts)) changed.push(this.headPart);
    if (before.returned !== facts.returned) changed.push(this.returnedPart);
    for (const [name, part] of this.boundParts) if (before.bindings.get(name) !== facts.bindings.get(name)) changed.push(part);
    for (const [view, seen] of this.views) {
      const result = view.of(facts);
      if (isSameView(seen.result, result)) continue;
      seen.result = result;
      changed.push(seen);
    }
    return changed;
  }

  parts(): readonly Part[] {
    return [this, this.headPart, this.returnedPart, ...this.boundParts.values(), ...this.views.values()];
  }
}

class EditedClass implements ClassNode, EditedDefinition<ClassFacts> {
  readonly name: string;
  readonly start: number;

  constructor(
    readonly file: LinkedFile,
    private current: ClassFacts,
    private readonly note: Watch,
    readonly part: number,
  ) {
    this.name = current.name;
    this.start = current.start;
  }

  get facts(): ClassFacts {
    this.note(this);
    return this.current;
  }

  /** A class is known by where it starts; see `classKey`. */
  canBe(facts: ClassFacts): boolean {
    return this.name === facts.name && this.start === facts.start;
  }

  update(facts: ClassFacts): readonly Part[] {
    const isOther = this.current !== facts;
    this.current = facts;
    return isOther ? [this] : none;
  }

  parts(): readonly Part[] {
    return [this];
  }
}

function isSameView(a: unknown, b: unknown): boolean {
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((each) => b.has(each));
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((each, index) => isSameItem(each, b[index]));
}

/** Operations are known by the objects that they are, what is told of them by its parts. */
function isSameItem(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b || "op" in a || "op" in b) return false;
  const parts = Object.entries(a);
  return parts.length === Object.keys(b).length && parts.every(([name, part]) => part === (b as Record<string, unknown>)[name]);
}

/** Facts of texts before and after an edit share what they have in common. */
function isSameHead(a: FunctionFacts, b: FunctionFacts): boolean {
  const { bindings, returned, body, bodyStart, ...head } = a;
  return Object.entries(head).every(([key, value]) => b[key as keyof FunctionHead] === value);
}
