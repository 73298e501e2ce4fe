import type { CallSite, Facts, WriteSite } from "../facts.js";
import type { LinkedFile } from "./entity.js";

/** A call of the program and where it stands. */
export interface ProgramSite {
  readonly file: LinkedFile;
  readonly site: CallSite;
}

/** A store in an attribute and where it stands. */
export interface ProgramWrite {
  readonly file: LinkedFile;
  readonly site: WriteSite;
}

/** The names by which something of a file is looked up: those of calls, and with a dot before them those of stores in attributes. */
export function namesIn({ facts }: LinkedFile): readonly string[] {
  return [...facts.callsByName.keys(), ...[...facts.writesByAttribute.keys()].map((name) => `.${name}`)];
}

/** Looks for what is known of a name anew, if anybody asked for it. Of a common name only the first count, which a change may not touch. */
export function lookedAtAgain<Found extends { readonly file: LinkedFile; readonly site: object }>(
  table: Map<string, { readonly sites: readonly Found[]; readonly limit: number }>,
  name: string,
  find: (limit: number) => readonly Found[],
): "same" | "changed" {
  const known = table.get(name);
  if (!known) return "same";
  const { sites, limit } = known;
  const now = find(limit);
  // A file whose definitions are others is another file, though it shares with the one before what is alike in their texts.
  const isAsBefore = ({ file, site }: Found, index: number): boolean => file === sites[index]?.file && site === sites[index]?.site;
  if (now.length === sites.length && now.every(isAsBefore)) return "same";
  table.set(name, { sites: now, limit });
  return "changed";
}

/** Every call by that last name of its callee, in the order of the files; one more than the limit, so that who looks sees that there are more. */
export function findSites(name: string, limit: number, files: ReadonlyMap<string, LinkedFile>): readonly ProgramSite[] {
  return findIn(files.values(), limit, ({ callsByName }) => callsByName.get(name));
}

/** In which files there are calls of each name, in their order: `findSites` needs to look at no others. */
export type CallIndex = ReadonlyMap<string, LinkedFile | readonly LinkedFile[]>;

export function indexOfCalls(files: ReadonlyMap<string, LinkedFile>): CallIndex {
  const known = indexes.get(files);
  if (known) return known;
  const index = new Map<string, LinkedFile | LinkedFile[]>();
  for (const file of files.values()) {
    for (const name of file.facts.callsByName.keys()) {
      const found = index.get(name);
      // Most names are those of one file.
      if (!found) index.set(name, file);
      else if (Array.isArray(found)) found.push(file);
      else index.set(name, [found, file]);
    }
  }
  indexes.set(files, index);
  return index;
}

const indexes = new WeakMap<ReadonlyMap<string, LinkedFile>, CallIndex>();

export function findIndexedSites(name: string, limit: number, index: CallIndex): readonly ProgramSite[] {
  const files = index.get(name) ?? [];
  return findIn("facts" in files ? [files] : files, limit, ({ callsByName }) => callsByName.get(name));
}

/** The same for stores in an attribute of that name. */
export function findWrites(name: string, limit: number, files: ReadonlyMap<string, LinkedFile>): readonly ProgramWrite[] {
  return findIn(files.values(), limit, ({ writesByAttribute }) => writesByAttribute.get(name));
}

function findIn<Site>(
  files: Iterable<LinkedFile>,
  limit: number,
  sitesIn: (facts: Facts) => readonly Site[] | undefined,
): readonly { readonly file: LinkedFile; readonly site: Site }[] {
  const found: { readonly file: LinkedFile; readonly site: Site }[] = [];
  for (const file of files) {
    for (const site of sitesIn(file.facts) ?? []) {
      found.push({ file, site });
      if (found.length > limit) return found;
    }
  }
  return found;
}
