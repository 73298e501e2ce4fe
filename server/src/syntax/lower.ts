import type { Language, Tree, Node as WholeNode } from "web-tree-sitter";
import { ExpressionLowering, errorAt, maximumDepth, tuple } from "./lower-expressions.js";
import type {
  Argument,
  DirectiveComment,
  ExceptHandler,
  Expression,
  ImportedName,
  MatchCase,
  Module,
  NameExpression,
  Parameter,
  PatternKind,
  Statement,
  WithItem,
} from "./nodes.js";
import { type SymbolName, symbolsOf } from "./symbols.js";
import type { TreeNode as Node, TreeRuntime } from "./tree-nodes.js";

/**
 * Turns a tree into plain values in one walk. Reading a WASM node costs about ten times as much as reading a plain object, so each node is
 * read once: its type, its end and its named children; operators are cut out of the text between two operands.
 */
export function lower(tree: Tree, text: string, language: Language, runtime: TreeRuntime): Module {
  const lowering = new Lowering(text, symbolsOf(language));
  const body = lowering.statements(runtime.root(tree));
  return { body, directives: directives(tree.rootNode, text), errors: lowering.errors, lineCount: countLines(text) };
}

/** Turns the nodes of statements into plain values. */
class Lowering extends ExpressionLowering {
  /** The statements of a module or block. */
  statements(node: Node): Statement[] {
    const body: Statement[] = [];
    this.statementsInto(node, body);
    return body;
  }

  private statementsInto(node: Node, body: Statement[]): void {
    for (const child of node.namedChildren) this.statement(child, body);
  }

  private statement(node: Node, into: Statement[]): void {
    if (this.depth > maximumDepth) return;
    this.depth++;
    this.statementAtDepth(node, into);
    this.depth--;
  }

  private statementAtDepth(node: Node, into: Statement[]): void {
    const start = node.startIndex;
    const symbol = this.symbol(node);
    switch (symbol) {
      case "comment":
      case "line_continuation":
        return;
      case "expression_statement": {
        const children = this.children(node);
        const only = children[0];
        if (only && children.length === 1) {
          const kind = this.symbol(only);
          if (kind === "assignment") return void into.push(this.assignment(only));
          if (kind === "augmented_assignment") return void into.push(this.augmented(only));
          return void into.push({ kind: "expression", value: this.expression(only), start, end: node.endIndex });
        }
        const end = node.endIndex;
        into.push({ kind: "expression", value: { kind: "tuple", elements: this.expressions(children), start, end }, start, end });
        return;
      }
      case "return_statement": {
        const child = this.children(node)[0];
        into.push({ kind: "return", value: child && this.expression(child), start, end: node.endIndex });
        return;
      }
      case "raise_statement": {
        const child = this.children(node)[0];
        into.push({ kind: "raise", value: child && this.expression(child), start, end: node.endIndex });
        return;
      }
      case "assert_statement":
        into.push({ kind: "assert", values: this.expressions(this.children(node)), start, end: node.endIndex });
        return;
      case "delete_statement": {
        const targets = this.expressions(this.children(node)).flatMap((target) => (target.kind === "tuple" ? target.elements : [target]));
        into.push({ kind: "delete", targets, start, end: node.endIndex });
        return;
      }
      case "pass_statement":
        into.push({ kind: "pass", start, end: node.endIndex });
        return;
      case "break_statement":
        into.push({ kind: "break", start, end: node.endIndex });
        return;
      case "continue_statement":
        into.push({ kind: "continue", start, end: node.endIndex });
        return;
      case "if_statement":
        into.push(this.ifStatement(node));
        return;
      case "while_statement": {
        const parts = this.parts(node);
        const test = parts.expressions[0] ?? errorAt(node.endIndex);
        into.push({ kind: "while", test, body: parts.body, otherwise: parts.otherwise, start, end: node.endIndex });
        return;
      }
      case "for_statement": {
        const parts = this.parts(node);
        const target = parts.expressions[0] ?? errorAt(node.endIndex);
        const iterable = parts.expressions[1] ?? errorAt(node.endIndex);
        const isAsync = this.text.startsWith("async", start);
        into.push({ kind: "for", isAsync, target, iterable, body: parts.body, otherwise: parts.otherwise, start, end: node.endIndex });
        return;
      }
      case "with_statement":
        into.push(this.withStatement(node));
        return;
      case "try_statement":
        into.push(this.tryStatement(node));
        return;
      case "match_statement":
        into.push(this.matchStatement(node));
        return;
      case "function_definition":
      case "class_definition":
        into.push(this.definition(node, symbol, []));
        return;
      case "decorated_definition": {
        const decorators: Expression[] = [];
        for (const child of this.children(node)) {
          const kind = this.symbol(child);
          // The function is an argument of the last, the result one of the last but one, and so on.
          if (kind === "decorator" && this.depth + decorators.length <= maximumDepth) {
            decorators.push(...this.expressions(this.children(child)));
          }
          if (kind === "function_definition" || kind === "class_definition") into.push(this.definition(child, kind, decorators));
          else if (kind === "ERROR") this.error(child, into);
        }
        return;
      }
      case "import_statement":
        into.push({ kind: "import", names: this.importedNames(this.children(node)), start, end: node.endIndex });
        return;
      case "future_import_statement":
        return;
      case "import_from_statement": {
        const children = this.children(node);
        const from = children[0];
        if (!from) return;
        const written = this.slice(from).replace(/\s+/g, "");
        const module = written.replace(/^\.+/, "");
        const names = this.importedNames(children.slice(1));
        into.push({ kind: "import-from", level: written.length - module.length, module, names, start, end: node.endIndex });
        return;
      }
      case "global_statement":
      case "nonlocal_statement": {
        const names = this.children(node).map((child) => this.slice(child));
        into.push({ kind: symbol === "global_statement" ? "global" : "nonlocal", names, start, end: node.endIndex });
        return;
      }
      case "print_statement":
      case "exec_statement": {
        // Python 2: what it prints or executes is read, so that the rest of the file keeps its meaning.
        const values = this.children(node).map((child) => this.expression(child));
        const end = node.endIndex;
        into.push({ kind: "expression", value: { kind: "tuple", elements: values, start, end }, start, end });
        return;
      }
      case "type_alias_statement":
        return;
      case "ERROR":
        this.error(node, into);
        return;
      case "block":
        for (const child of node.namedChildren) this.statement(child, into);
        return;
      default:
        into.push({ kind: "expression", value: this.expression(node), start, end: node.endIndex });
    }
  }

