import type { TextEdit } from "../../base/edit.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import type { ForkBesideThread } from "../../program/link/processes/forks.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import { someValue, walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { argumentAdded } from "./chunk-size-fix.js";
import { type Code, codeOf, isBroken, quotedString, usesOf } from "./code.js";
import { imported } from "./imports.js";
import { fileEdits, workInProcesses } from "./process-work.js";
import { reachedFrom } from "./reached.js";

/**
 * Has processes start anew, by spawn, instead of as copies of a process in which threads run: if what they are handed can be pickled, and what they
 * use is there when the module is imported. Locks and queues that they are handed come from the same context.
 */
export function startMethodFix({ by, made, method }: ForkBesideThread, context: RuleContext): FixOffer {
  if (by !== "multiprocessing" || !made || isBroken(made.in.file)) return noFix;
  const title = 'Start it by spawn, with `get_context("spawn")`';
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  const { file } = made.in;
  const code = codeOf(file.path, context);
  const asked = method === "asked for" ? askedFor(made, context) : undefined;
  if (method === "asked for" && !asked) return refuse("it is not clear where fork is asked for");
  const all = context.program.spawns.filter((spawn) => spawn.worker === "process" && spawn.startedBy === "call");
  const users = asked ? all : all.filter((spawn) => spawn.call === made.call || spawn.pool?.made?.call === made.call);
  const work = workInProcesses(users, made.in, "in forked processes", context);
  if ("refused" in work) return refuse(work.refused);
  const inherited = inheritedObject(users, context);
  if (inherited) return refuse(inherited);
  const edits = asked
    ? [{ range: code.source.range(asked), newText: quotedString("spawn", code) }]
    : fromContext([made.call, ...objectsOf(users, file, context)], file, code);
  if ("refused" in edits) return refuse(edits.refused);
  return {
    fixes: [
      {
        title,
        safety: "unsafe",
        caution:
          "The process starts without the memory of this one: it imports the module again, and gets what it is handed by pickle. Starting takes longer.",
        edits: fileEdits(work.edits, file.path, edits),
      },
    ],
    refused: [],
  };
}

/** The `"fork"` that the code asks for, if it stands in the same file. */
function askedFor(
  { call, in: within }: { readonly call: CallOperation; readonly in: FunctionNode },
  { program }: RuleContext,
): Value | undefined {
  const { resolver } = program;
  const given = call.arguments.find(({ name }) => name === "mp_context")?.value;
  const receiver = given ?? (call.callee.op === "read" && call.callee.place.kind === "attribute" ? call.callee.place.object : undefined);
  for (const entity of receiver ? resolver.resolve(receiver, within) : []) {
    if (entity.kind !== "object" || entity.type !== "multiprocessing.context.BaseContext") continue;
    return entity.origin?.in.file === within.file ? entity.origin.call.arguments[0]?.value : undefined;
  }
  const [choice, ...others] = resolver.callsNamed("set_start_method");
  if (!choice || others.length > 0 || choice.file !== within.file) return undefined;
  const { arguments: chosen } = choice.site.call;
  return (chosen.find(({ name }) => name === "method") ?? chosen[0])?.value;
}

const objectTypes = /^multiprocessing\.(synchronize|queues|sharedctypes)\./;

/** A lock, queue or value of the module that the workers use as they have inherited it. */
function inheritedObject(users: readonly Spawn[], { program, source }: RuleContext): string | undefined {
  const targets = users.flatMap((spawn) => spawn.targets.map((target) => target.function));
  for (const node of reachedFrom(targets, program)) {
    const module = node.file.functionAt(0);
    if (!module) continue;
    const code = codeOf(node.file.path, { source });
    for (const [name, values] of module.facts.bindings) {
      const isObject = values.some((value) =>
        program.resolver.resolve(value, module).some((entity) => entity.kind === "object" && objectTypes.test(entity.type)),
      );
      const { start, end } = code.source.range(node.facts);
      const isOwn = node.head.parameters.some((parameter) => parameter.name === name);
      if (isObject && !isOwn && usesOf(code, name).some((offset) => start <= offset && offset < end))
        return `\`${node.head.name}\` uses \`${name}\` of the module, of which a new process would make its own`;
    }
  }
  return undefined;
}

/** The calls of this file that make locks, queues and values that the processes are handed. */
function objectsOf(users: readonly Spawn[], file: LinkedFile, { program }: RuleContext): readonly CallOperation[] {
  const found = new Set<CallOperation>();
  for (const { call, in: within } of users) {
    for (const { value } of call.arguments) {
      someValue(value, (inner) => {
        if (inner.op !== "read" && inner.op !== "call") return false;
        for (const entity of program.resolver.resolve(inner, within)) {
          if (entity.kind === "object" && objectTypes.test(entity.type) && entity.origin?.in.file === file) found.add(entity.origin.call);
          if (entity.kind === "instance")
            for (const origin of heldBy(entity.class.file, program)) if (entity.class.file === file) found.add(origin);
        }
        return false;
      });
    }
  }
  return [...found];
}

/** What methods of the file store such objects in. */
function heldBy(file: LinkedFile, { resolver }: RuleContext["program"]): readonly CallOperation[] {
  const found: CallOperation[] = [];
  for (const node of file.functions) {
    if (node.head.class === undefined) continue;
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "write" || operation.place.kind !== "attribute" || operation.value?.op !== "call") return;
      const { value } = operation;
      if (resolver.resolve(value, node).some((entity) => entity.kind === "object" && objectTypes.test(entity.type))) found.push(value);
    });
  }
  return found;
}

