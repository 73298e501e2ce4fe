import type { ParameterFacts } from "../../program/facts.js";
import type { ClassNode, FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { boundWhereRead } from "../../program/link/resolution/loop-variables.js";
import { argumentFor } from "../../program/link/resolution/resolver.js";
import { isTestFile } from "../../program/link/test-code.js";
import type { ReadOperation, Value } from "../../program/operation.js";
import { type Activation, activationOfCall, bareActivation, holderOf } from "./activation.js";
import { oneOf } from "./amount.js";
import { constructionOf, fieldOf } from "./constructed.js";
import type { Evaluator } from "./evaluate.js";
import { optionDefault } from "./option-defaults.js";
import { entriesTaken } from "./queue-entries.js";
import { mentions } from "./value-shapes.js";

/*
 * What variables, parameters, attributes of objects and classes, and variables of modules hold where they are read, as far as that is one value, or few.
 */

/** What a name, an attribute or an element is bound to: `whole` reads that, `element` an element of it. */
export function readBound<Result>(
  value: Extract<Value, { op: "read" }>,
  at: Activation,
  whole: (value: Value, at: Activation) => Result | undefined,
  element: (value: Value, at: Activation) => Result | undefined,
  evaluator: Evaluator,
): Result | undefined {
  const { place } = value;
  switch (place.kind) {
    case "name": {
      const holder = holderOf(place.owner, at);
      if (!holder) return undefined;
      const argument = holder.arguments.get(place.name);
      if (argument) return argument.how === "element" ? element(argument.value, argument.in) : whole(argument.value, argument.in);
      const { head } = holder.function;
      const parameter = head.parameters.find((each) => each.name === place.name);
      if (parameter) return ofParameter(parameter, holder, value, whole, evaluator);
      const bound = boundWhereRead(holder.function, place.name, value);
      if (head.rebound.has(place.name) || bound.length === 0 || bound.length > 4) return undefined;
      const only = bound[0];
      if (only && bound.length === 1) {
        const entries = entriesTaken(only, holder, evaluator);
        if (entries.length > 0) return oneOf(entries, (entry) => whole(entry.value, entry.in));
        return only.op === "import" ? imported(only, holder, whole, evaluator) : whole(only, holder);
      }
      if (bound.some((each) => each.op === "compute" && mentions(each, place.name))) return undefined;
      return oneOf(bound, (each) => whole(each, holder));
    }
    case "attribute": {
      for (const entity of evaluator.resolver.resolve(place.object, at.function)) {
        const found =
          entity.kind === "module"
            ? moduleVariable(entity.file, place.name, whole, evaluator)
            : entity.kind === "instance"
              ? field(entity.class, place.name, place.object, at, whole, evaluator)
              : entity.kind === "class"
                ? classAttribute(entity.class, place.name, whole, evaluator)
                : undefined;
        if (found !== undefined) return found;
      }
      const option = optionDefault(place.object, place.name, at, evaluator);
      return option && whole(option.value, option.in);
    }
    case "element":
      return element(place.object, at);
  }
}

function imported<Result>(
  value: Extract<Value, { op: "import" }>,
  { function: within }: Activation,
  whole: (value: Value, at: Activation) => Result | undefined,
  evaluator: Evaluator,
): Result | undefined {
  const variable = evaluator.resolver.imports.variable(value, within.file);
  return variable && moduleVariable(variable.file, variable.name, whole, evaluator);
}

/** A variable of a module that is bound once, there or where the module imports it from. */
function moduleVariable<Result>(
  file: LinkedFile,
  name: string,
  whole: (value: Value, at: Activation) => Result | undefined,
  evaluator: Evaluator,
): Result | undefined {
  const module = file.functionAt(0);
  const [only, ...others] = module?.bound(name) ?? [];
  if (!module || !only || others.length > 0 || module.head.rebound.has(name)) return undefined;
  if (only.op !== "import") return whole(only, bareActivation(module));
  return evaluator.deeper(() => imported(only, bareActivation(module), whole, evaluator));
}

/** What an attribute of an object holds: what a method of its class, or of the next class that it derives from, stores in it, or else what the class has. */
function field<Result>(
  node: ClassNode,
  name: string,
  object: Value,
  at: Activation,
  whole: (value: Value, at: Activation) => Result | undefined,
  evaluator: Evaluator,
): Result | undefined {
  const { classes } = evaluator.resolver.classOrder(node);
  const owner = classes.find((each) => each.facts.instanceAttributes.has(name));
  const stores = owner?.facts.instanceAttributes.get(name) ?? [];
  if (owner && stores.length > 0) {
    const [only] = stores;
    const method = only && owner.file.functionAt(only.function);
    return only?.write.value && method && stores.length === 1 ? whole(only.write.value, storing(method, object, at, evaluator)) : undefined;
  }
  const declared = fieldOf(node, name, object, at, evaluator);
  return declared ? whole(declared.value, declared.in) : classAttribute(node, name, whole, evaluator);
}

function classAttribute<Result>(
  node: ClassNode,
  name: string,
  whole: (value: Value, at: Activation) => Result | undefined,
  evaluator: Evaluator,
): Result | undefined {
  for (const each of evaluator.resolver.classOrder(node).classes) {
    const body = each.file.functionAt(each.facts.body);
    const [only, ...others] = body?.bound(name) ?? [];
    if (body && only) return others.length === 0 ? whole(only, bareActivation(body)) : undefined;
  }
  return undefined;
}

/** The activation of a method that stores an attribute of an object: of its `__init__`, with what the object was made of. */
function storing(method: FunctionNode, object: Value, at: Activation, evaluator: Evaluator): Activation {
  const made = method.head.name === "__init__" ? constructionOf(object, at, evaluator) : undefined;
  const runs = made && evaluator.resolver.callees(made.call, made.in.function).some((callee) => callee.function === method);
  return made && runs ? activationOfCall(method, made.call, made.in, true) : bareActivation(method);
}

/** A parameter of an activation that does not give it: its default, or what the function's callers pass where nobody else is in view. */
function ofParameter<Result>(
  parameter: ParameterFacts,
  holder: Activation,
  read: ReadOperation,
  whole: (value: Value, at: Activation) => Result | undefined,
  evaluator: Evaluator,
): Result | undefined {
  const { function: node, arguments: given, caller } = holder;
  const { parent } = node.facts;
  const outer = parent === undefined ? undefined : node.file.functionAt(parent);
  const usual = (): Result | undefined => (parameter.default && outer ? whole(parameter.default, bareActivation(outer)) : undefined);
  const isNone = isNoneByDefault(parameter);
  // `if sites is None: sites = …`
  const replacing = isNone ? replacedBy(node, parameter.name, read) : [];
  if (replacing.length > 0) return oneOf(replacing, (each) => whole(each, holder));
  if (caller || given.size > 0) return usual();
  // What tests pass is what they test with.
  const isTest = isTestFile(node.file);
  const callers = evaluator.resolver.callersOf(node).filter(({ within }) => within !== node && (isTest || !isTestFile(within.file)));
  // Whoever calls from elsewhere says what there is to do; None would be nothing.
  if (callers.length === 0) return isNone ? undefined : usual();
  if (callers.length > mostCallers) {
    const isGivenByAll = callers.every(({ call, receiver }) => argumentFor(node, parameter, call, receiver));
    return isNone || isGivenByAll ? undefined : usual();
  }
  return oneOf(callers, ({ call, within, receiver }) => {
    const argument = argumentFor(node, parameter, call, receiver);
    if (argument) return whole(argument, bareActivation(within));
    return call.arguments.some(({ form }) => form === "star" || form === "double-star") ? undefined : usual();
  });
}

function isNoneByDefault(parameter: ParameterFacts): boolean {
  return parameter.default?.op === "constant" && parameter.default.type === "none";
}

/** Whether it is a parameter that is None unless it is given, and nobody is seen to give it: what stands for it then, `size or 40`, is what counts. */
export function isLeftOut({ place }: ReadOperation, at: Activation, { resolver }: Evaluator): boolean {
  const holder = place.kind === "name" ? holderOf(place.owner, at) : undefined;
  if (place.kind !== "name" || !holder || holder.caller || holder.arguments.size > 0) return false;
  const parameter = holder.function.head.parameters.find(({ name }) => name === place.name);
  return parameter !== undefined && isNoneByDefault(parameter) && resolver.callersOf(holder.function).length === 0;
}

/** What a function puts in the place of a parameter that was left out, before it is read. */
function replacedBy(node: FunctionNode, name: string, read: ReadOperation): readonly Value[] {
  const bound = node.bound(name) ?? [];
  if (bound.length === 0 || bound.length > 4 || node.head.rebound.has(name)) return [];
  const before = boundWhereRead(node, name, read).filter(
    ({ start, end }) => start < read.start && !(start <= read.start && read.end <= end),
  );
  return before.flatMap((value) => (value.op === "choice" ? value.values : [value])).filter((value) => !mentions(value, name));
}

const mostCallers = 4;
