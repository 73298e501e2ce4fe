import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import type { Chance } from "./chance.js";

/* Texts by chance: characters, programs by a small grammar, and pieces of real files. */

/** Programs of the tests: small ones that start threads, processes and tasks in many ways. */
export const realFiles: ReadonlyMap<string, string> = new Map(
  globSync(["test/examples/**/*.py", "test/e2e/workspace/*.py", "test/measure/programs/*.py"])
    .sort()
    .map((path) => [path, readFileSync(path, "utf8")]),
);

const characters = [
  ..."abcxyz_019 \t\n\n\n()[]{}:;,.=+-*/%@#'\"\\|&^~<>!$?`",
  "\r\n",
  "\r",
  "\0",
  "\ud83d\ude00",
  "\ud800",
  "\udc00",
  "\u202e",
  "\u2066",
  "\u200b",
  "\ufeff",
  "\u2028",
  "é",
  "日",
];

const words = [
  ..."def class return yield await async with as for while if elif else try except finally raise lambda not in is and or del global".split(
    " ",
  ),
  ..."nonlocal pass break continue import from match case assert None True print exec type lazy self lock counter rows threading".split(
    " ",
  ),
  ..."threading.Thread(target= threading.Lock() Lock .acquire() .release() .start() .join() .submit( .map( .append( .get( # gil: ignore[".split(
    " ",
  ),
  ..."ThreadPoolExecutor ProcessPoolExecutor asyncio.run( asyncio.sleep(1) time.sleep(0) queue.Queue() @ ** // -> := ... ''' \"\"\" f' f\"{".split(
    " ",
  ),
  ..."# gil: # gil:guarded-by( 0x 1e9 1_000 0777 `x` <> <<<<<<< ======= >>>>>>>".split(" "),
  "\n",
  "\n    ",
  "\n        ",
  "\n\t",
  " \\\n",
  " ",
];

/** Characters and words of Python in no order. */
export function wildText(chance: Chance, length: number): string {
  let text = "";
  while (text.length < length) text += chance.happens(0.3) ? chance.of(characters) : `${chance.of(words)}${chance.happens(0.7) ? " " : ""}`;
  return text;
}

const names = [
  "counter",
  "rows",
  "lock",
  "other_lock",
  "worker",
  "helper",
  "Store",
  "self.total",
  "self.lock",
  "self.rows",
  "config",
  "queue",
  "done",
];

/** A program of definitions and statements that parses, about shared state, locks and ways to start work. */
export function grammarText(chance: Chance, size: number): string {
  const name = (): string => chance.of(names);
  const expression = (depth: number): string => {
    if (depth <= 0) return chance.of([name(), "1", "0.5", "'text'", "None", "b'x'", "[]", "{}"]);
    const inner = (): string => expression(depth - 1);
    return chance.of([
      () => `${inner()} + ${inner()}`,
      () => `${name()}(${inner()}, key=${inner()})`,
      () => `${name()}[${inner()}]`,
      () => `[${inner()} for item in ${inner()} if ${inner()}]`,
      () => `{${inner()}: ${inner()}}`,
      () => `(lambda item: ${inner()})`,
      () => `${inner()} if ${inner()} else ${inner()}`,
      () => `not ${inner()}`,
      () => `${inner()} in ${inner()}`,
      () => `f"{${name()}} text"`,
      () => `${name()}.get(${inner()}, ${inner()})`,
      () => `threading.Lock()`,
      () => `hashlib.sha256(${inner()}).hexdigest()`,
      () => `json.dumps(${inner()})`,
      () => `(item := ${inner()})`,
      () => `len(${inner()})`,
    ])();
  };
  const lines = (count: number, indent: string, where: "function" | "coroutine" | "module"): string => {
    let text = "";
    for (let i = 0; i < count; i++) text += statement(indent, Math.max(0, count - 2), where);
    return text === "" ? `${indent}pass\n` : text;
  };
  const statement = (indent: string, room: number, where: "function" | "coroutine" | "module"): string => {
    const deeper = `${indent}    `;
    const value = (): string => expression(1 + chance.below(2));
    const body = (): string => lines(1 + chance.below(Math.min(3, room + 1)), deeper, where);
    const plain = [
      () => `${name()} = ${value()}`,
      () => `${name()} += ${value()}`,
      () => `${name()}.append(${value()})`,
      () => `${name()}[${value()}] = ${value()}`,
      () => `${name()}.acquire()`,
      () => `${name()}.release()`,
      () => `threading.Thread(target=${name()}, args=(${value()},)).start()`,
      () => `executor.submit(${name()}, ${value()})`,
      () => `time.sleep(${value()})`,
      () => `print(${value()})`,
      () => `global counter`,
      () => `del ${name()}`,
      () => `import ${chance.of(["queue", "json", "numpy as np", "os.path"])}`,
      () =>
        `${name()} = ${value()}  # gil: ${chance.of(["ignore", "ignore[GIL201]", "guarded-by(self.lock)", "iterations=10", "nonsense"])}`,
      () => (where === "coroutine" ? `await ${value()}` : where === "function" ? `return ${value()}` : "pass"),
      () => (where === "function" ? `yield ${value()}` : "pass"),
    ];
    if (room <= 0 || chance.happens(0.6)) return `${indent}${chance.of(plain)()}\n`;
    return chance.of([
      () => `${indent}if ${value()}:\n${body()}${chance.happens(0.5) ? `${indent}else:\n${body()}` : ""}`,
      () => `${indent}for item in ${chance.of(["range(100)", value()])}:\n${body()}`,
      () => `${indent}while ${value()}:\n${body()}`,
      () => `${indent}with ${name()}${chance.happens(0.3) ? " as held" : ""}:\n${body()}`,
      () => `${indent}try:\n${body()}${indent}except (ValueError, KeyError) as error:\n${body()}${indent}finally:\n${body()}`,
      () => `${indent}with concurrent.futures.ThreadPoolExecutor(${chance.of(["", "4", "max_workers=2"])}) as executor:\n${body()}`,
      () => `${indent}match ${value()}:\n${deeper}case [first, *_] if first:\n${lines(1, `${deeper}    `, where)}`,
      () => definition(indent, room),
    ])();
  };
  const definition = (indent: string, room: number): string => {
    const deeper = `${indent}    `;
    const count = 1 + chance.below(Math.min(4, room + 1));
    if (chance.happens(0.25)) {
      const base = chance.of(["", "(threading.Thread)", "(Store)", "(Protocol)"]);
      return `${indent}class ${chance.of(["Store", "Worker", "Other"])}${base}:\n${deeper}${chance.of(names).replace("self.", "")} = ${expression(1)}\n${deeper}def run(self):\n${lines(count, `${deeper}    `, "function")}`;
    }
    const decorator = chance.happens(0.15) ? `${indent}@${chance.of(["staticmethod", "app.get('/')", "cached"])}\n` : "";
    const header = `${chance.of(["worker", "helper", "run"])}(self, item=${expression(1)})`;
    return chance.happens(0.25)
      ? `${decorator}${indent}async def ${header}:\n${lines(count, deeper, "coroutine")}`
      : `${decorator}${indent}def ${header}:\n${lines(count, deeper, "function")}`;
  };
  let text = "import asyncio, concurrent.futures, hashlib, json, threading, time\n\ncounter = 0\nlock = threading.Lock()\nrows = []\n\n";
  for (let i = 0; i < size; i++) text += chance.happens(0.6) ? `${definition("", 4)}\n` : statement("", 2, "module");
  return text;
}
