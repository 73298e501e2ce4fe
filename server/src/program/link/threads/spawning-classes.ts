import type { SpawnerEntry } from "../../../knowledge/entry.js";
import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { ClassNode, LinkedFile } from "../entity.js";
import { importedNames } from "../linked-file.js";
import type { Resolver } from "../resolution/resolver.js";

/** The classes of the program that derive from a class whose call spawns, with what its call is then taken for. */
export function spawningClasses(resolver: Resolver, knowledge: Knowledge): ReadonlyMap<ClassNode, SpawnerEntry> {
  return resolver.overview("spawning classes", () => findSpawningClasses(resolver, knowledge));
}

function findSpawningClasses(resolver: Resolver, knowledge: Knowledge): ReadonlyMap<ClassNode, SpawnerEntry> {
  const found = new Map<ClassNode, SpawnerEntry>();
  for (const file of resolver.files.values()) {
    if (file.classes.length === 0) continue;
    for (const [node, entry] of resolver.remembered(file, "spawning classes", () => spawningClassesIn(file, resolver, knowledge)))
      found.set(node, entry);
  }
  return found;
}

function spawningClassesIn(file: LinkedFile, resolver: Resolver, knowledge: Knowledge): readonly (readonly [ClassNode, SpawnerEntry])[] {
  return file.classes.flatMap((node): readonly (readonly [ClassNode, SpawnerEntry])[] => {
    if (node.facts.bases.length === 0) return [];
    const entry = resolver
      .classOrder(node)
      .externals.map((base) => knowledge.spawner(base))
      .find((each) => each !== undefined);
    return entry ? [[node, entry]] : [];
  });
}

/** The names under which a file calls such classes, or their constructor from within. */
export function subclassNames(file: LinkedFile, subclasses: ReadonlyMap<ClassNode, SpawnerEntry>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of subclasses.keys()) {
    names.add(node.facts.name);
    if (node.file === file) names.add("__init__");
    for (const imported of importedNames(file)) if (imported.name === node.facts.name) names.add(imported.bound);
  }
  return names;
}
