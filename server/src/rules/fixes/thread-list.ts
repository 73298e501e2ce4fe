import type { TextEdit } from "../../base/edit.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { CallOperation } from "../../program/operation.js";
import type { Statement, Stretch } from "../../syntax/layout.js";
import { type Code, hasComment, indented, lineStart, removed, statementsAt, unitBehind, unusedName, usesOf } from "./code.js";

/** How code starts one thread after another, and waits for all of them or for none. */
export interface ThreadList {
  /** The edits that have a pool run the work; `pool`: the expression that makes it. */
  edits(pool: string): readonly TextEdit[];
  /** Whether it waits for the threads. */
  readonly waits: "for all" | "for none";
}

/** The parts of the pattern. */
interface Parts {
  /** From here to there, the pool has to be there. */
  readonly statements: readonly Statement[];
  readonly siblings: readonly Statement[];
  /** The statement that makes a thread, and what takes its place. */
  readonly makes: Statement;
  readonly instead: (submit: string) => string;
  /** Statements that only start a thread or keep it. */
  readonly gone: readonly Statement[];
  /** `threads = []`. */
  readonly empty: Statement | undefined;
  /** The loop that waits. */
  readonly joins: Statement | undefined;
  /** The variables of the pattern, which nothing else may use. */
  readonly variables: readonly string[];
}

/**
 * Reads a call of `Thread` as part of a loop or list that starts many: made, started and perhaps kept one after another, or all made and then all
 * started. Says why not where the code does anything else with them.
 */
export function threadList(call: CallOperation, node: FunctionNode, code: Code): ThreadList | { readonly refused: string } {
  const submit = submitted(call, code);
  if (typeof submit !== "string") return submit;
  const stretch = statementsAt(code, call);
  const [made] = stretch?.statements ?? [];
  if (!stretch || !made || made.form !== "simple") return { refused: "the thread is not made in a statement of its own" };
  const parts = asComprehension(made, stretch, call, code) ?? asLoop(made, stretch, call, code);
  if (!parts) return { refused: "the threads are not just started one after another and waited for" };
  const known = [parts.makes, ...parts.gone, ...(parts.empty ? [parts.empty] : []), ...(parts.joins ? [parts.joins] : [])];
  const body = code.source.range(node.facts);
  for (const name of parts.variables) {
    const others = usesOf(code, name).filter(
      (offset) =>
        (node.index === 0 || (body.start <= offset && offset < body.end)) &&
        !known.some((each) => each.start <= offset && offset < each.end),
    );
    if (others.length > 0) return { refused: `\`${name}\` is used for more than starting and waiting` };
  }
  if (known.some((each) => each !== parts.makes && hasComment(code, each)))
    return { refused: "comments stand between the statements that would go" };
  return {
    edits: (pool) => editsOf(parts, submit, pool, { text: code.text.slice(body.start, node.index === 0 ? undefined : body.end) }, code),
    waits: parts.joins ? "for all" : "for none",
  };
}

/** The call that gives a pool the same work: `pool.submit(f, x)`, without the name of the pool. */
function submitted(call: CallOperation, code: Code): string | { readonly refused: string } {
  const text = (range: { readonly start: number; readonly end: number }): string => code.source.slice(range);
  let target: string | undefined;
  const given: string[] = [];
  for (const argument of call.arguments) {
    if (argument.form !== "keyword") return { refused: "the thread's arguments are given by position" };
    switch (argument.name) {
      case "target":
        target = text(argument.value);
        break;
      case "args":
        if (argument.value.op === "display" && !argument.value.isOpen) given.push(...argument.value.elements.map(text));
        else given.push(`*${text(argument.value)}`);
        break;
      case "kwargs":
        given.push(`**${text(argument.value)}`);
        break;
      case "daemon":
      case "name":
        break;
      default:
        return { refused: `\`${argument.name}\` has no counterpart in a pool` };
    }
  }
  return target === undefined ? { refused: "the thread has no target" } : [target, ...given].join(", ");
}

/** `threads = [Thread(…) for x in xs]`, and a loop that starts them. */
function asComprehension(made: Statement, { siblings }: Stretch, call: CallOperation, code: Code): Parts | undefined {
  const text = code.text.slice(made.start, made.end);
  const name = /^(\w+) = \[/.exec(text)?.[1];
  const at = code.source.range(call);
  const head = code.text.slice(made.start, at.start);
  const tail = code.text.slice(at.end, made.end);
  if (name === undefined || !new RegExp(`^${name} = \\[\\s*$`).test(head) || !/^\s*(async )?for\s[\s\S]*\]$/.test(tail)) return undefined;
  const behind = siblings.slice(siblings.indexOf(made) + 1);
  const starts = behind.find((each) => isEach(each, name, "start", code));
  if (!starts) return undefined;
  const joins = behind.find((each) => isEach(each, name, "join", code));
  const end = joins ?? starts;
  return {
    statements: siblings.slice(siblings.indexOf(made), siblings.indexOf(end) + 1),
    siblings,
    makes: made,
    instead: (submit) => (joins ? `futures = [${submit}${tail}` : (asStatement(submit, tail, made, code) ?? `[${submit}${tail}`)),
    gone: [starts],
    empty: undefined,
    joins,
    variables: [name],
  };
}

/** `[f(x) for x in xs]` as the loop that it is where nobody needs the list; `tail`: what stands behind the element. */
function asStatement(submit: string, tail: string, { indent }: Statement, code: Code): string | undefined {
  const [, clause, source] = /^\s*(for [\w, ()]+ in) ([^\r\n]+)\]$/.exec(tail) ?? [];
  const isPlain = clause !== undefined && source !== undefined && !/\b(for|if|else)\b/.test(source);
  return isPlain ? `${clause} ${source}:\n${indent}${unitBehind(indent, code).repeat(2)}${submit}` : undefined;
}

