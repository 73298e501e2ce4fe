import type { TextEdit } from "../../base/edit.js";
import type { Range } from "../../base/range.js";
import type { LinkedFile } from "../../program/link/entity.js";
import type { RuleContext } from "../rule.js";
import { codeOf, isBroken, usesOf } from "./code.js";
import { imported, importRemoved, importsTogether } from "./imports.js";

/** What takes the place of a primitive for threads. */
export interface Kin {
  readonly edits: readonly TextEdit[];
  /** As it reads in a title: `multiprocessing.Lock`. */
  readonly name: string;
}

/**
 * Where processes take part, a primitive for threads is made by its kin: of `multiprocessing`, which processes inherit when they start, or of a
 * manager, which gives them something that can be sent. `made` is the call, in places of facts.
 */
export function kinOf(
  type: string,
  made: Range,
  file: LinkedFile,
  by: "multiprocessing" | "manager",
  context: RuleContext,
): Kin | { readonly refused: string } {
  if (isBroken(file)) return { refused: "the file has a syntax error" };
  const code = codeOf(file.path, context);
  const range = code.source.range(made);
  const [, callee, given = ""] = /^([\w.]+)\s*\(\s*([\s\S]*?)\s*\)$/.exec(code.text.slice(range.start, range.end)) ?? [];
  if (callee === undefined) return { refused: `the \`${type}\` is made in a way that cannot be rewritten` };
  const member = memberFor(type, usesOf(code, "task_done").length > 0 ? "counted" : "plain");
  if (member === undefined) return { refused: `\`multiprocessing\` has no counterpart of \`${type}\`` };
  if (member === "Condition" && given !== "") return { refused: "the condition is made with a lock of its own" };
  const at = { start: range.start, end: range.start + callee.length };
  const bound = callee.split(".")[0] as string;
  const gone = bound === "multiprocessing" ? [] : importRemoved(file, code, bound, [at.start]);
  const found = imported(file, code, "multiprocessing", by === "manager" ? "Manager" : member);
  if (!found) return { refused: "the file has something else named `multiprocessing`" };
  const expression = by === "manager" ? `${found.expression}().${member}` : found.expression;
  const name = by === "manager" ? `multiprocessing.Manager().${member}` : `multiprocessing.${member}`;
  return { edits: [...importsTogether(found.edits, gone), { range: at, newText: expression }], name };
}

function memberFor(type: string, use: "counted" | "plain"): string | undefined {
  const last = type.slice(type.lastIndexOf(".") + 1);
  if (/^(threading|_thread)\.|^multiprocessing\./.test(type) && kin.has(last)) return last;
  // What fetches by order has no kin; `SimpleQueue` of `multiprocessing` lacks methods that `queue`'s has.
  if (/^(queue\.(Simple)?Queue|multiprocessing\.(queues\.)?(Joinable)?Queue)$/.test(type))
    return use === "counted" || last === "JoinableQueue" ? "JoinableQueue" : "Queue";
  return undefined;
}

const kin: ReadonlySet<string> = new Set(["Lock", "RLock", "Event", "Condition", "Semaphore", "BoundedSemaphore", "Barrier"]);
