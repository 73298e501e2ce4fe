import type { Range } from "../base/range.js";
import type { Argument, ComprehensionClause, Expression, NameExpression, Parameter } from "./nodes.js";
import type { SymbolName, Symbols } from "./symbols.js";
import type { TreeNode as Node } from "./tree-nodes.js";

/** Turns the nodes of expressions into plain values. */
export class ExpressionLowering {
  readonly errors: Range[] = [];
  /** Deeper nesting than any person writes is cut off, so that a hostile file cannot overflow the stack. */
  protected depth = 0;

  constructor(
    protected readonly text: string,
    private readonly symbols: Symbols,
  ) {}

  protected symbol(node: Node): SymbolName | undefined {
    return this.symbols.get(node.typeId);
  }

  /** Named children without comments, which may stand anywhere. */
  protected children(node: Node): readonly Node[] {
    const all = node.namedChildren;
    for (let i = 0; i < all.length; i++) if (this.isExtra(all[i] as Node)) return all.filter((child) => !this.isExtra(child));
    return all;
  }

  /** Comments and line continuations: only they start with these characters, and looking costs less than asking for the type. */
  private isExtra(node: Node): boolean {
    const first = this.text.charCodeAt(node.startIndex);
    return first === hash || first === backslash;
  }

  protected parameters(node: Node): Parameter[] {
    const result: Parameter[] = [];
    let form: Parameter["form"] = "plain";
    for (const child of this.children(node)) {
      const start = child.startIndex;
      const end = child.endIndex;
      const symbol = this.symbol(child);
      switch (symbol) {
        case "identifier":
          result.push({ name: this.slice(child), form, annotation: undefined, default: undefined, start, end });
          break;
        case "keyword_separator":
          form = "keyword-only";
          break;
        case "positional_separator":
          for (let i = 0; i < result.length; i++) result[i] = { ...(result[i] as Parameter), form: "positional-only" };
          break;
        case "list_splat_pattern":
        case "dictionary_splat_pattern": {
          const name = this.children(child)[0];
          const star = symbol === "list_splat_pattern" ? "star" : "double-star";
          result.push({ name: name ? this.slice(name) : "", form: star, annotation: undefined, default: undefined, start, end });
          if (star === "star") form = "keyword-only";
          break;
        }
        case "default_parameter": {
          const [name, value] = this.children(child);
          if (name)
            result.push({ name: this.slice(name), form, annotation: undefined, default: value && this.expression(value), start, end });
          break;
        }
        case "typed_parameter": {
          const [name, type] = this.children(child);
          if (!name) break;
          const kind = this.symbol(name);
          const star = kind === "list_splat_pattern" ? "star" : kind === "dictionary_splat_pattern" ? "double-star" : form;
          const inner = star === "star" || star === "double-star" ? this.children(name)[0] : name;
          const annotation = type && this.annotation(type);
          result.push({ name: inner ? this.slice(inner) : "", form: star, annotation, default: undefined, start, end });
          if (star === "star") form = "keyword-only";
          break;
        }
        case "typed_default_parameter": {
          const [name, type, value] = this.children(child);
          if (!name) break;
          const annotation = type && this.annotation(type);
          result.push({ name: this.slice(name), form, annotation, default: value && this.expression(value), start, end });
          break;
        }
        case "tuple_pattern":
          // Python 2 unpacks tuples in parameter lists; one unnamed parameter keeps the positions right.
          result.push({ name: "", form, annotation: undefined, default: undefined, start, end });
          break;
        default:
          break;
      }
    }
    return result;
  }

  /** The expression of a `type` node; forms that only types have are read as the expressions they look like. */
  protected annotation(node: Node): Expression {
    const inner = this.children(node)[0];
    if (!inner) return errorAt(node.startIndex);
    return this.typeExpression(inner);
  }

  private typeExpression(node: Node): Expression {
    if (this.depth > maximumDepth) return errorAt(node.startIndex);
    this.depth++;
    const result = this.typeExpressionAtDepth(node);
    this.depth--;
    return result;
  }

