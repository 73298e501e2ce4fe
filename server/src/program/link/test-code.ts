import { fileName } from "../../base/path.js";
import type { LinkedFile } from "./entity.js";
import type { Program } from "./link.js";

/**
 * Whether a file holds tests or benchmarks: its name or folder says so, or functions in it that are named as runners of tests look for them. What goes wrong
 * there is meant to, or is over with the test, and a benchmark runs what it measures and nothing beside it.
 */
export function isTestCode(path: string, program: Program): boolean {
  const file = program.file(path);
  return file !== undefined && (isTestFile(file) || benchmarkFile.test(path));
}

/** Whether it holds tests. */
export function isTestFile(file: LinkedFile): boolean {
  return testFile.test(fileName(file.path)) || holdsTests(file);
}

const testFile = /^(test_.*|.*_tests?|conftest)\.py$/i;

const benchmarkFile = /(^|\/)(benchmarks?\/|(\w+_)?(micro_?)?bench(marks?)?(_\w+)?\.py$)/i;

function holdsTests(file: LinkedFile): boolean {
  return file.derive("holds tests", () =>
    file.facts.functions.some(
      ({ kind, name, parameters }) => kind === "function" && /^test([_A-Z]|$)/.test(name) && parameters[0]?.name === "self",
    ),
  );
}
