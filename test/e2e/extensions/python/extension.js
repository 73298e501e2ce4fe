const { EventEmitter, Uri, commands } = require("vscode");

/** What the Python extension tells of the interpreter that is selected; a command selects the other one. */
exports.activate = () => {
  const environments = {
    "/usr/bin/python3.12": { major: 3, minor: 12, micro: 4, sysVersion: "3.12.4 (main, Jun  6 2026) [GCC 13]" },
    "/usr/bin/python3.13t": { major: 3, minor: 13, micro: 5, sysVersion: "3.13.5 experimental free-threading build (main) [GCC 13]" },
  };
  const [first, second] = Object.keys(environments);
  const changed = new EventEmitter();
  let selected = first;
  commands.registerCommand("test.python.select", () => {
    selected = selected === first ? second : first;
    changed.fire({ id: selected, path: selected, resource: undefined });
  });
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ id: selected, path: selected }),
      resolveEnvironment: async ({ path }) => ({ id: path, path, version: environments[path], executable: { uri: Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