  private typeExpressionAtDepth(node: Node): Expression {
    const start = node.startIndex;
    const children = this.children(node);
    switch (this.symbol(node)) {
      case "type":
        return this.annotation(node);
      case "generic_type": {
        const [object, parameters] = children;
        if (!object) return errorAt(start);
        const values = parameters ? this.children(parameters).map((child) => this.typeExpression(child)) : [];
        const end = node.endIndex;
        const index = values.length === 1 ? (values[0] as Expression) : tuple(values, start, end);
        return { kind: "subscript", object: this.expression(object), index, start, end };
      }
      case "union_type":
        return {
          kind: "binary",
          operator: "|",
          left: children[0] ? this.typeExpression(children[0]) : errorAt(start),
          right: children[1] ? this.typeExpression(children[1]) : errorAt(start),
          start,
          end: node.endIndex,
        };
      case "member_type": {
        const [object, name] = children;
        if (!object || !name) return errorAt(start);
        return { kind: "attribute", object: this.typeExpression(object), name: this.slice(name), start, end: node.endIndex };
      }
      case "constrained_type":
      case "splat_type":
        return children[0] ? this.typeExpression(children[0]) : errorAt(start);
      default:
        return this.expression(node);
    }
  }

  protected arguments(node: Node): Argument[] {
    if (this.symbol(node) !== "argument_list") {
      const value = this.expression(node);
      return [{ form: "positional", name: "", value, start: value.start, end: value.end }];
    }
    const result: Argument[] = [];
    for (const child of this.children(node)) {
      const start = child.startIndex;
      const symbol = this.symbol(child);
      if (symbol === "keyword_argument") {
        const [name, value] = this.children(child);
        if (!name) continue;
        const lowered = value ? this.expression(value) : errorAt(child.endIndex);
        result.push({ form: "keyword", name: this.slice(name), value: lowered, start, end: child.endIndex });
      } else if (symbol === "list_splat" || symbol === "dictionary_splat") {
        const value = this.children(child)[0];
        const form = symbol === "list_splat" ? "star" : "double-star";
        result.push({ form, name: "", value: value ? this.expression(value) : errorAt(child.endIndex), start, end: child.endIndex });
      } else {
        const value = this.expression(child);
        result.push({ form: "positional", name: "", value, start, end: value.end });
      }
    }
    return result;
  }

  /** What stands between the colons; where nothing does, `None`, which is what the interpreter takes it for. */
  private sliceParts(node: Node): Expression[] {
    const parts: Expression[] = [];
    let colons = 0;
    const nothing = (at: number): Expression => ({ kind: "literal", type: "none", value: 0, start: at, end: at });
    for (const child of node.children) {
      if (this.isExtra(child)) continue;
      if (this.text.charCodeAt(child.startIndex) !== colon || child.endIndex !== child.startIndex + 1) parts.push(this.expression(child));
      else if (parts.length <= colons++) parts.push(nothing(child.startIndex));
    }
    // Without a step, what is behind a second colon changes nothing.
    if (parts.length < 2) parts.push(nothing(node.endIndex));
    return parts;
  }

  protected expressions(nodes: readonly Node[]): Expression[] {
    return nodes.map((node) => this.expression(node));
  }

  protected expression(node: Node): Expression {
    if (this.depth > maximumDepth) return errorAt(node.startIndex);
    this.depth++;
    const result = this.expressionAtDepth(node);
    this.depth--;
    return result;
  }

