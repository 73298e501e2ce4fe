/**
 * Absolute paths with `/` between their parts, as `Host` speaks them: `/home/me/app.py`, `C:/work/app.py`, `//server/share/app.py`.
 */

/** The path of an entry of a folder. */
export function joinPath(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

/** The folder that holds the path; a root holds itself. */
export function parentFolder(path: string): string {
  const slash = path.lastIndexOf("/");
  if (slash === -1) return path;
  const parent = path.slice(0, slash);
  return parent === "" || /^[A-Za-z]:$/.test(parent) ? `${parent}/` : parent;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** How `path` is written in `folder`, with `..` where it lies outside; unchanged where no such way exists (another drive). */
export function relativePath(folder: string, path: string): string {
  const from = folder.split("/").filter((part) => part !== "");
  const to = path.split("/").filter((part) => part !== "");
  const differentRoots = /^[A-Za-z]:/.test(path) ? from[0] !== to[0] : path.startsWith("//") !== folder.startsWith("//");
  if (differentRoots) return path;
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  const parts = [...from.slice(shared).map(() => ".."), ...to.slice(shared)];
  return parts.length === 0 ? "." : parts.join("/");
}

/** The absolute path of what a user typed in `folder`, without `.` and `..`. Where the folder has a drive, `\` may separate as well. */
export function absolutePath(folder: string, typed: string): string {
  const path = /^(?:[A-Za-z]:|\/\/)/.test(folder) ? typed.replaceAll("\\", "/") : typed;
  const isAbsolute = path.startsWith("/") || /^[A-Za-z]:\//.test(path);
  const whole = isAbsolute ? path : joinPath(folder, path);
  const root = /^(?:[A-Za-z]:\/|\/\/(?=[^/])|\/)/.exec(whole)?.[0] ?? "/";
  const parts: string[] = [];
  for (const part of whole.slice(root.length).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return root + parts.join("/");
}
