import type { Host } from "../../base/host.js";
import { joinPath } from "../../base/path.js";
import type { SourceHost } from "../../base/source-files.js";
import { parseTarget, type Target, targetName } from "../../base/target.js";
import type { Calibration } from "./calibration.js";
import { parseCalibration } from "./calibration-file.js";

/** What `gilscope calibrate` kept for some targets, and a sentence for each file of it that cannot be used. */
export interface KeptCalibrations {
  readonly calibrations: readonly Calibration[];
  readonly problems: readonly string[];
}

/** Where the measurements of a target are kept. */
export function calibrationPath(target: string, configurationFolder: string): string {
  return joinPath(configurationFolder, `costs-${target}.json`);
}

/** Reads what was kept for the targets and for the builds without a GIL that they are compared with. */
export async function keptCalibrations(
  targets: readonly Target[],
  configurationFolder: string | undefined,
  host: Host & SourceHost,
): Promise<KeptCalibrations> {
  if (configurationFolder === undefined) return { calibrations: [], problems: [] };
  const names = new Set(targets.flatMap((target) => [targetName(target), targetName({ ...target, freeThreaded: true })]));
  const calibrations: Calibration[] = [];
  const problems: string[] = [];
  for (const name of names) {
    if (!parseTarget(name)) continue;
    const path = calibrationPath(name, configurationFolder);
    if ((await host.describe(path).catch(() => undefined))?.kind !== "file") continue;
    const calibration = await readCalibration(path, host);
    if ("problem" in calibration) problems.push(`${path} ${calibration.problem}`);
    else if (calibration.target === name) calibrations.push(calibration);
    else problems.push(`${path} was measured on ${calibration.target}; run \`gilscope calibrate\` again`);
  }
  return { calibrations, problems };
}

const mostBytes = 1_000_000;

/** One file of `gilscope calibrate`; a problem goes on from the file's name. */
export async function readCalibration(path: string, host: Pick<Host, "readFile">): Promise<Calibration | { readonly problem: string }> {
  let bytes: Uint8Array;
  try {
    bytes = await host.readFile(path);
  } catch (error) {
    return { problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (bytes.length > mostBytes) return { problem: "is too large to be a file of `gilscope calibrate`" };
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return { problem: "is not JSON; run `gilscope calibrate` again" };
  }
  const calibration = parseCalibration(json);
  if ("problem" in calibration) return { problem: `cannot be used: ${calibration.problem}; run \`gilscope calibrate\` again` };
  return calibration;
}
