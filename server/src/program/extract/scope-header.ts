import type { Range } from "../../base/range.js";
import type { ClassDefinition, Expression, FunctionDefinition, LambdaExpression, Module, Parameter } from "../../syntax/nodes.js";
import type { Scope } from "./scopes.js";

/** What a scope says of itself before its body, and where it stands. */
interface ScopeHeader extends Range {
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Expression[];
  readonly returns: Expression | undefined;
  readonly nameRange: Range;
  readonly bodyStart: number;
  readonly isAsync: boolean;
}

export function headerOf({ kind, node }: Scope): ScopeHeader {
  const plain = { parameters: [], decorators: [], returns: undefined, isAsync: false };
  switch (kind) {
    case "module": {
      const { body } = node as Module;
      const end = body[body.length - 1]?.end ?? 0;
      return { ...plain, nameRange: { start: 0, end: 0 }, bodyStart: body[0]?.start ?? 0, start: 0, end };
    }
    case "class-body": {
      const { nameRange, body, start, end } = node as ClassDefinition;
      return { ...plain, nameRange, bodyStart: body[0]?.start ?? end, start, end };
    }
    case "function": {
      const { parameters, decorators, returns, nameRange, isAsync, body, start, end } = node as FunctionDefinition;
      return { parameters, decorators, returns, nameRange, bodyStart: body[0]?.start ?? end, isAsync, start, end };
    }
    case "lambda": {
      const { parameters, body, start, end } = node as LambdaExpression;
      return { ...plain, parameters, nameRange: { start, end: start + "lambda".length }, bodyStart: body.start, start, end };
    }
  }
}

/** What a scope is called. */
export function nameOf({ kind, node }: Scope): string {
  switch (kind) {
    case "module":
      return "<module>";
    case "lambda":
      return "<lambda>";
    default:
      return (node as FunctionDefinition | ClassDefinition).name;
  }
}
