import type { ClientCapabilities } from "vscode-languageserver";
import type { ClientAbilities } from "./convert.js";
import type { HoverAbilities } from "./hover-page.js";
import type { IntroducedDocument, Theme, WorkspaceTrust } from "./protocol.js";

/** What the client can do beyond showing answers. */
export interface Client {
  readonly configuration: boolean;
  readonly configurationChanges: boolean;
  readonly folderChanges: boolean;
  readonly watchedFiles: boolean;
  readonly progress: boolean;
  readonly lensRefresh: boolean;
  readonly inlayRefresh: boolean;
  /** Whether it asks for diagnostics, and again when it is told that they may be others. */
  readonly pullsDiagnostics: boolean;
  /** Whether it has commands of its own for what code actions and lenses offer. */
  readonly commands: boolean;
}

export function clientOf({ workspace, window, textDocument }: ClientCapabilities, introduction?: unknown): Client {
  // Our own client brings its commands, and is told diagnostics: it shows those of files that no editor has open, too.
  const commands = introductionOf(introduction).commands.length > 0;
  return {
    configuration: workspace?.configuration === true,
    configurationChanges: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    folderChanges: workspace?.workspaceFolders === true,
    watchedFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    progress: window?.workDoneProgress === true,
    lensRefresh: workspace?.codeLens?.refreshSupport === true,
    inlayRefresh: workspace?.inlayHint?.refreshSupport === true,
    pullsDiagnostics: !commands && textDocument?.diagnostic !== undefined && workspace?.diagnostics?.refreshSupport === true,
    commands,
  };
}

/** What the client can show of an answer. */
export function abilitiesOf({ textDocument, workspace }: ClientCapabilities): ClientAbilities {
  return {
    relatedInformation: textDocument?.publishDiagnostics?.relatedInformation === true,
    diagnosticTags: textDocument?.publishDiagnostics?.tagSupport !== undefined,
    disabledActions: textDocument?.codeAction?.disabledSupport === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    changeAnnotations: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    codeLinks: textDocument?.publishDiagnostics?.codeDescriptionSupport === true,
  };
}

/** What the client's introduction says, checked: other editors send settings of their own there, or nothing. */
export function introductionOf(options: unknown): HoverAbilities {
  const { commands, theme } = (typeof options === "object" && options !== null ? options : {}) as Readonly<Record<string, unknown>>;
  return { commands: Array.isArray(commands) ? commands.filter((name) => typeof name === "string") : [], theme: themeOf(theme) };
}

/** An editor that knows nothing of trust has users who start it where they trust. */
export function trustOf(options: unknown): WorkspaceTrust {
  const { trust } = (typeof options === "object" && options !== null ? options : {}) as Readonly<Record<string, unknown>>;
  return trust === "withheld" ? "withheld" : "given";
}

/** What the introduction says of settings and documents; undefined where it leaves them to the messages that the protocol has for them. */
export function beginningOf(
  options: unknown,
): { readonly settings: unknown; readonly documents: readonly IntroducedDocument[] } | undefined {
  const { settings, documents } = (typeof options === "object" && options !== null ? options : {}) as Readonly<Record<string, unknown>>;
  if (settings === undefined || !Array.isArray(documents)) return undefined;
  return { settings, documents: documents.filter(isDocument) };
}

function isDocument(value: unknown): value is IntroducedDocument {
  const { uri, version, text } = (typeof value === "object" && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return typeof uri === "string" && typeof version === "number" && typeof text === "string";
}

const themes: readonly Theme[] = ["light", "dark", "high-contrast-light", "high-contrast-dark"];

/** A theme as the client names it. */
export function themeOf(name: unknown): Theme | undefined {
  return themes.find((theme) => theme === name);
}
