import { withFields } from "../estimate/prediction/on-demand.js";
import type { Prediction } from "../estimate/prediction/prediction.js";
import type { Words } from "./language.js";

/** The prediction with its reasons and assumptions in the editor's language, for a page that shows them by itself. */
export function saidPrediction(prediction: Prediction, { said }: Words): Prediction {
  return withFields(prediction, {
    strategies: prediction.strategies.map((strategy) => withFields(strategy, { reason: said(strategy.reason) })),
    assumptions: prediction.assumptions.map(({ what, value, from }) => ({ what: said(what), value: said(value), from })),
  });
}
