import { type Disposable, type Event, EventEmitter } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { analysedNotification } from "../../server/src/lsp/protocol.js";

/** Tells everybody that the server's answers may have changed; a client has one listener for a notification. */
export function followAnalysis(client: BaseLanguageClient): { readonly onDidAnalyse: Event<void> } & Disposable {
  const analysed = new EventEmitter<void>();
  const listening = client.onNotification(analysedNotification, () => analysed.fire());
  return {
    onDidAnalyse: analysed.event,
    dispose() {
      listening.dispose();
      analysed.dispose();
    },
  };
}
