import type { Source } from "../base/source.js";
import { targetTitle } from "../base/target.js";
import type { PackageEntry } from "../knowledge/entry.js";
import type { ImportFact } from "../program/facts.js";
import type { LinkedFile } from "../program/link/entity.js";
import { importsOf } from "../program/link/linked-file.js";
import docs from "./reenables-gil.md";
import { type Match, noFix, type Rule, type RuleContext } from "./rule.js";

interface Data {
  readonly module: string;
  readonly package: PackageEntry;
}

/** GIL502: an import that turns the GIL back on in a free-threaded build. */
export const reenablesGil: Rule<Data> = {
  code: "GIL502",
  name: "reenables-gil",
  since: "0.1.0",
  group: "free-threading",
  severity: "information",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find(context: RuleContext): readonly Match<Data>[] {
  if (!context.target.freeThreaded) return [];
  return context.program.files.flatMap((file) => {
    // The first import of a package has done it.
    const seen = new Set<string>();
    return importsOf(file).flatMap((imported): readonly Match<Data>[] => {
      const found = packageOf(imported, file, context);
      if (!found || seen.has(found.name) || isForTypesOnly(imported, context.source(file.path))) return [];
      seen.add(found.name);
      return [
        {
          path: file.path,
          range: { start: imported.statement.start, end: imported.statement.end },
          confidence: "likely",
          related: [],
          targets: [],
          prediction: undefined,
          data: { module: imported.module, package: found },
        },
      ];
    });
  });
}

/** The package that the import loads, if it is known to turn the GIL back on and is none of the program's own. */
function packageOf(imported: ImportFact, { path }: LinkedFile, { program }: RuleContext): PackageEntry | undefined {
  if (imported.level > 0) return undefined;
  const found = program.knowledge.package(imported.module);
  if (found?.freeThreading?.support !== "reenables-gil") return undefined;
  return program.resolver.imports.isOfProgram(path, imported.module) ? undefined : found;
}

/** Whether the import stands under `if TYPE_CHECKING:`, so that no interpreter runs it. */
function isForTypesOnly({ statement }: ImportFact, source: Source): boolean {
  const lines = source.text.slice(0, source.offset(statement.start)).split("\n");
  let indent = (lines.pop() ?? "").length;
  for (let line = lines.pop(); line !== undefined && indent > 0; line = lines.pop()) {
    const own = line.length - line.trimStart().length;
    if (line.trim() === "" || own >= indent) continue;
    indent = own;
    if (/^if[\s(]+(\w+\.)?TYPE_CHECKING\b/.test(line.trimStart())) return true;
  }
  return false;
}

function message({ module, package: { name, freeThreading } }: Data, { target }: RuleContext): string {
  const what = module === name ? `\`${module}\`` : `\`${module}\` (${name})`;
  const since = freeThreading?.since === undefined ? "" : ` from version ${freeThreading.since} on`;
  return `Importing ${what} turns the GIL back on in ${targetTitle(target)}${since}: it does not declare that it works without one. From then on, threads take turns as in other builds.`;
}
