import measured from "./import-costs.json";

/** A module that is imported, or a name from it, which may be a module as well. */
export interface Imported {
  readonly module: string;
  readonly name?: string | undefined;
}

/** Which modules come with each of the standard library, by their places in the list of names; measured by `test/measure/import_costs.py`. */
const brings = measured.brings as Readonly<Record<string, readonly number[]>>;

/** Nanoseconds that importing takes a worker that is a process, and one that is an interpreter of the same process, which has less of its own. */
export interface ImportTimes {
  readonly processNs: number;
  readonly interpreterNs: number;
}

export const noImports: ImportTimes = { processNs: 0, interpreterNs: 0 };

/** Places of modules that workers have loaded before they run a task. */
const loaded = { process: new Set(measured.processes), interpreter: new Set<number>(measured.interpreters) };

/**
 * What importing modules takes, what a worker has loaded anyway left out; what several of them bring along is counted once. Packages that are not
 * listed take a few milliseconds.
 */
export function importTimes(imports: readonly Imported[]): ImportTimes {
  const modules = new Set<number>();
  const packages = new Set<string>();
  for (const each of imports) {
    const known = broughtBy(each);
    if (known) for (const module of known) modules.add(module);
    else packages.add(each.module.split(".")[0] ?? "");
  }
  let processNs = 0;
  let interpreterNs = 0;
  for (const module of modules) {
    const ns = (measured.microseconds[module] ?? 0) * 1e3;
    if (!loaded.process.has(module)) processNs += ns;
    if (!loaded.interpreter.has(module)) interpreterNs += ns;
  }
  for (const name of packages) {
    const ns = (milliseconds[name] ?? 3) * 1e6;
    processNs += ns;
    interpreterNs += ns;
  }
  return { processNs, interpreterNs };
}

/** Of `from xml.etree import ElementTree` and `import os.path`, what the longest known name brings; undefined outside the standard library. */
function broughtBy({ module, name }: Imported): readonly number[] | undefined {
  const parts = module.split(".");
  if (name !== undefined) parts.push(name);
  for (let count = parts.length; count > 0; count--) {
    const whole = parts.slice(0, count).join(".");
    if (Object.hasOwn(brings, whole)) return brings[whole];
  }
  return undefined;
}

/** Typical of CPython 3.11 with files in the page cache (`python -X importtime`). */
const milliseconds: Readonly<Record<string, number>> = {
  ...{ "": 0, __future__: 0, concurrent: 0, typing_extensions: 5 },
  ...{ numpy: 90, pandas: 400, scipy: 150, sklearn: 900, torch: 1500, tensorflow: 3000, matplotlib: 300, PIL: 40, cv2: 120, requests: 80 },
  ...{ polars: 80, pyarrow: 150, lxml: 15, sqlalchemy: 200, django: 250, flask: 150, fastapi: 350, aiohttp: 200, httpx: 120, boto3: 200 },
};
