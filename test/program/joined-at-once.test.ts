import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { joinOf } from "../../server/src/program/link/threads/joined-at-once.js";
import { pythonParser } from "../syntax/python-parser.js";
import { programOf } from "./program.js";

const parser = await pythonParser();

/** For each thread of a function, which wait is its own by its line, and whether it comes next. */
function joinsIn(body: string): readonly string[] {
  const text = `import threading\ndef work(): pass\ndef main(a, b):\n${body.replace(/^/gm, "    ")}\n`;
  const program = programOf(parser, { "m.py": text });
  const lineOf = (offset: number): number => text.slice(0, offset).split("\n").length - 3;
  return program.spawns.map(({ call, in: within, joinedBy }) => {
    const join = joinOf(call, within, joinedBy);
    return join ? `${lineOf(call.start)}: ${lineOf(join.call.start)} ${join.comes}` : `${lineOf(call.start)}: none`;
  });
}

const thread = "threading.Thread(target=work)";

describe("the wait for a thread", () => {
  const cases: readonly (readonly [says: string, body: string, expected: readonly string[]])[] = [
    ["is the next of that name", `t = ${thread}\nt.start()\nt.join()\nt = ${thread}\nt.start()\nt.join()`, ["1: 3 next", "4: 6 next"]],
    [
      "is the next one, though it is of another thread by then",
      `t = ${thread}\nt = ${thread}\nt.start()\nt.join()`,
      ["1: 4 later", "2: 4 next"],
    ],
    ["comes later where something else is done before", `t = ${thread}\nt.start()\nprint(a)\nt.join()`, ["1: 4 later"]],
    ["comes next behind other waits", `t = ${thread}\nt.start()\na.wait()\nt.join()`, ["1: 4 next"]],
    ["is not that of another name", `t = ${thread}\nt.start()\na.join()`, ["1: none"]],
    ["is not one before it", `t = a\nt.join()\nt = ${thread}\nt.start()`, ["3: none"]],
    ["is one in the same block", `t = ${thread}\nif a:\n    t.join()`, ["1: none"]],
    ["may be tried", `t = ${thread}\nt.start()\ntry:\n    t.join()\nexcept KeyboardInterrupt:\n    pass`, ["1: 4 next"]],
    ["is a loop for as long as it lives", `t = ${thread}\nt.start()\nwhile t.is_alive():\n    t.join(0.1)`, ["1: 3 next"]],
    [
      "is of an attribute by its whole name",
      `a.t = ${thread}\nb.t = ${thread}\na.t.start()\nb.t.join()\na.t.join()`,
      ["1: 5 later", "2: 4 later"],
    ],
    ["is asked of what makes it", `${thread}.join()`, ["1: 1 next"]],
  ];
  for (const [says, body, expected] of cases) test(says, () => assert.deepEqual(joinsIn(body), expected));
});
