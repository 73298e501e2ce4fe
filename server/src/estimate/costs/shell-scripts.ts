import { exactly, type Interval, scale } from "../../base/interval.js";

/** What a script of a shell does: how many commands it starts, beside the shell itself, and how long it sleeps. */
export interface ScriptCost {
  readonly commands: number;
  readonly sleptNs: Interval;
  /** Whether it is another interpreter of Python. */
  readonly isPython?: boolean;
}

/**
 * What a script takes that is written out, as `sh -c` is given it: commands one after the other, in pipes and in loops over words. Undefined where it runs
 * something that is neither part of the shell nor brief.
 */
export function scriptCost(script: string, isBrief: (command: string) => boolean): ScriptCost | undefined {
  let commands = 0;
  let seconds = 0;
  const rounds: number[] = [];
  const times = (): number => rounds.reduce((product, each) => product * each, 1);
  let inPipe = 0;
  const parts = partsOf(script);
  if (!parts) return undefined;
  for (const { text, isPiped } of parts) {
    const words = wordsOf(text);
    if (words[0] === "done") rounds.pop();
    if (words[0] === "for") {
      // What a variable or a pattern stands for nobody knows.
      if (words[2] !== "in" || words.slice(3).some((word) => /[$*?`{]/.test(word))) return undefined;
      rounds.push(words.length - 3);
      continue;
    }
    if (words[0] === "while" || words[0] === "until" || words[0] === "case") return undefined;
    while (words[0] !== undefined && (keywords.has(words[0]) || /^\w+=/.test(words[0]))) words.shift();
    const [command] = words;
    if (command === undefined || builtIns.has(command)) continue;
    const slept = secondsOf(words);
    if (slept === undefined && !isBrief(command)) return undefined;
    commands += times();
    // Commands of a pipe run at the same time.
    const longest = (slept ?? 0) * times();
    seconds += isPiped ? Math.max(0, longest - inPipe) : longest;
    inPipe = isPiped ? Math.max(inPipe, longest) : longest;
  }
  return { commands, sleptNs: late(seconds) };
}

/** The same of `["sleep", "0.1"]`; undefined for any other command. */
export function sleptByWords(words: readonly (string | undefined)[]): ScriptCost | undefined {
  const seconds = secondsOf(words);
  return seconds === undefined ? undefined : { commands: 0, sleptNs: late(seconds) };
}

function late(seconds: number): Interval {
  const ns = exactly(seconds * 1e9);
  return seconds > 0 ? { ...scale(ns, 1), high: ns.high + 2_000_000 } : ns;
}

function secondsOf([command, ...times]: readonly (string | undefined)[]): number | undefined {
  if (command === undefined || !/^(\S*\/)?sleep$/.test(command) || times.length === 0) return undefined;
  let sum = 0;
  for (const time of times) {
    const [, number, unit = "s"] = /^(\d*\.?\d+)([smhd]?)$/.exec(time ?? "") ?? [];
    if (number === undefined) return undefined;
    sum += Number(number) * (units[unit || "s"] ?? 1);
  }
  return sum;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const keywords: ReadonlySet<string> = new Set("do done then else elif if fi ! { } ( ) exec time".split(" "));

/** What the shell does itself, as `sh` of Debian and `bash` do. */
const builtIns: ReadonlySet<string> = new Set(
  ": . [ alias break cd command continue echo eval exit export false getopts hash kill local printf pwd read readonly return set shift source test times trap true type ulimit umask unalias unset wait".split(
    " ",
  ),
);

/** The commands of a script, and whether each reads what the one before it writes. Undefined where some run in the background. */
function partsOf(script: string): readonly { readonly text: string; readonly isPiped: boolean }[] | undefined {
  const parts: { text: string; isPiped: boolean }[] = [];
  let text = "";
  let isPiped = false;
  const end = (pipes: boolean): void => {
    if (text.trim() !== "") parts.push({ text: text.trim(), isPiped });
    text = "";
    isPiped = pipes;
  };
  for (const [piece] of script.matchAll(/'[^']*'|"(?:\\.|[^"\\])*"|\\.|\d*>&\d|&>|\|\||&&|[;\n|&()]|[^'"\\;\n|&()]/gs)) {
    if (piece === "&") return undefined;
    if (piece === "|") end(true);
    else if (/^(\|\||&&|[;\n()])$/.test(piece)) end(false);
    else text += piece;
  }
  end(false);
  return parts;
}

/** The words of a command, without where its output goes. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let isTarget = false;
  for (const [word] of text.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/gs)) {
    const isRedirection = /^(\d*|&)(>>?|<)/.test(word);
    if (!isRedirection && !isTarget) words.push(word.replace(/^(['"])(.*)\1$/s, "$2"));
    isTarget = isRedirection && /[<>]$/.test(word);
  }
  return words;
}
