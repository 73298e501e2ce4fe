import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The folder of the user's settings for this program, with `/`: by the XDG base directory specification, on macOS
 * `~/Library/Application Support`, on Windows `%APPDATA%`.
 */
export function configurationFolder(platform: NodeJS.Platform, variables: NodeJS.ProcessEnv): string | undefined {
  const base = baseFolder(platform, variables.APPDATA, variables.XDG_CONFIG_HOME, {
    mac: ["Library", "Application Support"],
    other: ".config",
  });
  return base && join(base, "gilscope").replaceAll(platform === "win32" ? "\\" : "/", "/");
}

/** The folder for what this program can make again: by that specification, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`. */
export function cacheFolder(platform: NodeJS.Platform, variables: NodeJS.ProcessEnv): string | undefined {
  const base = baseFolder(platform, variables.LOCALAPPDATA, variables.XDG_CACHE_HOME, { mac: ["Library", "Caches"], other: ".cache" });
  return base && join(base, "gilscope", ...(platform === "win32" ? ["Cache"] : []));
}

/** A relative path in a variable is invalid by the specification and passed over. */
function baseFolder(
  platform: NodeJS.Platform,
  windows: string | undefined,
  xdg: string | undefined,
  below: { readonly mac: readonly string[]; readonly other: string },
): string | undefined {
  if (platform === "win32") return windows && isAbsolute(windows) ? windows : undefined;
  if (xdg && isAbsolute(xdg)) return xdg;
  const base = platform === "darwin" ? join(homedir(), ...below.mac) : join(homedir(), below.other);
  return isAbsolute(base) ? base : undefined;
}
