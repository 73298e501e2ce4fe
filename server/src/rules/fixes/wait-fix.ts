import type { TextEdit } from "../../base/edit.js";
import type { PolledLoop } from "../../program/link/waiting/polls.js";
import type { Place, Value } from "../../program/operation.js";
import type { Statement } from "../../syntax/layout.js";
import { type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { type Code, codeOf, isBroken, placesOf, statementsAt, usesOf } from "./code.js";
import { imported, importRemoved } from "./imports.js";

/**
 * Waits instead of looking again and again: `event.wait()` for `while not event.is_set(): sleep()`, `thread.join()` for a loop round `is_alive()`. A
 * flag that is only set, cleared and looked at becomes an event.
 */
export function waitFix({ function: node, loop, look, rest }: PolledLoop, context: RuleContext): FixOffer {
  if (node.head.isAsync || isBroken(node.file) || look.scope !== "threads" || look.in !== node) return noFix;
  const code = codeOf(node.file.path, context);
  const statement = statementsAt(code, loop.header)?.statements[0];
  const [block] = statement?.blocks ?? [];
  if (!statement || !block || statement.keyword !== "while" || statement.blocks.length !== 1) return noFix;
  // A loop that also does something in its rounds needs a reader's eye.
  const isIdle = block.statements.every((each) => isRest(each, rest.by === "none" ? undefined : code.source.slice(rest.call), code));
  if (!isIdle) return noFix;
  const test = /^while\s+(.+?)\s*:$/.exec(code.text.slice(block.header.start, block.header.end))?.[1];
  const text = code.source.slice(look.value);
  const { path } = node.file;
  const sleeps = rest.by === "sleep" ? unusedSleep(rest.call.callee, code, node.file) : [];
  const replaced = (instead: string, more: readonly TextEdit[] = []): FixOffer => ({
    fixes: [
      {
        title: `Wait with \`${instead}\``,
        safety: "unsafe",
        caution: "It goes on when it is woken, no longer whenever the value happens to be right: who changes the value has to wake it.",
        edits: [{ path, edits: [{ range: { start: statement.start, end: statement.end }, newText: instead }, ...sleeps, ...more] }],
      },
    ],
    refused: [],
  });
  if (test === undefined || !/^[\w.]+$/.test(text)) return noFix;
  if (look.at === "event" && /^not [\w.]+\.is_set\(\)$/.test(test)) return replaced(`${text}.wait()`);
  if (look.at === "thread" && test === `${text}.is_alive()`) return replaced(`${text}.join()`);
  if (look.at !== "state" || test !== `not ${text}`) return noFix;
  return eventFix(look.value, text, statement, code, context, (more) => replaced(`${text}.wait()`, more), node.file);
}

function isRest(statement: Statement, rest: string | undefined, code: Code): boolean {
  const text = code.text.slice(statement.start, statement.end);
  return statement.form === "simple" && (text === "pass" || text === "..." || text === rest);
}

/** Takes the import away that only the sleep needed. */
function unusedSleep(callee: Value, code: Code, file: PolledLoop["function"]["file"]): readonly TextEdit[] {
  const at = code.source.range(callee);
  const bound = /^\w+/.exec(code.text.slice(at.start, at.end))?.[0];
  return bound === undefined ? [] : importRemoved(file, code, bound, [at.start]);
}

/**
 * Makes a flag an event everywhere: where it is made, set, cleared and looked at. Refused where it is used in another way, or by another file.
 */
function eventFix(
  value: Value,
  text: string,
  loop: Statement,
  code: Code,
  { program, source }: RuleContext,
  offer: (edits: readonly TextEdit[]) => FixOffer,
  file: PolledLoop["function"]["file"],
): FixOffer {
  const place: Place | undefined = value.op === "read" ? value.place : undefined;
  if (!place || place.kind === "element") return noFix;
  const title = `Make \`${text}\` an event, and wait for it`;
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  const { name } = place;
  if (program.files.some((other) => other !== file && usesOf(codeOf(other.path, { source }), name).length > 0))
    return refuse("other files use it as well");
  const maker = imported(file, code, "threading", "Event");
  if (!maker) return noFix;
  const edits: TextEdit[] = [...maker.edits];
  let isMade = false;
  for (const offset of usesOf(code, name)) {
    const start = place.kind === "attribute" ? offset - (text.length - name.length) : offset;
    if (loop.start <= offset && offset < loop.end) continue;
    if (/(?:^|[\r\n])[ \t]*(global|nonlocal)\b[^\r\n]*$/.test(code.text.slice(0, offset))) continue;
    const isSame = code.text.slice(start, start + text.length) === text && !/[\w.]/.test(code.text[start - 1] ?? "");
    const use = isSame ? useAt(code, start, start + text.length) : undefined;
    switch (use?.does) {
      case undefined:
        return refuse(`\`${lineAt(code, offset)}\` uses it in another way`);
      case "read":
        edits.push({ range: { start: start + text.length, end: start + text.length }, newText: ".is_set()" });
        break;
      case "set":
        edits.push({ range: { start: start + text.length, end: use.end }, newText: ".set()" });
        break;
      case "clear": {
        const isFirst = !isMade;
        isMade = true;
        edits.push({ range: { start: start + text.length, end: use.end }, newText: isFirst ? ` = ${maker.expression}()` : ".clear()" });
        break;
      }
    }
  }
  return isMade ? offer(edits) : refuse("it is not clear where it is made");
}

function useAt(code: Code, start: number, end: number): { readonly does: "set" | "clear" | "read"; readonly end: number } | undefined {
  const statement = statementsAt(code, placesOf(code, { start: start, end: end }))?.statements[0];
  if (!statement) return undefined;
  const behind = code.text.slice(end, statement.end);
  if (statement.start === start && statement.form === "simple") {
    if (behind === " = True") return { does: "set", end: statement.end };
    return behind === " = False" ? { does: "clear", end: statement.end } : undefined;
  }
  const before = code.text.slice(statement.start, start);
  const isTest = /^(?:if|while|elif|return|assert)\b[^=]*$/.test(before) || /\b(?:if|elif|while|and|or|not)\s+$/.test(before);
  return isTest && /^\s*(?::|\)|$|and\b|or\b|else\b|,)/.test(behind) ? { does: "read", end } : undefined;
}

function lineAt({ text }: Code, offset: number): string {
  const start = Math.max(text.lastIndexOf("\n", offset), text.lastIndexOf("\r", offset)) + 1;
  return /^[^\r\n]*/.exec(text.slice(start))?.[0].trim() ?? "";
}
