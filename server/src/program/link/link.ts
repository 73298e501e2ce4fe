import { append } from "../../base/append.js";
import type { Knowledge } from "../../knowledge/knowledge.js";
import type { Module } from "../../syntax/nodes.js";
import type { Facts } from "../facts.js";
import type { LinkedFile } from "./entity.js";
import { EditedFile, type FileChanges, linkedFile } from "./linked-file.js";
import { AnswerMemory, type Lifetime } from "./memory/memory.js";
import { type Part, PartNumbers } from "./memory/part-set.js";
import { sameStructure } from "./memory/same-structure.js";
import { SpawnLists, type SpawnLookups } from "./memory/spawn-lists.js";
import type { Turn } from "./memory/turn.js";
import { propertyNames, TrackedNames } from "./resolution/property-names.js";
import { Resolver } from "./resolution/resolver.js";
import { type EntryPoint, findEntryPoints, findHandlers, type HandlerRoot } from "./threads/library-roots.js";
import type { Spawn } from "./threads/spawn.js";
import { findSpawns, spawnedArguments } from "./threads/spawns.js";

export type { Lifetime };

/** All files of a workspace, seen as one program. */
export interface Program extends SpawnLookups {
  /** Sorted by path. */
  readonly files: readonly LinkedFile[];
  readonly file: (path: string) => LinkedFile | undefined;
  /** In order of file and offset. */
  readonly spawns: readonly Spawn[];
  /** Whether some class of the program has a decorated method of that name. */
  readonly isPropertyName: (name: string) => boolean;
  /** Places that make a library call functions of the program in a thread it has for events or results. */
  readonly services: readonly Spawn[];
  /** Servers that answer one request after the other, in the thread that has them serve. */
  readonly servers: readonly Spawn[];
  /** Functions that libraries call when something comes in. */
  readonly entryPoints: readonly EntryPoint[];
  readonly handlers: readonly HandlerRoot[];
  readonly resolver: Resolver;
  readonly knowledge: Knowledge;
  /** The file as it is written; undefined where nobody can tell. Whoever asks rests on every edit. */
  readonly syntax: (path: string) => Module | undefined;
}

function inOrder(spawns: readonly Spawn[]): readonly Spawn[] {
  return [...spawns].sort((a, b) =>
    a.in.file.path !== b.in.file.path ? (a.in.file.path < b.in.file.path ? -1 : 1) : a.call.start - b.call.start || a.call.end - b.call.end,
  );
}

/** Lists that follow from the whole program. */
type ListName = "spawns" | "entry points" | "handlers";

/** What linking remembers from one state of a program to the next. One program at a time. */
export class LinkMemory {
  readonly first: AnswerMemory;
  readonly second: AnswerMemory;
  private files = new Map<string, { readonly facts: Facts; readonly linked: LinkedFile }>();
  private spawns: ReadonlyMap<LinkedFile, readonly Spawn[]> = new Map();
  private last: { readonly found: readonly Spawn[]; readonly kept: readonly Spawn[] } = { found: [], kept: [] };
  private readonly lists = new Map<ListName, readonly object[]>();
  private readonly newPart = new PartNumbers().next;
  private readonly listParts: Readonly<Record<ListName, Part>> = {
    spawns: { part: this.newPart() },
    "entry points": { part: this.newPart() },
    handlers: { part: this.newPart() },
  };
  readonly spawnLists = new SpawnLists(
    (part) => this.read(part),
    (part) => this.changedNow(part),
    this.newPart,
  );
  readonly propertyNames = new TrackedNames(
    (part) => this.read(part),
    (part) => this.changedNow(part),
    this.newPart,
  );
  private state = 0;
  /** Whether the present state has answers that rest on what spawns hand over. */
  isSecondInUse = false;

  /** `turn`: who may stop questions before they are answered. */
  constructor(lifetime: Lifetime = "edits", turn: Turn | undefined = undefined) {
    this.first = new AnswerMemory(lifetime, turn);
    this.second = new AnswerMemory(lifetime, turn);
  }

  /** The state of the program that the memory is at; files given out for an earlier one are not to be used any more. */
  get present(): number {
    return this.state;
  }

  /** Goes over to a later state of the program, whose files these are. */
  next(state: number, files: Iterable<{ readonly path: string; readonly facts: Facts; readonly open: boolean }>): readonly LinkedFile[] {
    this.state = state;
    const before = this.files;
    this.files = new Map();
    for (const { path, facts, open } of files) {
      const known = before.get(path);
      const linked = known ? this.carriedOver(known, facts, open) : this.linked(path, facts, open);
      this.files.set(path, known?.facts === facts && known.linked === linked ? known : { facts, linked });
    }
    return [...this.files.values()].map((each) => each.linked);
  }

  private carriedOver(known: { readonly facts: Facts; readonly linked: LinkedFile }, facts: Facts, open: boolean): LinkedFile {
    const { linked } = known;
    if (!(linked instanceof EditedFile)) return known.facts === facts && !open ? linked : this.linked(linked.path, facts, open);
    if (known.facts === facts) return linked;
    const changed = linked.update(facts);
    this.changed(changed ?? linked.everything());
    return changed ? linked : this.linked(linked.path, facts, open);
  }

