import type { TextEdit } from "../../base/edit.js";
import { receiverOf } from "../../program/link/last-name.js";
import type { ThreadPrimitiveUse } from "../../program/link/processes/process-locks.js";
import { type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { handedGlobal } from "./handed-global.js";
import { kinOf } from "./kin.js";

/** Makes a primitive for threads by its kin of `multiprocessing`, and gives it to the worker processes where they would have a copy of their own. */
export function processPrimitiveFix({ primitive, at, within, effect }: ThreadPrimitiveUse, context: RuleContext): FixOffer {
  const { origin, type } = primitive;
  const title = `Use the counterpart of \`${type}\` in \`multiprocessing\``;
  if (!origin) return noFix;
  const { file } = origin.in;
  const kin = kinOf(type, origin.call, file, "multiprocessing", context);
  if ("refused" in kin) return refusedFix(title, kin.refused);
  const edits: TextEdit[] = [...kin.edits];
  const value = receiverOf(at) ?? at;
  const place = value.op === "read" ? value.place : undefined;
  if (place?.kind === "name" && place.owner === 0) {
    if (file !== within.file) return refusedFix(title, `the \`${type}\` is made in another file`);
    const handed = handedGlobal(place.name, file, context);
    if ("refused" in handed) return refusedFix(title, handed.refused);
    edits.push(...handed.edits);
  }
  const caution =
    effect.kind === "hands-over"
      ? "What goes through it is pickled. A process that has put something there ends when somebody has taken it."
      : "Workers wait for one another at it, as the parent does.";
  return { fixes: [{ title: `Use a \`${kin.name}\``, safety: "unsafe", caution, edits: [{ path: file.path, edits }] }], refused: [] };
}
