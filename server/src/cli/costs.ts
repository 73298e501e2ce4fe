import { absolutePath, joinPath } from "../base/path.js";
import { parseTarget, type Target, targetName } from "../base/target.js";
import type { Calibration } from "../estimate/calibration.js";
import { parseCalibration } from "../estimate/calibration-file.js";
import type { Profile } from "../estimate/profile.js";
import { type Environment, UsageError } from "./environment.js";
import { readProfile } from "./profiles/read-profile.js";

/** Where the measurements of a target are kept. */
export function calibrationPath(target: string, configurationFolder: string): string {
  return joinPath(configurationFolder, `costs-${target}.json`);
}

/** What was measured on this machine: the file of `--costs`, else what `gilscope calibrate` kept for the targets. */
export async function calibrationsFor(
  typedPath: string | undefined,
  targets: readonly Target[],
  environment: Environment,
): Promise<readonly Calibration[]> {
  if (typedPath !== undefined) {
    const path = absolutePath(environment.workingFolder, typedPath);
    const calibration = await readCalibration(path, typedPath, environment);
    if (targets.some((target) => targetName(target) === calibration.target)) return [calibration];
    throw new UsageError(`${typedPath} was measured on ${calibration.target}; add --target ${calibration.target} to use it`);
  }
  const folder = environment.configurationFolder;
  if (folder === undefined) return [];
  // Beside each target, the build without a GIL that it is compared with.
  const names = new Set(targets.flatMap((target) => [targetName(target), targetName({ ...target, freeThreaded: true })]));
  const found: Calibration[] = [];
  for (const name of names) {
    if (!parseTarget(name)) continue;
    const path = calibrationPath(name, folder);
    if ((await environment.host.describe(path).catch(() => undefined))?.kind !== "file") continue;
    const calibration = await readCalibration(path, path, environment);
    if (calibration.target !== name)
      throw new UsageError(`${path} was measured on ${calibration.target}; run \`gilscope calibrate\` again`);
    found.push(calibration);
  }
  return found;
}

/** What predictions rest on beside the code. */
export interface Measured {
  readonly calibrations: readonly Calibration[];
  readonly profile: Profile | undefined;
}

/** What `--costs` and `--profile` name, and what was measured before. */
export async function measuredFor(
  options: { readonly costs?: string; readonly profile?: string },
  targets: readonly Target[],
  environment: Environment,
): Promise<Measured> {
  return {
    calibrations: await calibrationsFor(options.costs, targets, environment),
    profile: await profileOf(options.profile, environment),
  };
}

/** The profile that `--profile` names. */
async function profileOf(typedPath: string | undefined, environment: Environment): Promise<Profile | undefined> {
  if (typedPath === undefined) return undefined;
  const bytes = await environment.host.readFile(absolutePath(environment.workingFolder, typedPath)).catch((error: unknown) => {
    throw new UsageError(`${typedPath} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const profile = readProfile(bytes);
  if ("problem" in profile) throw new UsageError(`${typedPath} ${profile.problem}`);
  return profile;
}

const mostBytes = 1_000_000;

async function readCalibration(path: string, shown: string, environment: Environment): Promise<Calibration> {
  const bytes = await environment.host.readFile(path).catch((error: unknown) => {
    throw new UsageError(`${shown} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (bytes.length > mostBytes) throw new UsageError(`${shown} is too large to be a file of \`gilscope calibrate\``);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new UsageError(`${shown} is not JSON; run \`gilscope calibrate\` again`);
  }
  const calibration = parseCalibration(json);
  if ("problem" in calibration) throw new UsageError(`${shown} cannot be used: ${calibration.problem}; run \`gilscope calibrate\` again`);
  return calibration;
}
