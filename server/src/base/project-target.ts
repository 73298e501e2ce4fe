import { parse } from "smol-toml";
import type { Host } from "./host.js";
import { joinPath } from "./path.js";
import { parseTarget, type Target } from "./target.js";

/** The target a project names: `.python-version` first, because it is exact, then the oldest Python of `requires-python`. */
export async function projectTarget(folder: string, host: Pick<Host, "readFile">): Promise<Target | undefined> {
  const pinned = await textOf(joinPath(folder, ".python-version"), host);
  const fromPin = pinned === undefined ? undefined : interpreterTarget(pinned.split("\n")[0] ?? "");
  if (fromPin) return fromPin;
  const project = await textOf(joinPath(folder, "pyproject.toml"), host);
  return project === undefined ? undefined : oldestTarget(requiresPython(project));
}

/** What a folder says of the Python that is meant, and where it says so. */
export interface ProjectTarget {
  readonly target: Target;
  readonly from: "environment" | "project";
}

/** For whoever works in the folder: its virtual environment is what runs there, and comes before what the project names. */
export async function editedProjectTarget(folder: string, host: Pick<Host, "readFile">): Promise<ProjectTarget | undefined> {
  for (const name of [".venv", "venv", "env"]) {
    const written = await textOf(joinPath(folder, `${name}/pyvenv.cfg`), host);
    const target = written === undefined ? undefined : environmentTarget(written);
    if (target) return { target, from: "environment" };
  }
  const target = await projectTarget(folder, host);
  return target && { target, from: "project" };
}

/**
 * The target that `pyvenv.cfg` of a virtual environment tells: `version = 3.13.1` as venv writes it, `version_info = 3.13.1.final.0` as others do.
 * Builds without a GIL have a `t` at the end of their command (`executable = /usr/bin/python3.13t`), or say so in the name of their folder.
 */
export function environmentTarget(pyvenv: string): Target | undefined {
  const values = new Map(
    pyvenv.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
    }),
  );
  const version = /^(\d+\.\d+)/.exec(values.get("version") ?? values.get("version_info") ?? "")?.[1];
  if (version === undefined) return undefined;
  const places = ["executable", "home", "base-executable", "command"].map((name) => values.get(name) ?? "").join(" ");
  const isFreeThreaded = /python3\.\d+t(?:\.exe)?\b|free-?threaded/i.test(places);
  const implementation = /pypy/i.test(`${values.get("implementation") ?? ""} ${places}`) ? "pypy" : "cpython";
  return parseTarget(`${implementation}-${version}${isFreeThreaded ? "t" : ""}`);
}

/** The target of an interpreter's version: `3.13.1`, `3.14t`, `pypy3.10-7.3`. */
export function interpreterTarget(version: string): Target | undefined {
  const parts = /^(pypy|cpython)?-?v?(\d+)\.(\d+)[.\w]*?(t)?(?:-.*)?$/.exec(version.trim());
  return parts ? parseTarget(`${parts[1] ?? "cpython"}-${parts[2]}.${parts[3]}${parts[4] ?? ""}`) : undefined;
}

function requiresPython(pyproject: string): string {
  try {
    const { project } = parse(pyproject) as { readonly project?: { readonly "requires-python"?: unknown } };
    const required = project?.["requires-python"];
    return typeof required === "string" ? required : "";
  } catch {
    // A file that does not parse names no Python; whoever owns the file will hear of it from other tools.
    return "";
  }
}

/** `>=3.9,<4` is CPython 3.9: what holds there was promised to hold everywhere. */
function oldestTarget(specifier: string): Target | undefined {
  const least = /(?:>=|~=|==)\s*(\d+)\.(\d+)/.exec(specifier);
  return least ? parseTarget(`cpython-${least[1]}.${least[2]}`) : undefined;
}

async function textOf(path: string, host: Pick<Host, "readFile">): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await host.readFile(path));
  } catch {
    return undefined;
  }
}
