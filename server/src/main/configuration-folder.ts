import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The folder of the user's settings for this program, with `/`: by the XDG base directory specification, on macOS
 * `~/Library/Application Support`, on Windows `%APPDATA%`. A relative path in a variable is invalid by that specification and passed over.
 */
export function configurationFolder(platform: NodeJS.Platform, variables: NodeJS.ProcessEnv): string | undefined {
  const base = baseFolder(platform, variables);
  return base === undefined || !isAbsolute(base) ? undefined : join(base, "gilscope").replaceAll(platform === "win32" ? "\\" : "/", "/");
}

function baseFolder(platform: NodeJS.Platform, variables: NodeJS.ProcessEnv): string | undefined {
  if (platform === "win32") return variables.APPDATA;
  const given = variables.XDG_CONFIG_HOME;
  if (given && isAbsolute(given)) return given;
  const home = homedir();
  return platform === "darwin" ? join(home, "Library", "Application Support") : join(home, ".config");
}
