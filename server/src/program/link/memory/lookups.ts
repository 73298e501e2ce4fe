import type { FunctionNode, LinkedFile } from "../entity.js";

/** What was looked up in the whole program on the way to something. */
export interface Lookups {
  /** Files that were reached by their path. */
  files: LinkedFile[] | undefined;
  /**
   * Names whose calls in the whole program were looked at; those of attributes, with a dot, whose stores were; and with a question mark those of which
   * it was asked whether there are calls.
   */
  names: string[] | undefined;
  /** Functions of which it was asked what spawns give them. */
  given: FunctionNode[] | undefined;
}

export function noteLookups(outer: Lookups, { files, names, given }: Lookups): void {
  for (const each of files ?? none) outer.files = noted(outer.files, each);
  for (const each of names ?? none) outer.names = noted(outer.names, each);
  for (const each of given ?? none) outer.given = noted(outer.given, each);
}

/** Most questions have nothing to note, and there are very many of them. */
export function noted<Item>(list: Item[] | undefined, item: Item): Item[] {
  if (!list) return [item];
  list.push(item);
  return list;
}

export function distinct<Item>(list: Item[] | undefined): Item[] | undefined {
  return list && list.length > 1 ? [...new Set(list)] : list;
}

/** States of the program, by what changed last in them. */
interface Changes {
  readonly files: WeakMap<LinkedFile, number>;
  /** By their numbers. */
  readonly parts: Map<number, number>;
  readonly names: Map<string, number>;
  readonly given: WeakMap<FunctionNode, number>;
}

export function noChanges(): Changes {
  return { files: new WeakMap(), parts: new Map(), names: new Map(), given: new WeakMap() };
}

/** Whether something that was looked up is another than in that state. */
export function haveLookupsChanged(changes: Changes, { files, names, given }: Lookups, since: number): boolean {
  for (const file of files ?? none) if ((changes.files.get(file) ?? 0) > since) return true;
  for (const node of given ?? none) if ((changes.given.get(node) ?? 0) > since) return true;
  for (const name of names ?? none) if ((changes.names.get(name) ?? 0) > since) return true;
  return false;
}

const none: readonly never[] = [];
