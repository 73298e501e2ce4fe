import type { LinkedFile } from "../../program/link/entity.js";
import { type FixOffer, noFix, type RuleContext } from "../rule.js";
import { before, codeOf, isBroken, quotedString, removed, statementsAt } from "./code.js";
import { isPreamble } from "./imports.js";

/** Gives a library one thread for each worker, by the environment, before it is imported. */
export function threadLimitFix(file: LinkedFile, variables: readonly string[], context: RuleContext): FixOffer {
  if (variables.length === 0 || isBroken(file)) return noFix;
  const code = codeOf(file.path, context);
  const first = code.layout.statements.find((each, index) => !isPreamble(each, index, code));
  if (!first) return noFix;
  const names = file.functionAt(0)?.bound("os") ?? [];
  if (names.some((value) => value.op !== "import")) return noFix;
  const known = file.facts.imports.find(
    (each) => each.function === 0 && each.module === "os" && each.name === undefined && each.bound === "os",
  );
  const old = known && statementsAt(code, known.statement);
  const single = old && old.around.length === 0 && /^import os$/.test(code.text.slice(old.statements[0]?.start, old.statements[0]?.end));
  const moved = single && old.statements[0] && old.statements[0] !== first ? [removed(old.statements[0])] : [];
  const lines = variables.map(
    (name) => `os.environ.setdefault(${quotedString(name, code)}, ${quotedString("1", code)})  # before the library is imported`,
  );
  const title = `Give each worker one thread of the library: ${variables.map((name) => `\`${name}=1\``).join(", ")}`;
  return {
    fixes: [
      {
        title,
        safety: "unsafe",
        caution: "Whatever else the program calls of the library has one thread as well.",
        edits: [{ path: file.path, edits: [before(first, "import os", "", ...lines, ""), ...moved] }],
      },
    ],
    refused: [],
  };
}
