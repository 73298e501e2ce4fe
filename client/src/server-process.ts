import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** Starts the server in a process of its own, where it begins to load at once; it speaks over Node's channel between processes. */
export function forkServer(): ChildProcess {
  const file = join(__dirname, "server.js");
  const child = fork(file, ["--node-ipc", `--clientProcessId=${process.pid}`], {
    // The editor's program is Node where it is told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", ELECTRON_NO_ASAR: "1" },
    // Not those of the editor, such as a debugger's port.
    execArgv: [],
    silent: true,
  });
  // Whoever talks to it sees that it is gone; an error that nobody hears would end the editor's process.
  child.on("error", () => undefined);
  return child;
}
