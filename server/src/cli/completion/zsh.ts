import type { CompletedCommand, CompletedOption, CompletedValue } from "./tree.js";

/** A completion script for zsh; it can be sourced, or stand as \`_NAME\` in a folder of \`fpath\`. */
export function zshCompletion(name: string, root: CompletedCommand): string {
  return `#compdef ${name}
# zsh completion for ${name}: source <(${name} completion zsh), after compinit

${functionsOf(`_${name}`, root).join("\n")}
if [ "$funcstack[1]" = "_${name}" ]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function functionsOf(functionName: string, command: CompletedCommand): readonly string[] {
  const options = command.options.flatMap(optionSpecs);
  if (command.commands.length === 0) {
    const specs = [
      ...options,
      ...(command.arguments.kind === "unknown" ? [] : [`'*:${argumentName(command.arguments)}:${action(command.arguments)}'`]),
    ];
    return [`${functionName}() {\n  _arguments -s -S ${specs.map((spec) => `\\\n    ${spec}`).join(" ")}\n}\n`];
  }
  const below = command.commands.map((each) => ({ word: each.path[each.path.length - 1] as string, each }));
  const described = below.map(({ word, each }) => `    ${quoted(`${word}:${each.summary}`)}`);
  const cases = below.map(({ word }) => `    ${word}) ${functionName}_${word} ;;`);
  return [
    ...below.flatMap(({ word, each }) => functionsOf(`${functionName}_${word}`, each)),
    [
      `${functionName}() {`,
      "  local curcontext=$curcontext state line",
      "  local -a commands",
      `  _arguments -C ${[...options, "'1: :->command'", "'*:: :->argument'"].map((spec) => `\\\n    ${spec}`).join(" ")}`,
      "  commands=(",
      ...described,
      "  )",
      '  case "$state" in',
      "    command) _describe -t commands command commands ;;",
      '    argument) case "$line[1]" in',
      ...cases,
      "    esac ;;",
      "  esac",
      "}",
      "",
    ].join("\n"),
  ];
}

function optionSpecs({ long, short, description, value, times }: CompletedOption): readonly string[] {
  const text = `[${description.replace(/[[\]\\:]/g, "\\$&")}]`;
  const argument = value ? `:${argumentName(value)}:${action(value)}` : "";
  const often = times === "often" ? "*" : "";
  if (short) return [`'(${short} ${long})'{${short},${long}${value ? "=" : ""}}${quoted(`${text}${argument}`)}`];
  return [quoted(`${often}${long}${value ? "=" : ""}${text}${argument}`)];
}

function argumentName(value: CompletedValue): string {
  return value.kind === "file" ? "file" : "value";
}

function action(value: CompletedValue): string {
  switch (value.kind) {
    case "unknown":
      return " ";
    case "file":
      return "_files";
    case "word":
      return `(${value.words.join(" ")})`;
    case "list":
      return `_sequence compadd - ${value.words.join(" ")}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
