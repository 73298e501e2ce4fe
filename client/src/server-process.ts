import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { workspace } from "vscode";

/** Starts the server in a process of its own, where it begins to load at once; it speaks over Node's channel between processes. */
export function forkServer(): ChildProcess {
  const file = join(__dirname, "server.js");
  const child = fork(file, ["--node-ipc", `--clientProcessId=${process.pid}`], {
    // The editor's program is Node where it is told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", ELECTRON_NO_ASAR: "1" },
    // Not those of the editor, such as a debugger's port.
    execArgv: [],
    // Who looks at a list of processes sees which window it belongs to.
    cwd: folderOfWindow(),
    silent: true,
  });
  // Whoever talks to it sees that it is gone; an error that nobody hears would end the editor's process.
  child.on("error", () => undefined);
  return child;
}

function folderOfWindow(): string | undefined {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  return folder?.scheme === "file" && existsSync(folder.fsPath) ? folder.fsPath : undefined;
}
