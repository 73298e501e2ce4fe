import { codeOnOneLine } from "../base/markdown.js";
import { contains, type Range, touches } from "../base/range.js";
import { hasGil, targetName, targetTitle } from "../base/target.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { loopText } from "../estimate/prediction/text.js";
import { switchPossible } from "../knowledge/atomicity.js";
import type { CallFacts } from "../knowledge/call-facts.js";
import { calledAs, evidenceTexts, furtherSentences, ownCostSentence, ruleSentences, verdictText } from "../knowledge/call-text.js";
import type { CallableEntry } from "../knowledge/entry.js";
import { evaluate, type Verdict } from "../knowledge/evaluate.js";
import type { FunctionNode, LinkedFile } from "../program/link/entity.js";
import { type GilNote, gilNoteOfCall } from "../program/link/gil-notes.js";
import { knownOfCall } from "../program/link/resolution/call-facts.js";
import { type Compiled, compiledBy } from "../program/link/resolution/compiled.js";
import { updateGap, updateRead } from "../program/link/state/updates.js";
import { walkOperations } from "../program/link/walk.js";
import type { CallOperation, Operation, WriteOperation } from "../program/operation.js";
import type { Finding, RuleContext } from "../rules/rule.js";
import type { Hover, HoverLink } from "./answers.js";

/** What the GIL does to the code at the offset: on a spawn, on a shared update, on a call that knowledge knows. */
export function hoverAt(
  path: string,
  offset: number,
  context: RuleContext,
  sites: readonly SiteEstimate[],
  findings: readonly Finding[],
): Hover | undefined {
  const file = context.program.file(path);
  if (!file) return undefined;
  const update = findings.find((finding) => finding.rule === "non-atomic-shared-update" && touches(finding.range, offset));
  if (update) {
    const write = writeAt(file, update.range);
    if (write) return textHover(update.range, updateHover(write.operation, write.in, update, context), updateLinks(update));
  }
  const race = findings.find((finding) => orders.has(finding.rule) && touches(finding.range, offset));
  if (race) return textHover(race.range, raceHover(race, context), updateLinks(race));
  const call = innermostCall(file, offset);
  if (!call) return undefined;
  const site = sites.find((each) => each.spawn.call === call.operation);
  if (site) {
    const { prediction } = site;
    return { range: calleeRange(call.operation), markdown: siteHover(site, context), prediction, links: siteLinks(site, context) };
  }
  return callHover(call.operation, call.in, context);
}

function textHover(range: Range, markdown: string, links: readonly HoverLink[]): Hover {
  return { range, markdown, prediction: undefined, links };
}

/** What explains a race: what is one step and what is not, and the rule. */
function updateLinks({ code, rule }: Finding): readonly HoverLink[] {
  const matter =
    rule === "update-across-await"
      ? { title: "Races between tasks", explains: "event-loops" }
      : rule === "inconsistent-lock"
        ? { title: "Locks", explains: "locks" }
        : { title: "What is atomic?", explains: "atomicity" };
  return [matter, { title: `About ${code}`, explains: rule }];
}

function siteLinks({ prediction: { kind } }: SiteEstimate, { target }: RuleContext): readonly HoverLink[] {
  const matter = {
    "thread-pool": {
      title: hasGil(target) ? "Why the GIL?" : "Free threading",
      explains: hasGil(target) ? "why-the-gil" : "free-threading",
    },
    threads: { title: hasGil(target) ? "Why the GIL?" : "Free threading", explains: hasGil(target) ? "why-the-gil" : "free-threading" },
    "process-pool": { title: "What processes cost", explains: "processes" },
    "interpreter-pool": { title: "Subinterpreters", explains: "subinterpreters" },
    asyncio: { title: "Event loops", explains: "event-loops" },
    serial: { title: "Waiting and computing", explains: "io-and-cpu" },
  }[kind];
  return [matter, { title: "Which model when?", explains: "which-model" }];
}

const nativeLinks: readonly HoverLink[] = [{ title: "Native code and the GIL", explains: "native-code" }];

function calleeRange(call: CallOperation): Range {
  return { start: call.callee.start, end: call.callee.end };
}

/** The call whose callee stands at the offset. */
function innermostCall(file: LinkedFile, offset: number): { readonly operation: CallOperation; readonly in: FunctionNode } | undefined {
  let best: { readonly operation: CallOperation; readonly in: FunctionNode } | undefined;
  for (const sites of file.facts.callsByName.values()) {
    for (const { call, function: index } of sites) {
      const within = file.functionAt(index);
      if (!within || !touches(calleeRange(call), offset)) continue;
      if (!best || call.callee.end - call.callee.start < best.operation.callee.end - best.operation.callee.start)
        best = { operation: call, in: within };
    }
  }
  return best;
}

