import { joinPath, parentFolder } from "../base/path.js";
import type { SourceHost } from "../base/source-files.js";
import { standardLibraryModules } from "../knowledge/stdlib-modules.js";

/*
 * Which files of the program a file imports, as the interpreter would find them from there. What a name stands for the analysis tells later, of all files that
 * were read; here it is enough to have read them.
 */

/** What one import statement names. */
interface Import {
  /** How many dots stand before the module. */
  readonly level: number;
  /** Empty for `from . import tools`. */
  readonly module: string;
  /** What `from` takes out of it, of which some may be modules. */
  readonly names: readonly string[];
}

/** Reads the files that some files import, directly or through others, and the packages that these are in, each once. */
export async function readImported(
  texts: readonly { readonly path: string; readonly text: string }[],
  /** Reads a file, and tells its text where what that imports is to be read as well. */
  read: (path: string) => Promise<string | undefined>,
  host: Pick<SourceHost, "describe">,
  workingFolder: string,
): Promise<void> {
  const kinds = new Map<string, Promise<boolean>>();
  const isFile = (path: string): Promise<boolean> => {
    const known = kinds.get(path);
    if (known) return known;
    const asked = host.describe(path).then(
      (description) => description?.kind === "file",
      () => false,
    );
    kinds.set(path, asked);
    return asked;
  };
  const met = new Set(texts.map(({ path }) => path));
  const waiting = [...texts];
  for (const { path, text } of waiting) {
    for (const each of importsIn(text)) {
      for (const found of await filesOf(each, path, workingFolder, isFile)) {
        if (met.has(found)) continue;
        met.add(found);
        const imported = await read(found);
        if (imported !== undefined) waiting.push({ path: found, text: imported });
      }
    }
  }
}

/** The imports that are written in a text. What stands in a string is taken for one, too, which at worst has a file read that is not needed. */
function importsIn(text: string): readonly Import[] {
  const found: Import[] = [];
  for (const [, dots = "", module = "", names = "", modules = ""] of text.matchAll(importStatement)) {
    if (modules === "") found.push({ level: dots.length, module, names: namesIn(names.replace(/^\(|\)$/g, "")) });
    else for (const each of namesIn(modules)) found.push({ level: 0, module: each, names: [] });
  }
  return found;
}

const dotted = String.raw`[\p{L}\p{N}_][\p{L}\p{N}_.]*`;
const wholeName = new RegExp(`^${dotted}$`, "u");
/** Up to the end of the statement, over lines that end in a backslash. */
const rest = String.raw`(?:[^\n\r#;\\]|\\\r?\n)+`;
const importStatement = new RegExp(
  String.raw`^[ \t]*(?:from[ \t]*(\.*)[ \t]*(${dotted})?[ \t]+import[ \t]*(\([^)]*\)|${rest})|import[ \t]+(${rest}))`,
  "gmu",
);

/** The names in a list of them, without those they are given and without comments. */
function namesIn(list: string): readonly string[] {
  return list
    .replace(/#.*/g, "")
    .split(",")
    .flatMap((each) => each.replaceAll("\\", " ").trim().split(/\s+/, 1))
    .filter((name) => wholeName.test(name));
}

/** The files of an import, the packages around them first; none for what is not the program's own. */
async function filesOf(
  { level, module, names }: Import,
  from: string,
  workingFolder: string,
  isFile: (path: string) => Promise<boolean>,
): Promise<readonly string[]> {
  let folder = parentFolder(from);
  for (let i = 1; i < level; i++) folder = parentFolder(folder);
  if (level > 0) return inFolder(folder, module, names, isFile);
  const isPackage = (path: string): Promise<boolean> => isFile(joinPath(path, "__init__.py"));
  const isOfLibrary = standardLibraryModules.has(module.split(".", 1)[0] ?? "");
  if (isOfLibrary && (await isPackage(folder))) return [];
  for (;;) {
    // Inside a package, absolute imports do not see its siblings.
    if (!(await isPackage(folder))) {
      const found = await inFolder(folder, module, names, isFile);
      if (found.length > 0) return found;
      const inSource = await inFolder(joinPath(folder, "src"), module, names, isFile);
      if (inSource.length > 0) return inSource;
      // What stands above the folder where one works, or above a project, is somebody else's.
      const isTop = !folder.startsWith(joinPath(workingFolder, "")) || isOfLibrary || (await isTopOfProject(folder, isFile));
      if (isTop) return [];
    }
    if (folder === parentFolder(folder)) return [];
    folder = parentFolder(folder);
  }
}

async function isTopOfProject(folder: string, isFile: (path: string) => Promise<boolean>): Promise<boolean> {
  for (const name of ["pyproject.toml", "setup.py", "setup.cfg", ".git", ".git/HEAD"])
    if (await isFile(joinPath(folder, name))) return true;
  return false;
}

async function inFolder(
  folder: string,
  module: string,
  names: readonly string[],
  isFile: (path: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const found: string[] = [];
  const add = async (path: string): Promise<boolean> => {
    const is = await isFile(path);
    if (is) found.push(path);
    return is;
  };
  let base = folder;
  const parts = module === "" ? [] : module.split(".");
  for (const [index, part] of parts.entries()) {
    base = joinPath(base, part);
    const isModule = index === parts.length - 1 && (await add(`${base}.py`));
    if (!isModule) await add(joinPath(base, "__init__.py"));
  }
  for (const name of names) {
    const path = joinPath(base, name);
    if (!(await add(`${path}.py`))) await add(joinPath(path, "__init__.py"));
  }
  return found;
}
