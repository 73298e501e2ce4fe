import assert from "node:assert/strict";
import { type Analysis, AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { fewSteps } from "../../server/src/estimate/trial/follow.js";
import type { Parser } from "../../server/src/syntax/parser.js";

/** As an editor has them. */
export const settings = { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps };

/**
 * What one request may take of the processor, in milliseconds. A busy machine does not make it longer, as it does the time on the clock.
 */
export const patience = 2000;

/** Asks everything that an editor asks about a file and gives it back as JSON; each question is answered within the patience. */
export function askAll(analysis: Analysis, path: string, offsets: readonly number[]): string {
  const text = analysis.text(path) ?? "";
  const answers: unknown[] = [
    withinPatience("findings", () => analysis.findings(path)),
    withinPatience("lenses", () => analysis.lenses(path)),
    withinPatience("predictions", () => analysis.predictions(path)),
  ];
  for (const offset of offsets) {
    answers.push(withinPatience("hover", () => analysis.hover(path, offset)));
    answers.push(
      withinPatience("code actions", () => analysis.codeActions(path, { start: offset, end: Math.min(text.length, offset + 80) })),
    );
  }
  return JSON.stringify(answers);
}

/** The work, unless it throws or takes too long. */
export function withinPatience<Result>(what: string, work: () => Result): Result {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  const milliseconds = Math.round((user + system) / 1000);
  assert.ok(milliseconds <= patience, `${what} took ${milliseconds} ms`);
  return result;
}

/** All questions about a text in a host of its own, at places spread over it. */
export function askAboutText(parser: Parser, text: string): string {
  const host = new AnalysisHost(parser, settings);
  withinPatience("reading", () => host.setFile("/fuzz/app.py", text));
  return askAll(host.snapshot(), "/fuzz/app.py", [0, text.length >> 2, text.length >> 1, text.length]);
}
