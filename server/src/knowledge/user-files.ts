import type { SourceHost } from "../base/source-files.js";
import { createKnowledge, type Knowledge } from "./knowledge.js";

/** One file of the user's that could not be used, or not in every part. */
export interface UserFileProblem {
  readonly path: string;
  /** The rest of a sentence that starts with the path: what is wrong, where, and how much else. */
  readonly message: string;
}

/** The shipped knowledge with the user's over it. */
export interface UserKnowledge {
  readonly knowledge: Knowledge;
  /** One for each file that has any, in the order of the files. */
  readonly problems: readonly UserFileProblem[];
}

/** Knowledge is written by people; a longer file is something else. In bytes. */
export const largestKnowledgeBytes = 5_000_000;

/** Reads the user's knowledge files; of two that name the same thing the later one counts. What cannot be used is left out and told. */
export async function readUserKnowledge(paths: readonly string[], host: Pick<SourceHost, "readFile" | "describe">): Promise<UserKnowledge> {
  const contents: unknown[] = [];
  const read: string[] = [];
  const problems = new Map<string, string>();
  for (const path of new Set(paths)) {
    const content = await contentOf(path, host);
    if (content.kind === "problem") problems.set(path, content.message);
    else {
      contents.push(content.value);
      read.push(path);
    }
  }
  const { knowledge, problems: inside } = createKnowledge(contents);
  read.forEach((path, index) => {
    const [first, ...more] = inside.filter(({ file }) => file === index);
    if (!first) return;
    const place = first.pointer === "" ? "" : ` at ${first.pointer}`;
    const rest = more.length === 0 ? "" : `, and ${more.length} more ${more.length === 1 ? "problem" : "problems"}`;
    problems.set(path, `is not all usable as knowledge${place}: ${onOneLine(first.message)}${rest}`);
  });
  return { knowledge, problems: [...problems].map(([path, message]) => ({ path, message })) };
}

/** The JSON value of a text, or what keeps it from being one. */
export type JsonValue = { readonly kind: "value"; readonly value: unknown } | { readonly kind: "problem"; readonly message: string };

/** Reads JSON; the problem names line and column where the reader knows them, and never quotes the text, which may be anything. */
export function parseJson(text: string): JsonValue {
  try {
    return { kind: "value", value: JSON.parse(text) };
  } catch (error) {
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    if (position === undefined) return { kind: "problem", message: text.trim() === "" ? "is empty" : "is not JSON" };
    const before = text.slice(0, Number(position)).split("\n");
    return { kind: "problem", message: `is not JSON: line ${before.length}, column ${(before[before.length - 1]?.length ?? 0) + 1}` };
  }
}

async function contentOf(path: string, host: Pick<SourceHost, "readFile" | "describe">): Promise<JsonValue> {
  try {
    const description = await host.describe(path);
    if (!description) return { kind: "problem", message: "does not exist" };
    if (description.kind !== "file") return { kind: "problem", message: "is no file" };
    if (description.size > largestKnowledgeBytes) {
      return { kind: "problem", message: `is too large for a knowledge file: more than ${largestKnowledgeBytes / 1e6} MB` };
    }
    return parseJson(new TextDecoder().decode(await host.readFile(path)));
  } catch (error) {
    return { kind: "problem", message: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
