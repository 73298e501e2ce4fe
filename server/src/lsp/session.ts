import type { Connection, ResponseError } from "vscode-languageserver";
import type { Analysis } from "../analysis/analysis.js";
import type { Renderer } from "./convert.js";
import type { Words } from "./language.js";

/** What requests are answered with. */
export interface Session {
  readonly connection: Connection;
  /** Wraps the work on a request, so that its failure is an answer. */
  answering<Params, Result>(
    what: string,
    work: (params: Params) => Result | Promise<Result>,
  ): (params: Params) => Promise<Result | ResponseError<void>>;
  snapshot(): Analysis;
  rendererOf(state: Analysis): Renderer;
  words(): Words;
}
