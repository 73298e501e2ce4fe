import { absolutePath } from "../base/path.js";
import { type Target, targetName } from "../base/target.js";
import type { Calibration } from "../estimate/calibration/calibration.js";
import { keptCalibrations, readCalibration } from "../estimate/calibration/kept-calibrations.js";
import type { Profile } from "../estimate/tasks/profile.js";
import { type Environment, UsageError } from "./environment.js";
import { readProfile } from "./profiles/read-profile.js";

/** What was measured on this machine: the file of `--costs`, else what `gilscope calibrate` kept for the targets. */
export async function calibrationsFor(
  typedPath: string | undefined,
  targets: readonly Target[],
  environment: Environment,
): Promise<readonly Calibration[]> {
  if (typedPath !== undefined) {
    const path = absolutePath(environment.workingFolder, typedPath);
    const calibration = await readCalibration(path, { readFile: environment.readGivenFile });
    if ("problem" in calibration) throw new UsageError(`${typedPath} ${calibration.problem}`);
    if (targets.some((target) => targetName(target) === calibration.target)) return [calibration];
    throw new UsageError(`${typedPath} was measured on ${calibration.target}; add --target ${calibration.target} to use it`);
  }
  const { calibrations, problems } = await keptCalibrations(targets, environment.configurationFolder, environment.host);
  if (problems[0] !== undefined) throw new UsageError(problems[0]);
  return calibrations;
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
  const bytes = await environment.readGivenFile(absolutePath(environment.workingFolder, typedPath)).catch((error: unknown) => {
    throw new UsageError(`${typedPath} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const profile = readProfile(bytes);
  if ("problem" in profile) throw new UsageError(`${typedPath} ${profile.problem}`);
  return profile;
}
