import type { Range } from "../../base/range.js";
import type { Access } from "../../program/link/activity/moments.js";
import type { Fix, RuleContext } from "../rule.js";
import { type Code, codeOf, hasComment, isBroken, lineStart, statementsAt } from "./code.js";

/** Values that cost next to nothing to make and leave no trace when nobody takes them. */
const cheap =
  /^(\[\]|\{\}|\(\)|-?\d[\d_.]*|None|True|False|""|''|"[^"\\\r\n]*"|'[^'\\\r\n]*'|(list|dict|set|deque|collections\.deque|(threading\.)?R?Lock|OrderedDict)\(\))$/;

/** An expression that means the same each time. */
const steady = /^(?:[\w.]+(?:\[[\w."']+\])*|"[^"\\\r\n]*"|'[^'\\\r\n]*'|\([\w., ]+\))$/;

/** `if k not in d: d[k] = []` becomes `d.setdefault(k, [])`, one step for all threads; undefined where it is not that. */
export function setDefaultFix(access: Access, { program, source }: RuleContext): Fix | undefined {
  const { function: node, operation, check } = access;
  if (operation.op !== "write" || operation.place.kind !== "element" || check?.pattern.check.form !== "membership") return undefined;
  const { object } = operation.place;
  const types = program.resolver.resolve(object, node);
  const isDict = types.length > 0 && types.every((type) => dictTypes.has(typeOf(type)));
  if (!isDict || isBroken(node.file)) return undefined;
  const code = codeOf(node.file.path, { source });
  const stretch = statementsAt(code, check.pattern.check.range);
  const [test] = stretch?.statements ?? [];
  const [block, ...others] = test?.blocks ?? [];
  const [store, ...more] = block?.statements ?? [];
  if (!stretch || !test || !block || !store || others.length + more.length > 0 || test.keyword !== "if") return undefined;
  if (hasComment(code, test)) return undefined;
  const [, key, container] = /^if ([^\r\n]+) not in ([^\r\n]+):$/.exec(code.text.slice(block.header.start, block.header.end)) ?? [];
  const stored = code.text.slice(store.start, store.end);
  const head = `${container}[${key}] = `;
  const value = stored.slice(head.length);
  if (!key || !container || !stored.startsWith(head) || !cheap.test(value) || !steady.test(key) || !/^[\w.]+$/.test(container))
    return undefined;
  const { path } = node.file;
  const title = `Put it there in one step, \`${container}.setdefault(${key}, ${value})\``;
  const call = `${container}.setdefault(${key}, ${value})`;
  const next = stretch.siblings[stretch.siblings.indexOf(test) + 1];
  const use = `${container}[${key}].`;
  const usesOnce =
    next?.form === "simple" &&
    code.text.startsWith(use, next.start) &&
    code.text.slice(next.start, next.end).split(`${container}[`).length === 2;
  if (next && usesOnce) {
    const edits = [
      { range: { start: lineStart(test), end: lineStart(next) }, newText: "" },
      { range: { start: next.start, end: next.start + use.length - 1 }, newText: call },
    ];
    return { title, safety: "safe", edits: [{ path, edits }] };
  }
  return { title, safety: "safe", edits: [{ path, edits: [{ range: { start: test.start, end: test.end }, newText: call }] }] };
}

const dictTypes: ReadonlySet<string> = new Set(["dict", "builtins.dict", "collections.OrderedDict", "collections.defaultdict"]);

function typeOf(entity: ReturnType<RuleContext["program"]["resolver"]["resolve"]>[number]): string {
  if (entity.kind === "object") return entity.type;
  return entity.kind === "container"
    ? entity.value.op === "display" || entity.value.op === "comprehension"
      ? entity.value.makes
      : ""
    : "";
}

/** Goes through a copy of what stands at the range: `list(…)` makes it in one step. `changes`: ranges at which the code changes it meanwhile itself. */
export function copyFix(access: Access, range: Range, changes: readonly Range[], { source }: RuleContext): Fix | undefined {
  const { file } = access.function;
  if (isBroken(file) || file.functionAt(0)?.bound("list") !== undefined) return undefined;
  const code = codeOf(file.path, { source });
  const { start, end } = withView(code, source(file.path).range(range));
  const text = code.text.slice(start, end);
  if (/^(list|tuple|sorted|set)\s*\(/.test(text)) return undefined;
  const own = source(file.path).range(access.statement);
  const isChangedInside = changes.some((change) => {
    const at = source(file.path).range(change);
    return own.start <= at.start && at.end <= own.end;
  });
  const edits = [
    { range: { start, end: start }, newText: "list(" },
    { range: { start: end, end }, newText: ")" },
  ];
  return {
    title: `Go through a copy, \`list(${text.length > longestName ? "…" : text})\``,
    safety: isChangedInside ? "unsafe" : "safe",
    caution: "The loop goes through what was there when it began, and no longer sees what it changes itself.",
    edits: [{ path: file.path, edits }],
  };
}

const longestName = 40;

/** Behind the source of an iteration, the view that is taken of it. */
function withView({ text }: Code, { start, end }: Range): Range {
  const view = /^\.(items|values|keys)\(\)/.exec(text.slice(end, end + 20));
  return { start, end: end + (view?.[0].length ?? 0) };
}
