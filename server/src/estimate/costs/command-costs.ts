import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import { atLeast, hasGil, type Target } from "../../base/target.js";
import type { CallCost } from "../../knowledge/evaluate.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { wholeText } from "../samples/sample.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { type ScriptCost, scriptCost, sleptByWords } from "./shell-scripts.js";

/**
 * What running a command takes that does little: the system starts it in a millisecond, and it is done with the kilobytes it is given in another
 * (`test/measure/commands.py`; 1.1 to 1.8 ms for these with 40 kB through a pipe, 2.3 to 3 ms for `sort`, on CPython 3.11, 3.13t and 3.14). Up to 3.11
 * the GIL is held until the command runs. `sleep`, and a script of a shell that is written out, take as long as they say. Undefined for any other command.
 */
export function commandCost(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, target: Target): CallCost | undefined {
  const found = /^subprocess\.(run|call|check_call|check_output|getoutput|getstatusoutput)$|^os\.system$/.exec(name);
  const script = found && costOfCommand(call, at, evaluator, found[1]?.startsWith("get") || name === "os.system");
  if (!script) return undefined;
  const isHeld = hasGil(target) && !atLeast(target, 3, 12);
  const begin = isHeld ? interval(250_000, 700_000, 2_000_000) : interval(150_000, 350_000, 1_500_000);
  const brief = isHeld ? interval(300_000, 900_000, 10_000_000) : interval(500_000, 1_200_000, 10_000_000);
  return {
    interpreterNs: begin,
    nativeNs: script.isPython ? pythonNs : add(add(brief, scale(further, script.commands)), readingNs(call, at, evaluator)),
    waitNs: script.sleptNs,
    missing: [],
    from: "measured",
  };
}

/**
 * What a command takes for what it is given with `input`, through a pipe, by the byte (`test/measure/commands.py`, 0.9 and 3.6 MB of lines of 20 bytes,
 * `LC_ALL=C` and `C.UTF-8`: `sort` 12 to 34 ns, `sed` 15 to 17, `awk` 10 to 11, `rev` 34, the others 0.4 to 8).
 */
function readingNs(call: CallOperation, at: Activation, evaluator: Evaluator): Interval {
  const given = call.arguments.find((each) => each.name === "input")?.value;
  const bytes = given && evaluator.length(given, at);
  if (!bytes) return exactly(0);
  const word = commandOf(call, at, evaluator) ?? "";
  const each = nsPerByte.find(([commands]) => commands.test(word))?.[1] ?? interval(0.4, 3, 8);
  return multiply(bytes, each);
}

const nsPerByte: readonly (readonly [RegExp, Interval])[] = [
  [/^(\S*\/)?sort(\s|$)/, interval(8, 20, 50)],
  [/^(\S*\/)?(sed|awk)(\s|$)/, interval(6, 14, 40)],
  [/^(\S*\/)?rev(\s|$)/, interval(15, 34, 60)],
  [/^(\S*\/)?(true|false|echo|printf|date|uname|hostname|whoami|id|ls|pwd|env|head)(\s|$)/, interval(0.1, 0.5, 1.5)],
];

/** Of another interpreter, to the end of its imports: 12 to 39 ms for 3.11, 3.13t and 3.14. */
const pythonNs: Interval = interval(8_000_000, 18_000_000, 80_000_000);

/** For each command that a shell starts beside itself. */
const further: Interval = interval(300_000, 800_000, 5_000_000);

