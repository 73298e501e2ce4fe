import { append } from "../../base/append.js";
import type { FileEdit, TextEdit } from "../../base/edit.js";
import { indexed } from "../../base/indexed.js";
import { firstAt } from "../../base/sorted.js";
import type { ClassNode, FunctionNode, LinkedFile } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Operation, Value, WriteOperation } from "../../program/operation.js";
import type { Statement } from "../../syntax/layout.js";
import type { RuleContext, Safety } from "../rule.js";
import { after, before, type Code, codeOf, isBroken, statementsAt, unusedName } from "./code.js";
import { imported } from "./imports.js";
import { fileOf, type SharedState } from "./shared-state.js";

/** What a lock is made by: a module and a name of it. */
export interface LockMaker {
  readonly module: "threading" | "asyncio";
  readonly member: "Lock";
}

/** A lock that is made beside the state it is to guard. */
export interface NewLock {
  /** Behind the dot where the state is an attribute; else the name of the variable. */
  readonly name: string;
  readonly edits: readonly FileEdit[];
  readonly safety: Safety;
}

/** Makes a lock beside the state, or says why that is not possible. */
export function newLock(state: SharedState, maker: LockMaker, context: RuleContext): NewLock | { readonly refused: string } {
  const file = fileOf(state, context.program);
  if (!file) return { refused: "the file of the state is not at hand" };
  if (isBroken(file)) return { refused: "the file has a syntax error" };
  const code = codeOf(file.path, context);
  const made = imported(file, code, maker.module, maker.member);
  if (!made) return { refused: `\`${maker.module}\` means something else there` };
  const call = `${made.expression}()`;
  const placed = placedLock(state, call, maker, file, code, context);
  if ("refused" in placed) return placed;
  return { ...placed, edits: [{ path: file.path, edits: [...made.edits, ...placed.edits] }] };
}

type Placed = { readonly name: string; readonly edits: readonly TextEdit[]; readonly safety: Safety } | { readonly refused: string };

function placedLock(state: SharedState, call: string, maker: LockMaker, file: LinkedFile, code: Code, context: RuleContext): Placed {
  switch (state.of) {
    case "object":
      return lockOfClass(state.class, state.name, call, maker, code, context);
    case "module": {
      const name = unusedName(code, `${state.name.toLowerCase()}_lock`, `_${state.name.toLowerCase()}_lock`);
      const binding = bindingOf(state.name, 0, file, code);
      if (binding) {
        const isWhole = binding.form === "simple";
        return {
          name,
          edits: [isWhole ? after(code, binding, `${name} = ${call}`) : before(binding, `${name} = ${call}`)],
          safety: "safe",
        };
      }
      const first = code.layout.statements.find((each, index) => !isHead(each, index, code));
      if (!first) return { refused: `it is not clear where \`${state.name}\` is made` };
      return { name, edits: [before(first, `${name} = ${call}`, "")], safety: "safe" };
    }
    case "function": {
      const { function: node } = state;
      const name = unusedName(code, `${state.name.toLowerCase()}_lock`, "state_lock");
      const binding = bindingOf(state.name, node.index, file, code);
      const body = bodyOf(node, code);
      if (!body?.[0]) return { refused: `\`${node.head.name}\` has its body on one line` };
      if (binding && body.includes(binding) && binding.form === "simple")
        return { name, edits: [after(code, binding, `${name} = ${call}`)], safety: "safe" };
      const first = body.find((each, index) => !isHead(each, index, code) && each.keyword !== "nonlocal" && each.keyword !== "global");
      if (!first) return { refused: `it is not clear where \`${state.name}\` is made` };
      return { name, edits: [before(first, `${name} = ${call}`)], safety: "safe" };
    }
  }
}

