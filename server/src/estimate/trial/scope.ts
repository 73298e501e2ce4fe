import type { Range } from "../../base/range.js";
import type { Expression, Statement } from "../../syntax/nodes.js";
import type { Compiled } from "./code.js";

/** Where a name is kept: so many frames out, in that slot. */
interface Slot {
  readonly depth: number;
  readonly slot: number;
}

/** What binds names: a module, a function, a class's body, a comprehension. */
export class Scope {
  readonly slots = new Map<string, number>();
  readonly globals = new Set<string>();
  readonly nonlocals = new Set<string>();
  /** The function whose scope it is. */
  code: Compiled | undefined;

  constructor(
    readonly kind: "module" | "function" | "class" | "comprehension",
    readonly outer: Scope | undefined,
  ) {}

  declare(name: string): number {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = this.slots.size;
      this.slots.set(name, slot);
    }
    return slot;
  }

  /** Where a name is kept; undefined where the file does not bind it. */
  find(name: string): Slot | undefined {
    let depth = 0;
    const isGlobal = this.globals.has(name);
    for (let scope: Scope | undefined = this; scope; scope = scope.outer) {
      const isOwn = scope === this;
      const isSkipped = (scope.kind === "class" && !isOwn) || (isGlobal && scope.kind !== "module") || (isOwn && this.nonlocals.has(name));
      const slot = isSkipped ? undefined : scope.slots.get(name);
      if (slot !== undefined) return { depth, slot };
      if (!isOwn && scope.globals.has(name)) {
        const found = scope.find(name);
        return found && { depth: found.depth + depth, slot: found.slot };
      }
      depth++;
    }
    return undefined;
  }
}

/** Declares the names that a target of an assignment binds. */
export function declareTarget(target: Expression, scope: Scope): void {
  if (target.kind === "name") {
    if (!scope.globals.has(target.name) && !scope.nonlocals.has(target.name)) scope.declare(target.name);
  } else if (target.kind === "tuple" || target.kind === "list") for (const element of target.elements) declareTarget(element, scope);
  else if (target.kind === "starred") declareTarget(target.value, scope);
}

/** Declares the names that statements bind in their own scope. */
export function declareBound(statements: readonly Statement[], scope: Scope): void {
  inScope(statements, (node) => {
    if (node.kind === "global") for (const name of node.names) scope.globals.add(name);
    if (node.kind === "nonlocal") for (const name of node.names) scope.nonlocals.add(name);
  });
  const name = (bound: string): void => {
    if (!scope.globals.has(bound) && !scope.nonlocals.has(bound)) scope.declare(bound);
  };
  inScope(statements, (node) => {
    switch (node.kind) {
      case "assign":
        for (const target of node.targets) if (node.value) declareTarget(target, scope);
        break;
      case "augmented-assign":
      case "for":
        declareTarget(node.target, scope);
        break;
      case "with":
        for (const { target } of node.items) if (target) declareTarget(target, scope);
        break;
      case "try":
        for (const { name: caught } of node.handlers) if (caught) name(caught.name);
        break;
      case "function":
      case "class":
        name(node.name);
        break;
      case "import":
        for (const { name: module, alias } of node.names) name(alias ?? (module.split(".")[0] as string));
        break;
      case "import-from":
        for (const { name: member, alias } of node.names) name(alias ?? member);
        break;
      case "named":
        name(node.target.name);
        break;
      case "delete":
        for (const target of node.targets) declareTarget(target, scope);
        break;
      default:
    }
  });
}

/** Whether a function with these statements is a generator function. */
export function holdsYield(statements: readonly Statement[]): boolean {
  return holdsKind(statements, /^yield$/);
}

/** Whether something of such a kind stands in it, outside of functions and classes in it. */
export function holdsKind(nodes: readonly Node[], kinds: RegExp): boolean {
  let found = false;
  inScope(nodes, (node) => {
    found ||= kinds.test(node.kind);
  });
  return found;
}

export type Node = (Statement | Expression) & Range;

/** Visits what stands in a scope, without the bodies of functions and classes in it. */
export function inScope(nodes: readonly Node[], visit: (node: Node) => void): void {
  const look = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const each of value) look(each);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const { kind } = value as { kind?: unknown };
    if (typeof kind === "string" && !isClause(value)) visit(value as Node);
    if (kind === "function" || kind === "lambda" || kind === "class") return;
    for (const each of Object.values(value)) if (typeof each === "object") look(each);
  };
  look(nodes);
}

/** Whether it is the `for` or `if` of a comprehension, which goes by a statement's kind and has no body. */
function isClause(value: object): boolean {
  const { kind } = value as { kind?: unknown };
  return (kind === "for" || kind === "if") && !("body" in value);
}
