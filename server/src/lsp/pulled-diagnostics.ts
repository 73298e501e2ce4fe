import {
  type Diagnostic,
  type DiagnosticOptions,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
} from "vscode-languageserver";
import { textHash } from "../base/text-hash.js";
import { pathIn } from "./parameters.js";
import type { Session } from "./session.js";

/** What the server says of itself to an editor that asks for diagnostics: what is found in one file can depend on all others. */
export const diagnosticOptions: DiagnosticOptions = { identifier: "gilscope", interFileDependencies: true, workspaceDiagnostics: false };

interface Surroundings extends Pick<Session, "connection" | "answering"> {
  /** The diagnostics of an open document as it is now; none for any other path. */
  diagnosticsOf(path: string): Promise<readonly Diagnostic[]>;
}

/** Answers editors that ask for the diagnostics of a document instead of being told. */
export function answerPulledDiagnostics({ connection, answering, diagnosticsOf }: Surroundings): void {
  connection.onRequest<DocumentDiagnosticReport, void>(
    DocumentDiagnosticRequest.method,
    answering("textDocument/diagnostic", async (params: DocumentDiagnosticParams): Promise<DocumentDiagnosticReport> => {
      const items = [...(await diagnosticsOf(pathIn(params)))];
      const resultId = textHash(JSON.stringify(items));
      if (params.previousResultId === resultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
      return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
    }),
  );
}
