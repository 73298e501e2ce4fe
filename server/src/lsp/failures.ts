import { type CancellationToken, ErrorCodes, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import { Cancelled } from "../base/cancellation.js";
import { errorDetails } from "../base/error-details.js";
import type { Notebooks } from "./notebooks.js";
import { MalformedParameters } from "./parameters.js";
import type { ServerHost } from "./server-host.js";

/** What becomes of failures: each is logged once, and everything else goes on. */
export interface Failures {
  /** Tells of a failure the first time it comes. Returns how often it has come. */
  log(what: string, error: unknown): number;
  /** A failure in the midst of analysis, which may have left behind what is half done: nothing of that is to be met again. */
  inAnalysis(what: string, error: unknown): void;
  /** The one place where a request's failure is caught. */
  answering<Params, Result>(
    what: string,
    work: (params: Params) => Result | Promise<Result>,
  ): (params: Params, cancellation?: CancellationToken) => Promise<Result | ResponseError<void>>;
  /** The one place where a notification's failure is caught. */
  noticing<Params>(what: string, work: (params: Params) => void): (params: Params) => void;
}

interface Surroundings {
  readonly host: ServerHost;
  notebooks(): Notebooks;
  /** Makes everything anew that the analysis has. */
  startAfresh(): void;
}

/** What fails however often everything is made anew is not worth the time any more. */
const mostFreshStarts = 3;

export function createFailures({ host, notebooks, startAfresh }: Surroundings): Failures {
  const failures = new Map<string, number>();
  const log = (what: string, error: unknown): number => {
    const message = `${what} failed: ${errorDetails(error)}`;
    // Which of Node's own functions called ours differs from time to time.
    const key = message.replace(/\n\s+at [^\n]*\bnode:[^\n]*/g, "");
    const times = (failures.get(key) ?? 0) + 1;
    failures.set(key, times);
    if (times === 1) host.log(message);
    return times;
  };
  const inAnalysis = (what: string, error: unknown): void => {
    if (log(what, error) <= mostFreshStarts) startAfresh();
  };
  return {
    log,
    inAnalysis,
    answering: (what, work) => async (params, cancellation) => {
      // Whoever typed on has sent a cancellation by the time this turn of the loop ends.
      await host.wait(0);
      if (cancellation?.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, `${what} was cancelled`);
      try {
        return notebooks().inCells(await work(notebooks().inModule(params)), params);
      } catch (error) {
        if (error instanceof Cancelled) return new ResponseError(LSPErrorCodes.RequestCancelled, `${what} was cancelled`);
        if (error instanceof MalformedParameters) return new ResponseError(ErrorCodes.InvalidParams, `${what}: ${error.message}`);
        inAnalysis(what, error);
        return new ResponseError(ErrorCodes.InternalError, `${what} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    noticing: (what, work) => (params) => {
      try {
        work(params);
      } catch (error) {
        inAnalysis(what, error);
      }
    },
  };
}
