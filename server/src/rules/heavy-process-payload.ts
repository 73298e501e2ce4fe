import { targetTitle } from "../base/target.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { applicable, duration, durationText, speedupText } from "../estimate/prediction/text.js";
import { isMostlyUnknown } from "../estimate/tasks/unknown-work.js";
import { batching, siteMatch, taskNs, transferNs } from "./handed-over.js";
import docs from "./heavy-process-payload.md";
import { type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

/** GIL111: arguments or results so large that their transfer eats the gain. */
export const heavyProcessPayload: Rule<SiteEstimate> = {
  code: "GIL111",
  name: "heavy-process-payload",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find(context: RuleContext): readonly Match<SiteEstimate>[] {
  return context.sites.filter((site) => isHeavy(site, context)).map((site) => siteMatch(site, related(site), site));
}

/** Less than that goes through a pipe in well under a millisecond. */
const leastBytes = 200_000;

/** So much takes tenths of a second and as much memory again for each task that waits: few calls that nothing is known of take longer. */
const hugeBytes = 100_000_000;

function isHeavy(site: SiteEstimate, context: RuleContext): boolean {
  const { spawn, work, prediction, payload } = site;
  if (spawn.worker !== "process" || spawn.width !== "pool" || /^celery\.|^ray\.|^joblib\./.test(spawn.spawner)) return false;
  if (spawn.targets.length !== 1 || spawn.instances === "one") return false;
  const bytes = payload.argumentBytes + payload.resultBytes;
  if (isMostlyUnknown(work) || work.isEndless) return false;
  if (work.unknownCalls + work.uncostedCalls >= 1 && bytes < hugeBytes) return false;
  // A whole argument goes once with each chunk, which is once for many tasks.
  if (batching(site) === "in chunks" && [...(spawn.targets[0]?.arguments.values() ?? [])].some((argument) => argument.how === "whole"))
    return false;
  if (bytes < leastBytes) return false;
  const processes = applicable(prediction, "processes");
  return processes !== undefined && processes.speedup.likely < 1 && transferNs(bytes, context.target).low > taskNs(work).likely;
}

function related({ spawn, payload }: SiteEstimate): readonly RelatedLocation[] {
  const [target] = spawn.targets;
  if (!target) return [];
  const { file, facts } = target.function;
  if (payload.resultBytes > payload.argumentBytes) {
    const [value] = facts.returned;
    return value
      ? [{ path: file.path, range: { start: value.start, end: value.end }, message: "this is pickled, sent and unpickled for each task" }]
      : [];
  }
  return [{ path: file.path, range: facts.nameRange, message: "this is what each task runs" }];
}

function message(site: SiteEstimate, context: RuleContext): string {
  const { payload, prediction, work } = site;
  const bytes = payload.argumentBytes + payload.resultBytes;
  const isResult = payload.resultBytes > payload.argumentBytes;
  const what = isResult
    ? `Each result of \`${prediction.task}\``
    : payload.largest === undefined
      ? `What each task of \`${prediction.task}\` is given`
      : `\`${payload.largest}\`, which each task of \`${prediction.task}\` is given,`;
  const time = `takes ${durationText(transferNs(bytes, context.target))} to pickle and send (about ${size(bytes)}), the task itself ${duration(taskNs(work).likely)}`;
  const processes = applicable(prediction, "processes");
  const gain = processes ? `${speedupText(processes.speedup)} on ${targetTitle(context.target)}` : "no gain";
  const advice = isResult
    ? "Return less, such as a summary, or leave it in shared memory or a file."
    : "Send what tells the worker where to find it, such as a range or a path, or hand it over once with `initializer` or shared memory.";
  return `${what} ${time}: ${gain}. ${advice}`;
}

function size(bytes: number): string {
  return bytes >= 1e6 ? `${Number((bytes / 1e6).toPrecision(2))} MB` : `${Math.round(bytes / 1e3)} kB`;
}
