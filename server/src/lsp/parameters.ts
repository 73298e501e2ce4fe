import { pathOfUri } from "./convert.js";

/** A request that does not say what it is about. */
export class MalformedParameters extends Error {}

/** The path of the document that a request is about. */
export function pathIn(params: { readonly textDocument?: { readonly uri?: unknown } } | null | undefined): string {
  const uri = params?.textDocument?.uri;
  if (typeof uri !== "string") throw new MalformedParameters("textDocument.uri is missing");
  return pathOfUri(uri);
}

/** The place that a request is about. */
export function positionIn(params: { readonly position?: { readonly line?: unknown; readonly character?: unknown } }): {
  line: number;
  character: number;
} {
  const { line, character } = params.position ?? {};
  if (typeof line !== "number" || typeof character !== "number") throw new MalformedParameters("position is missing");
  return { line, character };
}
