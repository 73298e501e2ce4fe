import { contains, type Range } from "../../base/range.js";
import type { CallOperation } from "../operation.js";
import type { FunctionNode, LinkedFile } from "./entity.js";
import { notedDefinition } from "./noted-definition.js";

/** What a comment says that a call or a function does to the GIL: `# gil: releases`, `# gil: holds`. */
export type GilNote = "releases" | "holds";

interface GilNotes {
  readonly functions: ReadonlyMap<FunctionNode, GilNote>;
  readonly calls: ReadonlyMap<CallOperation, GilNote>;
}

const noNotes: GilNotes = { functions: new Map(), calls: new Map() };

/** What a comment on its `def`, or alone on the line above, says of the function. */
export function gilNoteOf(node: FunctionNode): GilNote | undefined {
  return notesIn(node.file).functions.get(node);
}

/** What a comment on its line, or alone on the line above, says of the call. */
export function gilNoteOfCall(call: CallOperation, within: FunctionNode): GilNote | undefined {
  return notesIn(within.file).calls.get(call);
}

function notesIn(file: LinkedFile): GilNotes {
  return file.derive("notes on the GIL", () => readNotes(file));
}

function readNotes(file: LinkedFile): GilNotes {
  if (file.facts.directives.length === 0) return noNotes;
  const functions = new Map<FunctionNode, GilNote>();
  const calls = new Map<CallOperation, GilNote>();
  for (const directive of file.facts.directives) {
    if (directive.kind !== "note" || (directive.name !== "releases" && directive.name !== "holds")) continue;
    const { name, subject } = directive;
    const definition = notedDefinition(directive, file);
    if (definition) functions.set(definition, name);
    else for (const call of callsOn(subject, file)) calls.set(call, name);
  }
  return { functions, calls };
}

/** The calls that start or end on the line; of calls inside one another only the outermost. */
function callsOn(line: Range, file: LinkedFile): readonly CallOperation[] {
  const isOn = (offset: number): boolean => line.start <= offset && offset < line.end;
  const found = [...file.facts.callsByName.values()].flatMap((sites) =>
    sites.flatMap(({ call }) => (isOn(call.start) || isOn(call.end - 1) ? [call] : [])),
  );
  return found.filter((call) => !found.some((other) => other !== call && contains(other, call)));
}
