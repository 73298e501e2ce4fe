import type { ExtensionContext } from "vscode";
import type * as desktop from "./desktop.js";
import { forkServer } from "./server-process.js";

/*
 * The entry of the extension in desktop VS Code and in remote extension hosts. It is small, and all else is another file, so that the server
 * loads while the client does: whoever opens a file waits for both.
 */
const server = forkServer();
const { activateDesktop } = require("./desktop.js") as typeof desktop;

export function activate(context: ExtensionContext): void {
  activateDesktop(context, server);
}