function writeAt(file: LinkedFile, statement: Range): { readonly operation: WriteOperation; readonly in: FunctionNode } | undefined {
  for (const node of file.functions) {
    if (node.head.kind !== "module" && !contains(node.facts, statement)) continue;
    let found: WriteOperation | undefined;
    walkOperations(node.facts.body, (operation: Operation) => {
      if (operation.op === "write" && operation.statement.start === statement.start && operation.statement.end === statement.end)
        found ??= operation;
    });
    if (found) return { operation: found, in: node };
  }
  return undefined;
}

function siteHover(site: SiteEstimate, context: RuleContext): string {
  const { prediction, work } = site;
  const { target, cores } = context;
  const kinds = {
    "thread-pool": "threads",
    threads: "threads",
    "process-pool": "processes",
    "interpreter-pool": "interpreters",
    asyncio: "tasks",
    serial: "calls",
  };
  const head = `**${prediction.workersKnown === "known" ? prediction.workers : "Several"} ${kinds[prediction.kind]} run \`${prediction.task}\`** · ${targetTitle(target)}${hasGil(target) ? " (GIL)" : " (no GIL)"} · ${cores} cores`;
  const held = work.interpreterNs.likely + work.heldNs.likely;
  const total = held + work.nativeNs.likely + work.waitNs.likely;
  const share = total > 0 ? Math.round((100 * held) / total) : 0;
  const gilLine = total > 0 ? `Holds the GIL ${share} % of the time: ${reason(site, share)}.` : "Nothing is known of the time this takes.";
  const loop = loopText(prediction);
  const unknown = work.unknownCalls >= 1 ? `\n\n${Math.round(work.unknownCalls)} calls of unknown functions are not counted.` : "";
  return `${head}\n\n${gilLine}${unknown}${loop === "" ? "" : `\n\n${loop}`}`;
}

function reason({ work }: SiteEstimate, share: number): string {
  const [first] = work.calls;
  if (share >= 80) {
    const held = work.calls.find((call) => call.verdict.gil === "holds");
    if (held && work.heldNs.likely > work.interpreterNs.likely) return `\`${held.name}\` is native code that keeps it`;
    return work.hotLoop ? "a loop of Python bytecode, no releasing calls that matter" : "Python bytecode";
  }
  return first
    ? `\`${first.name}\` ${first.kind === "cpu-native" ? "computes without it" : "waits without it"}`
    : "the rest waits or computes without it";
}

/** What happens in the order that goes wrong, by rule: who does what, told with the program's own expressions. */
const orders: ReadonlyMap<string, (texts: OrderTexts) => readonly OrderStep[]> = new Map([
  ["check-then-act", checkedOrder],
  ["unsafe-lazy-init", checkedOrder],
  ["update-across-await", checkedOrder],
  ["mutation-during-iteration", iterationOrder],
  ["inconsistent-lock", guardedOrder],
]);

type OrderStep = readonly [who: "A" | "B", what: string];

interface OrderTexts {
  /** The code at the finding. */
  readonly own: string;
  /** What it relies on. */
  readonly look: string;
  /** What comes in between; the same code where several threads run it. */
  readonly other: string;
}

function checkedOrder({ own, look, other }: OrderTexts): readonly OrderStep[] {
  return [
    ["A", look],
    ["B", other === own ? `${look}, ${own}` : other],
    ["A", own],
  ];
}

function iterationOrder({ own, other }: OrderTexts): readonly OrderStep[] {
  return [
    ["A", `${own}   takes an element`],
    ["B", other],
    ["A", `${own}   asks for the next`],
  ];
}

function guardedOrder({ own, other }: OrderTexts): readonly OrderStep[] {
  return [
    ["A", `${other}   has read or tested`],
    ["B", own],
    ["A", `${other}   stores`],
  ];
}

function raceHover(finding: Finding, context: RuleContext): string {
  const quote = (path: string, range: Range): string => shortened(context.source(path).slice(range));
  const own = quote(finding.path, finding.range);
  const place = (part: "look" | "other access"): string => {
    const found = finding.related.find((location) => location.part === part);
    return found ? quote(found.path, found.range) : own;
  };
  const steps = orders.get(finding.rule)?.({ own, look: place("look"), other: place("other access") }) ?? [];
  const who = finding.rule === "update-across-await" ? "task" : "thread";
  const verdict = finding.targets.find(({ target }) => target === targetName(context.target))?.verdict;
  const title = targetTitle(context.target);
  const there =
    verdict === "breaks"
      ? `${title} can switch there.`
      : verdict === "holds-by-accident"
        ? `${title} happens not to switch there today. Nothing promises it.`
        : "";
  const order = steps.map(([name, what]) => `${who} ${name}   ${what}`).join("\n");
  // The editor shows the message and the related places of the diagnostic beside this.
  return ["**An order that goes wrong:**", `\`\`\`text\n${order}\n\`\`\``, there].filter((part) => part !== "").join("\n\n");
}