  /** Keeps the statements and expressions that stand whole inside broken text. */
  private error(node: Node, into: Statement[]): void {
    const body: Statement[] = [];
    const values: Expression[] = [];
    this.errors.push({ start: node.startIndex, end: node.endIndex });
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind !== undefined && wholeStatements.has(kind)) this.statement(child, body);
      else if (kind === "block") this.statementsInto(child, body);
      else if (kind !== undefined && kind !== "parameters" && kind !== "lambda_parameters") values.push(this.expression(child));
    }
    into.push({ kind: "error-statement", body, values, start: node.startIndex, end: node.endIndex });
  }

  private assignment(node: Node): Statement {
    const targets: Expression[] = [];
    let annotation: Expression | undefined;
    let value: Expression | undefined;
    let current: Node | undefined = node;
    while (current) {
      const children: readonly Node[] = this.children(current);
      const left = children[0];
      if (left) targets.push(this.expression(left));
      let next: Node | undefined;
      for (const child of children.slice(1)) {
        const kind = this.symbol(child);
        if (kind === "type") annotation = this.annotation(child);
        else if (kind === "assignment") next = child;
        else value = this.expression(child);
      }
      current = next;
    }
    return { kind: "assign", targets, annotation, value, start: node.startIndex, end: node.endIndex };
  }

  private augmented(node: Node): Statement {
    const children = this.children(node);
    const target = children[0] ? this.expression(children[0]) : errorAt(node.startIndex);
    const last = children[children.length - 1];
    const value = last && children.length > 1 ? this.expression(last) : errorAt(node.endIndex);
    const operator = this.between(target.end, value.start).replace(/=$/, "");
    return { kind: "augmented-assign", target, operator, value, start: node.startIndex, end: node.endIndex };
  }

  private ifStatement(node: Node): Statement {
    const arms: { test: Expression; body: Statement[]; start: number; end: number }[] = [];
    let otherwise: Statement[] = [];
    const arm = (of: Node, children: readonly Node[]): void => {
      let test: Expression | undefined;
      const body: Statement[] = [];
      for (const child of children) {
        const kind = this.symbol(child);
        if (kind === "block") this.statementsInto(child, body);
        else if (kind === "elif_clause" || kind === "else_clause") continue;
        else if (kind === "ERROR") this.error(child, body);
        else test ??= this.expression(child);
      }
      arms.push({ test: test ?? errorAt(of.startIndex), body, start: of.startIndex, end: of.endIndex });
    };
    const children = this.children(node);
    arm(node, children);
    const { depth } = this;
    for (const child of children) {
      const kind = this.symbol(child);
      if (kind === "elif_clause") {
        // Each stands in the `else` of the one before.
        if (++this.depth > maximumDepth) break;
        arm(child, this.children(child));
      } else if (kind === "else_clause") otherwise = this.clauseBody(child);
    }
    this.depth = depth;
    for (let i = arms.length - 1; i > 0; i--) otherwise = [{ kind: "if", ...(arms[i] as (typeof arms)[number]), otherwise }];
    return { kind: "if", ...(arms[0] as (typeof arms)[number]), otherwise };
  }

  /** The statements of an `else`, `finally` or similar clause. */
  private clauseBody(node: Node): Statement[] {
    const body: Statement[] = [];
    for (const child of this.children(node)) {
      if (this.symbol(child) === "block") this.statementsInto(child, body);
      else if (this.symbol(child) === "ERROR") this.error(child, body);
    }
    return body;
  }

  /** A compound statement's expressions, block and `else`. */
  private parts(node: Node): { expressions: Expression[]; body: Statement[]; otherwise: Statement[] } {
    const expressions: Expression[] = [];
    const body: Statement[] = [];
    let otherwise: Statement[] = [];
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") this.statementsInto(child, body);
      else if (kind === "else_clause") otherwise = this.clauseBody(child);
      else if (kind === "ERROR") this.error(child, body);
      else expressions.push(this.expression(child));
    }
    return { expressions, body, otherwise };
  }

  private withStatement(node: Node): Statement {
    const items: WithItem[] = [];
    const body: Statement[] = [];
    const { depth } = this;
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") {
        // Each item stands in the block of the one before.
        this.depth += items.length;
        if (this.depth <= maximumDepth) this.statementsInto(child, body);
        this.depth = depth;
      } else if (kind === "with_clause") {
        for (const item of this.children(child)) {
          const value = this.symbol(item) === "with_item" ? this.children(item)[0] : item;
          if (value) this.withItems(value, items);
        }
      } else if (kind === "ERROR") this.error(child, body);
    }
    const isAsync = this.text.startsWith("async", node.startIndex);
    return { kind: "with", isAsync, items, body, start: node.startIndex, end: node.endIndex };
  }

  /** `with (a as b, c as d):` reaches us as a tuple of `as` patterns in the grammar's eyes. */
  private withItems(node: Node, items: WithItem[]): void {
    if (this.depth + items.length > maximumDepth) return;
    const kind = this.symbol(node);
    const children = kind === "tuple" || kind === "parenthesized_expression" || kind === "as_pattern" ? this.children(node) : [];
    if ((kind === "tuple" || kind === "parenthesized_expression") && children.some((child) => this.symbol(child) === "as_pattern")) {
      for (const child of children) this.withItems(child, items);
      return;
    }
    const context = children[0];
    if (kind === "as_pattern" && context) {
      const target = children[1];
      items.push({ context: this.expression(context), target: target && this.patternTarget(target) });
      return;
    }
    items.push({ context: this.expression(node), target: undefined });
  }

  /** What stands after `as`. */
  private patternTarget(node: Node): Expression {
    if (this.symbol(node) !== "as_pattern_target") return this.expression(node);
    const inner = this.children(node)[0];
    return inner ? this.expression(inner) : this.name(node);
  }

  private tryStatement(node: Node): Statement {
    const body: Statement[] = [];
    const handlers: ExceptHandler[] = [];
    let otherwise: Statement[] = [];
    let final: Statement[] = [];
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") this.statementsInto(child, body);
      else if (kind === "except_clause") handlers.push(this.handler(child));
      else if (kind === "else_clause") otherwise = this.clauseBody(child);
      else if (kind === "finally_clause") final = this.clauseBody(child);
      else if (kind === "ERROR") this.error(child, body);
    }
    return { kind: "try", body, handlers, otherwise, final, start: node.startIndex, end: node.endIndex };
  }

  private handler(node: Node): ExceptHandler {
    const types: Expression[] = [];
    const body: Statement[] = [];
    let name: NameExpression | undefined;
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") this.statementsInto(child, body);
      else if (kind === "ERROR") this.error(child, body);
      else if (kind === "as_pattern") {
        const [type, target] = this.children(child);
        if (type) types.push(this.expression(type));
        if (target) name = this.name(target);
      } else types.push(this.expression(child));
    }
    return { types, name, body, start: node.startIndex, end: node.endIndex };
  }

  private matchStatement(node: Node): Statement {
    const subjects: Expression[] = [];
    const cases: MatchCase[] = [];
    for (const child of this.children(node)) {
      if (this.symbol(child) === "block") {
        for (const clause of this.children(child)) if (this.symbol(clause) === "case_clause") cases.push(this.matchCase(clause));
      } else subjects.push(this.expression(child));
    }
    const end = node.endIndex;
    const subject = subjects.length === 1 ? (subjects[0] as Expression) : tuple(subjects, node.startIndex, end);
    return { kind: "match", subject, cases, start: node.startIndex, end };
  }

  private matchCase(node: Node): MatchCase {
    const captures: NameExpression[] = [];
    let guard: Expression | undefined;
    let pattern: PatternKind = "any";
    const body: Statement[] = [];
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") this.statementsInto(child, body);
      else if (kind === "if_clause") guard = this.expressions(this.children(child))[0];
      else {
        this.captures(child, captures);
        // `case 1, 2:` is a sequence, of which each pattern comes as a child of its own.
        pattern = pattern === "any" ? this.patternKind(child) : "sequence";
      }
    }
    return { pattern, captures, guard, body, start: node.startIndex, end: node.endIndex };
  }

  private patternKind(node: Node): PatternKind {
    switch (this.symbol(node)) {
      case "class_pattern":
        return "class";
      case "dict_pattern":
        return "mapping";
      case "list_pattern":
      case "tuple_pattern":
        return "sequence";
      case "case_pattern":
      case "as_pattern":
      case "union_pattern": {
        const [first] = this.children(node);
        return first ? this.patternKind(first) : "any";
      }
      case "dotted_name":
        return this.children(node).length > 1 ? "value" : "any";
      case "identifier":
        return "any";
      default:
        return this.slice(node) === "_" ? "any" : "value";
    }
  }

  /** Names that a pattern binds: plain names, but neither class names, dotted constants nor keywords of a class pattern. */
  private captures(node: Node, into: NameExpression[]): void {
    const kind = this.symbol(node);
    const children = this.children(node);
    if (kind === "identifier") return void into.push(this.name(node));
    if (kind === "dotted_name") {
      if (children.length === 1 && this.slice(node) !== "_") into.push(this.name(node));
      return;
    }
    const first = kind === "class_pattern" || kind === "keyword_pattern" ? 1 : 0;
    if (this.depth > maximumDepth) return;
    this.depth++;
    for (const child of children.slice(first)) this.captures(child, into);
    this.depth--;
  }

  private definition(node: Node, kind: "function_definition" | "class_definition", decorators: Expression[]): Statement {
    let name: Node | undefined;
    let parameters: Parameter[] = [];
    let returns: Expression | undefined;
    let bases: Argument[] = [];
    const body: Statement[] = [];
    for (const child of this.children(node)) {
      const symbol = this.symbol(child);
      if (symbol === "identifier") name ??= child;
      else if (symbol === "parameters") parameters = this.parameters(child);
      else if (symbol === "argument_list") bases = this.arguments(child);
      else if (symbol === "type") returns = this.annotation(child);
      else if (symbol === "block") this.statementsInto(child, body);
      else if (symbol === "ERROR") this.error(child, body);
    }
    const start = node.startIndex;
    const end = node.endIndex;
    const nameRange = name ? { start: name.startIndex, end: name.endIndex } : { start, end: start };
    const text = name ? this.slice(name) : "";
    if (kind === "class_definition") return { kind: "class", name: text, nameRange, arguments: bases, decorators, body, start, end };
    const isAsync = this.text.startsWith("async", start);
    return { kind: "function", isAsync, name: text, nameRange, parameters, returns, decorators, body, start, end };
  }

  private importedNames(nodes: readonly Node[]): ImportedName[] {
    return nodes.flatMap((node): ImportedName[] => {
      const start = node.startIndex;
      const end = node.endIndex;
      const symbol = this.symbol(node);
      if (symbol === "wildcard_import") return [{ name: "*", alias: undefined, start, end }];
      if (symbol === "aliased_import") {
        const [name, alias] = this.children(node);
        return name ? [{ name: this.slice(name).replace(/\s+/g, ""), alias: alias && this.slice(alias), start, end }] : [];
      }
      return symbol === "dotted_name" ? [{ name: this.slice(node).replace(/\s+/g, ""), alias: undefined, start, end }] : [];
    });
  }
}

