const { Disposable, EventEmitter, FileSystemError, FileType, Uri, workspace } = require("vscode");

/** A file system as remote repositories have one: nothing of it is on this machine, everything is fetched. */
exports.activate = (context) => {
  const fetched = async (uri) => {
    const answer = await fetch(Uri.joinPath(context.extensionUri, "..", "files", uri.path).toString(true));
    if (!answer.ok) throw FileSystemError.FileNotFound(uri);
    return answer;
  };
  const refuse = (uri) => {
    throw FileSystemError.NoPermissions(uri);
  };
  const provider = {
    onDidChangeFile: new EventEmitter().event,
    watch: () => new Disposable(() => undefined),
    async stat(uri) {
      const answer = await fetched(uri);
      const isFolder = answer.headers.get("content-type") === "application/json; folder";
      const { byteLength } = await answer.arrayBuffer();
      return { type: isFolder ? FileType.Directory : FileType.File, ctime: 0, mtime: 0, size: byteLength };
    },
    async readDirectory(uri) {
      const entries = await (await fetched(uri)).json();
      return entries.map(({ name, kind }) => [name, kind === "folder" ? FileType.Directory : FileType.File]);
    },
    readFile: async (uri) => new Uint8Array(await (await fetched(uri)).arrayBuffer()),
    writeFile: refuse,
    createDirectory: refuse,
    delete: refuse,
    rename: refuse,
  };
  const options = { isCaseSensitive: true, isReadonly: true };
  context.subscriptions.push(workspace.registerFileSystemProvider("vscode-test-web", provider, options));
};
