import type { InlayHintParams, InlayHint as LspInlayHint } from "vscode-languageserver";
import type { InlayHintSettings } from "./configuration.js";
import { MalformedParameters, pathIn } from "./parameters.js";
import { type ReleasingRange, releasingCallsRequest, type ThreadNode, threadsRequest } from "./protocol.js";
import type { Session } from "./session.js";
import { threadNodes } from "./thread-nodes.js";

interface Surroundings extends Session {
  wantedNotes(): InlayHintSettings;
}

/** Answers what an editor shows in the code, or beside it, without being asked about a place. */
export function answerReadingAids({ connection, answering, snapshot, rendererOf, wantedNotes, words }: Surroundings): void {
  connection.languages.inlayHint.on(
    answering("textDocument/inlayHint", (params: InlayHintParams): LspInlayHint[] => {
      const path = pathIn(params);
      const wanted = wantedNotes();
      if (!wanted.loops && !wanted.calls) return [];
      const state = snapshot();
      const renderer = rendererOf(state);
      const range = params.range && renderer.range(path, params.range);
      if (!range) return [];
      return state
        .codeNotes(path)
        .filter(({ kind, offset }) => (kind === "loop" ? wanted.loops : wanted.calls) && range.start <= offset && offset <= range.end)
        .map((note) => renderer.inlayHint(path, note));
    }),
  );

  connection.onRequest(
    releasingCallsRequest,
    answering("releasing calls", (params: { readonly uri?: unknown }): ReleasingRange[] => {
      if (typeof params?.uri !== "string") throw new MalformedParameters("a document's uri is missing");
      const path = pathIn({ textDocument: { uri: params.uri } });
      const state = snapshot();
      const renderer = rendererOf(state);
      return state.releasingCalls(path).map(({ range, runs }) => ({ range: renderer.lspRange(path, range), runs }));
    }),
  );

  connection.onRequest(
    threadsRequest,
    answering("threads", (): readonly ThreadNode[] => {
      const state = snapshot();
      return threadNodes(state.threadStarts(), rendererOf(state), words());
    }),
  );
}
