import type { Source } from "../../base/source.js";
import type { DirectiveComment } from "../../syntax/nodes.js";
import type { Directive, DirectiveNote } from "../facts.js";

const notes: ReadonlySet<string> = new Set<DirectiveNote>([
  "guarded-by",
  "thread-root",
  "single-thread",
  "cost",
  "iterations",
  "releases",
  "holds",
]);

/** Reads the `# gil:` comments of a file. A comment alone on its line speaks of the next line. */
export function readDirectives(comments: readonly DirectiveComment[], source: Source): Directive[] {
  return comments.map((comment): Directive => {
    const range = { start: comment.start, end: comment.end };
    const stands = comment.aloneOnLine ? "above" : "after";
    const subject = source.line(comment.start, stands === "above" ? "next" : "same");
    const ignore = /^ignore(-file)?\s*(?:\[([^\]]*)\])?/.exec(comment.text);
    if (ignore) {
      const names = (ignore[2] ?? "").split(",").map((name) => name.trim());
      const given = names.filter((name) => name !== "");
      if (given.length === 0)
        return { kind: "invalid", reason: "it names no rule, as `# gil: ignore[rule-name] reason` does", range, stands, subject };
      return { kind: "ignore", names: given, scope: ignore[1] ? "file" : "line", range, stands, subject };
    }
    const note = /^([a-z-]+)\s*(?:\(([^)]*)\)|=\s*(\S+))?/.exec(comment.text);
    const name = note?.[1] ?? "";
    if (!notes.has(name)) {
      const known = ["ignore", "ignore-file", ...notes].join(", ");
      const said = comment.text === "" ? "it says none" : `\`${firstWordOf(comment.text)}\` is none`;
      return { kind: "invalid", reason: `${said} of ${known}`, range, stands, subject };
    }
    const argument = (note?.[2] ?? note?.[3] ?? "").trim();
    if (name === "guarded-by" && argument === "")
      return { kind: "invalid", reason: "`guarded-by` takes a lock, such as `# gil: guarded-by(self._lock)`", range, stands, subject };
    if (name === "cost" && nanosecondsOf(argument) === undefined)
      return { kind: "invalid", reason: "`cost` takes a time, such as `# gil: cost=2ms`", range, stands, subject };
    if (name === "iterations" && countOf(argument) === undefined)
      return { kind: "invalid", reason: "`iterations` takes a count, such as `# gil: iterations=1e6`", range, stands, subject };
    return { kind: "note", name: name as DirectiveNote, argument, range, stands, subject };
  });
}

/** What somebody took for a directive, shortened: it may be anything. */
function firstWordOf(text: string): string {
  const word = /^[^\s[(=]*/.exec(text)?.[0] || text;
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}

/** The time that `2ms`, `1.5s` or `800us` names, in nanoseconds. */
export function nanosecondsOf(text: string): number | undefined {
  const parts = /^([\d_]+(?:\.\d*)?(?:e[+-]?\d+)?)\s*(ns|us|µs|ms|s|min)$/i.exec(text);
  const number = parts && Number(parts[1]?.replaceAll("_", ""));
  const unit = parts && unitNs[parts[2]?.toLowerCase() ?? ""];
  return number !== null && unit !== undefined && unit !== null && Number.isFinite(number) && number * unit <= longestNs
    ? number * unit
    : undefined;
}

const unitNs: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, min: 60e9 };

/** The count that `1e6`, `1_000` or `40` names. */
export function countOf(text: string): number | undefined {
  const number = /^[\d_]+(?:\.\d*)?(?:e\+?\d+)?$/i.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
  return Number.isFinite(number) && number <= mostRounds ? number : undefined;
}

/** About 11 days, and as many rounds as any number here is good for. */
const longestNs = 1e15;
const mostRounds = 1e15;
