import type { TaskEvidence, UpdateAcrossAwait } from "../program/link/event-loops/task-updates.js";
import { updatesAcrossAwaits } from "../program/link/event-loops/task-updates.js";
import { awaitFix } from "./fixes/await-fix.js";
import { loopLock } from "./loop-library.js";
import { quoted } from "./race.js";
import type { Match, RelatedLocation, Rule, RuleContext } from "./rule.js";
import docs from "./update-across-await.md";

/** GIL209: a read-modify-write of state shared between tasks with an `await` between read and write. */
export const updateAcrossAwait: Rule<UpdateAcrossAwait> = {
  code: "GIL209",
  name: "update-across-await",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix: awaitFix,
};

function find({ program }: RuleContext): readonly Match<UpdateAcrossAwait>[] {
  return updatesAcrossAwaits(program).map((found) => ({
    path: found.function.file.path,
    range: found.statement,
    confidence: isSure(found) ? "likely" : "possible",
    related: related(found),
    targets: [],
    prediction: undefined,
    data: found,
  }));
}

/** Tasks take turns where they are meant to as a rule; what was counted on from an old value is lost all the same. */
function isSure({ does, result, evidence }: UpdateAcrossAwait): boolean {
  return does === "update" && result === "counted" && evidence.kind !== "assumed" && evidence.kind !== "has a lock";
}

function related({ function: node, read, suspension, statement, evidence }: UpdateAcrossAwait): readonly RelatedLocation[] {
  const { path } = node.file;
  const places: RelatedLocation[] = [{ path, range: read, message: "the state is looked at here", part: "look" }];
  const isInside = suspension.start >= statement.start && suspension.end <= statement.end;
  if (!isInside) places.push({ path, range: { start: suspension.start, end: suspension.end }, message: "other tasks run here" });
  switch (evidence.kind) {
    case "several tasks":
      if (evidence.run.place) places.push({ ...evidence.run.place, message: startText(evidence) });
      break;
    case "two tasks":
      for (const { place } of [evidence.run, evidence.other])
        if (place) places.push({ ...place, message: "a task that runs it starts here" });
      break;
    case "other writer":
      places.push({ path: evidence.writer.file.path, range: evidence.write, message: "another task changes it here" });
      if (evidence.run.place) places.push({ ...evidence.run.place, message: "the other task starts here" });
      break;
    case "has a lock":
    case "assumed":
      break;
  }
  return places;
}

function startText({ run }: Extract<TaskEvidence, { kind: "several tasks" }>): string {
  return run.kind === "handler" ? "this runs once for each request" : "several tasks are started here";
}

function message(found: UpdateAcrossAwait, context: RuleContext): string {
  const { function: node, statement, suspension, does, evidence } = found;
  const text = quoted(node.file.path, statement, context);
  const isInside = suspension.start >= statement.start && suspension.end <= statement.end;
  const before = isInside ? "before the `await` in it" : `from before an \`${suspension.form}\``;
  const who = whoText(evidence, node.head.name);
  const lock = loopLock(node.file);
  switch (does) {
    case "update":
      return `\`${text}\` can lose updates: the old value is ${isInside ? "read " : ""}${before}, and ${who}. Await first, then read and store; or hold ${lock}.`;
    case "fill":
      return `\`${text}\` can be done twice: the check is ${before}, and ${who}. Hold ${lock} round both, or store the task instead of its result.`;
    case "replace":
    case "change":
    case "remove":
    case "use":
      return `\`${text}\` rests on a check ${before}, and ${who}. Check again after it, or hold ${lock} round both.`;
  }
}

function whoText(evidence: TaskEvidence, name: string): string {
  switch (evidence.kind) {
    case "several tasks":
      return evidence.run.kind === "handler" ? `\`${name}\` runs for several requests at once` : `several tasks run \`${name}\``;
    case "two tasks":
      return `two tasks run \`${name}\``;
    case "other writer":
      return `\`${evidence.writer.head.name}\` changes it in another task meanwhile`;
    case "has a lock":
      return `other tasks may come in meanwhile, which is why the class has \`${evidence.name}\``;
    case "assumed":
      return "another task may come in meanwhile";
  }
}
