import type { Settings } from "../analysis/answers.js";
import { newestTarget, type Target, targetName } from "../base/target.js";
import type { Calibration } from "../estimate/calibration/calibration.js";
import { keptCalibrations } from "../estimate/calibration/kept-calibrations.js";
import { type ChosenTarget, chosen } from "./chosen-target.js";
import { type Configuration, effectiveSettings } from "./configuration.js";
import type { FolderSettings } from "./folder-settings.js";
import type { SelectedInterpreters } from "./selected-interpreters.js";
import type { ServerHost } from "./server-host.js";

/** What the analysis goes by: of what the user, the editor and the folders say, and what was measured of the interpreters, what counts. */
export interface SettingsInUse {
  current(): Settings;
  chosenTarget(): ChosenTarget;
  /** The targets of folders, where these are not that of the rest. */
  folderTargets(): readonly (ChosenTarget & { readonly folder: string })[];
  /** Puts them together anew of what is said now. */
  configure(): void;
  /** Reads anew what `gilscope calibrate` measured of the targets. */
  readCalibrations(): void;
  /** Settles when that has been read. */
  calibrationsRead(): Promise<unknown>;
}

/** Who says what counts, and hears of each time that it is put together. */
interface SettingsListener {
  configuration(): Configuration;
  selected(): SelectedInterpreters;
  folderSettings(): FolderSettings;
  onConfigured(settings: Settings, are: "as before" | "changed"): void;
  onFailure(what: string, error: unknown): void;
}

export function createSettingsInUse(host: ServerHost, listener: SettingsListener): SettingsInUse {
  let settings = effectiveSettings(listener.configuration(), undefined, host.cores());
  let configuredWith = "";
  /** What `gilscope calibrate` measured of the targets, read when they are first worked with. */
  let kept: { readonly of: string; readonly calibrations: readonly Calibration[] } = { of: "", calibrations: [] };
  let calibrationsRead: Promise<unknown> = Promise.resolve();

  const chosenTarget = (): ChosenTarget =>
    chosen(listener.configuration().target, listener.selected().target, listener.folderSettings().target) ?? {
      target: newestTarget,
      from: "default",
    };
  const folderTargets = (): readonly (ChosenTarget & { readonly folder: string })[] => {
    const general = chosenTarget();
    const selected = listener.selected();
    return listener.folderSettings().targets.flatMap(({ folder, setting, project }) => {
      const ofEditor = selected.folders.has(folder) ? selected.folders.get(folder) : selected.target;
      const own = chosen(setting ?? listener.configuration().target, ofEditor, project) ?? general;
      return targetName(own.target) === targetName(general.target) ? [] : [{ folder, ...own }];
    });
  };
  const targetsInUse = (): readonly Target[] => [settings.target, ...(settings.folderTargets ?? []).map(({ target }) => target)];

  const configure = (): void => {
    const { cores, severities } = listener.folderSettings();
    settings = {
      ...effectiveSettings(listener.configuration(), chosenTarget().target, cores ?? host.cores()),
      folders: severities,
      folderTargets: folderTargets().map(({ folder, target }) => ({ folder, target })),
      calibrations: kept.calibrations,
    };
    const text = JSON.stringify(settings);
    const are = text === configuredWith ? "as before" : "changed";
    configuredWith = text;
    listener.onConfigured(settings, are);
    if (kept.of !== targetsInUse().map(targetName).join()) readCalibrations();
  };

  const readCalibrations = (): void => {
    const targets = targetsInUse();
    const of = targets.map(targetName).join();
    kept = { of, calibrations: [] };
    const reading = keptCalibrations(targets, host.configurationFolder, host).then(({ calibrations, problems }) => {
      for (const problem of problems) host.log(problem);
      if (calibrations.length === 0 || kept.of !== of) return;
      kept = { of, calibrations };
      configure();
    });
    calibrationsRead = reading.catch((error) => listener.onFailure("reading calibrations", error));
  };

  return { current: () => settings, chosenTarget, folderTargets, configure, readCalibrations, calibrationsRead: () => calibrationsRead };
}
