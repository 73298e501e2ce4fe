import { allCommands, type CompletedCommand, type CompletedValue } from "./tree.js";

/** A completion script for fish. */
export function fishCompletion(name: string, root: CompletedCommand): string {
  const commands = [...allCommands(root)];
  const steps = commands.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(" ")));
  const lists = new Map<string, string>();
  const listOf = (words: readonly string[]): string => {
    const text = words.join(" ");
    if (!lists.has(text)) lists.set(text, `__${name}_words_${lists.size + 1}`);
    return lists.get(text) as string;
  };
  const offered = (value: CompletedValue): string => {
    switch (value.kind) {
      case "unknown":
        return "-x";
      case "file":
        return "-r -F";
      case "word":
        return `-x -a ${quoted(value.words.join(" "))}`;
      case "list":
        return `-x -a ${quoted(`(__fish_complete_list , ${listOf(value.words)})`)}`;
    }
  };
  const lines = commands.flatMap((command) => {
    const at = `complete -c ${name} -n ${quoted(`__${name}_at ${command.path.join(" ")}`.trim())}`;
    const below = command.commands.map(
      ({ path, summary }) => `${at} -f -a ${quoted(path[path.length - 1] as string)} -d ${quoted(summary)}`,
    );
    const options = command.options.map(({ long, short, description, value }) =>
      [
        at,
        ...(short ? [`-s ${short.slice(1)}`] : []),
        `-l ${long.slice(2)}`,
        ...(value ? [offered(value)] : []),
        `-d ${quoted(description)}`,
      ].join(" "),
    );
    const own = command.arguments;
    const values = own.kind === "word" || own.kind === "list" ? [`${at} -f -a ${quoted(own.words.join(" "))}`] : [];
    const files = own.kind === "file" || command.commands.length > 0 ? [] : [`${at} -f`];
    return [...below, ...options, ...values, ...files];
  });
  const functions = [...lists].map(([words, each]) => `function ${each}\n    printf '%s\\n' ${words}\nend\n`);
  return `# fish completion for ${name}: ${name} completion fish > ~/.config/fish/completions/${name}.fish

# Whether the words typed so far lead to this command.
function __${name}_at
    set -l path
    for word in (commandline -opc)[2..]
        switch (string join ' ' -- $path $word)
            case ${steps.join(" ")}
                set -a path $word
        end
    end
    test "$path" = "$argv"
end

${functions.join("\n")}
${lines.join("\n")}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
