import type { TextEdit } from "../../base/edit.js";
import type { ImportFact } from "../../program/facts.js";
import type { LinkedFile } from "../../program/link/entity.js";
import type { Statement } from "../../syntax/layout.js";
import { after, before, type Code, usesOf, withoutElement } from "./code.js";

/** How code of a file can name something of another module, and what has to be added for it. */
export interface Imported {
  readonly expression: string;
  readonly edits: readonly TextEdit[];
}

/**
 * Names a member of a module in the way the file imports from that module already; where it does not, the module is imported whole, or the member
 * by its name. Undefined where the names are taken for something else.
 */
export function imported(
  file: LinkedFile,
  code: Code,
  module: string,
  member: string,
  otherwise: "whole" | "by name" = "whole",
): Imported | undefined {
  const own = topImports(file, code).filter((each) => each.level === 0 && each.module === module);
  const whole = own.find((each) => each.name === undefined);
  if (whole) {
    const isBound = whole.bound === module || whole.bound !== module.split(".")[0];
    return { expression: `${isBound ? whole.bound : module}.${member}`, edits: [] };
  }
  const direct = own.find((each) => each.name === member);
  if (direct) return { expression: direct.bound, edits: [] };
  const names = file.functionAt(0)?.facts.bindings;
  const beside = own.filter((each) => each.name !== undefined && each.name !== "*");
  if (beside.length > 0 && !names?.has(member)) return { expression: member, edits: [memberEdit(code, beside, member)] };
  if (otherwise === "by name" && !names?.has(member)) {
    const edit = statementEdit(code, module, `from ${module} import ${member}`);
    return edit && { expression: member, edits: [edit] };
  }
  const [root = module] = module.split(".");
  if (names?.get(root)?.some((value) => value.op !== "import")) return undefined;
  const edit = statementEdit(code, module, `import ${module}`);
  return edit && { expression: `${module}.${member}`, edits: [edit] };
}

/** Takes the import of a name away, if nothing else in the file uses the name. `uses`: the offsets of the uses that go. */
export function importRemoved(file: LinkedFile, code: Code, bound: string, uses: readonly number[]): readonly TextEdit[] {
  const fact = file.facts.imports.find((each) => each.bound === bound);
  if (!fact) return [];
  const range = code.source.range(fact);
  const isUsed = usesOf(code, bound).some(
    (offset) => !uses.includes(offset) && (offset < range.start || offset >= range.end) && code.text[offset - 1] !== ".",
  );
  if (isUsed) return [];
  const siblings = file.facts.imports.filter((each) => each.statement.start === fact.statement.start);
  if (siblings.length > 1) return [withoutElement(code, range)];
  const statement = code.source.range(fact.statement);
  const line = code.layout.statements.find((each) => each.start <= statement.start && statement.end <= each.end);
  return line?.form === "simple" ? [{ range: line.lines, newText: "" }] : [];
}

/** Both an import that comes and one that goes; where they touch, they are one edit. */
export function importsTogether(added: readonly TextEdit[], gone: readonly TextEdit[]): readonly TextEdit[] {
  const [going] = gone;
  const meeting = going && added.find(({ range }) => going.range.start <= range.start && range.start <= going.range.end);
  if (!going || !meeting) return [...added, ...gone];
  const isBefore = meeting.range.start === going.range.start;
  const isBehind = meeting.range.start === going.range.end;
  if (!isBefore && !isBehind) return added;
  return [...added.filter((edit) => edit !== meeting), { range: going.range, newText: meeting.newText }];
}

/** The imports that stand at the left edge of the file, in order. */
function topImports(file: LinkedFile, code: Code): readonly ImportFact[] {
  return file.facts.imports.filter((each) => each.function === 0 && topStatement(each, code) !== undefined);
}

function topStatement(fact: ImportFact, code: Code): Statement | undefined {
  const { start, end } = code.source.range(fact.statement);
  return code.layout.statements.find((each) => each.form === "simple" && each.start <= start && end <= each.end);
}

/** Adds a name to `from module import a, c`, in its place where the names are sorted. */
function memberEdit(code: Code, beside: readonly ImportFact[], member: string): TextEdit {
  const [first] = beside;
  const names = beside.filter((each) => each.statement.start === first?.statement.start);
  const next = names.find((each) => (each.name ?? "") > member);
  const isSorted = names.every((each, index) => index === 0 || (names[index - 1]?.name ?? "") <= (each.name ?? ""));
  if (next && isSorted) {
    const { start } = code.source.range(next);
    const lead = /(?:^|[\r\n])([ \t]*)$/.exec(code.text.slice(0, start));
    return { range: { start, end: start }, newText: lead ? `${member},\n${lead[1]}` : `${member}, ` };
  }
  const { end, start } = code.source.range(names[names.length - 1] as ImportFact);
  const lead = /[\r\n]([ \t]*)$/.exec(code.text.slice(0, start));
  return { range: { start: end, end }, newText: lead ? `,\n${lead[1]}${member}` : `, ${member}` };
}

/** Adds an import among those at the top: in its place where those of its form are sorted, else behind the last of the first group. */
function statementEdit(code: Code, module: string, line: string): TextEdit | undefined {
  const { statements } = code.layout;
  const definition = statements.findIndex(({ form }) => form === "compound");
  const top = definition === -1 ? statements : statements.slice(0, definition);
  const isImport = ({ keyword, form, start, end }: Statement): boolean =>
    form === "simple" && (keyword === "import" || keyword === "from") && !/^from\s+__future__\s/.test(code.text.slice(start, end));
  const imports = top.findIndex(isImport);
  const start = imports === -1 ? statements.findIndex((each, index) => !isPreamble(each, index, code)) : imports;
  if (start === -1) return undefined;
  const group: Statement[] = [];
  for (const each of statements.slice(start)) {
    if (!isImport(each)) break;
    const last = group[group.length - 1];
    if (last && code.text.slice(last.end, each.start).split(/\r\n|\r|\n/).length > 2) break;
    group.push(each);
  }
  const [first] = group;
  if (!first) {
    const next = statements[start] as Statement;
    // Two lines apart from what is defined, as is the custom.
    const isDefinition = /^(@|(async\s+)?def\b|class\b)/.test(code.text.slice(next.start, next.end));
    return before(next, line, "", ...(isDefinition ? [""] : []));
  }
  const isPlain = line.startsWith("import");
  const alike = group.filter((each) => (each.keyword === "import") === isPlain);
  const next = alike.find((each) => moduleName(each, code) > module);
  if (next) return before(next, line);
  const last = alike[alike.length - 1] ?? (isPlain ? undefined : group[group.length - 1]);
  if (last) return after(code, last, line);
  return before(first, line);
}

/** The docstring, and what must stay in front of everything else. */
export function isPreamble(statement: Statement, index: number, code: Code): boolean {
  const text = code.text.slice(statement.start, statement.end);
  return (index === 0 && /^[rRuU]?["']/.test(text)) || /^from\s+__future__\s/.test(text);
}

function moduleName({ start, end }: Statement, { text }: Code): string {
  return /^(?:import|from)\s+([\w.]+)/.exec(text.slice(start, end))?.[1] ?? "";
}
