import { setImmediate } from "node:timers/promises";
import type { ExtensionContext } from "vscode";
import { type CommandHandlers, registerCommands } from "./commands.js";
import type * as desktop from "./desktop.js";
import { forkServer } from "./server-process.js";

/*
 * The entry of the extension in desktop VS Code and in remote extension hosts. It is small, and all else is another file, so that the server
 * loads while the client does: whoever opens a file waits for both.
 */
const server = forkServer();

export function activate(context: ExtensionContext): void {
  context.subscriptions.push(registerCommands(context.extension, startClient(context), "desktop"));
}

/** Loads the client once the editor's process, which all extensions share, has had its turn. */
async function startClient(context: ExtensionContext): Promise<CommandHandlers> {
  await setImmediate();
  const { activateDesktop } = require("./desktop.js") as typeof desktop;
  return activateDesktop(context, server);
}