/** A loop in which a thread is made, started and perhaps kept in a list. */
function asLoop(made: Statement, stretch: Stretch, call: CallOperation, code: Code): Parts | undefined {
  const outer = stretch.around.findLast(({ statement }) => statement.keyword === "for" || statement.keyword === "while");
  const loop = outer?.statement;
  const around = stretch.around[stretch.around.indexOf(outer as (typeof stretch.around)[number]) - 1];
  const siblings = around?.block.statements ?? code.layout.statements;
  if (!outer || !loop || loop.blocks.length !== 1 || !siblings.includes(loop)) return undefined;
  const at = code.source.range(call);
  const head = code.text.slice(made.start, at.start);
  const tail = code.text.slice(at.end, made.end);
  const next = stretch.siblings.slice(stretch.siblings.indexOf(made) + 1);
  const written = (statement: Statement | undefined): string => (statement ? code.text.slice(statement.start, statement.end) : "");
  if (head === "" && tail === ".start()")
    return {
      ...common(loop, siblings),
      makes: made,
      instead: (submit) => submit,
      gone: [],
      empty: undefined,
      joins: undefined,
      variables: [],
    };
  const variable = /^(\w+) = $/.exec(head)?.[1];
  const kept = variable === undefined ? /^(\w+)\.append\($/.exec(head)?.[1] : undefined;
  const gone: Statement[] = [];
  let list = kept;
  if (variable !== undefined && tail === "") {
    for (const statement of next.slice(0, 3)) {
      const text = written(statement);
      const append = new RegExp(`^(\\w+)\\.append\\(${variable}\\)$`).exec(text)?.[1];
      if (append !== undefined) list = append;
      else if (text !== `${variable}.start()` && text !== `${variable}.daemon = True`) break;
      gone.push(statement);
    }
  } else if (kept === undefined || tail !== ")") return undefined;
  const isStarted = gone.some((statement) => written(statement) === `${variable}.start()`);
  const behind = siblings.slice(siblings.indexOf(loop) + 1);
  if (list === undefined) {
    if (!isStarted) return undefined;
    return {
      ...common(loop, siblings),
      makes: made,
      instead: (submit) => submit,
      gone,
      empty: undefined,
      joins: undefined,
      variables: variable === undefined ? [] : [variable],
    };
  }
  const name = list;
  const starts = isStarted ? undefined : behind.find((each) => isEach(each, name, "start", code));
  if (!isStarted && !starts) return undefined;
  const joins = behind.find((each) => isEach(each, name, "join", code));
  const empty = siblings.slice(0, siblings.indexOf(loop)).findLast((each) => written(each) === `${name} = []`);
  if (!empty) return undefined;
  const end = joins ?? starts ?? loop;
  return {
    statements: siblings.slice(siblings.indexOf(loop), siblings.indexOf(end) + 1),
    siblings,
    makes: made,
    instead: (submit) => (joins ? `futures.append(${submit})` : submit),
    gone: starts ? [...gone, starts] : gone,
    empty,
    joins,
    variables: variable === undefined ? [name] : [name, variable],
  };
}

function common(loop: Statement, siblings: readonly Statement[]): Pick<Parts, "statements" | "siblings"> {
  return { statements: [loop], siblings };
}

/** `for thread in threads: thread.join()`, with a timeout perhaps. */
function isEach(statement: Statement, list: string, method: "start" | "join", { text }: Code): boolean {
  const written = text.slice(statement.start, statement.end);
  const found = /^for (\w+) in (\w+):\s*(\w+)\.(\w+)\(\)$/.exec(written);
  return found !== null && found[2] === list && found[1] === found[3] && found[4] === method;
}

function editsOf(
  { statements, makes, instead, gone, empty, joins }: Parts,
  submit: string,
  pool: string,
  around: Pick<Code, "text">,
  code: Code,
): readonly TextEdit[] {
  const [first] = statements;
  const last = statements[statements.length - 1];
  if (!first || !last) return [];
  const executor = unusedName(around, "pool", "executor");
  const futures = unusedName(around, "futures", "pending");
  const future = unusedName(around, "future", "each_future");
  const lost = [...gone, ...(empty && !joins ? [empty] : [])];
  const start = lineStart(first);
  const rewritten = joins ? [makes, joins] : [makes];
  const isLost = (offset: number): boolean =>
    lost.some(({ lines }) => lines.start <= offset && offset < lines.end) ||
    rewritten.some((each) => each.start < offset && offset < each.end);
  const replacement = instead(`${executor}.submit(${submit})`).replace(/\bfutures\b(?= =|\.append)/, futures);
  return [
    { range: { start, end: start }, newText: `${first.indent}with ${pool} as ${executor}:\n` },
    ...indented(code, { start, end: last.lines.end }).filter(({ range }) => !isLost(range.start)),
    { range: { start: makes.start, end: makes.end }, newText: replacement },
    ...lost.map(removed),
    ...(empty && joins ? [{ range: { start: empty.start, end: empty.end }, newText: `${futures} = []` }] : []),
    ...(joins
      ? [
          {
            range: { start: joins.start, end: joins.end },
            newText: `for ${future} in ${futures}:\n${joins.indent}${unitBehind(joins.indent, code).repeat(2)}${future}.result()`,
          },
        ]
      : []),
  ];
}
