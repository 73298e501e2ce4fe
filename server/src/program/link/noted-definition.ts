import type { Range } from "../../base/range.js";
import type { Directive } from "../facts.js";
import type { FunctionNode, LinkedFile } from "./entity.js";

type Note = Extract<Directive, { kind: "note" }>;

/** The function whose header a `# gil:` note stands on, from its first decorator to the colon, or alone on the line above one of these. */
export function notedDefinition({ subject, range, stands }: Note, file: LinkedFile): FunctionNode | undefined {
  return file.functions.find((node) => {
    if (node.head.kind !== "function") return false;
    const { facts } = node;
    const starts = [facts.nameRange.start, facts.start, ...facts.decorators.map((decorator) => decorator.start)];
    if (starts.some((start) => isOn(subject, start))) return true;
    // Behind the last parameter of a header of several lines.
    return stands === "after" && facts.nameRange.end <= range.start && range.end <= facts.bodyStart;
  });
}

function isOn(line: Range, offset: number): boolean {
  return line.start <= offset && offset < line.end;
}