  private linked(path: string, facts: Facts, open: boolean): LinkedFile {
    if (!open) return linkedFile(path, facts);
    return new EditedFile(path, facts, (part) => this.read(part), this.newPart);
  }

  private changed(changes: FileChanges): void {
    this.first.changedInPlace(changes);
    this.second.changedInPlace(changes);
  }

  /** The same spawns; those that are as they were are the objects that they were, so that they can be keys. */
  asBefore(spawns: readonly Spawn[]): readonly Spawn[] {
    if (this.last.found === spawns) return this.last.kept;
    const kept = this.listAsBefore("spawns", this.eachAsBefore(spawns));
    if (this.last.kept !== kept) this.spawnLists.update(kept.filter(({ width }) => width !== "handlers"));
    this.last = { found: spawns, kept };
    return kept;
  }

  /** The list that it was, if all in it is as it was; otherwise whatever has read it is to be found anew. */
  listAsBefore<Item extends object>(name: ListName, list: readonly Item[]): readonly Item[] {
    const before = this.lists.get(name);
    if (before === list) return list;
    if (before?.length === list.length && list.every((each, index) => sameStructure(each, before[index]))) return before as readonly Item[];
    this.lists.set(name, list);
    this.changedNow(this.listParts[name]);
    return list;
  }

  /** Who asks the question at hand has read the list. */
  readList(name: ListName): void {
    this.read(this.listParts[name]);
  }

  private changedNow(part: Part): void {
    this.first.changedNow(part);
    if (this.isSecondInUse) this.second.changedNow(part);
    else this.second.changedInPlace({ parts: [part], names: [] });
  }

  private read(part: Part): void {
    this.first.read(part);
    this.second.read(part);
  }

  private eachAsBefore(spawns: readonly Spawn[]): readonly Spawn[] {
    const byFile = new Map<LinkedFile, Spawn[]>();
    for (const spawn of spawns) {
      const file = spawn.in.file;
      const same = this.spawns.get(file)?.find((before) => before.call === spawn.call && sameStructure(before, spawn));
      append(byFile, file, same ?? spawn);
    }
    this.spawns = byFile;
    return [...byFile.values()].flat();
  }
}

/** Links all files. Spawns are looked for twice, because what they hand to their targets can be an executor that spawns again. */
export function link(
  linked: Iterable<LinkedFile>,
  knowledge: Knowledge,
  memory = new LinkMemory(),
  syntax: Program["syntax"] = () => undefined,
): Program {
  const files = [...linked].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const byPath = new Map<string, LinkedFile>();
  for (const file of files) byPath.set(file.path, file);
  let resolver = new Resolver(byPath, knowledge, new Map(), memory.first);
  let spawns = resolver.overview("spawns", () => findSpawns(files, resolver, knowledge));
  const given = spawnedArguments(spawns);
  memory.isSecondInUse = given.size > 0;
  if (memory.isSecondInUse) {
    resolver = new Resolver(byPath, knowledge, given, memory.second);
    // Only the files of functions that are handed something can find more.
    const affected = new Set([...given.keys()].map((node) => node.file));
    const others = spawns.filter((spawn) => !affected.has(spawn.in.file));
    spawns = inOrder([...others, ...findSpawns([...affected], resolver, knowledge)]);
  }
  spawns = memory.asBefore(spawns);
  memory.propertyNames.update(resolver.overview("properties", () => propertyNames(files)));
  const { handlers, points } = resolver.overview("handlers", () => {
    memory.readList("spawns");
    const found = findHandlers(files, spawns, resolver, knowledge);
    return { ...found, points: [...findEntryPoints(files, spawns, found.handlers, resolver, knowledge), ...found.points] };
  });
  const lists = {
    spawns: spawns.filter((spawn) => spawn.width !== "handlers"),
    services: spawns.filter((spawn) => spawn.width === "handlers" && spawn.startedBy === "call"),
    servers: spawns.filter((spawn) => spawn.startedBy === "library" && spawn.worker === "callback-in-caller"),
    entryPoints: memory.listAsBefore("entry points", points),
    handlers: memory.listAsBefore("handlers", handlers),
  };
  const noted = <List>(name: Parameters<LinkMemory["readList"]>[0], list: List): List => {
    memory.readList(name);
    return list;
  };
  const program: Program = {
    files,
    file: (path) => byPath.get(path),
    get spawns() {
      return noted("spawns", lists.spawns);
    },
    ...memory.spawnLists.present(),
    isPropertyName: memory.propertyNames.present(),
    get services() {
      return noted("spawns", lists.services);
    },
    get servers() {
      return noted("spawns", lists.servers);
    },
    get entryPoints() {
      return noted("entry points", lists.entryPoints);
    },
    get handlers() {
      return noted("handlers", lists.handlers);
    },
    resolver,
    knowledge,
    syntax: (path) => {
      resolver.readUntold();
      return syntax(path);
    },
  };
  resolver.linked(program);
  return program;
}
