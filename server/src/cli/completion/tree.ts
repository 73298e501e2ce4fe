import type { Argument, Command, Option } from "commander";

/** What shells are told of a command. */
export interface CompletedCommand {
  /** The words that lead to it, without the program's name. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments may be. */
  readonly arguments: CompletedValue;
  readonly commands: readonly CompletedCommand[];
}

export interface CompletedOption {
  /** With its dashes. */
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** Undefined for an option that takes none. */
  readonly value: CompletedValue | undefined;
  /** Whether it may be given again. */
  readonly times: "once" | "often";
}

/** What can be typed as a value: nothing that can be told, a file, one of some words, or some of them with commas between. */
export type CompletedValue =
  | { readonly kind: "unknown" }
  | { readonly kind: "file" }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "list"; readonly words: readonly string[] };

/** Words that commander does not know of, by the names of options (`--target`), and of commands for their arguments (`explain`). */
export type KnownWords = Readonly<Record<string, CompletedValue>>;

/** Reads what shells are told from the tree that commander parses with, so that the two cannot differ. */
export function completionTree(command: Command, known: KnownWords, path: readonly string[] = []): CompletedCommand {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  return {
    path,
    summary: command.summary() || command.description(),
    options: help.visibleOptions(command).flatMap((option) => completedOption(option, known)),
    arguments: known[path.join(" ")] ?? argumentsOf(command),
    commands: commands.filter((each) => each.name() !== "help").map((each) => completionTree(each, known, [...path, each.name()])),
  };
}

/** The command and all below it. */
export function* allCommands(command: CompletedCommand): Iterable<CompletedCommand> {
  yield command;
  for (const each of command.commands) yield* allCommands(each);
}

function completedOption(option: Option, known: KnownWords): readonly CompletedOption[] {
  if (!option.long) return [];
  const takesValue = option.required || option.optional;
  return [
    {
      long: option.long,
      short: option.short,
      description: option.description,
      value: takesValue ? (known[option.long] ?? valueFor(option.argChoices, option.flags)) : undefined,
      times: /several times/.test(option.description) ? "often" : "once",
    },
  ];
}

function argumentsOf(command: Command): CompletedValue {
  const first: Argument | undefined = command.registeredArguments[0];
  if (!first) return { kind: "unknown" };
  return valueFor(first.argChoices, `<${first.name()}>`);
}

function valueFor(choices: readonly string[] | undefined, flags: string): CompletedValue {
  if (choices) return { kind: "word", words: choices };
  return /<(file|path)/.test(flags) ? { kind: "file" } : { kind: "unknown" };
}
