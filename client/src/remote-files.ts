import { Disposable, FileType, Uri, workspace } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import {
  describeRequest,
  listFolderRequest,
  type RemoteDescription,
  type RemoteEntry,
  readFileRequest,
} from "../../server/src/lsp/protocol.js";

/** Reads for the server what only the editor can reach, such as the files of a remote repository. */
export function serveRemoteFiles(client: BaseLanguageClient): Disposable {
  return Disposable.from(
    client.onRequest(readFileRequest, async ({ uri }: { uri: string }): Promise<string> => {
      return base64Of(await workspace.fs.readFile(Uri.parse(uri)));
    }),
    client.onRequest(listFolderRequest, async ({ uri }: { uri: string }): Promise<RemoteEntry[]> => {
      const entries = await workspace.fs.readDirectory(Uri.parse(uri));
      return entries.map(([name, type]) => ({ name, kind: kindOf(type) }));
    }),
    client.onRequest(describeRequest, async ({ uri }: { uri: string }): Promise<RemoteDescription | null> => {
      try {
        const { type, size } = await workspace.fs.stat(Uri.parse(uri));
        return { kind: kindOf(type & ~FileType.SymbolicLink), size };
      } catch {
        // File systems of extensions do not agree on how they say that nothing is there.
        return null;
      }
    }),
  );
}

function kindOf(type: FileType): RemoteEntry["kind"] {
  // A link to a file is that file; a link to a folder is not entered, which ends every loop.
  if ((type & FileType.File) !== 0) return "file";
  return type === FileType.Directory ? "folder" : "other";
}

function base64Of(bytes: Uint8Array): string {
  let binary = "";
  // One call takes a bounded number of arguments.
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
