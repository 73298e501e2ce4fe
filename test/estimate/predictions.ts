import { type Analysis, AnalysisHost } from "../../server/src/analysis/analysis.js";
import { parseTarget } from "../../server/src/base/target.js";
import type { Calibration } from "../../server/src/estimate/calibration/calibration.js";
import type { Prediction, Strategy, StrategyPrediction } from "../../server/src/estimate/prediction/prediction.js";
import type { Parser } from "../../server/src/syntax/parser.js";

/** The predictions for a program of one file, on so many cores. Where no steps are given, the code is read and not followed. */
export function predictionsOf(
  parser: Parser,
  text: string,
  targetNamed = "cpython-3.13",
  cores = 4,
  calibrations: readonly Calibration[] = [],
  mostSteps = 0,
): readonly Prediction[] {
  return snapshotOf(parser, text, targetNamed, cores, calibrations, mostSteps).predictions("/main.py");
}

/** What is known of a program of one file, `/main.py`. */
export function snapshotOf(
  parser: Parser,
  text: string,
  targetNamed: string,
  cores: number,
  calibrations: readonly Calibration[] = [],
  mostSteps = 0,
): Analysis {
  const target = parseTarget(targetNamed);
  if (!target) throw new Error(`${targetNamed} is no target`);
  const host = new AnalysisHost(parser, { target, cores, calibrations, severities: {}, mostSteps });
  host.setFile("/main.py", text);
  return host.snapshot();
}

/** The prediction for a program with one site, beside which its coroutines may have some of their own. */
export function predictionOf(parser: Parser, text: string, targetNamed?: string, cores?: number, mostSteps = 0): Prediction {
  const all = predictionsOf(parser, text, targetNamed, cores, [], mostSteps);
  const handedOut = all.filter(({ kind }) => kind !== "asyncio");
  const predictions = handedOut.length > 0 ? handedOut : all;
  const [only] = predictions;
  if (!only || predictions.length > 1) throw new Error(`${predictions.length} predictions for:\n${text}`);
  return only;
}

export function strategyOf(prediction: Prediction, strategy: Strategy): StrategyPrediction {
  const found = prediction.strategies.find((each) => each.strategy === strategy);
  if (!found) throw new Error(`no prediction for ${strategy}`);
  return found;
}
