import type { Knowledge } from "../../knowledge/knowledge.js";
import type { Facts } from "../facts.js";
import type { ClassNode, FunctionNode, LinkedFile } from "./entity.js";
import { AnswerMemory } from "./memory.js";
import { Resolver } from "./resolver.js";
import { sameStructure } from "./same-structure.js";
import { type EntryPoint, findEntryPoints, findHandlers, findSpawns, type HandlerRoot, type Spawn, spawnedArguments } from "./spawns.js";

/** All files of a workspace, seen as one program. */
export interface Program {
  /** Sorted by path. */
  readonly files: readonly LinkedFile[];
  readonly file: (path: string) => LinkedFile | undefined;
  /** In order of file and offset. */
  readonly spawns: readonly Spawn[];
  /** Places that make a library call functions of the program in a thread it has for events or results. */
  readonly services: readonly Spawn[];
  /** Functions that libraries call when something comes in. */
  readonly entryPoints: readonly EntryPoint[];
  readonly handlers: readonly HandlerRoot[];
  readonly resolver: Resolver;
  readonly knowledge: Knowledge;
}

/** One file's part of a program; made anew only when its facts change. */
export function linkedFile(path: string, facts: Facts): LinkedFile {
  const functions: FunctionNode[] = [];
  const classes: ClassNode[] = [];
  const file: LinkedFile = { path, facts, functions, classes };
  for (const each of facts.functions) functions.push({ file, facts: each });
  for (const each of facts.classes) classes.push({ file, facts: each });
  return file;
}

function inOrder(spawns: readonly Spawn[]): readonly Spawn[] {
  return [...spawns].sort((a, b) =>
    a.in.file.path !== b.in.file.path ? (a.in.file.path < b.in.file.path ? -1 : 1) : a.call.start - b.call.start || a.call.end - b.call.end,
  );
}

/** What linking remembers from one state of a program to the next. */
export class LinkMemory {
  readonly first = new AnswerMemory();
  readonly second = new AnswerMemory();
  private spawns: ReadonlyMap<LinkedFile, readonly Spawn[]> = new Map();

  /** The same spawns; those of a file where all are as they were are the objects that they were, so that they can be keys. */
  asBefore(spawns: readonly Spawn[]): readonly Spawn[] {
    const byFile = new Map<LinkedFile, readonly Spawn[]>();
    for (const spawn of spawns) byFile.set(spawn.in.file, [...(byFile.get(spawn.in.file) ?? []), spawn]);
    for (const [file, now] of byFile) {
      const before = this.spawns.get(file);
      if (before && sameStructure(before, now)) byFile.set(file, before);
    }
    this.spawns = byFile;
    return [...byFile.values()].flat();
  }
}

/** Links all files. Spawns are looked for twice, because what they hand to their targets can be an executor that spawns again. */
export function link(linked: Iterable<LinkedFile>, knowledge: Knowledge, memory = new LinkMemory()): Program {
  const files = [...linked].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const byPath = new Map(files.map((file) => [file.path, file]));
  let resolver = new Resolver(byPath, knowledge, new Map(), memory.first);
  let spawns = findSpawns(files, resolver, knowledge);
  const given = spawnedArguments(spawns);
  if (given.size > 0) {
    resolver = new Resolver(byPath, knowledge, given, memory.second);
    // Only the files of functions that are handed something can find more.
    const affected = new Set([...given.keys()].map((node) => node.file));
    const others = spawns.filter((spawn) => !affected.has(spawn.in.file));
    spawns = inOrder([...others, ...findSpawns([...affected], resolver, knowledge)]);
  }
  spawns = memory.asBefore(spawns);
  const { handlers, points } = findHandlers(files, spawns, resolver, knowledge);
  return {
    files,
    file: (path) => byPath.get(path),
    spawns: spawns.filter((spawn) => spawn.width !== "handlers"),
    services: spawns.filter((spawn) => spawn.width === "handlers" && spawn.startedBy === "call"),
    entryPoints: [...findEntryPoints(files, spawns, handlers, resolver, knowledge), ...points],
    handlers,
    resolver,
    knowledge,
  };
}
