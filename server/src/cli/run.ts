import { Argument, Command, CommanderError, Option } from "commander";
import { errorDetails } from "../base/error-details.js";
import { failOnWords } from "../base/project-settings.js";
import { type CalibrateOptions, calibrate } from "./calibrate.js";
import { type CheckOptions, check } from "./check.js";
import { completionScript, shells } from "./completion.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { type ExplainOptions, explain } from "./explain.js";
import { checkKnowledge, type KnowledgeOptions, listKnowledge, showKnowledge } from "./knowledge.js";
import { type ColourChoice, parseCount, parsePerFileIgnores, parseRules, parseSeed, parseTargets, withColour } from "./options.js";
import { simulate } from "./simulate.js";
import { simulateWorkload, type WorkloadOptions } from "./workload.js";

/** Runs one command line, without the names of interpreter and script. Never rejects. */
export async function run(args: readonly string[], environment: Environment): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = commandLine(environment, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has already written what it wants said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError) {
      environment.errors.write(`gilscope: ${error.message}\n`);
      return 2;
    }
    environment.errors.write(`gilscope: ${oneLine(error instanceof Error ? error.message : String(error))}\n`);
    environment.host.log(errorDetails(error));
    return 2;
  }
}

function commandLine(environment: Environment, end: (code: ExitCode) => void): Command {
  const program = new Command("gilscope")
    .description("Understands Python's GIL: what threads gain, what they lose, and which shared state they break.")
    .version(environment.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureOutput({
      writeOut: (text) => environment.output.write(text),
      writeErr: (text) => environment.errors.write(text),
      outputError: (text) => environment.errors.write(`gilscope: ${oneLine(text.replace(/^error: /, ""))}\n`),
    })
    .exitOverride();

  const target = (): Option =>
    new Option(
      "--target <targets>",
      "interpreters to judge for, such as cpython-3.13 or cpython-3.14t, separated by commas (default: what .python-version or requires-python names, else the newest known)",
    ).argParser(parseTargets);
  const cores = (): Option =>
    new Option("--cores <n>", "how many cores predictions count on (default: this machine's)").argParser(parseCount);
  const knowledgeFiles = (): Option =>
    new Option(
      "--knowledge <file>",
      "a knowledge file of your own, which comes before what is shipped; may be given several times",
    ).argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  const costs = (): Option =>
    new Option("--costs <file>", "what `gilscope calibrate` measured (default: what it kept for the target, else the shipped table)");
  const profile = (): Option =>
    new Option("--profile <file>", "what functions took in a run: a file of cProfile, or of speedscope's format as py-spy writes it");
  const colour = (): Option =>
    new Option("--color <when>", "whether text is coloured").choices(["auto", "always", "never"]).default("auto");
  const format = (): Option => new Option("--format <format>", "how to report").choices(["text", "json"]).default("text");

  program
    .command("check")
    .summary("report what is wrong with the threads, processes and tasks of Python code")
    .description(
      "Reports what is wrong with the threads, processes and tasks of Python code.\n" +
        "Exit code 0: nothing at or above --fail-on; 1: findings; 2: the command could not do its work.",
    )
    .argument("[path...]", "files, folders, or - for standard input (default: .)")
    .optionsGroup("Rules:")
    .addOption(
      new Option("--select <names>", "only these rules or codes, separated by commas; GIL2 means all GIL2xx").argParser(parseRules),
    )
    .addOption(new Option("--ignore <names>", "not these rules or codes").argParser(parseRules))
    .addOption(
      new Option(
        "--per-file-ignores <entry>",
        "not these rules in files that a pattern as in .gitignore names, such as 'tests/:GIL106,busy-wait'; may be given several times",
      ).argParser(parsePerFileIgnores),
    )
    .addOption(
      new Option("--fail-on <severity>", "lowest severity that makes the exit code 1 (default: warning)").choices([...failOnWords]),
    )
    .optionsGroup("Report:")
    .addOption(
      new Option("--format <format>", "how to report; sarif is for code scanning, github for annotations of a workflow")
        .choices(["text", "json", "sarif", "github"])
        .default("text"),
    )
    .option("--output <file>", "write the report to a file")
    .option("--statistics", "count findings by rule")
    .option("--baseline <file>", "leave out findings that this file holds; they are known by what they are about, not by line numbers")
    .option("--write-baseline <file>", "write all findings to a baseline and report none")
    .addOption(colour())
    .optionsGroup("Fixes:")
    .option("--fix", "apply the fixes that keep the program's meaning, then report the rest")
    .option("--unsafe-fixes", "with --fix or --diff: also those that need a reader")
    .option("--diff", "print what --fix would change and change nothing; exit code 1 if it would change something")
    .optionsGroup("What is judged, and by what:")
    .addOption(target())
    .addOption(cores())
    .option("--stdin-filename <path>", "the name of the file that comes on standard input")
    .addOption(knowledgeFiles())
    .addOption(costs())
    .addOption(profile())
    .option("--no-cache", "neither use nor keep on disk what was read of files in earlier runs")
    .addHelpText(
      "after",
      `
Examples:
  gilscope check                                      the folder one is in
  gilscope check src --select GIL2,GIL4               only races and deadlocks
  gilscope check src --diff                           what --fix would do
  gilscope check src --write-baseline known.json      accept what is there now
  gilscope check src --baseline known.json            report what is new since
  cat app.py | gilscope check - --stdin-filename app.py

\`[tool.gilscope]\` in pyproject.toml sets target, cores, select, ignore,
per-file-ignores, rules, exclude, fail-on, baseline and knowledge; an option of
the command line comes before it. Colours: --color, else NO_COLOR and
FORCE_COLOR, else whether output is a terminal.`,
    )
    .action(async (paths: string[], { color, ...options }: CheckOptions & { color: ColourChoice }) =>
      end(await check(paths, options, withColour(color, environment))),
    );

  program
    .command("simulate")
    .summary("predict what threads, processes and other ways of running the same work would take")
    .description("Predicts, for each place that starts concurrent work, what threads, processes and other ways of running it would take.")
    .argument("[path[:line]...]", "files, folders or places (default: .)")
    .option("--workload <file>", "simulate the workload of a JSON file instead of code")
    .addOption(
      new Option("--format <format>", "how to report; svg draws the scaling, trace is for Perfetto")
        .choices(["text", "json", "svg", "trace"])
        .default("text"),
    )
    .addOption(target())
    .addOption(cores())
    .addOption(new Option("--workers <n>", "how many workers share the tasks (default: as many as the code says)").argParser(parseCount))
    .addOption(knowledgeFiles())
    .addOption(costs())
    .addOption(profile())
    .addOption(new Option("--seed <n>", "with --workload: draws the wake-up latencies").argParser(parseSeed))
    .addOption(colour())
    .action(async (places: string[], { color, ...options }: SimulateArguments & { color: ColourChoice }) =>
      end(await simulateOrRun(places, options, withColour(color, environment))),
    );

  program
    .command("explain")
    .summary("a page on the GIL, the page of a rule, or what is known of a library call")
    .description(
      "Explains what the GIL is and does, a rule, or what is known of a library call, class or package, with the evidence.\n" +
        "Without a name: which pages and rules there are.",
    )
    .argument("[name]", "a page such as why-the-gil, a rule's name or code, or a qualified name such as zlib.compress")
    .addOption(target())
    .addOption(knowledgeFiles())
    .action(async (name: string | undefined, options: ExplainOptions) => end(await explain(name, options, environment)));

  const knowledge = program.command("knowledge").summary("look at what is known of library calls").helpCommand(false);
  knowledge.description("Shows what is known of library calls: whether they release the GIL, when, and how that is known.");
  knowledge
    .command("list")
    .summary("all calls whose effect on the GIL is known")
    .description("Lists all calls whose effect on the GIL is known.")
    .addOption(format())
    .addOption(knowledgeFiles())
    .action(async (options: KnowledgeOptions & { format: "text" | "json" }) => end(await listKnowledge(options, environment)));
  knowledge
    .command("show")
    .summary("one of them, with its evidence")
    .description("Shows what is known of a call, class or package, with its evidence.")
    .argument("<name>", "qualified, such as zlib.compress or hashlib.HASH.update")
    .addOption(knowledgeFiles())
    .action(async (name: string, options: KnowledgeOptions) => end(await showKnowledge(name, options, environment)));
  knowledge
    .command("check")
    .summary("whether a knowledge file of your own can be read")
    .description("Reads a knowledge file and reports what in it cannot be used. Exit code 1 where something cannot.")
    .argument("<file>", "a JSON file in the format of the shipped ones")
    .action(async (file: string) => end(await checkKnowledge(file, environment)));

  program
    .command("calibrate")
    .summary("measure this machine's costs with a real interpreter")
    .description(
      "Measures what operations, thread switches, processes and hand-overs cost with an interpreter of this machine, in less than 20 seconds.\n" +
        "Later predictions for that version use the result. No other command runs Python, and none runs the code that is analysed.",
    )
    .option("--python <path>", "the interpreter: a command or a file (default: python3)")
    .option("--output <file>", "write the result to a file instead of keeping it in the user's folder for settings")
    .action(async (options: CalibrateOptions) => end(await calibrate(options, environment)));

  program
    .command("completion")
    .summary("print a script that tells a shell what may be typed")
    .description("Prints a script that tells a shell what may be typed.")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .addHelpText(
      "after",
      `
To load it:
  bash   echo 'source <(gilscope completion bash)' >> ~/.bashrc
  zsh    echo 'source <(gilscope completion zsh)' >> ~/.zshrc     after compinit
  fish   gilscope completion fish > ~/.config/fish/completions/gilscope.fish`,
    )
    .action((shell: (typeof shells)[number]) => environment.output.write(completionScript(shell, program)));

  program
    .command("lsp")
    .summary("run the language server")
    .description("Runs the language server for an editor.")
    .requiredOption("--stdio", "speak over standard input and output")
    .action(async () => end(await serve(environment)));

  program.helpCommand("help [command]", "print the help of a command");
  return program;
}

type SimulateArguments = Omit<WorkloadOptions, "workload"> &
  Partial<Pick<WorkloadOptions, "workload">> &
  KnowledgeOptions & { readonly profile?: string };

async function simulateOrRun(places: readonly string[], options: SimulateArguments, environment: Environment): Promise<ExitCode> {
  const { format, workload } = options;
  if (workload !== undefined) {
    if (places.length > 0) throw new UsageError("a path and --workload do not go together");
    if (options.profile !== undefined) throw new UsageError("--profile and --workload do not go together");
    if (options.knowledge !== undefined) throw new UsageError("--knowledge and --workload do not go together");
    return simulateWorkload({ ...options, workload }, environment);
  }
  if (options.seed !== undefined) throw new UsageError("--seed needs --workload");
  return simulate(places, { ...options, format }, environment);
}

async function serve(environment: Environment): Promise<ExitCode> {
  await environment.startServer();
  return 0;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}
