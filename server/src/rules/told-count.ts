import { append } from "../base/append.js";
import type { FunctionFacts } from "../program/facts.js";
import type { Access } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import { lastNameOf } from "../program/link/last-name.js";
import { evaluatedBy, innerValues, someValue, walkOperations } from "../program/link/walk.js";
import type { Operation, Place, Value } from "../program/operation.js";

/**
 * Whether an update counts what is only told: a figure of statistics that is counted up and otherwise logged, compared with a limit, or handed out with all
 * the figures of its container. One that is lost makes the figure a little less than it should be, and nothing is decided by it. Looked at is the file,
 * where the figures of a class or module are used as a rule; a figure of which it does not tell what becomes of it is not one of these.
 */
export function countsWhatIsTold({ operation, function: node }: Access): boolean {
  if (operation.op !== "write") return false;
  if (operation.form !== "update") return false;
  const figure = figureOf(operation.place, node);
  if (!figure) return false;
  const { name, owner, isElement } = figure;
  // Asked for each two accesses that race, of which there are many to a figure.
  return node.file.derive(`told only: ${isElement ? "element of " : ""}${owner ?? "."} ${name}`, () => {
    let isTold = false;
    for (const { facts } of node.file.functions) {
      const use = useIn(facts, figure);
      if (use === "other") return false;
      isTold ||= use === "told";
    }
    return isTold;
  });
}

type Use = "none" | "told" | "other";

/** What a function does with a figure. An edit leaves the facts of most functions alone. */
function useIn(facts: FunctionFacts, figure: Figure): Use {
  let known = uses.get(facts);
  if (!known) {
    known = { byName: operationsByName(facts), byFigure: new Map() };
    uses.set(facts, known);
  }
  const naming = known.byName.get(figure.name);
  if (!naming) return "none";
  const key = `${figure.isElement} ${figure.owner} ${figure.name}`;
  let use = known.byFigure.get(key);
  if (use === undefined) {
    use = findUse(naming, figure);
    known.byFigure.set(key, use);
  }
  return use;
}

const uses = new WeakMap<
  FunctionFacts,
  { readonly byName: ReadonlyMap<string, readonly Operation[]>; readonly byFigure: Map<string, Use> }
>();

function findUse(naming: readonly Operation[], figure: Figure): Use {
  let use: Use = "none";
  for (const each of naming) {
    if (use === "other") break;
    if (each.op === "write" && isAccount(each, figure)) continue;
    const values = evaluatedBy(each).filter((value) => mentions(value, figure));
    if (values.length > 0) use = values.every((value) => isTold(value, figure)) ? "told" : "other";
  }
  return use;
}

/** What a function does, by the names of variables and attributes in what each operation evaluates. */
function operationsByName({ body }: FunctionFacts): ReadonlyMap<string, readonly Operation[]> {
  const byName = new Map<string, Operation[]>();
  walkOperations(body, (each) => {
    if (isPartOfOther(each)) return;
    const names = new Set<string>();
    for (const value of evaluatedBy(each))
      someValue(value, (inner) => {
        const name = lastNameOf(inner);
        if (name !== "") names.add(name);
        return false;
      });
    for (const name of names) append(byName, name, each);
  });
  return byName;
}

/** Whether an element of what is named for statistics is counted: `self.stats["requests"]`, `METRICS[name]`. */
export function isStatistic({ operation }: Access): boolean {
  if (operation.op !== "write") return false;
  const { place } = operation;
  if (place.kind !== "element" || place.object.op !== "read" || place.object.place.kind === "element") return false;
  return /(^|_)(stats?|statistics?|metrics?)(_|$)/i.test(place.object.place.name);
}

/** What is counted, by how it is written: an attribute or a variable, or an element of one under a key that is written out. */
interface Figure {
  readonly name: string;
  /** The function whose variable it is; undefined for an attribute. */
  readonly owner: number | undefined;
  readonly isElement: boolean;
}

function figureOf(place: Place, node: FunctionNode): Figure | undefined {
  switch (place.kind) {
    case "name":
      return place.owner === node.index ? undefined : { name: place.name, owner: place.owner, isElement: false };
    case "attribute":
      return { name: place.name, owner: undefined, isElement: false };
    case "element": {
      const holder = place.object.op === "read" && place.object.place.kind !== "element" ? figureOf(place.object.place, node) : undefined;
      return holder && isWrittenOut(place.index) ? { ...holder, isElement: true } : undefined;
    }
  }
}

/** A text, or a constant by its capitals. */
function isWrittenOut(index: Value): boolean {
  if (index.op === "constant") return index.type === "str";
  return index.op === "read" && index.place.kind !== "element" && /^_*[A-Z][A-Z0-9_]*$/.test(index.place.name);
}

/** Operations that stand in the list and again in the value that needs them. */
function isPartOfOther({ op }: Operation): boolean {
  return op === "read" || op === "compute" || op === "await";
}

/**
 * Counting up, and setting back to where it started; what is taken off again is no figure but a balance, which is wrong for good once something is lost. Among
 * the figures of a container are some of how much is going on, which go down by one.
 */
function isAccount({ form, place, value }: Extract<Operation, { op: "write" }>, figure: Figure): boolean {
  if (!isHolder(place, figure) && !(place.kind === "element" && place.object.op === "read" && isHolder(place.object.place, figure)))
    return false;
  if (form !== "update") return value?.op === "constant" || (figure.isElement && place.kind !== "element");
  return (
    value?.op === "compute" &&
    (value.operator.startsWith("+") || (figure.isElement && value.operands[1]?.op === "constant")) &&
    value.operands.slice(1).every((each) => !mentions(each, figure))
  );
}

function isHolder(place: Place, { name, owner }: Figure): boolean {
  return place.kind !== "element" && place.name === name && (place.kind === "attribute" ? owner === undefined : place.owner === owner);
}

function mentions(value: Value, figure: Figure): boolean {
  return (value.op === "read" && isHolder(value.place, figure)) || innerValues(value).some((inner) => mentions(inner, figure));
}

function isTold(value: Value, figure: Figure): boolean {
  if (!mentions(value, figure)) return true;
  if (value.op === "compute" && /^(<|>|<=|>=)$/.test(value.operator)) return true;
  if (value.op === "call" && (telling.test(lastNameOf(value.callee)) || (figure.isElement && handingOut.test(lastNameOf(value.callee)))))
    return true;
  return value.op !== "read" && innerValues(value).every((inner) => isTold(inner, figure));
}

const telling = /^(debug|info|warn|warning|error|exception|critical|log)$/;
const handingOut = /^(dict|Counter|copy|deepcopy|items|values|keys|clear)$/;
