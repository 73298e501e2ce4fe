import type { TextEdit } from "../../base/edit.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { lastNameOf } from "../../program/link/last-name.js";
import type { Program } from "../../program/link/link.js";
import { releasersOnly } from "../../program/link/locks/hand-over.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { codeOf, isBroken, placesOf, statementsAt, usesOf } from "./code.js";
import { imported, importRemoved, importsTogether } from "./imports.js";
import { innermostFunction } from "./reached.js";

/** Makes a lock one that its holder may take again: `threading.RLock()`. */
export function reentrantFix(lock: Value | undefined, within: FunctionNode, context: RuleContext): FixOffer {
  const title = "Make the lock reentrant, `threading.RLock()`";
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  const made = lock && makingOf(lock, within, context.program);
  const name = lock && lastNameOf(lock);
  if (!made || !name) return noFix;
  if (isBroken(made.in.file)) return refuse("the file has a syntax error");
  const [releaser] = context.program.files.flatMap((file) => releasersOnly(file, name));
  if (releaser) return refuse(`\`${releaser.head.name}\` releases it, which only the thread may that took a reentrant lock`);
  if (context.program.files.some((file) => file.calls("locked").length > 0))
    return refuse("`locked()` is asked, which reentrant locks know only from Python 3.14 on");
  const edits = replacedMaker(made, "threading", "RLock", context);
  return edits
    ? {
        fixes: [
          {
            title,
            safety: "unsafe",
            caution: "The thread that holds it may take it again, and then finds what it left half done.",
            edits: [{ path: made.in.file.path, edits }],
          },
        ],
        refused: [],
      }
    : refuse("the lock's class is reached in a way that cannot be rewritten");
}

/**
 * Makes a lock for threads one for tasks, which suspends who waits for it instead of stopping the event loop. Only where nothing but coroutines
 * takes it, with `with`.
 */
export function taskLockFix(lock: Value | undefined, within: FunctionNode, context: RuleContext): FixOffer {
  const title = "Make it a lock for tasks, `asyncio.Lock()`";
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  const made = lock && makingOf(lock, within, context.program);
  const name = lock && lastNameOf(lock);
  if (!made || !name) return noFix;
  const { file } = made.in;
  if (isBroken(file)) return refuse("the file has a syntax error");
  const code = codeOf(file.path, context);
  const making = statementsAt(code, made.call)?.statements[0];
  const elsewhere = context.program.files.find((other) => other !== file && usesOf(codeOf(other.path, context), name).length > 0);
  if (elsewhere) return refuse(`\`${name}\` is named in ${elsewhere.path.slice(elsewhere.path.lastIndexOf("/") + 1)}, too`);
  const edits: TextEdit[] = [];
  for (const offset of usesOf(code, name)) {
    if (making && making.start <= offset && offset < making.end) continue;
    const stretch = statementsAt(code, placesOf(code, { start: offset, end: offset + name.length }));
    const statement = stretch?.statements[0];
    const header = statement?.blocks[0]?.header;
    const isTaken =
      statement?.keyword === "with" &&
      header &&
      header.start <= offset &&
      offset < header.end &&
      /^with [\w.]+:$/.test(code.text.slice(header.start, header.end));
    if (!statement || !isTaken) return refuse(`\`${name}\` is not only taken by \`with\``);
    const taker = innermostFunction(file.functions, code.source.place(offset));
    if (!taker?.head.isAsync) return refuse(`\`${taker?.head.name}\`, which is no coroutine, takes it as well`);
    edits.push({ range: { start: statement.start, end: statement.start }, newText: "async " });
  }
  const replaced = replacedMaker(made, "asyncio", "Lock", context);
  if (!replaced) return refuse("the lock's class is reached in a way that cannot be rewritten");
  return {
    fixes: [
      {
        title,
        safety: "unsafe",
        caution: "Only coroutines of one event loop take turns with it; a thread cannot take it any more.",
        edits: [{ path: file.path, edits: [...replaced, ...edits] }],
      },
    ],
    refused: [],
  };
}

/** The one call that makes the lock, `threading.Lock()`. */
function makingOf(
  lock: Value,
  within: FunctionNode,
  { resolver }: Program,
): { readonly call: CallOperation; readonly in: FunctionNode } | undefined {
  const entities = resolver.resolve(lock, within);
  const [only] = entities;
  return entities.length === 1 && only?.kind === "object" && /^threading\.R?Lock$/.test(only.type) ? only.origin : undefined;
}

/** Another class in place of the one that is called. */
function replacedMaker(
  made: { readonly call: CallOperation; readonly in: FunctionNode },
  module: string,
  member: string,
  context: RuleContext,
): readonly TextEdit[] | undefined {
  const { file } = made.in;
  const code = codeOf(file.path, context);
  const { callee } = made.call;
  if (callee.op !== "read" || callee.place.kind === "element") return undefined;
  const range = code.source.range(callee);
  const written = code.text.slice(range.start, range.end);
  if (!/^[\w.]+$/.test(written)) return undefined;
  const other = imported(file, code, module, member);
  if (!other) return undefined;
  const bound = written.split(".")[0] as string;
  return [...importsTogether(other.edits, importRemoved(file, code, bound, [range.start])), { range, newText: other.expression }];
}

/** The expression that `with` enters or `acquire` is called on at a place. */
export function takenAt(node: FunctionNode, taken: { readonly start: number; readonly end: number }): Value | undefined {
  let found: Value | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "with" && operation.context.start === taken.start) found ??= operation.context;
    const isCall = operation.op === "call" && operation.start === taken.start && operation.callee.op === "read";
    if (isCall && operation.callee.op === "read" && operation.callee.place.kind === "attribute") found ??= operation.callee.place.object;
  });
  return found;
}
