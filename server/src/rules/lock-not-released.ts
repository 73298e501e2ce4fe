import type { FunctionNode, LinkedFile } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { lastName, releasersOnly } from "../program/link/locks/hand-over.js";
import { looksLikeLock, writtenName } from "../program/link/locks/locks.js";
import { type Leak, leaksOf } from "../program/link/locks/releases.js";
import { overviewOfFiles } from "../program/link/memory/overviews.js";
import { hasNote } from "../program/link/notes.js";
import { walkOperations } from "../program/link/walk.js";
import type { CallOperation } from "../program/operation.js";
import { releaseFix } from "./fixes/release-fix.js";
import docs from "./lock-not-released.md";
import type { Confidence, Match, RelatedLocation, Rule, RuleContext } from "./rule.js";

interface Data {
  readonly leak: Leak;
  readonly function: FunctionNode;
}

/** GIL403: `acquire` with a way out of the function that skips `release`. */
export const lockNotReleased: Rule<Data> = {
  code: "GIL403",
  name: "lock-not-released",
  since: "0.1.0",
  group: "locks",
  severity: "warning",
  docs,
  find,
  message,
  fix: ({ leak, function: node }, context) => releaseFix(leak, node, context),
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  return overviewOfFiles(program, "leaks of locks", (file, now) =>
    file.calls("acquire").length > 0 && file.calls("release").length > 0 ? leaksIn(file, now) : [],
  );
}

function leaksIn(file: LinkedFile, program: Program): readonly Match<Data>[] {
  const matches: Match<Data>[] = [];
  const functions = new Set(file.calls("acquire").map((site) => file.functionAt(site.function)));
  for (const node of functions) {
    if (!node || hasNote(node, "single-thread") || handsOver.test(node.head.name)) continue;
    for (const leak of leaksOf(node, (call) => mayRaise(call, node, program))) {
      const confidence = confidenceOf(leak, node, program);
      if (confidence) matches.push(match(leak, node, confidence));
    }
  }
  return matches;
}

/** Functions whose name says that the caller has the lock afterwards. */
const handsOver = /^_*(acquire|lock|try_?lock|enter|begin|a?enter__|pre_?)($|_)|_?(acquire|lock)$/i;

function confidenceOf({ object, exit }: Leak, node: FunctionNode, program: Program): Confidence | undefined {
  const name = lastName(object);
  // Another function gives the lock back: it is handed over, or used as a signal.
  if (name === undefined || releasersOnly(node.file, name).length > 0) return undefined;
  const entities = program.resolver.resolve(object, node);
  const isLock = entities.some((entity) => {
    const role = entity.kind === "object" ? program.knowledge.type(entity.type)?.is.role : undefined;
    return role === "lock" || role === "condition";
  });
  const isUnknown = entities.every((entity) => entity.kind === "external");
  if (!isLock && !(isUnknown && looksLikeLock(object))) return undefined;
  // What is held at the end, or into the next round, is tested for by the same flag or meant so, as a rule.
  return exit.how === "return" || exit.how === "raise" ? "likely" : "possible";
}

/** Whether an error of the call is to be expected: the program raises it, outside data or somebody else's code cause it. */
function mayRaise(call: CallOperation, node: FunctionNode, { resolver, knowledge }: Program): boolean {
  const { callee } = call;
  if (callee.op === "read" && callee.place.kind === "name" && callee.place.owner === node.index) {
    const { name } = callee.place;
    if (node.head.parameters.some((parameter) => parameter.name === name)) return true;
  }
  const raises = resolver.callees(call, node).some(({ function: inner }) => {
    let found = false;
    walkOperations(inner.facts.body, (operation) => {
      found ||= operation.op === "raise" && operation.value !== undefined;
    });
    return found;
  });
  if (raises) return true;
  return resolver.externalCallees(call, node).some((name) => {
    const entry = knowledge.callable(name);
    return entry?.kind === "io-wait" || entry?.kind === "process-wait" || /^(json|pickle|marshal|yaml)\.loads?$/.test(name);
  });
}

function match(leak: Leak, node: FunctionNode, confidence: Confidence): Match<Data> {
  const { acquire, release, exit } = leak;
  const { path } = node.file;
  const related: RelatedLocation[] = [
    { path, range: { start: exit.range.start, end: exit.range.end }, message: exitText(leak) },
    { path, range: { start: release.start, end: release.end }, message: "released here, on another path" },
  ];
  return {
    path,
    range: { start: acquire.start, end: acquire.end },
    confidence,
    related,
    targets: [],
    prediction: undefined,
    data: { leak, function: node },
  };
}

function exitText({ exit }: Leak): string {
  switch (exit.how) {
    case "return":
      return "returns while it is held";
    case "raise":
      return "raises while it is held";
    case "end":
      return "the function ends here while it may be held";
    case "round":
      return "the next round takes it again";
    case "error":
      return "an error here leaves it held";
  }
}

function message({ leak: { object, exit } }: Data): string {
  const lock = `\`${writtenName(object)}\``;
  const instead = `Use \`with ${writtenName(object)}:\`, or release it in \`finally\`.`;
  switch (exit.how) {
    case "return":
      return `${lock} stays locked where the function returns early, and everybody who wants it waits for ever. ${instead}`;
    case "raise":
      return `${lock} stays locked where the function raises, and everybody who wants it waits for ever. ${instead}`;
    case "end":
      return `${lock} is released on some ways through the function only, and everybody who wants it afterwards waits for ever. ${instead}`;
    case "round":
      return `${lock} is still held when the next round of the loop takes it again. ${instead}`;
    case "error":
      return `${lock} stays locked if anything raises between \`acquire\` and \`release\`. ${instead}`;
  }
}
