import type { LinkedFile } from "../entity.js";
import {
  type CallIndex,
  findIndexedSites,
  findSites,
  findWrites,
  indexOfCalls,
  lookedAtAgain,
  type ProgramSite,
  type ProgramWrite,
} from "../program-sites.js";

/** Where in the whole program names are called, and attributes of names are stored; what was asked for is remembered from state to state. */
export class NamedSites {
  private files: ReadonlyMap<string, LinkedFile> = new Map();
  private sites = new Map<string, { readonly sites: readonly ProgramSite[]; readonly limit: number }>();
  private writes = new Map<string, { readonly sites: readonly ProgramWrite[]; readonly limit: number }>();
  /** Where there are calls of a name, while no file has changed since it was made: most names are asked for in the first state. */
  private callIndex: CallIndex | undefined;

  /** Goes over to another state of the program. */
  take(files: ReadonlyMap<string, LinkedFile>): void {
    this.files = files;
    this.callIndex = undefined;
  }

  forget(): void {
    this.sites = new Map();
    this.writes = new Map();
  }

  /** Of the names, with a dot those of attributes, those that were asked for and of which there are other calls or stores now. */
  changed(names: Iterable<string>): readonly { readonly name: string; readonly is: "other" | "begun or ended" }[] {
    return [...names].flatMap((name) => {
      const wasCalled = this.areCalls(name);
      const isSame = name.startsWith(".")
        ? lookedAtAgain(this.writes, name, (limit) => findWrites(name.slice(1), limit, this.files))
        : lookedAtAgain(this.sites, name, (limit) => findSites(name, limit, this.files));
      return isSame === "changed" ? [{ name, is: wasCalled === this.areCalls(name) ? "other" : "begun or ended" }] : [];
    });
  }

  private areCalls(name: string): boolean {
    return (this.sites.get(name)?.sites.length ?? 0) > 0;
  }

  /** Every call of the program by the last name of its callee, in order; past the limit nobody looks. */
  calls(name: string, limit: number): readonly ProgramSite[] {
    let known = this.sites.get(name);
    if (known?.limit !== limit) {
      known = { sites: this.findCalls(name, limit), limit };
      this.sites.set(name, known);
    }
    return known.sites;
  }

  private findCalls(name: string, limit: number): readonly ProgramSite[] {
    if (this.sites.size === 0) this.callIndex = indexOfCalls(this.files);
    return this.callIndex ? findIndexedSites(name, limit, this.callIndex) : findSites(name, limit, this.files);
  }

  /** Every store of the program in an attribute of that name, but those of methods in their own objects; past the limit nobody looks. */
  stores(name: string, limit: number): readonly ProgramWrite[] {
    const key = `.${name}`;
    let known = this.writes.get(key);
    if (known?.limit !== limit) {
      known = { sites: findWrites(name, limit, this.files), limit };
      this.writes.set(key, known);
    }
    return known.sites;
  }
}
