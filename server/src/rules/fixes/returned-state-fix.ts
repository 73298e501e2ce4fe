import type { TextEdit } from "../../base/edit.js";
import type { LinkedFile } from "../../program/link/entity.js";
import type { LostState } from "../../program/link/processes/lost-state.js";
import type { Statement } from "../../syntax/layout.js";
import { type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { type Code, codeOf, hasComment, isBroken, lineStart, placesOf, removed, statementsAt, unitBehind, usesOf } from "./code.js";
import { handedGlobal } from "./handed-global.js";
import { imported } from "./imports.js";
import { innermostFunction } from "./reached.js";

/**
 * Has what a worker process finds reach the parent: it is returned, and the parent puts it together, where a pool's `map` runs the work; a number
 * becomes a `multiprocessing.Value`, and a list or dict that the worker is handed a manager's.
 */
export function returnedStateFix(lost: LostState, context: RuleContext): FixOffer {
  const { change, spawn, kind } = lost;
  if (isBroken(change.in.file) || isBroken(spawn.in.file)) return noFix;
  if (kind === "object" || kind === "class" || kind === "variable") return noFix;
  const isMapped = /^(concurrent\.futures\.ProcessPoolExecutor\.map|multiprocessing\.pool\.Pool\.(map|starmap))$/.test(spawn.spawner);
  const returned = isMapped && kind !== "argument" ? returnedToParent(lost, context) : undefined;
  if (returned && !("refused" in returned)) return returned.offer;
  if (kind === "argument") return managed(lost, context);
  const shared = kind === "global" ? sharedValue(lost, context) : undefined;
  if (shared && !("refused" in shared)) return shared.offer;
  const reason = returned?.refused ?? shared?.refused ?? `\`${lost.name}\` belongs to an object, of which each process has its own`;
  return refusedFix(returned ? "Return what the worker finds" : "Share it between the processes", reason);
}

type Attempt = { readonly offer: FixOffer } | { readonly refused: string };

/** A statement that gives what was found to a container or a sum, taken apart. */
interface Gathering {
  /** `results`, `self.results`. */
  readonly target: string;
  /** What each call of the worker returns. */
  readonly found: string;
  /** The parent's statement for all that was found. */
  readonly gather: (all: string) => string;
}

function gatheringOf(text: string): Gathering | undefined {
  const [, list, method, item] = /^([\w.]+)\.(append|add)\(([\s\S]+)\)$/.exec(text) ?? [];
  if (list !== undefined && item !== undefined && !/^\*/.test(item))
    return { target: list, found: item, gather: (all) => `${list}.${method === "append" ? "extend" : "update"}(${all})` };
  const [, dict, key, value] = /^([\w.]+)\[([^[\]\r\n]+)\] = ([^\r\n]+)$/.exec(text) ?? [];
  if (dict !== undefined && key !== undefined && value !== undefined && !/^(yield|await)\b/.test(value))
    return { target: dict, found: `${/,/.test(key) ? `(${key})` : key}, ${value}`, gather: (all) => `${dict}.update(${all})` };
  const [, sum, amount] = /^([\w.]+) \+= ([\s\S]+)$/.exec(text) ?? [];
  if (sum !== undefined && amount !== undefined && !/^["'[({]/.test(amount))
    return { target: sum, found: amount, gather: (all) => `${sum} += sum(${all})` };
  return undefined;
}

function returnedToParent({ change, spawn, name, kind }: LostState, context: RuleContext): Attempt {
  const { in: worker } = change;
  const { file } = worker;
  const [target, ...others] = spawn.targets;
  if (file !== spawn.in.file) return { refused: "the worker is defined in another file than the pool is used in" };
  if (!target || others.length > 0 || target.function !== worker) return { refused: "the change is made by what the worker calls" };
  const code = codeOf(file.path, context);
  const { facts } = worker;
  if (facts.kind !== "function" || facts.isGenerator || facts.decorators.length > 0 || facts.returned.length > 0)
    return { refused: `\`${facts.name}\` returns something already` };
  const stretch = statementsAt(code, change.range);
  const [statement] = stretch?.statements ?? [];
  const header = stretch?.around[stretch.around.length - 1]?.statement;
  if (!stretch || !statement || statement.form !== "simple" || header?.keyword !== "def" || stretch.siblings.at(-1) !== statement)
    return { refused: `the change is not the last thing that \`${facts.name}\` does` };
  const gathering = gatheringOf(code.text.slice(statement.start, statement.end));
  if (!gathering || gathering.target !== name) return { refused: "it is changed in a way that cannot be put together afterwards" };
  const inside = usesOf(code, name).filter((offset) => header.start <= offset && offset < header.end);
  const declared = stretch.siblings.find((each) => code.text.slice(each.start, each.end) === `global ${name}`);
  const isElsewhere = inside.some(
    (offset) => !(statement.start <= offset && offset < statement.end) && !(declared && declared.start <= offset && offset < declared.end),
  );
  if (isElsewhere || inside.filter((offset) => statement.start <= offset && offset < statement.end).length !== 1)
    return { refused: `\`${facts.name}\` uses \`${name}\` for more than this` };
  const call = code.source.range(spawn.call);
  const [start] = statementsAt(code, spawn.call)?.statements ?? [];
  const all = code.text.slice(call.start, call.end);
  const written = start && code.text.slice(start.start, start.end);
  if (!start || (written !== all && written !== `list(${all})`)) return { refused: "what the pool returns is used for something else" };
  const parent = spawn.in;
  if (kind === "attribute" && parent.head.parameters[0]?.name !== facts.parameters[0]?.name)
    return { refused: "the parent knows the object by another name" };
  const edits: TextEdit[] = [
    { range: { start: statement.start, end: statement.end }, newText: `return ${gathering.found}` },
    { range: { start: start.start, end: start.end }, newText: gathering.gather(all) },
    ...(declared ? [removed(declared)] : []),
  ];
  if (/ \+= sum\(/.test(gathering.gather("")) && kind === "global" && parent.index !== 0) {
    const body = statementsAt(code, { start: parent.facts.bodyStart, end: parent.facts.bodyStart + 1 });
    const isGlobal = body?.siblings.some((each) => new RegExp(`^global\\b.*\\b${name}\\b`).test(code.text.slice(each.start, each.end)));
    const [first] = body?.statements ?? [];
    if (!first) return { refused: "it is not clear where the parent's function begins" };
    if (!isGlobal) edits.push({ range: { start: lineStart(first), end: lineStart(first) }, newText: `${first.indent}global ${name}\n` });
  }
  return {
    offer: {
      fixes: [
        {
          title: `Return it, and put it together with \`${gathering.gather("…")}\``,
          safety: "unsafe",
          caution: "What each task finds is sent to the parent, and put together there in the order of the tasks.",
          edits: [{ path: file.path, edits }],
        },
      ],
      refused: [],
    },
  };
}

/** A number of the module as a `multiprocessing.Value` that every process is handed. */
function sharedValue({ change, name }: LostState, context: RuleContext): Attempt {
  const { file } = change.in;
  const code = codeOf(file.path, context);
  const module = file.functionAt(0);
  const bound = module?.bound(name) ?? [];
  const making = code.layout.statements.find((each) => new RegExp(`^${name} = -?[\\d_.]+$`).test(code.text.slice(each.start, each.end)));
  if (bound.length !== 1 || !making)
    return { refused: `\`${name}\` is no number; a process can send what it finds through a \`multiprocessing.Queue\`` };
  const first = code.text.slice(making.start, making.end).slice(name.length + 3);
  if (context.program.files.some((other) => other !== file && usesOf(codeOf(other.path, context), name).length > 0))
    return { refused: "other files use it as well" };
  const handed = handedGlobal(name, file, context);
  if ("refused" in handed) return handed;
  const found = imported(file, code, "multiprocessing", "Value");
  if (!found) return { refused: "the file has something else named `multiprocessing`" };
  const uses = valueUses(name, making, file, code);
  if ("refused" in uses) return uses;
  const kind = code.layout.quote + (/[.]/.test(first) ? "d" : "q") + code.layout.quote;
  const edits: TextEdit[] = [
    ...found.edits,
    { range: { start: making.start, end: making.end }, newText: `${name} = ${found.expression}(${kind}, ${first})` },
    ...handed.edits,
    ...uses.edits,
  ];
  return {
    offer: {
      fixes: [
        {
          title: `Keep it in a \`multiprocessing.Value\``,
          safety: "unsafe",
          caution: "All processes count in the same number, one at a time.",
          edits: [{ path: file.path, edits }],
        },
      ],
      refused: [],
    },
  };
}

/** Every use of a number that becomes a `Value`: what it holds; where it is updated, with its lock held. */
function valueUses(
  name: string,
  making: Statement,
  file: LinkedFile,
  code: Code,
): { readonly edits: readonly TextEdit[] } | { readonly refused: string } {
  const edits: TextEdit[] = [];
  for (const offset of usesOf(code, name)) {
    if (making.start <= offset && offset < making.end) continue;
    const end = offset + name.length;
    const stretch = statementsAt(code, placesOf(code, { start: offset, end }));
    const [statement] = stretch?.statements ?? [];
    const user = innermostFunction(file.functions, code.source.place(offset));
    const isOwn = user?.head.parameters.some((parameter) => parameter.name === name);
    if (!stretch || !statement || code.text[offset - 1] === "." || isOwn) return { refused: `\`${name}\` means something else in places` };
    const text = code.text.slice(statement.start, statement.end);
    if (text === `global ${name}`) {
      edits.push(removed(statement));
      if (stretch.siblings.length === 1) return { refused: "a function has nothing else in it" };
      continue;
    }
    if (/^(global|nonlocal|del|import|from)\b/.test(text)) return { refused: `\`${text.split("\n")[0]}\` names it with others` };
    const [, amount] = new RegExp(`^${name} [-+]= ([^\\r\\n]+)$`).exec(text) ?? [];
    const [, again] = new RegExp(`^${name} = ${name} [-+*] ([^\\r\\n]+)$`).exec(text) ?? [];
    if ((amount ?? again) !== undefined && offset === statement.start) {
      if (/[(]/.test(amount ?? again ?? "")) return { refused: "what is added comes from a call, which would run with the lock held" };
      const unit = unitBehind(statement.indent, code);
      edits.push({
        range: { start: statement.start, end },
        newText: `with ${name}.get_lock():\n${statement.indent}${unit}${name}.value`,
      });
      if (hasComment(code, { start: statement.end, end: statement.lines.end }) || statement.form !== "simple")
        return { refused: "the update shares its line" };
      continue;
    }
    edits.push({ range: { start: end, end }, newText: ".value" });
  }
  return { edits };
}

/** A list or dict that a worker is handed, of a manager: what the worker does to it, the parent sees. */
function managed({ change, spawn, name }: LostState, context: RuleContext): FixOffer {
  const title = "Make it a manager's, which processes share";
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  if (name.includes(".")) return refuse(`\`${name}\` belongs to an object, of which each process gets a copy`);
  const given = spawn.targets[0]?.arguments.get(name);
  const parent = spawn.in;
  const place = given?.value.op === "read" ? given.value.place : undefined;
  if (given?.how !== "whole" || place?.kind !== "name" || place.owner !== parent.index || parent.index === 0)
    return refuse("it is not clear where it is made");
  const [bound, ...others] = parent.bound(place.name) ?? [];
  const code = codeOf(parent.file.path, context);
  const made = bound && code.source.range(bound);
  const text = made && code.text.slice(made.start, made.end);
  const kind = text !== undefined && /^(\[\]|list\(\))$/.test(text) ? "list" : /^(\{\}|dict\(\))$/.test(text ?? "") ? "dict" : undefined;
  if (!made || others.length > 0 || kind === undefined) return refuse("a manager has lists and dicts only, and it has to be made empty");
  const uses = usesOf(code, place.name).filter((offset) => innermostFunction(parent.file.functions, code.source.place(offset)) === parent);
  const isCompared = uses.some(
    (offset) =>
      /^\s*(==|!=|\+)/.test(code.text.slice(offset + (place.name.length ?? 0))) ||
      /\b(dumps?|isinstance|json)\b.*\($/.test(code.text.slice(code.text.lastIndexOf("\n", offset), offset)),
  );
  if (isCompared) return refuse("it is compared, or written out as a list or dict");
  const found = imported(parent.file, code, "multiprocessing", "Manager");
  if (!found) return refuse("the file has something else named `multiprocessing`");
  const what = change.in.head.name;
  return {
    fixes: [
      {
        title: `Make \`${place.name}\` a manager's ${kind}, which processes share`,
        safety: "unsafe",
        caution: `The manager is a process of its own, and each use in \`${what}\` and in \`${parent.head.name}\` is a message to it.`,
        edits: [{ path: parent.file.path, edits: [...found.edits, { range: made, newText: `${found.expression}().${kind}()` }] }],
      },
    ],
    refused: [],
  };
}
