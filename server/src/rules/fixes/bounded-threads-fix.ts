import type { ThreadStart } from "../../program/link/threads/threads-per-item.js";
import { type FixOffer, noFix, type RuleContext } from "../rule.js";
import { codeOf, isBroken } from "./code.js";
import { imported, importRemoved } from "./imports.js";
import { threadList } from "./thread-list.js";

/** As many threads as wait well beside one another; the number is there to be changed. */
const workers = 32;

/** Runs the work of many threads in a pool of a fixed number. */
export function boundedThreadsFix({ call, in: node }: ThreadStart, context: RuleContext): FixOffer {
  const title = `Run it in a \`ThreadPoolExecutor\` of at most ${workers} threads`;
  const { file } = node;
  if (isBroken(file)) return noFix;
  const code = codeOf(file.path, context);
  const list = threadList(call, node, code);
  if ("refused" in list) return { fixes: [], refused: [{ title, reason: list.refused }] };
  const pool = imported(file, code, "concurrent.futures", "ThreadPoolExecutor", "by name");
  if (!pool) return noFix;
  const callee = code.source.range(call.callee);
  const name = code.text.slice(callee.start, callee.end).split(".")[0] as string;
  const edits = [
    ...pool.edits,
    ...importRemoved(file, code, name, [callee.start]),
    ...list.edits(`${pool.expression}(max_workers=${workers})`),
  ];
  return {
    fixes: [
      {
        title,
        safety: "unsafe",
        caution: `At most ${workers} of them run at the same time, and the block waits for all of them.`,
        edits: [{ path: file.path, edits }],
      },
    ],
    refused: [],
  };
}
