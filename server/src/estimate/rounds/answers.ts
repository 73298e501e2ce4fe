import { type Interval, interval } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { TimedCall } from "../costs/timed-calls.js";

/**
 * Whether a `while True` that it leaves itself asks somebody else in each round, and goes on with the answer: pages of a listing, attempts, a job that is
 * looked for until it is done. What takes what other threads hand over goes on as long as they do.
 */
export function asksAgain(wait: Interval, calls: readonly TimedCall[], within: FunctionNode): boolean {
  return (
    wait.likely >= shortestAnswerNs &&
    !calls.some((call) => call.in === within && (call.kind === "sync-wait" || /\.accept$/.test(call.name)))
  );
}

/** What is waited for longer is another machine, a disk or a clock. */
const shortestAnswerNs = 20_000;

/** How often such a loop goes round. Nobody waits for thousands of answers one after the other. */
export const roundsOfAnswers: Interval = interval(1, 5, 1_000);
