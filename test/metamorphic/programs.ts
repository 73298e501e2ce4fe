import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import type { Settings } from "../../server/src/analysis/answers.js";
import { newestTarget } from "../../server/src/base/target.js";
import { fewSteps } from "../../server/src/estimate/trial/follow.js";
import type { Finding } from "../../server/src/rules/rule.js";
import { casesOf } from "../markdown.js";
import { pythonParser } from "../syntax/python-parser.js";

/** A program of the project's own cases and examples. */
export interface Program {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly settings: Settings;
}

const parser = await pythonParser();
/** All cases of the rules, and all examples. */
export const programs: readonly Program[] = [
  ...globSync(["server/src/rules/*.md", "test/{rules,program,analysis}/*.md"])
    .sort()
    .flatMap((page) =>
      casesOf(readFileSync(page, "utf8")).map(({ name, files, settings }) => ({
        name: `${page}: ${name}`,
        files: files.map(({ path, text }) => ({ path: `/case/${path}`, text })),
        settings,
      })),
    ),
  ...globSync(["test/examples/**/*.py", "test/e2e/workspace/*.py", "test/measure/programs/*.py"])
    .sort()
    .map((path) => ({
      name: path,
      files: [{ path: `/${path}`, text: readFileSync(path, "utf8") }],
      settings: { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps },
    })),
];

/** What is found in the files, in their order. */
export function findingsOf(files: Program["files"], settings: Settings): readonly Finding[] {
  const host = new AnalysisHost(parser, settings);
  for (const { path, text } of files) host.setFile(path, text);
  const analysis = host.snapshot();
  return files.flatMap(({ path }) => analysis.findings(path));
}
