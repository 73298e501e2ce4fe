import type { Connection } from "vscode-languageserver";
import type { Host } from "../base/host.js";
import type { SourceHost } from "../base/source-files.js";
import type { FactsSource } from "../program/packed-facts.js";
import { isUri, uriOfPath } from "./convert.js";
import type { Language, Translations } from "./language.js";
import { describeRequest, listFolderRequest, type RemoteDescription, type RemoteEntry, readFileRequest } from "./protocol.js";

/** What the server asks of the world outside. */
export interface ServerHost extends Host, SourceHost {
  /** The folder of the user's settings for this program, where `gilscope calibrate` keeps what it measures; undefined where there is none. */
  readonly configurationFolder: string | undefined;
  /** Makes facts beside this thread; undefined where there is no other. */
  readonly facts: FactsSource | undefined;
  /** What the server says, in another language than English. */
  readTranslations(language: Language): Promise<Translations>;
  /** The path without links in it. Rejects where nothing stands. */
  realPath(path: string): Promise<string>;
  /** Resolves after at least that many milliseconds; messages that have arrived are handled before. */
  wait(milliseconds: number): Promise<void>;
}

/** A host that asks the editor for what only the editor can reach, such as the files of a remote repository. */
export function withRemoteFiles(host: ServerHost, connection: Connection): ServerHost {
  const ask = <Result>(request: string, path: string): Promise<Result> => connection.sendRequest<Result>(request, { uri: uriOfPath(path) });
  return {
    ...host,
    readFile: async (path) => (isUri(path) ? bytesOf(await ask<string>(readFileRequest, path)) : host.readFile(path)),
    listFolder: (path) => (isUri(path) ? ask<RemoteEntry[]>(listFolderRequest, path) : host.listFolder(path)),
    // The editor does not tell where links lead; what it reads for the server it has allowed.
    realPath: async (path) => (isUri(path) ? path : host.realPath(path)),
    describe: async (path) =>
      isUri(path) ? ((await ask<RemoteDescription | null>(describeRequest, path)) ?? undefined) : host.describe(path),
  };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
