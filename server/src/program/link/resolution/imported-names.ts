import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { ImportFact } from "../../facts.js";
import type { ImportValue } from "../../operation.js";
import type { Entity, LinkedFile } from "../entity.js";
import { importsFfi } from "../linked-file.js";
import type { AnswerMemory } from "../memory/memory.js";
import type { ModuleIndex } from "../modules.js";
import type { Resolver } from "./resolver.js";

/** Tells what names mean that come from other modules: of the program, where imports reach one, or outside of it. */
export class ImportedNames {
  constructor(
    private readonly resolver: Resolver,
    private readonly memory: () => AnswerMemory,
  ) {}

  /** What a name is that nothing in the file binds: what `from … import *` brings, or built in. */
  unbound(name: string, file: LinkedFile): readonly Entity[] {
    for (const imported of starImports(file)) {
      const target = this.memory().modules.resolve(file.path, imported.level, imported.module);
      if (target.kind === "file") {
        const found = this.member(target.path, name);
        if (found.length > 0) return found;
      } else if (target.kind === "external") {
        const qualified = `${target.name}.${name}`;
        if (isKnown(this.resolver.knowledge, qualified)) return [{ kind: "external", name: qualified }];
      }
    }
    return [{ kind: "external", name: `builtins.${name}` }];
  }

  /** What an import statement binds a name to. */
  imported(value: ImportValue, file: LinkedFile): readonly Entity[] {
    const target = this.memory().modules.resolve(file.path, value.level, value.module);
    if (value.name === undefined) return this.target(target);
    if (target.kind === "external" && value.name === "lib" && importsFfi(file, value.module)) return [cffiLibrary];
    if (target.kind === "external") return [{ kind: "external", name: `${target.name}.${value.name}` }];
    const member = target.kind === "file" ? this.member(target.path, value.name) : [];
    if (member.length > 0) return member;
    return this.inner(target.path, value.name);
  }

  /** Whether an import of that module by the file reaches a file or folder of the program. */
  isOfProgram(path: string, module: string): boolean {
    return this.memory().modules.resolve(path, 0, module).kind !== "external";
  }

  /** The paths of the program's files that an import reaches: the module, and what it imports from a package if that is a module, too. */
  paths(file: LinkedFile, { level, module, name }: Pick<ImportFact, "level" | "module" | "name">): readonly string[] {
    const modules = name === undefined || name === "*" ? [module] : [module, module === "" ? name : `${module}.${name}`];
    return modules.flatMap((each) => {
      const target = this.memory().modules.resolve(file.path, level, each);
      return target.kind === "file" ? [target.path] : [];
    });
  }

  /** Where a variable is defined that a module imports by name from a module of the program, through re-exports. */
  origin(file: LinkedFile, name: string, depth = 0): { readonly path: string; readonly name: string } | undefined {
    const values = file.functionAt(0)?.bound(name);
    const [value] = values ?? [];
    if (values?.length !== 1 || value?.op !== "import" || depth > maximumReexports) return undefined;
    const origin = this.variable(value, file);
    return origin && (this.origin(origin.file, origin.name, depth + 1) ?? { path: origin.file.path, name: origin.name });
  }

  /** The variable of a module of the program that a file imports by name; it may be imported there in turn. */
  variable({ level, module, name }: ImportValue, from: LinkedFile): { readonly file: LinkedFile; readonly name: string } | undefined {
    if (name === undefined) return undefined;
    const target = this.memory().modules.resolve(from.path, level, module);
    const file = target.kind === "file" ? this.memory().file(target.path) : undefined;
    return file?.functionAt(0)?.bound(name) ? { file, name } : undefined;
  }

  private target(target: ReturnType<ModuleIndex["resolve"]>): readonly Entity[] {
    if (target.kind === "external") return [{ kind: "external", name: target.name }];
    const file = target.kind === "file" ? this.memory().file(target.path) : undefined;
    // A folder without `__init__.py` has no names of its own; its modules are found by path.
    return file ? [{ kind: "module", file }] : target.kind === "folder" ? [{ kind: "external", name: `/${target.path}` }] : [];
  }

  /** What a module binds to a name, through re-exports. */
  member(path: string, name: string): readonly Entity[] {
    const file = this.memory().file(path);
    const module = file?.functionAt(0);
    if (!file || !module) return [];
    if (module.bound(name) || module.head.rebound.has(name)) return this.resolver.name(name, 0, module);
    for (const imported of starImports(file)) {
      if (imported.function !== 0) continue;
      const target = this.memory().modules.resolve(path, imported.level, imported.module);
      if (target.kind === "external") {
        const qualified = `${target.name}.${name}`;
        if (isKnown(this.resolver.knowledge, qualified)) return [{ kind: "external", name: qualified }];
      } else if (target.kind === "file" && target.path !== path) {
        const found = this.resolver.deeper(() => this.member(target.path, name));
        if (found.length > 0) return found;
      }
    }
    return [];
  }

  /** The module of that name in a package, or in a folder that is none. */
  inner(path: string, name: string): readonly Entity[] {
    const inner = this.memory().modules.member(path, name);
    return inner ? this.target(inner) : [];
  }
}

/** What `from … import *` brings into the file. */
export function starImports(file: LinkedFile): readonly ImportFact[] {
  return file.derive("star imports", () => file.facts.imports.filter((imported) => imported.name === "*"));
}

/** Whether anything is known of what has that name outside the program. */
export function isKnown(knowledge: Knowledge, name: string): boolean {
  return knowledge.callable(name) !== undefined || knowledge.type(name) !== undefined || knowledge.spawner(name) !== undefined;
}

const cffiLibrary: Entity = { kind: "object", type: "cffi.Lib", origin: undefined };

const maximumReexports = 8;
