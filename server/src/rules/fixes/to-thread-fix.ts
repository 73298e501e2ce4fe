import type { Range } from "../../base/range.js";
import { atLeast } from "../../base/target.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation } from "../../program/operation.js";
import { type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { codeOf, isBroken } from "./code.js";
import { imported, importRemoved } from "./imports.js";

/** Event loops that have ways of their own to hand a call to a thread. */
const otherLoops = /^(trio|anyio|curio|gevent|eventlet|twisted)(\.|$)/;

/**
 * Takes a call that blocks out of the event loop's thread: `await asyncio.sleep(…)` for `time.sleep(…)`, `await asyncio.to_thread(f, …)` for any
 * other. Only where the call stands in the coroutine itself.
 */
export function toThreadFix(node: FunctionNode, range: Range, context: RuleContext): FixOffer {
  const call = callAt(node, range);
  const { file } = node;
  if (!node.head.isAsync || !call || isBroken(file) || file.facts.imports.some(({ module }) => otherLoops.test(module))) return noFix;
  const code = codeOf(file.path, context);
  const at = code.source.range(call);
  const callee = code.source.range(call.callee);
  const name = code.text.slice(callee.start, callee.end);
  const open = code.text.indexOf("(", callee.end);
  const externals = context.program.resolver.externalCallees(call, node);
  const isSleep = externals.includes("time.sleep");
  const title = isSleep
    ? "Let other tasks run meanwhile, `await asyncio.sleep(…)`"
    : `Hand it to a thread, \`await asyncio.to_thread(${name}, …)\``;
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  if (externals.some((each) => /^sqlite3\.(Connection|Cursor)\./.test(each)))
    return refuse("a connection of `sqlite3` may only be used in the thread that made it");
  if (isInGenerator(node, call)) return refuse("it stands in a generator expression, which whoever goes through it would have to await");
  if (!/^[\w.]+$/.test(name) || code.text.slice(callee.end, open).trim() !== "") return noFix;
  if (!isSleep && !atLeast(context.target, 3, 9)) return refuse("`asyncio.to_thread` came with Python 3.9");
  const found = imported(file, code, "asyncio", isSleep ? "sleep" : "to_thread");
  if (!found) return refuse("`asyncio` means something else there");
  // `await` binds less tightly than what follows a call.
  const [before, behind] = /^\s*[.[(]/.test(code.text.slice(at.end, at.end + 80)) ? ["(", ")"] : ["", ""];
  const isEmpty = /^\(\s*\)/.test(code.text.slice(open, at.end));
  const edits = isSleep
    ? [
        { range: callee, newText: `${before}await ${found.expression}` },
        ...importRemoved(file, code, name.split(".")[0] as string, [callee.start]),
      ]
    : [
        { range: { start: callee.start, end: callee.start }, newText: `${before}await ${found.expression}(` },
        { range: { start: callee.end, end: open + 1 }, newText: isEmpty ? "" : ", " },
      ];
  if (behind !== "") edits.push({ range: { start: at.end, end: at.end }, newText: behind });
  return {
    fixes: [
      {
        title,
        safety: "unsafe",
        caution: "Other tasks run meanwhile, and find what has been done so far.",
        edits: [{ path: file.path, edits: [...found.edits, ...edits] }],
      },
    ],
    refused: [],
  };
}

function callAt(node: FunctionNode, range: Range): CallOperation | undefined {
  let found: CallOperation | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call" && operation.start === range.start && operation.end === range.end) found ??= operation;
  });
  return found;
}

function isInGenerator(node: FunctionNode, call: CallOperation): boolean {
  let isInside = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "loop" || operation.form !== "comprehension" || operation.makes !== "generator") return;
    isInside ||= operation.start <= call.start && call.end <= operation.end;
  });
  return isInside;
}