const wholeStatements: ReadonlySet<string> = new Set<SymbolName>([
  "expression_statement",
  "return_statement",
  "raise_statement",
  "assert_statement",
  "delete_statement",
  "if_statement",
  "while_statement",
  "for_statement",
  "with_statement",
  "try_statement",
  "match_statement",
  "function_definition",
  "class_definition",
  "decorated_definition",
  "import_statement",
  "import_from_statement",
  "global_statement",
  "nonlocal_statement",
  "print_statement",
  "ERROR",
]);

function countLines(text: string): number {
  let lines = 1;
  for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) lines++;
  return lines;
}

const directivePattern = /#[ \t]*gil:/g;

/** Finds `# gil:` by text and asks the tree only for the few hits whether each stands in a comment and not in a string. */
function directives(root: WholeNode, text: string): DirectiveComment[] {
  const found: DirectiveComment[] = [];
  for (const match of text.matchAll(directivePattern)) {
    const start = match.index;
    const node = root.descendantForIndex(start, start + 1);
    if (node?.type !== "comment") continue;
    const end = node.endIndex;
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const aloneOnLine = text.slice(lineStart, start).trim() === "";
    found.push({ text: text.slice(start + match[0].length, end).trim(), aloneOnLine, start, end });
  }
  return found;
}
