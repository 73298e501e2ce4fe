import type { TextDocumentContentChangeEvent } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { AnalysisHost } from "../analysis/analysis.js";
import { applyChanges, pathOfUri } from "./convert.js";
import type { IntroducedDocument } from "./protocol.js";
import { longestText } from "./workspace-index.js";

/** A document that the editor shows. */
export interface OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly document: TextDocument;
  /** Ignored: excluded by the user, or too long to be analysed while somebody types in it. */
  use: "analysed" | "ignored";
  /** What the editor was told last: the version and the diagnostics as JSON. */
  published: { readonly version: number; readonly diagnostics: string } | undefined;
}

/** The documents that the editor shows, whose texts the analysis has from here. */
export interface OpenDocuments {
  at(path: string): OpenDocument | undefined;
  isAnalysed(path: string): boolean;
  /** All of them; the one of the last keystroke is the last. */
  all(): readonly OpenDocument[];
  open(uri: string, version: number, text: string): void;
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void;
  close(uri: string): void;
  /** Opens documents that the client tells of before it opens them. */
  introduce(documents: readonly IntroducedDocument[]): void;
  /** Closes those that the client has not opened since. */
  closeIntroduced(): void;
  /** Which are excluded may be others now. */
  excludeAnew(): void;
  /** Gives the analysis all texts anew that it should have. */
  readAgain(): void;
}

/** Who hears what became of documents, and says what is known of their files. */
interface DocumentsListener {
  isExcluded(path: string): boolean;
  /** Whether the file at the path is one of those that are read from disk. */
  isOnDisk(path: string): boolean;
  /** What the analysis knows is something else now. */
  onChange(): void;
  onIgnored(shown: OpenDocument): void;
  onClose(shown: OpenDocument): void;
  /** From now on, the file on disk counts again. */
  onGivenBack(path: string): void;
  onFailure(what: string, error: unknown): void;
  log(message: string): void;
}

export function createOpenDocuments(analysisHost: AnalysisHost, listener: DocumentsListener): OpenDocuments {
  const open = new Map<string, OpenDocument>();
  /** Documents that are open because the client introduced them, and that it has not opened yet. */
  const introduced = new Set<string>();

  const leaveOut = (path: string): void => {
    try {
      analysisHost.removeFile(path);
    } catch (error) {
      listener.onFailure(`leaving out ${path}`, error);
    }
  };

  /** Gives the analysis the text of a document anew, or leaves it out where that fails, until it is another text. */
  const readAgain = (shown: OpenDocument): void => {
    try {
      analysisHost.removeFile(shown.path);
      analysisHost.openFile(shown.path, shown.document.getText());
    } catch (error) {
      shown.use = "ignored";
      listener.onFailure(`reading ${shown.path}`, error);
      leaveOut(shown.path);
    }
  };

  /** Gives the analysis the open documents it should have, and takes back those it should not. */
  const useOpenDocument = (shown: OpenDocument): void => {
    const text = shown.document.getText();
    const use = text.length > longestText || listener.isExcluded(shown.path) ? "ignored" : "analysed";
    if (use === shown.use) return;
    if (use === "analysed") {
      try {
        analysisHost.openFile(shown.path, text);
        shown.use = use;
      } catch (error) {
        leaveOut(shown.path);
        throw error;
      }
    } else {
      shown.use = use;
      analysisHost.closeFile(shown.path);
      analysisHost.removeFile(shown.path);
      shown.published = undefined;
      listener.onIgnored(shown);
    }
    listener.onChange();
  };

  const openDocument = (uri: string, version: number, text: string): void => {
    const path = pathOfUri(uri);
    if (introduced.delete(uri)) {
      const { document } = open.get(path) ?? {};
      if (document?.version === version && document.getText() === text) return;
      closeDocument(uri);
    }
    const document = TextDocument.create(uri, "python", version, text);
    const shown: OpenDocument = { uri, path, document, use: "ignored", published: undefined };
    open.set(path, shown);
    useOpenDocument(shown);
    if (text.length > longestText) listener.log(`${path} is too large to be analysed in an editor (${(text.length / 1e6).toFixed(1)} MB)`);
  };

  const changeDocument = (uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void => {
    const path = pathOfUri(uri);
    const shown = open.get(path);
    if (!shown) throw new Error(`${uri} is not open`);
    const edits = applyChanges(shown.document, changes, version);
    open.delete(path);
    open.set(path, shown);
    if (shown.use === "analysed") {
      listener.onChange();
      try {
        analysisHost.editFile(path, edits);
      } catch (error) {
        // Later edits count from this text, however often this fails.
        readAgain(shown);
        throw error;
      }
    }
    useOpenDocument(shown);
  };

  const closeDocument = (uri: string): void => {
    const path = pathOfUri(uri);
    const shown = open.get(path);
    if (!shown) return;
    open.delete(path);
    listener.onClose(shown);
    if (shown.use === "ignored") return;
    listener.onChange();
    try {
      analysisHost.closeFile(path);
      // What was typed and not saved is gone with the editor; the file on disk counts again.
      if (!listener.isOnDisk(path)) analysisHost.removeFile(path);
    } catch (error) {
      leaveOut(path);
      throw error;
    } finally {
      listener.onGivenBack(path);
    }
  };

  return {
    at: (path) => open.get(path),
    isAnalysed: (path) => open.get(path)?.use === "analysed",
    all: () => [...open.values()],
    open: openDocument,
    change: changeDocument,
    close: closeDocument,
    introduce(documents) {
      for (const { uri, version, text } of documents) {
        if (open.has(pathOfUri(uri))) continue;
        openDocument(uri, version, text);
        introduced.add(uri);
      }
    },
    closeIntroduced() {
      const uris = [...introduced];
      introduced.clear();
      uris.forEach(closeDocument);
    },
    excludeAnew() {
      for (const shown of open.values()) useOpenDocument(shown);
    },
    readAgain() {
      for (const shown of open.values()) if (shown.use === "analysed") readAgain(shown);
    },
  };
}
