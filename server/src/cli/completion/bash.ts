import { allCommands, type CompletedCommand, type CompletedValue } from "./tree.js";

/** A completion script for bash, 3.2 and later. */
export function bashCompletion(name: string, root: CompletedCommand): string {
  const commands = [...allCommands(root)];
  const steps = commands
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `"${[...path.slice(0, -1), ""].join(" ")}${path[path.length - 1]}"`);
  const cases = commands.map((command) => {
    const values = command.options.flatMap(({ long, short, value }) =>
      value ? [`        ${[long, ...(short ? [short] : [])].join("|")}) ${wordsOf(value)}; return ;;`] : [],
    );
    const flags = command.options.flatMap(({ long, short }) => [long, ...(short ? [short] : [])]);
    const below = command.commands.map(({ path }) => path[path.length - 1]);
    return [
      `    "${command.path.join(" ")}")`,
      ...(values.length > 0 ? ['      case "$previous" in', ...values, "      esac"] : []),
      `      case "$word" in -*) _${name}_words "${flags.join(" ")}"; return ;; esac`,
      `      ${below.length > 0 ? `_${name}_words "${below.join(" ")}"` : wordsOf(command.arguments)}`,
      "      ;;",
    ].join("\n");
  });
  function wordsOf(value: CompletedValue): string {
    switch (value.kind) {
      case "unknown":
        return `_${name}_words ""`;
      case "file":
        return ":";
      case "word":
        return `_${name}_words "${value.words.join(" ")}"`;
      case "list":
        return `_${name}_list "${value.words.join(" ")}"`;
    }
  }
  return `# bash completion for ${name}: source <(${name} completion bash)

# Where nothing is left in COMPREPLY and \`default\` stands, bash offers files.
_${name}_words() {
  compopt +o default 2>/dev/null
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}

_${name}_list() {
  local before=""
  case "$word" in *,*) before="\${word%,*}," ;; esac
  compopt +o default -o nospace 2>/dev/null
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "\${word##*,}"))
}

_${name}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" index
  COMPREPLY=()
  # \`--format=json\` comes as three words.
  if [ "$word" = "=" ]; then word=""; elif [ "$previous" = "=" ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${command:+$command }\${COMP_WORDS[index]}" in
      ${steps.join(" | ")}) command="\${command:+$command }\${COMP_WORDS[index]}" ;;
    esac
  done
  case "$command" in
${cases.join("\n")}
  esac
}

complete -o default -F _${name} ${name}
`;
}