function costOfCommand(call: CallOperation, at: Activation, evaluator: Evaluator, isShell: boolean): ScriptCost | undefined {
  const [first] = call.arguments;
  if (!first) return undefined;
  const textOf = (value: Value | undefined, in_: Activation): string | undefined => {
    const sample = value && evaluator.samples.of(value, in_);
    return sample?.kind === "text" ? wholeText(sample) : undefined;
  };
  const byShell = call.arguments.find((each) => each.name === "shell")?.value;
  if (isShell || (byShell?.op === "constant" && byShell.value !== 0)) {
    const script = textOf(first.value, at);
    return script === undefined ? undefined : scriptCost(script, isBrief);
  }
  const words = (value: Value, in_: Activation): ScriptCost | undefined => {
    if (value.op !== "display" || value.isOpen) return undefined;
    const texts = value.elements.map((each) => textOf(each, in_));
    const [command, option, script] = texts;
    const isPython = command === undefined ? isOwnInterpreter(value.elements[0]) : /^(\S*\/)?python[\d.]*$/.test(command);
    const code = isPython ? texts[texts.indexOf("-c") + 1] : undefined;
    if (isPython) return texts.includes("-c") && code !== undefined ? { commands: 0, sleptNs: sleptByPython(code), isPython } : undefined;
    if (command === undefined) return undefined;
    if (shells.test(command) && option === "-c") return script === undefined ? undefined : scriptCost(script, isBrief);
    return sleptByWords(texts);
  };
  const read = evaluator.samples.written(first.value, at, words);
  if (read) return read;
  const word = commandOf(call, at, evaluator);
  return word !== undefined && isBrief(word) ? { commands: 0, sleptNs: exactly(0) } : undefined;
}

/** `sys.executable` */
function isOwnInterpreter(value: Value | undefined): boolean {
  return value?.op === "read" && value.place.kind === "attribute" && value.place.name === "executable";
}

/** What a few lines of Python sleep, each call once. */
function sleptByPython(code: string): Interval {
  let seconds = 0;
  for (const [, number] of code.matchAll(/\bsleep\((\d*\.?\d+)\)/g)) seconds += Number(number);
  return exactly(seconds * 1e9);
}

const shells = /^(\S*\/)?(sh|bash|dash|zsh|ash|ksh)$/;

function isBrief(word: string): boolean {
  return briefCommands.test(word);
}

const briefCommands =
  /^(\S*\/)?(true|false|echo|printf|cat|wc|cut|tr|sort|uniq|grep|[ef]grep|sed|awk|date|uname|hostname|whoami|id|ls|pwd|env|basename|dirname|head|test|stat|touch|mkdir|rmdir|rm|cp|mv|ln|chmod|readlink|realpath|which|seq|expr|rev|tee|md5sum|sha256sum|cksum)(\s|$)/;

/** Whether a command is started that is known to wait for time or the network, where most compute: `["ssh", host, "uptime"]`. */
export function startsIdleCommand(call: CallOperation, at: Activation, evaluator: Evaluator): boolean {
  return idleCommands.test(commandOf(call, at, evaluator) ?? "");
}

const idleCommands =
  /^(\S*\/)?(sleep|timeout|ssh|scp|sftp|rsync|curl|wget|ping6?|nc|ncat|telnet|dig|nslookup|traceroute|tail|(git|hg|svn) (-\S+ )*(clone|fetch|pull|push|ls-remote|update|checkout http\S*)|(docker|podman) (pull|push)|kubectl|aws|gcloud|az|gh|ansible|snmp\w+)(\s|$)/;

/** Whether a command is started that is known to compute: a compiler, a converter, a packer. */
export function startsBusyCommand(call: CallOperation, at: Activation, evaluator: Evaluator): boolean {
  return busyCommands.test(commandOf(call, at, evaluator) ?? "");
}

const busyCommands =
  /^(\S*\/)?(make|gmake|ninja|cmake|gcc|g\+\+|clang(\+\+)?|cc|c\+\+|ld|rustc|cargo|go|javac|mvn|gradle|tsc|webpack|ffmpeg|ffprobe|sox|lame|flac|oggenc|convert|magick|mogrify|gs|inkscape|blender|povray|dot|pdflatex|xelatex|lualatex|latex|pandoc|optipng|pngquant|cwebp|gzip|gunzip|bzip2|xz|zstd|7z|zip|unzip|tar|openssl|gpg|black|ruff|mypy|pylint|flake8|eslint|clang-(format|tidy)|cppcheck)(\s|$)/;

/** The command, or the words that a list begins with, if they are written out. */
function commandOf({ arguments: [first] }: CallOperation, at: Activation, evaluator: Evaluator): string | undefined {
  const read = (value: Value): string | undefined => {
    const written = (value.op === "display" ? value.elements : [value]).map((word) =>
      word.op === "constant" && word.type === "str" ? String(word.value) : undefined,
    );
    const end = written.indexOf(undefined);
    return end === 0 || written.length === 0 ? undefined : written.slice(0, end < 0 ? undefined : end).join(" ");
  };
  return first && evaluator.samples.written(first.value, at, read);
}
