import { standardLibraryModules } from "../../knowledge/stdlib-modules.js";

/** What an import statement reaches. */
export type ImportTarget =
  | { readonly kind: "file"; readonly path: string }
  /** A folder without `__init__.py` that holds modules. */
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "external"; readonly name: string };

/** Finds the files that imports name, as the interpreter would with the program's folders on its path. */
export class ModuleIndex {
  private readonly folders = new Set<string>();
  /** A program that holds these files at one place is a standard library itself. */
  private readonly libraryRoots = new Set<string>();

  constructor(private readonly paths: ReadonlySet<string>) {
    for (const path of paths) {
      for (let folder = parentOf(path); !this.folders.has(folder); folder = parentOf(folder)) {
        this.folders.add(folder);
        if (folder === "" || folder === "/") break;
      }
      if (path.endsWith("/threading.py") && paths.has(`${parentOf(path)}/os.py`)) this.libraryRoots.add(parentOf(path));
    }
  }

  /** The target of `import module` or `from …module import` in the file. */
  resolve(from: string, level: number, module: string): ImportTarget {
    if (level > 0) {
      let folder = parentOf(from);
      for (let i = 1; i < level; i++) folder = parentOf(folder);
      return this.inFolder(folder, module) ?? { kind: "external", name: ".".repeat(level) + module };
    }
    const top = module.split(".", 1)[0] as string;
    // The standard library's own names keep their known meaning, also in a program that holds its source.
    if (
      standardLibraryModules.has(top) &&
      (this.libraryRoots.size > 0 || !this.inFolder(parentOf(from), top) || this.isPackage(parentOf(from)))
    ) {
      return { kind: "external", name: module };
    }
    let folder = parentOf(from);
    for (;;) {
      // Inside a package, absolute imports do not see its siblings.
      if (!this.isPackage(folder)) {
        const found = this.inFolder(folder, module) ?? this.inFolder(joined(folder, "src"), module);
        if (found) return found;
      }
      const next = parentOf(folder);
      if (next === folder || !this.folders.has(next)) break;
      folder = next;
    }
    return { kind: "external", name: module };
  }

  /** The module or package `name` inside a package's folder or a folder. */
  member(path: string, name: string): ImportTarget | undefined {
    const folder = path.endsWith("/__init__.py") ? parentOf(path) : this.folders.has(path) ? path : undefined;
    return folder === undefined ? undefined : this.inFolder(folder, name);
  }

  private isPackage(folder: string): boolean {
    return this.paths.has(joined(folder, "__init__.py"));
  }

  private inFolder(folder: string, module: string): ImportTarget | undefined {
    const base = module === "" ? folder : joined(folder, module.replaceAll(".", "/"));
    if (module !== "" && this.paths.has(`${base}.py`)) return { kind: "file", path: `${base}.py` };
    if (this.paths.has(`${base}/__init__.py`)) return { kind: "file", path: `${base}/__init__.py` };
    return this.folders.has(base) ? { kind: "folder", path: base } : undefined;
  }
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? (slash === 0 ? "/" : "") : path.slice(0, slash);
}

function joined(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}
