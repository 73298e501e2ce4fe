import type { Diagnostic } from "vscode-languageserver";
import type { Analysis, AnalysisHost } from "../analysis/analysis.js";
import type { Renderer } from "./convert.js";
import type { Notebooks } from "./notebooks.js";
import type { OpenDocument } from "./open-documents.js";
import { analysedNotification } from "./protocol.js";
import type { ServerHost } from "./server-host.js";
import type { Session } from "./session.js";

/** Keeps the editor told of the diagnostics of the documents that it shows. */
export interface PublishedDiagnostics {
  /** Soon tells what has changed. */
  schedule(): void;
  /** The diagnostics of a document as it is now, which are the last that were told. */
  asked(shown: OpenDocument): readonly Diagnostic[];
  /** Tells that there are none any more. */
  takeBack(shown: OpenDocument): void;
  /** The same of a part that is told of by itself. */
  takeBackAt(uri: string): void;
  /** How many are shown, by URI. */
  counts(): Readonly<Record<string, number>>;
}

interface Surroundings extends Pick<Session, "connection" | "snapshot" | "rendererOf"> {
  readonly host: ServerHost;
  documents(): readonly OpenDocument[];
  /** Another one after each change, so that work that paused can see that it is out of date. */
  generation(): number;
  /** Settles when the editor has told its settings: what they turn off must not flash up before. */
  configured(): Promise<unknown>;
  /** Whether the editor asks for diagnostics. */
  pullsDiagnostics(): boolean;
  byCell: Notebooks["diagnosticsByCell"];
  /** A round has ended that nothing came in between. */
  onRound(): void;
  /** Goes on with understanding a program of which only a part has been so far, until `mustEnd` says so. */
  understand(mustEnd: () => boolean): ReturnType<AnalysisHost["understand"]>;
  analysisFailed(what: string, error: unknown): void;
  send(sending: Promise<void>): void;
}

/** The longest pause between two rounds of diagnostics, in milliseconds. */
const longestPause = 100;

/** For so long a large program is thought about at a time, in milliseconds, and longer as long as that is too short for anything to be found out. */
const shortestTurn = 40;

export function createPublishedDiagnostics(surroundings: Surroundings): PublishedDiagnostics {
  const { connection, host, send, analysisFailed, generation } = surroundings;
  const findingCounts = new Map<string, number>();
  let publishing: "idle" | "waiting" = "idle";
  let nextRound = 0;
  let lastAnalysed = -1;
  /** Whether an editor that asks for diagnostics has old ones of the text that it shows. */
  let isPulledStale = false;
  let turn = shortestTurn;

  const schedule = (): void => {
    if (publishing === "waiting") return;
    publishing = "waiting";
    // Who pauses after a keystroke is answered at once. Where analysis is slow, requests still find the server free between two rounds.
    const delay = Math.max(0, nextRound - host.now());
    Promise.all([surroundings.configured(), host.wait(delay)]).then(async () => {
      publishing = "idle";
      const started = host.now();
      await publish().catch((error) => analysisFailed("diagnostics", error));
      const ended = host.now();
      nextRound = ended + Math.min((ended - started) / 4, longestPause);
    });
  };

  const publish = async (): Promise<void> => {
    const round = generation();
    const state = surroundings.snapshot();
    const renderer = surroundings.rendererOf(state);
    // The document of the last keystroke is the last: it is what the user looks at.
    for (const shown of [...surroundings.documents()].reverse()) {
      if (shown.use === "ignored") continue;
      const diagnostics = diagnosticsOf(shown, state, renderer);
      if (generation() !== round) return schedule();
      const published = publishedAs(shown, diagnostics);
      if (shown.published?.version !== published.version || shown.published.diagnostics !== published.diagnostics) {
        if (shown.published?.version === published.version) isPulledStale = true;
        shown.published = published;
        tell(shown, diagnostics);
      }
      await host.wait(0);
      if (generation() !== round) return schedule();
    }
    if (surroundings.pullsDiagnostics() && isPulledStale) send(connection.languages.diagnostics.refresh());
    isPulledStale = false;
    surroundings.onRound();
    if (!(await understandRest(round))) return;
    if (generation() !== round) return schedule();
    if (round === lastAnalysed) return;
    lastAnalysed = round;
    send(connection.sendNotification(analysedNotification));
  };

  /** Takes turns with whatever the editor asks meanwhile. Returns whether nothing came in between that calls for another round. */
  const understandRest = async (round: number): Promise<boolean> => {
    for (;;) {
      const end = host.now() + turn;
      const reached = surroundings.understand(() => host.now() >= end);
      if (reached === "whole") break;
      turn = reached === "stuck" ? turn * 1.5 : shortestTurn;
      await host.wait(0);
      if (generation() !== round) {
        schedule();
        return false;
      }
    }
    turn = shortestTurn;
    return true;
  };

  /** Nothing for a file whose diagnostics fail, which are no reason to keep back those of the others. */
  const diagnosticsOf = (shown: OpenDocument, state: Analysis, renderer: Renderer): readonly Diagnostic[] => {
    try {
      const diagnostics = state.findings(shown.path).map((finding) => renderer.diagnostic(finding));
      for (const { rule, error } of state.failedRules()) analysisFailed(`the rule ${rule}`, error);
      return diagnostics;
    } catch (error) {
      analysisFailed("diagnostics", error);
      return [];
    }
  };

  const tell = (shown: OpenDocument, diagnostics: readonly Diagnostic[]): void => {
    for (const told of surroundings.byCell(shown.uri, shown.document.version, diagnostics)) {
      if (shown.use === "ignored") findingCounts.delete(told.uri);
      else findingCounts.set(told.uri, told.diagnostics.length);
      const isAskedFor = surroundings.pullsDiagnostics() && told.uri === shown.uri;
      if (!isAskedFor) send(connection.sendDiagnostics(told));
    }
  };

  return {
    schedule,
    asked(shown) {
      const state = surroundings.snapshot();
      const diagnostics = diagnosticsOf(shown, state, surroundings.rendererOf(state));
      shown.published = publishedAs(shown, diagnostics);
      return diagnostics;
    },
    takeBack: (shown) => tell(shown, []),
    takeBackAt(uri) {
      findingCounts.delete(uri);
      send(connection.sendDiagnostics({ uri, diagnostics: [] }));
    },
    counts: () => Object.fromEntries(findingCounts),
  };
}

function publishedAs({ document }: OpenDocument, diagnostics: readonly Diagnostic[]): OpenDocument["published"] & object {
  return { version: document.version, diagnostics: JSON.stringify(diagnostics) };
}
