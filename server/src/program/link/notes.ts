import type { DirectiveNote } from "../facts.js";
import type { FunctionNode, LinkedFile } from "./entity.js";

/** Whether a `# gil:` note stands on the header of the function or its class, or alone on the line above it. */
export function hasNote(node: FunctionNode, name: DirectiveNote): boolean {
  const notes = notesIn(node.file);
  if (notes.size === 0) return false;
  if (notes.get(node)?.has(name)) return true;
  const owner = node.head.class === undefined ? undefined : node.file.classAt(node.head.class);
  const body = owner && node.file.functionAt(owner.facts.body);
  return body !== undefined && body !== node && (notes.get(body)?.has(name) ?? false);
}

/** The functions of a file that such notes stand on, with what they say. */
export function notesIn(file: LinkedFile): ReadonlyMap<FunctionNode, ReadonlySet<DirectiveNote>> {
  return file.derive("notes", () => readNotes(file));
}

function readNotes(file: LinkedFile): ReadonlyMap<FunctionNode, ReadonlySet<DirectiveNote>> {
  const notes = new Map<FunctionNode, Set<DirectiveNote>>();
  if (file.facts.directives.length === 0) return notes;
  const definitions = file.functions
    .filter((node) => node.head.kind === "function" || node.head.kind === "class-body")
    .sort((a, b) => a.head.start - b.head.start);
  for (const directive of file.facts.directives) {
    if (directive.kind !== "note") continue;
    const { start, end } = directive.range;
    const onHeader = definitions.find((node) => node.head.nameRange.end <= start && end <= node.facts.bodyStart);
    const target = onHeader ?? definitions.find((node) => node.head.start >= end);
    if (!target) continue;
    const known = notes.get(target) ?? new Set();
    known.add(directive.name);
    notes.set(target, known);
  }
  return notes;
}
