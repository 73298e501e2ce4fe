import { type Disposable, workspace } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { trustNotification, type WorkspaceTrust } from "../../server/src/lsp/protocol.js";

/** Whether the user trusts the authors of the workspace now. */
export function currentTrust(): WorkspaceTrust {
  return workspace.isTrusted ? "given" : "withheld";
}

/** Tells the server once trust is given; the window is loaded again when it is taken back. */
export function followTrust(client: BaseLanguageClient): Disposable {
  return workspace.onDidGrantWorkspaceTrust(() => {
    client.sendNotification(trustNotification, { trust: currentTrust() }).catch(() => {
      // A stopped client needs no news; a restarted one introduces itself anew.
    });
  });
}
