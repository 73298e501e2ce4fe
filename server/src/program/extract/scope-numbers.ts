import type { Scope } from "./scopes.js";

/**
 * The numbers that the functions and classes of a text that is being edited go by: what is still there after an edit keeps its own, whatever was
 * added or removed before it. A number that is free is given to nobody else.
 */
export class ScopeNumbers {
  private known = new Map<Scope["node"], Numbered>();
  private lastScope = -1;
  private lastClass = -1;

  /** Numbers the scopes of the next text, the module's first. */
  number(scopes: readonly Scope[]): void {
    const before = this.known;
    const now = new Map<Scope["node"], Numbered>();
    const taken = new Set<Numbered>();
    const others: Scope[] = [];
    const keep = (scope: Scope, numbered: Numbered): void => {
      scope.index = numbered.index;
      scope.classIndex = numbered.classIndex;
      taken.add(numbered);
      now.set(scope.node, numbered);
    };
    for (const scope of scopes) {
      const numbered = before.get(scope.node);
      if (numbered && !taken.has(numbered)) keep(scope, numbered);
      else others.push(scope);
    }
    const left = new Map<string, Numbered[]>();
    for (const numbered of before.values()) {
      if (taken.has(numbered)) continue;
      const key = keyOf(numbered.kind, numbered.name, numbered.parent);
      const list = left.get(key);
      if (list) list.push(numbered);
      else left.set(key, [numbered]);
    }
    // Whatever holds one comes before it, so it has its number by now.
    for (const scope of others) {
      const { kind } = scope;
      const name = nameOf(scope.node);
      const parent = scope.parent?.index;
      const numbered = left.get(keyOf(kind, name, parent))?.shift() ?? {
        kind,
        name,
        parent,
        index: ++this.lastScope,
        classIndex: kind === "class-body" ? ++this.lastClass : -1,
      };
      keep(scope, numbered);
    }
    // What stays the same can stand in another scope now.
    for (const scope of scopes) (now.get(scope.node) as Numbered).parent = scope.parent?.index;
    this.known = now;
  }
}

interface Numbered {
  readonly kind: Scope["kind"];
  readonly name: string;
  parent: number | undefined;
  readonly index: number;
  readonly classIndex: number;
}

function keyOf(kind: Scope["kind"], name: string, parent: number | undefined): string {
  return `${kind} ${name} ${parent}`;
}

function nameOf(node: Scope["node"]): string {
  return "name" in node ? node.name : "";
}