/** The calls made on a context that spawns, and the import for it. */
function fromContext(calls: readonly CallOperation[], file: LinkedFile, code: Code): readonly TextEdit[] | { readonly refused: string } {
  const found = imported(file, code, "multiprocessing", "get_context");
  if (!found) return { refused: "the file has something else named `multiprocessing`" };
  const spawning = `${found.expression}(${quotedString("spawn", code)})`;
  const edits: TextEdit[] = [];
  const gone: string[] = [];
  for (const call of calls) {
    const { start, end } = code.source.range(call.callee);
    const written = code.text.slice(start, end);
    if (/(^|\.)ProcessPoolExecutor$/.test(written)) {
      edits.push(argumentAdded(code, code.source.range(call).end, `mp_context=${spawning}`));
      continue;
    }
    const [, path = "", last] = /^((?:\w+\.)*)(\w+)$/.exec(written) ?? [];
    if (last === undefined) return { refused: "the process is made in a way that cannot be rewritten" };
    const fact = file.facts.imports.find((each) => each.bound === (path === "" ? last : path.slice(0, path.indexOf("."))));
    const isMember = path === "" && fact?.module === "multiprocessing" && fact.name !== undefined;
    const isModule = path !== "" && fact?.name === undefined && fact?.module === "multiprocessing";
    if (!isMember && !isModule) return { refused: `\`${written}\` is no class of \`multiprocessing\` itself` };
    if (isMember) gone.push(last);
    edits.push({ range: { start, end }, newText: `${spawning}.${isMember ? fact.name : last}` });
  }
  return [...importEdits(found.edits, gone, edits, file, code), ...edits];
}

/** Where names of an import go and another one comes, one edit for the statement. */
function importEdits(
  added: readonly TextEdit[],
  gone: readonly string[],
  uses: readonly TextEdit[],
  file: LinkedFile,
  code: Code,
): readonly TextEdit[] {
  const facts = file.facts.imports.filter((each) => each.module === "multiprocessing" && each.name !== undefined && each.function === 0);
  const [first] = facts;
  if (!first || added.length === 0) return added;
  const statement = code.source.range(first.statement);
  const text = code.text.slice(statement.start, statement.end);
  const [, names] = /^from multiprocessing import ([\w, ]+)$/.exec(text) ?? [];
  if (names === undefined || facts.some((each) => each.statement.start !== first.statement.start)) return added;
  const isUsed = (name: string): boolean =>
    usesOf(code, name).some(
      (offset) =>
        (offset < statement.start || offset >= statement.end) &&
        code.text[offset - 1] !== "." &&
        !uses.some(({ range }) => range.start <= offset && offset < range.end),
    );
  const kept = names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => !gone.includes(name) || isUsed(name));
  const isSorted = kept.every((name, index) => index === 0 || (kept[index - 1] ?? "") <= name);
  const all = isSorted ? [...kept, "get_context"].sort() : [...kept, "get_context"];
  return [{ range: statement, newText: `from multiprocessing import ${all.join(", ")}` }];
}
