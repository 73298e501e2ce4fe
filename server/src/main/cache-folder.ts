import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The folder for what this program can make again: by the XDG base directory specification, on macOS `~/Library/Caches`, on Windows
 * `%LOCALAPPDATA%`. A relative path in a variable is invalid by that specification and passed over.
 */
export function cacheFolder(platform: NodeJS.Platform, variables: NodeJS.ProcessEnv): string | undefined {
  const base = baseFolder(platform, variables);
  return base === undefined || !isAbsolute(base) ? undefined : join(base, "gilscope", ...(platform === "win32" ? ["Cache"] : []));
}

function baseFolder(platform: NodeJS.Platform, variables: NodeJS.ProcessEnv): string | undefined {
  if (platform === "win32") return variables.LOCALAPPDATA;
  const given = variables.XDG_CACHE_HOME;
  if (given && isAbsolute(given)) return given;
  const home = homedir();
  return platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
}
