import { unreachable } from "../../server/src/base/unreachable.js";
import type { Argument, Expression, Module, Parameter, Statement } from "../../server/src/syntax/nodes.js";

/** A module as text, one line a statement, blocks indented by two, every operation in brackets: what a test compares. */
export function outline(module: Module): string {
  return statements(module.body, "").join("\n");
}

function statements(body: readonly Statement[], indent: string): string[] {
  return body.flatMap((each) => statement(each, indent));
}

function statement(node: Statement, indent: string): string[] {
  const line = (text: string): string => indent + text;
  const block = (body: readonly Statement[]): string[] => statements(body, `${indent}  `);
  const part = (head: string, body: readonly Statement[]): string[] => (body.length === 0 ? [] : [line(head), ...block(body)]);
  switch (node.kind) {
    case "expression":
      return [line(expression(node.value))];
    case "assign": {
      const targets = node.targets.map(expression).join(" = ");
      return [
        line(`${targets}${node.annotation ? `: ${expression(node.annotation)}` : ""}${node.value ? ` = ${expression(node.value)}` : ""}`),
      ];
    }
    case "augmented-assign":
      return [line(`${expression(node.target)} ${node.operator}= ${expression(node.value)}`)];
    case "return":
    case "raise":
      return [line(node.value ? `${node.kind} ${expression(node.value)}` : node.kind)];
    case "assert":
      return [line(`assert ${expressions(node.values)}`)];
    case "delete":
      return [line(`delete ${expressions(node.targets)}`)];
    case "pass":
    case "break":
    case "continue":
      return [line(node.kind)];
    case "if":
    case "while":
      return [line(`${node.kind} ${expression(node.test)}`), ...block(node.body), ...part("else", node.otherwise)];
    case "for":
      return [
        line(`${node.isAsync ? "async " : ""}for ${expression(node.target)} in ${expression(node.iterable)}`),
        ...block(node.body),
        ...part("else", node.otherwise),
      ];
    case "with": {
      const items = node.items.map(({ context, target }) => expression(context) + (target ? ` as ${expression(target)}` : ""));
      return [line(`${node.isAsync ? "async " : ""}with ${items.join(", ")}`), ...block(node.body)];
    }
    case "try":
      return [
        line("try"),
        ...block(node.body),
        ...node.handlers.flatMap(({ types, name, body }) => [
          line(`except ${expressions(types)}${name ? ` as ${name.name}` : ""}`.trimEnd()),
          ...block(body),
        ]),
        ...part("else", node.otherwise),
        ...part("finally", node.final),
      ];
    case "match":
      return [
        line(`match ${expression(node.subject)}`),
        ...node.cases.flatMap(({ captures, guard, body }) => [
          line(`case [${expressions(captures)}]${guard ? ` if ${expression(guard)}` : ""}`),
          ...block(body),
        ]),
      ];
    case "function":
      return [
        ...node.decorators.map((decorator) => line(`@${expression(decorator)}`)),
        line(
          `${node.isAsync ? "async " : ""}def ${node.name}(${parameters(node.parameters)})${node.returns ? ` -> ${expression(node.returns)}` : ""}`,
        ),
        ...block(node.body),
      ];
    case "class":
      return [
        ...node.decorators.map((decorator) => line(`@${expression(decorator)}`)),
        line(`class ${node.name}(${node.arguments.map(argument).join(", ")})`),
        ...block(node.body),
      ];
    case "import":
      return [line(`import ${node.names.map(({ name, alias }) => (alias ? `${name} as ${alias}` : name)).join(", ")}`)];
    case "import-from": {
      const names = node.names.map(({ name, alias }) => (alias ? `${name} as ${alias}` : name)).join(", ");
      return [line(`from ${".".repeat(node.level)}${node.module} import ${names}`)];
    }
    case "global":
    case "nonlocal":
      return [line(`${node.kind} ${node.names.join(", ")}`)];
    case "error-statement":
      return [line(`error ${expressions(node.values)}`.trimEnd()), ...block(node.body)];
    default:
      return unreachable(node);
  }
}

function expression(node: Expression): string {
  switch (node.kind) {
    case "name":
      return node.name;
    case "attribute":
      return `${expression(node.object)}.${node.name}`;
    case "subscript":
      return `${expression(node.object)}[${expression(node.index)}]`;
    case "call":
      return `${expression(node.callee)}(${node.arguments.map(argument).join(", ")})`;
    case "literal":
      return node.type === "str" ? JSON.stringify(node.value) : `${node.type}<${node.value}>`;
    case "text":
      return `text<${expressions(node.values)}>`;
    case "binary":
    case "boolean":
      return `(${expression(node.left)} ${node.operator} ${expression(node.right)})`;
    case "comparison":
      return `(${node.operands.map((operand, i) => (i === 0 ? "" : ` ${node.operators[i - 1]} `) + expression(operand)).join("")})`;
    case "unary":
      return `(${node.operator} ${expression(node.operand)})`;
    case "conditional":
      return `(${expression(node.test)} ? ${expression(node.then)} : ${expression(node.otherwise)})`;
    case "lambda":
      return `(lambda ${parameters(node.parameters)}: ${expression(node.body)})`;
    case "list":
    case "tuple":
    case "set":
      return `${node.kind}[${expressions(node.elements)}]`;
    case "dict":
      return `dict[${node.entries.map(({ key, value }) => (key ? `${expression(key)}: ` : "**") + expression(value)).join(", ")}]`;
    case "comprehension": {
      const clauses = node.clauses.map((clause) =>
        clause.kind === "if"
          ? ` if ${expression(clause.test)}`
          : `${clause.isAsync ? " async" : ""} for ${expression(clause.target)} in ${expression(clause.iterable)}`,
      );
      return `${node.makes}[${node.elements.map(expression).join(": ")}${clauses.join("")}]`;
    }
    case "slice":
      return `slice<${expressions(node.parts)}>`;
    case "starred":
      return `*${expression(node.value)}`;
    case "named":
      return `(${node.target.name} := ${expression(node.value)})`;
    case "await":
      return `(await ${expression(node.value)})`;
    case "yield":
      return `(yield${node.isFrom ? " from" : ""}${node.value ? ` ${expression(node.value)}` : ""})`;
    case "error":
      return `error<${expressions(node.values)}>`;
    default:
      return unreachable(node);
  }
}

function expressions(list: readonly Expression[]): string {
  return list.map(expression).join(", ");
}

function argument({ form, name, value }: Argument): string {
  const marks = { positional: "", keyword: `${name}=`, star: "*", "double-star": "**" } as const;
  return marks[form] + expression(value);
}

function parameters(list: readonly Parameter[]): string {
  const marks = { plain: "", star: "*", "double-star": "**", "keyword-only": "kw ", "positional-only": "pos " } as const;
  return list
    .map(
      ({ name, form, annotation, default: value }) =>
        `${marks[form]}${name}${annotation ? `: ${expression(annotation)}` : ""}${value ? ` = ${expression(value)}` : ""}`,
    )
    .join(", ");
}
