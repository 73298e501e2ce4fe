import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { matchCount } from "../samples/sample-calls.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Evaluator } from "../values/evaluate.js";
import type { OperationCosts } from "./operation-costs.js";

/*
 * What `re` takes to find all matches of a pattern in a text: something for each match, and for each character what the pattern's beginning asks of the
 * places where no match begins. In multiples of what finding words takes for each character; of 21 patterns on CPython 3.11, three in four are within a
 * third of that.
 */

/** How often `sub` calls the function that it is given: once for each match. Undefined for other calls, and where the length of the text cannot be told. */
export function replacedCount(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const [, isMethod, method] = /^re\.(Pattern\.)?(subn?)$/.exec(name) ?? [];
  if (method === undefined) return undefined;
  const { pattern, subject } = searched(call, isMethod !== undefined, true);
  const characters = subject && evaluator.length(subject, at);
  return pattern && characters && matchesFound(method, call, pattern, subject, characters, at, evaluator);
}

interface Searched {
  readonly pattern: Value | undefined;
  readonly replacement: Value | undefined;
  readonly subject: Value | undefined;
}

function searched(call: CallOperation, isMethod: boolean, isReplaced: boolean): Searched {
  const given = positionalOf(call);
  const { callee } = call;
  const receiver = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
  const [first, second] = isMethod ? given : given.slice(1);
  const pattern = isMethod ? receiver : given[0];
  return isReplaced ? { pattern, replacement: first, subject: second } : { pattern, replacement: undefined, subject: first };
}

function isFunction(value: Value, at: Activation, evaluator: Evaluator): boolean {
  return (
    value.op === "function" ||
    (value.op === "read" && evaluator.resolver.resolve(value, at.function).some(({ kind }) => kind === "function"))
  );
}

/** What `findall`, `finditer`, `split` and `sub` take of the module, and as methods of a pattern; undefined for other calls. */
export function matchingAllNs(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  const [, isMethod, method = ""] = /^re\.(Pattern\.)?(findall|finditer|split|subn?)$/.exec(name) ?? [];
  const perMatch = ofMatches[method];
  if (perMatch === undefined) return undefined;
  const { pattern, replacement, subject } = searched(call, isMethod !== undefined, method.startsWith("sub"));
  const characters = subject && evaluator.length(subject, at);
  if (!characters) return undefined;
  const text = pattern && patternText(pattern, at, evaluator);
  const { fixedNs, nsPerUnit } = costs.bulk["re.findall:words"];
  const scanned = multiply(nsPerUnit, scale(characters, text === undefined ? 1 : ofCharacters(text)));
  const matches = pattern && text !== undefined ? matchesFound(method, call, pattern, subject, characters, at, evaluator) : undefined;
  // What was measured has a match for each seven characters; where they are not counted that may be so.
  const each = replacement && isFunction(replacement, at, evaluator) ? byFunction : perMatch;
  const found = matches ? multiply(nsPerUnit, scale(matches, each)) : exactly(0);
  const isSlow = text !== undefined && ofCharacters(text) > 1;
  const all = add(fixedNs, add(scanned, found));
  return { low: all.low * 0.6, likely: all.likely, high: all.high * (text === undefined || isSlow ? 3 : 1.8) } satisfies Interval;
}

function matchesFound(
  method: string,
  call: CallOperation,
  pattern: Value,
  subject: Value,
  characters: Interval,
  at: Activation,
  evaluator: Evaluator,
): Amount {
  if (!method.startsWith("sub")) return evaluator.length(call, at);
  const counted = matchCount(call, pattern, subject, at, evaluator.samples);
  return counted === undefined ? interval(0, characters.likely / 25, characters.high / 7) : exactly(counted);
}

/** For each match, in characters of finding words: an object, or a piece of text, in a list. */
const ofMatches: Readonly<Record<string, number>> = { findall: 2.9, split: 3.1, sub: 3.1, subn: 3.1, finditer: 5.2 };

/**
 * The same where a function says what to put there: a match for it, the call from C, and its answer in a list (120 to 150 ns beyond what the function itself
 * takes and a text would have, CPython 3.11 and 3.13, `test/measure/library_calls.py`).
 */
const byFunction = 12;

/** For each character that is looked at. */
function ofCharacters(pattern: string): number {
  const arms = topLevelArms(pattern);
  if (arms.length > 1) return arms.every(isLiteral) ? 0.12 * arms.length : 0.5 * arms.length;
  const [only = ""] = arms;
  const start = only.replace(/^(\((\?(:|P<\w+>))?)+/, "");
  if (/^\\b/.test(start)) return 1.8;
  // What can be long has to be followed by what is rare, and is given back piece by piece where it is not.
  if (/^(\[[^\]]+\]|\\[wSD]|\.)[+*]\\?[@:#=;]/.test(start)) return only.includes("@") ? 3 : 1;
  if (isLiteral(start.slice(0, start.startsWith("\\") ? 2 : 1))) return 0.2;
  return /^\[/.test(start) && !/^\[[^\]]+\][+*]/.test(start) ? 0.5 : 0.9;
}

function isLiteral(text: string): boolean {
  return text !== "" && /^([\w\s<>"'@#%&=:;,/!~`-]|\\[^\wbBAZ])+$/.test(text);
}

/** What stands between the bars outside all groups, or inside the only one. */
function topLevelArms(pattern: string): readonly string[] {
  const arms: string[] = [];
  let depth = 0;
  let start = 0;
  let isSet = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === "\\") index++;
    else if (isSet) isSet = character !== "]";
    else if (character === "[") {
      isSet = true;
      // A bracket that stands first is one of the set.
      if (pattern[index + 1] === "]") index++;
      if (pattern[index + 1] === "^" && pattern[index + 2] === "]") index += 2;
    } else if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === "|" && depth === 0) {
      arms.push(pattern.slice(start, index));
      start = index + 1;
    }
  }
  return [...arms, pattern.slice(start)];
}

/** A pattern that is written out, or that a name is bound to the compiled form of. */
function patternText(value: Value, at: Activation, evaluator: Evaluator): string | undefined {
  return evaluator.samples.written(value, at, (source, in_): string | undefined => {
    if (source.op === "constant") return typeof source.value === "string" ? source.value : source.content;
    if (source.op !== "call" || evaluator.externalNames(source, in_)[0] !== "re.compile") return undefined;
    const first = source.arguments[0]?.value;
    return first && patternText(first, in_, evaluator);
  });
}