/** The outermost statement of a scope that first binds the name. */
function bindingOf(name: string, owner: number, file: LinkedFile, code: Code): Statement | undefined {
  const node = file.functionAt(owner);
  const body = node && (owner === 0 ? code.layout.statements : bodyOf(node, code));
  if (!node || !body) return undefined;
  let offset = Number.POSITIVE_INFINITY;
  for (const value of node.bound(name) ?? []) offset = Math.min(offset, code.source.offset(value.start));
  for (const { place, statement } of variablesWritten(node.facts.body).get(name) ?? [])
    if (place.kind === "name" && place.owner === owner) offset = Math.min(offset, code.source.offset(statement.start));
  const last = body[firstAt(body, offset + 1, ({ start }) => start) - 1];
  const statement = last && offset < last.end ? last : undefined;
  // A property is no place for what each object has.
  return statement && /^(@|def\b|async\s+def\b|class\b)/.test(code.text.slice(statement.start, statement.end)) ? undefined : statement;
}

const variablesWritten = indexed((operations: readonly Operation[]) => {
  const written = new Map<string, WriteOperation[]>();
  walkOperations(operations, (operation) => {
    if (operation.op === "write" && operation.place.kind === "name") append(written, operation.place.name, operation);
  });
  return written;
});

/** The statements of a function's body; none where it stands on the line of `def`. */
function bodyOf(node: FunctionNode, code: Code): readonly Statement[] | undefined {
  const stretch = statementsAt(code, { start: node.facts.bodyStart, end: node.facts.bodyStart + 1 });
  return stretch?.around.length ? stretch.siblings : undefined;
}

