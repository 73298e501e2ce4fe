import type { Range } from "../../base/range.js";
import { quoted } from "../race.js";
import type { RuleContext } from "../rule.js";
import { innermostFunction } from "./reached.js";

/** A place in a sentence: `` `threading.Lock()` in `Counter.__init__` of jobs.py ``. */
export function placeName({ path, range }: { readonly path: string; readonly range: Range }, context: RuleContext): string {
  const file = context.program.file(path);
  const holder = file && innermostFunction(file.functions, range.start);
  const within = holder && holder.index > 0 ? ` in \`${holder.head.qualifiedName}\`` : "";
  return `\`${quoted(path, range, context)}\`${within} of ${path.slice(path.lastIndexOf("/") + 1)}`;
}
