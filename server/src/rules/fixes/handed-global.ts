import type { TextEdit } from "../../base/edit.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import type { CallOperation } from "../../program/operation.js";
import type { RuleContext } from "../rule.js";
import { argumentAdded } from "./chunk-size-fix.js";
import { type Code, codeOf, unusedName, usesOf } from "./code.js";
import { beforeTopLevel } from "./lift.js";
import { innermostFunction, reachedFrom } from "./reached.js";

/**
 * Gives the worker processes the object that a variable of the module holds in the parent: a `Process` as one more argument, a pool by an initializer
 * that stores it under the same name. Otherwise each would have the copy of a fork, or make its own when it imports the module.
 */
export function handedGlobal(
  name: string,
  file: LinkedFile,
  context: RuleContext,
): { readonly edits: readonly TextEdit[]; readonly takenBy: readonly FunctionNode[] } | { readonly refused: string } {
  const { program } = context;
  const code = codeOf(file.path, context);
  const users = new Set<FunctionNode>();
  for (const offset of usesOf(code, name)) {
    const user = innermostFunction(file.functions, code.source.place(offset));
    if (user && user.index > 0 && code.text[offset - 1] !== ".") users.add(user);
  }
  const edits: TextEdit[] = [];
  const taking = new Set<FunctionNode>();
  const pools = new Set<CallOperation>();
  for (const spawn of program.spawns) {
    if (spawn.worker !== "process" || spawn.startedBy !== "call") continue;
    const targets = spawn.targets.map((target) => target.function);
    const inWorker = [...reachedFrom(targets, program)].filter((node) => users.has(node));
    if (inWorker.length === 0) continue;
    if (spawn.in.file !== file) return { refused: "the processes are started in another file" };
    if (/Process$/.test(spawn.spawner)) {
      const [target, ...others] = targets;
      const deeper = inWorker.find((node) => node !== target);
      if (!target || others.length > 0) return { refused: "it is not known what the process runs" };
      if (deeper) return { refused: `\`${deeper.head.name}\`, which the worker calls, uses it` };
      const given = argumentOf(spawn.call, name, code);
      if ("refused" in given) return given;
      edits.push(given);
      taking.add(target);
    } else {
      const made = spawn.pool?.made;
      if (!made || made.in.file !== file) return { refused: "it is not known where the pool is made" };
      if (pools.has(made.call)) continue;
      pools.add(made.call);
      if (made.call.arguments.some(({ name: given, form }) => /^init/.test(given) || form === "star" || form === "double-star"))
        return { refused: "the pool has an initializer already" };
    }
  }
  for (const target of taking) {
    const parameter = parameterOf(target, name, code, context);
    if ("refused" in parameter) return parameter;
    edits.push(parameter);
  }
  if (pools.size > 0) {
    const setter = unusedName(code, `use_${name.replace(/^_+/, "")}`, `set_${name.replace(/^_+/, "")}`);
    const [firstUser] = [...users].sort((a, b) => a.head.start - b.head.start);
    const lines = `def ${setter}(shared):\n${code.layout.indentUnit}global ${name}\n${code.layout.indentUnit}${name} = shared\n\n\n`;
    const definition = firstUser && beforeTopLevel(firstUser.head.start, lines, code);
    if (!definition) return { refused: "it is not clear where the workers' code stands" };
    edits.push(definition);
    for (const call of pools) edits.push(argumentAdded(code, code.source.range(call).end, `initializer=${setter}, initargs=(${name},)`));
  }
  return edits.length === 0 ? { refused: "it is not known which processes use it" } : { edits, takenBy: [...taking] };
}

/** `args=(a,)` with one more element. */
function argumentOf(call: CallOperation, name: string, code: Code): TextEdit | { readonly refused: string } {
  if (call.arguments.some(({ form }) => form !== "keyword")) return { refused: "the process's arguments are given by position" };
  const given = call.arguments.find((argument) => argument.name === "args");
  if (!given) return argumentAdded(code, code.source.range(call).end, `args=(${name},)`);
  const range = code.source.range(given.value);
  const text = code.text.slice(range.start, range.end);
  if (given.value.op !== "display" || !/^[([]/.test(text)) return { refused: "the process's arguments are made elsewhere" };
  const inside = text.slice(1, -1).trimEnd();
  const end = range.start + 1 + inside.length;
  return { range: { start: end, end }, newText: inside === "" ? `${name},` : inside.endsWith(",") ? ` ${name}` : `, ${name}` };
}

/** One more parameter, of the variable's name, behind those of a function that nobody else calls. */
function parameterOf(node: FunctionNode, name: string, code: Code, { program }: RuleContext): TextEdit | { readonly refused: string } {
  const { facts } = node;
  const shown = `\`${facts.name}\``;
  const [caller] = program.resolver.callersOf(node);
  if (caller) return { refused: `${shown} is called as well, in \`${caller.within.head.name}\`` };
  if (facts.kind !== "function" || facts.class !== undefined) return { refused: `${shown} is a method` };
  if (facts.decorators.length > 0) return { refused: `${shown} has a decorator` };
  const open = code.text.indexOf("(", code.source.offset(facts.nameRange.end));
  const [, inside] = /^\(([\w\s,]*)\)/.exec(code.text.slice(open)) ?? [];
  if (inside === undefined) return { refused: `${shown} has parameters with defaults or annotations` };
  if (facts.parameters.some((parameter) => parameter.name === name)) return { refused: `${shown} has another \`${name}\`` };
  const end = open + 1 + inside.trimEnd().length;
  const before = inside.trim();
  return { range: { start: end, end }, newText: before === "" ? name : before.endsWith(",") ? ` ${name}` : `, ${name}` };
}