/** What stands at the top of a file or body: its docstring and imports. */
function isHead(statement: Statement, index: number, { text }: Code): boolean {
  const written = text.slice(statement.start, statement.end);
  return (index === 0 && /^[rRuU]?["']/.test(written)) || /^(import|from)\b/.test(written);
}

/** The constructors of a file, by the class that they are of. */
const constructorsIn = indexed((functions: Iterable<FunctionNode>) => {
  const found = new Map<number, FunctionNode>();
  for (const node of functions) {
    const { class: index, name } = node.head;
    if (index !== undefined && name === "__init__" && !found.has(index)) found.set(index, node);
  }
  return found;
});

/** Bases of the library whose objects take further attributes. */
const openBases: ReadonlySet<string> = new Set(["builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "threading.Thread"]);

function lockOfClass(node: ClassNode, attribute: string, call: string, maker: LockMaker, code: Code, { program }: RuleContext): Placed {
  const { externals, classes } = program.resolver.classOrder(node);
  const body = node.file.functionAt(node.facts.body);
  if (!body) return { refused: `the body of \`${node.name}\` is not at hand` };
  if (classes.some((each) => each.file.functionAt(each.facts.body)?.bound("__slots__") !== undefined))
    return { refused: `\`${node.name}\` has \`__slots__\`, which leave no room for a lock` };
  if (isPickledItself(node, program))
    return { refused: `objects of \`${node.name}\` are pickled or copied in a way of their own, and a lock cannot be` };
  const isOpen = externals.every((name) => openBases.has(name)) && node.facts.metaclass === undefined;
  const names = [`_${attribute.replace(/^_+/, "").toLowerCase()}_lock`];
  if (isOpen) names.unshift("_lock");
  const name = unusedName(code, ...names);
  const safety: Safety = isOpen && !isCopied(node, program) ? "safe" : "unsafe";
  if (node.facts.decorators.some(isDataclass)) return fieldOf(node, attribute, name, call, code, safety);
  const init = constructorsIn(node.file.functions).get(node.facts.index);
  const writes = node.facts.instanceAttributes.get(attribute) ?? [];
  if (init && writes.some((write) => write.function === init.index)) {
    const statements = bodyOf(init, code);
    const self = init.head.parameters[0]?.name;
    const first =
      statements?.find((each) => code.text.startsWith(`${self}.`, each.start)) ??
      statements?.find((each, index) => !isHead(each, index, code));
    if (!first || !self) return { refused: "`__init__` has its body on one line" };
    return { name, edits: [before(first, `${self}.${name} = ${call}`)], safety };
  }
  // One that all objects share would belong to the event loop of the first that waits for it.
  if (maker.module === "asyncio") return { refused: `\`${node.name}\` has no constructor of its own that makes \`${attribute}\`` };
  if (!isOpen) return { refused: `what \`${node.name}\` inherits decides over its attributes` };
  const statements = bodyOf(body, code);
  if (!statements?.[0]) return { refused: `the body of \`${node.name}\` stands on one line` };
  const binding = bindingOf(attribute, body.index, node.file, code);
  if (binding && statements.includes(binding)) return { name, edits: [after(code, binding, `${name} = ${call}`)], safety };
  const first = statements.find((each, index) => !isHead(each, index, code));
  return first ? { name, edits: [before(first, `${name} = ${call}`, "")], safety } : { refused: `\`${node.name}\` has no body` };
}

function isDataclass(decorator: Value): boolean {
  const value = decorator.op === "call" ? decorator.callee : decorator;
  return value.op === "read" && value.place.kind !== "element" && value.place.name === "dataclass";
}

/** A field that takes no part in what the decorator makes: constructor, comparison and text stay as they are. */
function fieldOf(node: ClassNode, attribute: string, name: string, call: string, code: Code, safety: Safety): Placed {
  const body = node.file.functionAt(node.facts.body) as FunctionNode;
  const statements = bodyOf(body, code);
  const last = statements?.filter((each) => /^\w+\s*:/.test(code.text.slice(each.start, each.end))).at(-1);
  const beside = statements?.find((each) => new RegExp(`^${attribute}\\s*:`).test(code.text.slice(each.start, each.end))) ?? last;
  const field = imported(node.file, code, "dataclasses", "field");
  if (!beside || !field) return { refused: `it is not clear where the fields of \`${node.name}\` stand` };
  const maker = call.slice(0, -"()".length);
  const line = `${name}: ${maker} = ${field.expression}(default_factory=${maker}, init=False, repr=False, compare=False)`;
  return { name, edits: [...field.edits, after(code, beside, line)], safety };
}

/** Whether the class, or one that extends it, says how its objects are pickled or copied. */
function isPickledItself(node: ClassNode, { resolver, files }: Program): boolean {
  return files.some((file) => {
    if (!knows(file, node)) return false;
    return copiedInOwnWay(file.classes).some(
      (each) => each === node || resolver.classOrder(each).classes.includes(node) || resolver.classOrder(node).classes.includes(each),
    );
  });
}

/** The classes that say themselves how their objects are copied. */
const copiedInOwnWay = indexed((classes: readonly ClassNode[]) =>
  classes.filter(({ file, facts }) => {
    const names = file.functionAt(facts.body)?.facts.bindings;
    return names !== undefined && copyMethods.some((name) => names.has(name));
  }),
);

const copyMethods: readonly string[] = ["__getstate__", "__reduce__", "__reduce_ex__", "__copy__", "__deepcopy__", "__getnewargs__"];

/** Whether the file can name the class. */
function knows(file: LinkedFile, node: ClassNode): boolean {
  return file === node.file || file.facts.imports.some(({ name }) => name === node.name || name === "*");
}

/** Whether code that knows the class pickles or copies objects, which those that hold a lock refuse. */
function isCopied(node: ClassNode, program: Program): boolean {
  return program.files.some((file) => {
    return knows(file, node) && file.facts.imports.some(({ module, name }) => copying.test(module) || copyingNames.has(name ?? ""));
  });
}

const copying = /^(pickle|cPickle|copy|multiprocessing|joblib|cloudpickle|dill|shelve|copyreg)(\.|$)/;
const copyingNames: ReadonlySet<string> = new Set(["ProcessPoolExecutor", "asdict", "astuple"]);
