const { execFileSync } = require("node:child_process");
const { EventEmitter, commands } = require("vscode");

/** What the Python Environments extension tells of the environment that is selected; a command selects the other one. */
exports.activate = () => {
  const [executable, version] = execFileSync("python3", [
    "-c",
    "import sys; print(sys.executable, '.'.join(map(str, sys.version_info[:3])))",
  ])
    .toString()
    .trim()
    .split(" ");
  const real = { name: "system", displayName: `Python ${version}`, version, execInfo: { run: { executable } } };
  const freeThreaded = {
    name: "ft",
    displayName: "Python 3.14.0",
    version: "3.14.0",
    execInfo: { run: { executable: "/opt/bin/python3.14t" } },
  };
  const changed = new EventEmitter();
  let selected = real;
  commands.registerCommand("test.vscode-python-envs.select", () => {
    const old = selected;
    selected = selected === real ? freeThreaded : real;
    changed.fire({ uri: undefined, old, new: selected });
  });
  // In a folder of the name it is always the one without a GIL.
  const getEnvironment = async (scope) => (scope?.path.endsWith("/free-threaded") ? freeThreaded : selected);
  return { getEnvironment, onDidChangeEnvironment: changed.event };
};
