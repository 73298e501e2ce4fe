import type { Range } from "../base/range.js";
import type { SourceHost } from "../base/source-files.js";
import { parseJson, placesOf } from "./json-places.js";
import { createKnowledge, type Knowledge } from "./knowledge.js";
import { type FileProblem, readKnowledgeFile } from "./read-file.js";

/** One file of the user's that could not be used, or not in every part. */
export interface UserFileProblem {
  readonly path: string;
  /** The rest of a sentence that starts with the path: what is wrong first, and how much else. */
  readonly message: string;
  /** The text of the file, if it could be read. */
  readonly text: string;
  /** Everything that is wrong, in the order of the text; at least one. */
  readonly faults: readonly KnowledgeFault[];
}

/** One thing that is wrong with a knowledge file. */
export interface KnowledgeFault {
  readonly message: string;
  /** Where in the text. */
  readonly range: Range;
  /** The JSON pointer of the value at fault; empty for the whole file. */
  readonly pointer: string;
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
  const read: { readonly path: string; readonly text: string }[] = [];
  const problems = new Map<string, UserFileProblem>();
  for (const path of new Set(paths)) {
    const text = await textOf(path, host);
    const parsed = text.kind === "text" ? parseJson(text.text) : undefined;
    if (text.kind === "problem") problems.set(path, { path, message: text.message, text: "", faults: [faultOfWhole(text.message)] });
    else if (parsed?.kind === "problem") problems.set(path, notJson(path, text.text, parsed));
    else {
      contents.push(parsed?.value);
      read.push({ path, text: text.text });
    }
  }
  const { knowledge, problems: inside } = createKnowledge(contents);
  read.forEach(({ path, text }, index) => {
    const faults = faultsOf(
      text,
      inside.filter(({ file }) => file === index),
    );
    const [first, ...more] = faults;
    if (!first) return;
    const told = first.pointer === "" ? first.message : `is not all usable as knowledge at ${first.pointer}: ${first.message}`;
    const rest = more.length === 0 ? "" : `, and ${more.length} more ${more.length === 1 ? "problem" : "problems"}`;
    problems.set(path, { path, message: `${told}${rest}`, text, faults });
  });
  return { knowledge, problems: [...problems.values()] };
}

/** What one knowledge file holds: the number of its entries, or all that is wrong with it. */
export async function checkKnowledgeFile(
  path: string,
  host: Pick<SourceHost, "readFile" | "describe">,
): Promise<{ readonly entries: number; readonly text: string; readonly faults: readonly KnowledgeFault[] }> {
  const content = await textOf(path, host);
  if (content.kind === "problem") return { entries: 0, text: "", faults: [faultOfWhole(content.message)] };
  const { text } = content;
  const parsed = parseJson(text);
  if (parsed.kind === "problem") return { entries: 0, text, faults: notJson(path, text, parsed).faults };
  const file = readKnowledgeFile(parsed.value, "user");
  return { entries: file.entries.length, text, faults: faultsOf(text, file.problems) };
}

function faultsOf(text: string, problems: readonly FileProblem[]): readonly KnowledgeFault[] {
  const places =
    problems.length === 0
      ? []
      : placesOf(
          text,
          problems.map(({ pointer }) => pointer),
        );
  return problems
    .map(({ message, pointer }, index) => ({ message: onOneLine(message), pointer, range: places[index] ?? { start: 0, end: 0 } }))
    .sort((a, b) => a.range.start - b.range.start);
}

function notJson(path: string, text: string, { message, at }: { readonly message: string; readonly at: number }): UserFileProblem {
  return { path, message, text, faults: [{ message, pointer: "", range: { start: at, end: Math.min(at + 1, text.length) } }] };
}

function faultOfWhole(message: string): KnowledgeFault {
  return { message, pointer: "", range: { start: 0, end: 0 } };
}

type Text = { readonly kind: "text"; readonly text: string } | { readonly kind: "problem"; readonly message: string };

async function textOf(path: string, host: Pick<SourceHost, "readFile" | "describe">): Promise<Text> {
  try {
    const description = await host.describe(path);
    if (!description) return { kind: "problem", message: "does not exist" };
    if (description.kind === "folder") return { kind: "problem", message: "is a folder" };
    if (description.kind === "other") return { kind: "problem", message: "is not a regular file" };
    if (description.size > largestKnowledgeBytes) {
      return { kind: "problem", message: `is too large for a knowledge file: more than ${largestKnowledgeBytes / 1e6} MB` };
    }
    return { kind: "text", text: new TextDecoder().decode(await host.readFile(path)) };
  } catch (error) {
    return { kind: "problem", message: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