  private expressionAtDepth(node: Node): Expression {
    const start = node.startIndex;
    const symbol = this.symbol(node);
    switch (symbol) {
      case "identifier":
        return this.name(node);
      case "integer": {
        const end = node.endIndex;
        {
          const value = integerValue(this.text.slice(start, end));
          if (isImaginary(this.text, end)) return { kind: "literal", type: "complex", value, start, end };
          const kept = Number.isSafeInteger(value) ? {} : { content: this.text.slice(start, end).replace(/_/g, "").toLowerCase() };
          return { kind: "literal", type: "int", value, ...kept, start, end };
        }
      }
      case "float": {
        const end = node.endIndex;
        const type = isImaginary(this.text, end) ? "complex" : "float";
        return { kind: "literal", type, value: Number.parseFloat(this.text.slice(start, end).replace(/_/g, "")), start, end };
      }
      case "string":
        return this.string(node);
      case "concatenated_string": {
        const parts = this.children(node).map((child) => this.string(child));
        const end = node.endIndex;
        const first = parts[0];
        if (first && parts.every((part) => part.kind === "literal" && part.type === "str")) {
          return {
            kind: "literal",
            type: "str",
            value: parts.map((part) => (part.kind === "literal" ? part.value : "")).join(""),
            start,
            end,
          };
        }
        if (first && parts.every((part) => part.kind === "literal" && part.type === "bytes")) {
          const value = parts.reduce((sum, part) => sum + (part.kind === "literal" ? Number(part.value) : 0), 0);
          const content = parts.map((part) => (part.kind === "literal" ? part.content : undefined));
          return {
            kind: "literal",
            type: "bytes",
            value,
            ...(content.includes(undefined) ? {} : { content: content.join("") }),
            start,
            end,
          };
        }
        return {
          kind: "text",
          values: parts.flatMap((part) => (part.kind === "text" ? part.values : [])),
          isPadded: parts.some((part) => part.kind === "text" && part.isPadded),
          template: joinedTemplates(parts),
          start,
          end,
        };
      }
      case "true":
        return { kind: "literal", type: "bool", value: 1, start, end: start + 4 };
      case "false":
        return { kind: "literal", type: "bool", value: 0, start, end: start + 5 };
      case "none":
        return { kind: "literal", type: "none", value: 0, start, end: start + 4 };
      case "ellipsis":
        return { kind: "literal", type: "ellipsis", value: 0, start, end: start + 3 };
      case "attribute": {
        const children = this.children(node);
        const object = children[0];
        const name = children[children.length - 1];
        if (!object || !name || children.length < 2) return this.broken(node, children);
        const end = node.endIndex;
        return { kind: "attribute", object: this.expression(object), name: this.slice(name), start, end };
      }
      case "subscript": {
        const children = this.children(node);
        const object = children[0];
        if (!object) return errorAt(start);
        const indices = this.expressions(children.slice(1));
        const end = node.endIndex;
        const index = indices.length === 1 ? (indices[0] as Expression) : tuple(indices, start, end);
        return { kind: "subscript", object: this.expression(object), index, start, end };
      }
      case "call": {
        const children = this.children(node);
        const callee = children[0];
        const list = children[children.length - 1];
        if (!callee || !list || children.length < 2) return this.broken(node, children);
        return { kind: "call", callee: this.expression(callee), arguments: this.arguments(list), start, end: node.endIndex };
      }
      case "binary_operator":
      case "boolean_operator": {
        const children = this.children(node);
        const left = children[0];
        const right = children[children.length - 1];
        if (!left || !right || children.length < 2) return this.broken(node, children);
        const leftSide = this.expression(left);
        const rightSide = this.expression(right);
        const operator = this.between(leftSide.end, rightSide.start);
        const end = rightSide.end;
        if (symbol === "boolean_operator") {
          return { kind: "boolean", operator: operator.startsWith("or") ? "or" : "and", left: leftSide, right: rightSide, start, end };
        }
        return { kind: "binary", operator, left: leftSide, right: rightSide, start, end: node.endIndex };
      }
      case "comparison_operator": {
        const operands = this.expressions(this.children(node));
        const operators: string[] = [];
        for (let i = 1; i < operands.length; i++) {
          operators.push(this.between((operands[i - 1] as Expression).end, (operands[i] as Expression).start).replace(/\s+/g, " "));
        }
        return { kind: "comparison", operands, operators, start, end: node.endIndex };
      }
      case "unary_operator":
      case "not_operator": {
        const child = this.children(node)[0];
        if (!child) return errorAt(start);
        const first = this.text[start];
        const operator = first === "-" || first === "+" || first === "~" ? first : "not";
        return { kind: "unary", operator, operand: this.expression(child), start, end: node.endIndex };
      }
      case "conditional_expression": {
        const [then, test, otherwise] = this.expressions(this.children(node));
        if (!then || !test || !otherwise) return errorAt(start);
        return { kind: "conditional", test, then, otherwise, start, end: node.endIndex };
      }
      case "lambda": {
        const children = this.children(node);
        const body = children[children.length - 1];
        const list = children.find((child) => this.symbol(child) === "lambda_parameters");
        const parameters = list ? this.parameters(list) : [];
        return {
          kind: "lambda",
          parameters,
          body: body && body !== list ? this.expression(body) : errorAt(start),
          start,
          end: node.endIndex,
        };
      }
      case "list":
      case "list_pattern":
        return { kind: "list", elements: this.expressions(this.children(node)), start, end: node.endIndex };
      case "set":
        return { kind: "set", elements: this.expressions(this.children(node)), start, end: node.endIndex };
      case "tuple":
      case "expression_list":
      case "pattern_list":
      case "tuple_pattern":
        return tuple(this.expressions(this.children(node)), start, node.endIndex);
      case "dictionary": {
        const entries = this.children(node).map((child): { key: Expression | undefined; value: Expression } => {
          const parts = this.symbol(child) === "pair" ? this.children(child) : [];
          const [key, value] = parts;
          if (key && value) return { key: this.expression(key), value: this.expression(value) };
          const inner = this.symbol(child) === "dictionary_splat" ? this.children(child)[0] : child;
          return { key: undefined, value: inner ? this.expression(inner) : errorAt(start) };
        });
        return { kind: "dict", entries, start, end: node.endIndex };
      }
      case "list_comprehension":
      case "set_comprehension":
      case "dictionary_comprehension":
      case "generator_expression":
        return this.comprehension(node, symbol);
      case "slice":
        return { kind: "slice", parts: this.sliceParts(node), start, end: node.endIndex };
      case "list_splat":
      case "list_splat_pattern":
      case "dictionary_splat":
      case "dictionary_splat_pattern": {
        const child = this.children(node)[0];
        return { kind: "starred", value: child ? this.expression(child) : errorAt(start), start, end: node.endIndex };
      }
      case "parenthesized_expression":
      case "parenthesized_list_splat": {
        const children = this.children(node);
        const only = children[0];
        if (!only || children.length > 1) return this.broken(node, children);
        // The parentheses count into the range, so that the text between two operands is the operator alone.
        return { ...this.expression(only), start, end: node.endIndex };
      }
      case "named_expression": {
        const [target, value] = this.children(node);
        if (!target || !value) return errorAt(start);
        return { kind: "named", target: this.name(target), value: this.expression(value), start, end: node.endIndex };
      }
      case "await": {
        const child = this.children(node)[0];
        return { kind: "await", value: child ? this.expression(child) : errorAt(start), start, end: node.endIndex };
      }
      case "yield": {
        const child = this.children(node)[0];
        const isFrom = child !== undefined && /^yield\s+from\b/.test(this.text.slice(start, child.startIndex));
        return { kind: "yield", isFrom, value: child && this.expression(child), start, end: node.endIndex };
      }
      case "as_pattern": {
        const [value] = this.children(node);
        return value ? this.expression(value) : errorAt(start);
      }
      case "type":
        return this.annotation(node);
      case "generic_type":
      case "union_type":
      case "member_type":
        return this.typeExpression(node);
      case "keyword_argument": {
        const value = this.children(node)[1];
        return value ? this.expression(value) : errorAt(start);
      }
      case "dotted_name":
        return this.dottedName(node);
      default:
        return this.broken(node, this.children(node));
    }
  }

