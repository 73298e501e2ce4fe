import { type ExecuteCommandParams, MessageType, ShowMessageNotification } from "vscode-languageserver";
import type { Analysis } from "../analysis/analysis.js";
import type { SiteDemand } from "../analysis/answers.js";
import { fileName } from "../base/path.js";
import { overlaps, type Range } from "../base/range.js";
import type { Target } from "../base/target.js";
import { pathOfUri, uriOfPath } from "./convert.js";
import { explanation, topics } from "./explanations.js";
import { MalformedParameters } from "./parameters.js";
import { predictionPage } from "./prediction-page.js";
import {
  type Explanation,
  explanationRequest,
  knowledgeFilesRequest,
  type Page,
  predictionRequest,
  reportRequest,
  type TimelineSite,
  timelineRequest,
  topicsRequest,
  type WorkPlace,
} from "./protocol.js";
import { saidPrediction } from "./said-prediction.js";
import { commandMessage } from "./server-commands.js";
import type { Session } from "./session.js";
import { workspaceReport } from "./workspace-report.js";

interface Surroundings extends Session {
  settings(): { readonly target: Target; readonly cores: number };
  /** The folders of the workspace. */
  folders(): readonly string[];
  /** The paths of the knowledge files in use. */
  knowledgePaths(): readonly string[];
  send(sending: Promise<void>): void;
}

/** Answers the requests that are the tool's own, and its commands. */
export function answerOwnRequests({
  connection,
  answering,
  snapshot,
  rendererOf,
  words,
  settings,
  folders,
  knowledgePaths,
  send,
}: Surroundings): void {
  /** The site whose call stands at the place, else the first one on its line, else the nearest if that is asked for. */
  const siteAt = (state: Analysis, path: string, { line, character, nearest }: WorkPlace): SiteDemand | undefined => {
    const renderer = rendererOf(state);
    const start = renderer.offset(path, { line, character });
    const lineEnd = renderer.offset(path, { line, character: Number.MAX_SAFE_INTEGER });
    if (start === undefined || lineEnd === undefined) return undefined;
    const sites = state.demands(path);
    return (
      sites.find(({ prediction: { range } }) => range.start <= start && start < range.end) ??
      sites.find(({ prediction: { range } }) => overlaps(range, { start, end: lineEnd })) ??
      (nearest ? [...sites].sort((a, b) => distance(a.prediction.range, start) - distance(b.prediction.range, start))[0] : undefined)
    );
  };

  const siteAsked = (place: WorkPlace): { readonly state: Analysis; readonly path: string; readonly site: SiteDemand } | undefined => {
    if (typeof place?.uri !== "string") throw new MalformedParameters("a document's uri is missing");
    const path = pathOfUri(place.uri);
    const state = snapshot();
    const site = siteAt(state, path, place);
    return site && { state, path, site };
  };

  connection.onRequest(
    predictionRequest,
    answering("prediction", (place: WorkPlace): Page | null => {
      const asked = siteAsked(place);
      if (!asked) return null;
      const { state, path, site } = asked;
      const { range } = site.prediction;
      return predictionPage(site.prediction, state.delays(path, range), rendererOf(state).position(path, range.start).line, words());
    }),
  );

  connection.onRequest<TimelineSite | null, void>(
    timelineRequest,
    answering("timeline", (place: WorkPlace): TimelineSite | null => {
      const asked = siteAsked(place);
      if (!asked) return null;
      const { state, path, site } = asked;
      return {
        ...site,
        prediction: saidPrediction(site.prediction, words()),
        place: { uri: place.uri, ...rendererOf(state).position(path, site.prediction.range.start) },
        fileName: fileName(path),
      };
    }),
  );

  connection.onRequest(
    explanationRequest,
    answering("explanation", (params: { readonly name?: unknown }): Explanation | null => {
      if (typeof params?.name !== "string") throw new MalformedParameters("the name is missing");
      return explanation(params.name, settings().target);
    }),
  );

  connection.onRequest(
    topicsRequest,
    answering("topics", () => topics(words())),
  );

  connection.onRequest(
    knowledgeFilesRequest,
    answering("knowledge files", () => knowledgePaths().map(uriOfPath)),
  );

  connection.onRequest(
    reportRequest,
    answering("report", () => {
      const state = snapshot();
      return workspaceReport(state, { ...settings(), folders: folders() }, words());
    }),
  );

  connection.onExecuteCommand(
    answering("workspace/executeCommand", (params: ExecuteCommandParams): null => {
      const message = commandMessage(params.command, params.arguments?.[0], words());
      if (message === undefined) throw new MalformedParameters(`${params.command} cannot be done with that`);
      send(connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message }));
      return null;
    }),
  );
}

function distance({ start, end }: Range, offset: number): number {
  return Math.max(start - offset, offset - end, 0);
}
