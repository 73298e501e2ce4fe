import type {
  CodeActionParams,
  CodeLensParams,
  HoverParams,
  CodeAction as LspCodeAction,
  CodeLens as LspCodeLens,
  Hover as LspHover,
} from "vscode-languageserver";
import type { AnalysisHost } from "../analysis/analysis.js";
import { codeActionsAt, fixAllActions } from "./code-actions.js";
import type { ClientAbilities } from "./convert.js";
import { pathOfUri } from "./convert.js";
import { MalformedParameters, pathIn, positionIn } from "./parameters.js";
import type { DocumentPlace } from "./protocol.js";
import type { Session } from "./session.js";

interface Surroundings extends Session {
  abilities(): ClientAbilities;
  readonly analysisHost: AnalysisHost;
  /** Whether the document is open, and what is typed in it is analysed. */
  isAnalysed(path: string): boolean;
  /** Trying a fix can leave behind another state of the analysis. */
  onChange(): void;
}

/** Answers what an editor asks about a place in the code: hovers, code actions, and what stands above lines. */
export function answerLanguageFeatures({
  connection,
  answering,
  snapshot,
  rendererOf,
  words,
  abilities,
  analysisHost,
  isAnalysed,
  onChange,
}: Surroundings): void {
  connection.onHover(
    answering("textDocument/hover", (params: HoverParams): LspHover | null => {
      const path = pathIn(params);
      const state = snapshot();
      const renderer = rendererOf(state);
      const offset = renderer.offset(path, positionIn(params));
      const hover = offset === undefined ? undefined : state.hover(path, offset);
      return hover ? renderer.hover(path, hover) : null;
    }),
  );

  connection.onCodeAction(
    answering("textDocument/codeAction", (params: CodeActionParams): LspCodeAction[] => {
      const path = pathIn(params);
      const state = snapshot();
      const renderer = rendererOf(state);
      const actions = codeActionsAt(path, params, state, renderer, abilities(), words());
      if (!isAnalysed(path)) return actions;
      const before = analysisHost.snapshotForNow();
      actions.push(...fixAllActions(path, params, state, renderer, analysisHost, words()));
      if (analysisHost.snapshotForNow() !== before) onChange();
      return actions;
    }),
  );

  connection.onCodeLens(
    answering("textDocument/codeLens", (params: CodeLensParams): LspCodeLens[] => {
      const path = pathIn(params);
      const state = snapshot();
      const renderer = rendererOf(state);
      return state.lenses(path).flatMap((lens) => [renderer.lensPlace(path, lens), renderer.timelineLens(path, lens)]);
    }),
  );

  connection.onCodeLensResolve(
    answering("codeLens/resolve", (asked: LspCodeLens): LspCodeLens => {
      const place = asked.data as DocumentPlace | undefined;
      if (typeof place?.uri !== "string") throw new MalformedParameters("a document's uri is missing");
      const path = pathOfUri(place.uri);
      const state = snapshot();
      const renderer = rendererOf(state);
      const start = renderer.offset(path, place);
      const lens = state.lenses(path).find(({ range }) => range.start === start);
      // An edit took the site away or moved it: the editor asks for all lenses again.
      return { command: { title: "", command: "" }, ...(lens && renderer.lens(path, lens)), range: asked.range };
    }),
  );
}