  private dottedName(node: Node): Expression {
    const [first, ...rest] = this.children(node);
    if (!first) return this.name(node);
    let result: Expression = this.name(first);
    for (const part of rest) {
      result = { kind: "attribute", object: result, name: this.slice(part), start: node.startIndex, end: part.endIndex };
    }
    return result;
  }

  private broken(node: Node, children: readonly Node[]): Expression {
    if (this.symbol(node) === "ERROR") this.errors.push({ start: node.startIndex, end: node.endIndex });
    return { kind: "error", values: this.expressions(children), start: node.startIndex, end: node.endIndex };
  }

  private comprehension(node: Node, symbol: string): Expression {
    const elements: Expression[] = [];
    const clauses: ComprehensionClause[] = [];
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "for_in_clause") {
        const [target, ...rest] = this.children(child);
        if (!target) continue;
        const iterables = this.expressions(rest);
        const first = iterables[0];
        const iterable = first && iterables.length === 1 ? first : tuple(iterables, child.startIndex, child.endIndex);
        clauses.push({ kind: "for", isAsync: this.text.startsWith("async", child.startIndex), target: this.expression(target), iterable });
      } else if (kind === "if_clause") {
        const test = this.children(child)[0];
        if (test) clauses.push({ kind: "if", test: this.expression(test) });
      } else if (kind === "pair") elements.push(...this.expressions(this.children(child)));
      else elements.push(this.expression(child));
    }
    const makes =
      symbol === "list_comprehension"
        ? "list"
        : symbol === "set_comprehension"
          ? "set"
          : symbol === "generator_expression"
            ? "generator"
            : "dict";
    return { kind: "comprehension", makes, elements, clauses, start: node.startIndex, end: node.endIndex };
  }

  private string(node: Node): Expression {
    const start = node.startIndex;
    const end = node.endIndex;
    const opening = /^([A-Za-z]*)('''|"""|'|")/.exec(this.text.slice(start, Math.min(end, start + 6)));
    const prefix = (opening?.[1] ?? "").toLowerCase();
    const quotes = (opening?.[2] ?? '"').length;
    const contentStart = start + prefix.length + quotes;
    const content = this.text.slice(contentStart, Math.max(contentStart, end - quotes));
    if (prefix.includes("f") || prefix.includes("t")) {
      const values: Expression[] = [];
      let isPadded = false;
      let template = "";
      let written = contentStart;
      for (const child of this.children(node)) {
        if (this.symbol(child) !== "interpolation") continue;
        const inner = this.children(child)[0];
        if (!inner) continue;
        values.push(this.expression(inner));
        const specifier = this.text.slice(inner.endIndex, child.endIndex - 1);
        isPadded ||= specifier.includes(":");
        template += `${this.text.slice(written, child.startIndex)}\0${specifier}\0`;
        written = child.endIndex;
      }
      template += this.text.slice(written, contentStart + content.length);
      return { kind: "text", values, isPadded, template: template.length <= longestContent ? template : undefined, start, end };
    }
    // Escapes shorten the value; for sizes and names the written length is close enough and costs nothing.
    if (prefix.includes("b")) {
      const kept = content.length <= longestContent ? { content } : {};
      return { kind: "literal", type: "bytes", value: writtenLength(content), ...kept, start, end };
    }
    return { kind: "literal", type: "str", value: content, start, end };
  }

  protected name(node: Node): NameExpression {
    const start = node.startIndex;
    const end = node.endIndex;
    return { kind: "name", name: this.text.slice(start, end), start, end };
  }

  protected slice(node: Node): string {
    return this.text.slice(node.startIndex, node.endIndex);
  }

  /** The text between two operands without comments, line continuations and white space: an operator. */
  protected between(start: number, end: number): string {
    const text = this.text.slice(start, end);
    return (text.includes("#") ? text.replace(/#[^\n\r]*/g, "") : text).replace(/\\\r?\n/g, " ").trim();
  }
}

const hash = "#".charCodeAt(0);

const colon = ":".charCodeAt(0);

const backslash = "\\".charCodeAt(0);

/** What is written in bytes and f-strings is kept up to there: enough to see how lines and fields are made. */
const longestContent = 200;

/** The template of texts that stand one after the other. */
function joinedTemplates(parts: readonly Expression[]): string | undefined {
  let joined = "";
  for (const part of parts) {
    const own = part.kind === "text" ? part.template : part.kind === "literal" ? String(part.value).replace(/[{}]/g, "$&$&") : undefined;
    if (own === undefined) return undefined;
    joined += own;
  }
  return joined.length <= longestContent ? joined : undefined;
}

/** More than Python's own parser takes of brackets (200) and of indentation (100); what stands deeper is left out. */
export const maximumDepth = 250;

export function tuple(elements: readonly Expression[], start: number, end: number): Expression {
  return { kind: "tuple", elements, start, end };
}

export function errorAt(offset: number): Expression {
  return { kind: "error", values: [], start: offset, end: offset };
}

/** `2j`, which ends there. */
function isImaginary(text: string, end: number): boolean {
  return /[jJ]/.test(text[end - 1] ?? "");
}

function integerValue(written: string): number {
  const digits = written.replace(/_/g, "").replace(/[lLjJ]$/, "");
  // `0777` is how Python 2 writes octal numbers.
  return /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

function writtenLength(content: string): number {
  return content.includes("\\") ? content.replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/gs, "x").length : content.length;
}
