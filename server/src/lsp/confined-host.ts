import { joinPath } from "../base/path.js";
import type { WorkspaceTrust } from "./protocol.js";
import type { ServerHost } from "./server-host.js";

/** What of the disk may be looked at. */
export interface Confinement {
  readonly trust: WorkspaceTrust;
  readonly folders: readonly string[];
}

/**
 * A host that reads nothing outside the workspace as long as nobody trusts it: not above it, and not where links in it lead. What lies above is as if it were not
 * there; a link out of it is an error.
 */
export function confined(host: ServerHost, confinement: () => Confinement): ServerHost {
  const isInside = (path: string, folders: readonly string[]): boolean =>
    folders.some((folder) => path === folder || path.startsWith(joinPath(folder, "")));

  /** Where the folders lead, asked once for each as long as it is one of the workspace: every read needs it. */
  const known = new Map<string, Promise<string>>();
  const realFolderOf = (folder: string): Promise<string> => {
    const asked = known.get(folder) ?? host.realPath(folder);
    known.set(folder, asked);
    return asked.catch(() => {
      // Perhaps it is there later.
      known.delete(folder);
      return folder;
    });
  };
  const realFoldersOf = (folders: readonly string[]): Promise<readonly string[]> => {
    for (const folder of known.keys()) if (!folders.includes(folder)) known.delete(folder);
    return Promise.all(folders.map(realFolderOf));
  };

  /** Where the path leads, if it may be read; undefined if it lies elsewhere. */
  const allowed = async (path: string): Promise<string | undefined> => {
    const { trust, folders } = confinement();
    if (trust === "given") return path;
    if (!isInside(path, folders)) return undefined;
    const real = await host.realPath(path);
    if (isInside(real, await realFoldersOf(folders))) return real;
    // A folder may have become a link to somewhere else meanwhile.
    known.clear();
    if (!isInside(real, await realFoldersOf(folders))) throw new Error("leads out of the workspace, which is not trusted");
    return real;
  };

  const within = async (path: string): Promise<string> => {
    const real = await allowed(path);
    if (real === undefined) throw new Error("lies outside the workspace, which is not trusted");
    return real;
  };

  return {
    ...host,
    readFile: async (path) => host.readFile(await within(path)),
    listFolder: async (path) => host.listFolder(await within(path)),
    async describe(path) {
      const { trust, folders } = confinement();
      if (trust === "withheld" && !isInside(path, folders)) return undefined;
      // What does not exist leads nowhere.
      if ((await host.describe(path)) === undefined) return undefined;
      const real = await allowed(path);
      return real === undefined ? undefined : host.describe(real);
    },
  };
}