const longestCode = 70;

/** A stretch of code on one line, without what would end the block it stands in. */
function shortened(code: string): string {
  const line = codeOnOneLine(code);
  return line.length > longestCode ? `${line.slice(0, longestCode - 1)}…` : line;
}

function updateHover(write: WriteOperation, within: FunctionNode, finding: Finding, context: RuleContext): string {
  const source = context.source(within.file.path);
  const statement = codeOnOneLine(source.slice(write.statement));
  const place = codeOnOneLine(source.slice(write));
  const read = updateRead(write, within);
  const gap = read ? updateGap(write, read, within, context.program.resolver) : [];
  const verdict = switchPossible(gap, context.target);
  const threads = finding.related.map((location) => `- ${location.message}`).join("\n");
  return [
    `**\`${statement}\` is not one step:** it reads \`${place}\`, computes, and stores. Another thread can come between.`,
    "```text",
    `thread A   read ${place}`,
    `thread B   read ${place}, compute, store`,
    "thread A   compute, store               B's update is lost",
    "```",
    verdict.verdict === "breaks"
      ? `${capital(verdict.because)}.`
      : `${capital(verdict.because)}, so it does not happen there today. Nothing promises it.`,
    threads,
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .replace("```text\n\n", "```text\n")
    .replace(/\n\n(thread|```)/g, "\n$1");
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function callHover(call: CallOperation, within: FunctionNode, context: RuleContext): Hover | undefined {
  const { resolver, knowledge } = context.program;
  const range = calleeRange(call);
  for (const name of resolver.externalCallees(call, within)) {
    const entry = knowledge.callable(name);
    if (!entry) continue;
    const facts = knownOfCall(call, within, resolver, context.target);
    const note = gilNoteOfCall(call, within);
    const verdict = note ? notedVerdict(note) : evaluate(entry, facts);
    return textHover(range, entryHover(calledAs(entry, name), entry, facts, verdict, context), nativeLinks);
  }
  for (const callee of resolver.callees(call, within)) {
    const compiled = compiledBy(callee.function, resolver, context.target);
    if (compiled) return textHover(range, compiledHover(callee.function.head.name, compiled, context), nativeLinks);
  }
  return undefined;
}

/** What is known of a function of the program that does not run as bytecode. */
function compiledHover(name: string, { by, block, entry, verdict }: Compiled, context: RuleContext): string {
  const { target } = context;
  const effect =
    block && hasGil(target) ? `releases the GIL inside \`${block.name}\`, and holds it elsewhere.` : verdictText(entry, verdict, target);
  return [`**\`${name}\`**: compiled by \`${by.name}\`; ${effect}`, ...entryParts(entry, { keywords: [] }, context)].join("\n\n");
}

function notedVerdict(note: GilNote): Verdict {
  return { gil: note, confidence: "likely", because: `\`# gil: ${note}\` says so`, possible: [note], missing: [] };
}

/** What knowledge says of a call, with its evidence. */
function entryHover(name: string, entry: CallableEntry, facts: CallFacts, verdict: Verdict, context: RuleContext): string {
  const { target } = context;
  return [
    `**\`${name}\`**: ${verdictText(entry, verdict, target)}`,
    verdict.missing.length > 0 ? `It depends on this: ${verdict.missing.join("; ")}.` : undefined,
    ...entryParts(entry, facts, context),
  ]
    .filter((part) => part !== undefined)
    .join("\n\n");
}

/** The paragraphs about all calls of a function: its cases, its cost, what else is known, the evidence. */
function entryParts(entry: CallableEntry, facts: CallFacts, { program, target }: RuleContext): readonly string[] {
  const rules =
    entry.gil === "conditional" || entry.compiles || entry.block ? ruleSentences(entry, hasGil(target) ? target : undefined) : [];
  const evidence = evidenceTexts(entry.evidence).map(
    ({ kind, says, place, address, date }) => `- ${kind}: ${address ? `[${says}](${address})` : `${says} (\`${place}\`)`} ${date}`,
  );
  return [
    rules.length > 0 ? rules.map((sentence) => `- ${sentence}`).join("\n") : undefined,
    ownCostSentence(entry, facts),
    ...furtherSentences(entry, program.knowledge.package(entry.name)),
    evidence.length > 0 ? `Evidence:\n${evidence.join("\n")}` : undefined,
  ].filter((part) => part !== undefined);
}
