import { targetTitle } from "../base/target.js";
import type { IndexProgress } from "./index-progress.js";
import type { OpenDocument } from "./open-documents.js";
import type { ServerStatus } from "./protocol.js";
import type { PublishedDiagnostics } from "./published-diagnostics.js";
import type { SettingsInUse } from "./settings-in-use.js";

/** What the editor shows of the server's state. */
export function statusOf(
  settings: SettingsInUse,
  published: PublishedDiagnostics,
  progress: IndexProgress,
  documents: readonly OpenDocument[],
): ServerStatus {
  const { target, cores } = settings.current();
  return {
    target: targetTitle(target),
    cores,
    findings: published.counts(),
    indexing: progress.state,
    percentage: progress.percentage,
    targetFrom: settings.chosenTarget().from,
    otherTargets: otherTargets(settings, documents),
  };
}

/** The targets of documents in folders whose target is another than that of the rest, by URI. */
function otherTargets(settings: SettingsInUse, documents: readonly OpenDocument[]): ServerStatus["otherTargets"] {
  const folders = settings.folderTargets();
  const told = documents.flatMap(({ uri, path }) => {
    const own = folders.find(({ folder }) => path.startsWith(`${folder}/`));
    return own ? [[uri, { target: targetTitle(own.target), targetFrom: own.from }] as const] : [];
  });
  return Object.fromEntries(told);
}
