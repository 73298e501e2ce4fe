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
        return { kind: "invalid", reason: "name the rules to ignore: `# gil: ignore[rule-name] reason`", range, stands, subject };
      return { kind: "ignore", names: given, scope: ignore[1] ? "file" : "line", range, stands, subject };
    }
    const note = /^([a-z-]+)\s*(?:\(([^)]*)\)|=\s*(\S+))?/.exec(comment.text);
    const name = note?.[1] ?? "";
    if (!notes.has(name)) return { kind: "invalid", reason: `\`${name || comment.text}\` is no directive`, range, stands, subject };
    return { kind: "note", name: name as DirectiveNote, argument: (note?.[2] ?? note?.[3] ?? "").trim(), range, stands, subject };
  });
}
