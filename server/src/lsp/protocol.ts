/**
 * What client and server say to each other beyond the Language Server Protocol. The client imports this file and no other of the server;
 * the timeline's page, which simulates by itself, also imports what that takes.
 * Lines and characters are zero-based, as in LSP.
 */

import type { SiteDemand } from "../analysis/answers.js";

/** What the client says of itself in `initializationOptions`; an editor that says nothing gets plain Markdown. */
export interface ClientIntroduction {
  /** The commands that links in hovers and diagnostics may run. */
  readonly commands: readonly string[];
  readonly theme: Theme;
  /** Whether the user trusts the authors of the workspace; `withheld` leaves the workspace's own knowledge files aside. */
  readonly trust: WorkspaceTrust;
  /** The settings below `gilscope`, and the Python documents that are shown: with them, the first diagnostics wait for no further message. */
  readonly settings?: unknown;
  readonly documents?: readonly IntroducedDocument[];
}

/** A document as the client will tell it again when it is opened. */
export interface IntroducedDocument {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
}

export type WorkspaceTrust = "given" | "withheld";

/** Client → server: `{ trust }`, when the user came to trust the workspace. */
export const trustNotification = "gilscope/trust";

/** The last message of a server that is a worker, outside the protocol, when something went wrong that it cannot go on from. A process would just be gone. */
export interface WorkerCrash {
  readonly crashed: string;
}

export function isWorkerCrash(message: unknown): message is WorkerCrash {
  return typeof message === "object" && message !== null && "crashed" in message && typeof message.crashed === "string";
}

/** Which kind of colours the editor has. */
export type Theme = "light" | "dark" | "high-contrast-light" | "high-contrast-dark";

/** Client → server: `{ theme }`, when the user chose another one. */
export const themeNotification = "gilscope/theme";

/** A place in a document that the editor knows. */
export interface DocumentPlace {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}

/** Which concurrent work is meant: what starts on that line, or else, where `nearest` is set, what starts nearest to it in the file. */
export interface WorkPlace extends DocumentPlace {
  readonly nearest?: true;
}

/** Text for a Markdown preview. */
export interface Page {
  /** Fit to be a file's name. */
  readonly title: string;
  readonly markdown: string;
}

/** Client → server: `WorkPlace` to the `Page` of the prediction there, or null. */
export const predictionRequest = "gilscope/prediction";

/** Client → server: `WorkPlace` to the `TimelineSite` there, or null. */
export const timelineRequest = "gilscope/timeline";

/** A place that starts concurrent work, with all that its timeline is simulated from. */
export interface TimelineSite extends SiteDemand {
  /** Where the call that starts the work begins. */
  readonly place: DocumentPlace;
  readonly fileName: string;
}

/** Client → server: `{ name }`, the name of a page or a rule, or a rule's code, to its `Explanation`, or null. */
export const explanationRequest = "gilscope/explanation";

/** The scheme under which the client shows explanations, by their paths. */
export const pageScheme = "gilscope";

/** A page on the GIL, or of a rule. Its links to other pages are relative to its path. */
export interface Explanation {
  /** `pages/NAME.md` or `rules/NAME.md`. */
  readonly path: string;
  readonly markdown: string;
}

/** Client → server: the `Topic`s that can be explained: pages in an order to read them in, then rules by code. */
export const topicsRequest = "gilscope/topics";

/** Something to explain, in a list to choose from. */
export interface Topic {
  readonly kind: "page" | "rule";
  readonly name: string;
  /** A page's title or a rule's code. */
  readonly title: string;
  readonly detail: string;
}

/** Client → server: `SelectedVersions`, whenever another interpreter is selected in the editor. */
export const interpreterNotification = "gilscope/interpreter";

/** The interpreters selected in the editor, such as `3.13.1`; null where none is. */
export interface SelectedVersions {
  /** Of the first workspace folder, or of the window where there is none. */
  readonly version: string | null;
  /** Of workspace folders, by URI. */
  readonly folders: Readonly<Record<string, string | null>>;
}

/** Server → client: a `ServerStatus`, sent when something in it changed. */
export const statusNotification = "$/gilscope/status";

/** What the status bar shows. */
export interface ServerStatus {
  /** The interpreter that answers are for, as in sentences: `CPython 3.13`. */
  readonly target: string;
  /** Where that was read. */
  readonly targetFrom: TargetOrigin;
  /** The same of open documents whose folder has another interpreter, by URI. */
  readonly otherTargets: Readonly<Record<string, Pick<ServerStatus, "target" | "targetFrom">>>;
  readonly cores: number;
  /** Findings by the URI of each open document that was analysed. */
  readonly findings: Readonly<Record<string, number>>;
  /** Whether files of the workspace are still to be read. */
  readonly indexing: "busy" | "done";
  /** How much of the workspace is read; 100 when nothing is left. */
  readonly percentage: number;
}

/** Who named the interpreter: the setting, the editor, a virtual environment in the folder, `.python-version` or `requires-python`, nobody. */
export type TargetOrigin = "setting" | "editor" | "environment" | "project" | "default";

/**
 * Server → client, for files that only the editor can reach, each with `{ uri }`: the base64 text of a file, the entries of a folder,
 * or what stands there (null for nothing). They fail where the editor fails.
 */
export const readFileRequest = "gilscope/readFile";
export const listFolderRequest = "gilscope/listFolder";
export const describeRequest = "gilscope/describe";

/** An entry of a folder that only the editor can reach; links to folders are `other`. */
export interface RemoteEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
}

/** What stands at a place that only the editor can reach; the size in bytes. */
export interface RemoteDescription {
  readonly kind: "file" | "folder" | "other";
  readonly size: number;
}

/** A command of the client that lenses call, with a `DocumentPlace`. */
export const showPredictionCommand = "gilscope.showPrediction";

/** A command of the client that lenses and pages call, with a `DocumentPlace`. */
export const showTimelineCommand = "gilscope.showTimeline";

/** A command of the client that code actions and hovers call, with the name of a page or a rule, or with a rule's code. */
export const explainCommand = "gilscope.explain";

/** Server → client: answers to the requests below may have changed. */
export const analysedNotification = "$/gilscope/analysed";

/** Client → server: `{ uri }` to the `ReleasingRange`s of the document. */
export const releasingCallsRequest = "gilscope/releasingCalls";

/** A place in a document, in lines and characters. */
export interface DocumentRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** What is called where other threads can run meanwhile. */
export interface ReleasingRange {
  readonly range: DocumentRange;
  readonly runs: "in-threads" | "elsewhere";
}

/** Client → server: nothing to the `ThreadNode`s of the workspace. */
export const threadsRequest = "gilscope/threads";

/** One line of the tree of threads: a function that threads start in, or beneath it, state that they share, or beneath that, one access. */
export interface ThreadNode {
  readonly kind: "thread" | "process" | "interpreter" | "task" | "callback" | "guarded" | "unguarded" | "access" | "start";
  readonly label: string;
  /** Beside the label, less loud. */
  readonly detail: string;
  /** The whole of it in a sentence, for who hears it. */
  readonly spoken: string;
  readonly place: { readonly uri: string; readonly range: DocumentRange };
  readonly children: readonly ThreadNode[];
}

/** Client → server: `gilscope calibrate` has measured an interpreter. */
export const calibratedNotification = "gilscope/calibrated";

/** Client → server: nothing to the URIs of the knowledge files in use that are the user's own. */
export const knowledgeFilesRequest = "gilscope/knowledgeFiles";

/** Client → server: nothing to the findings of the whole workspace, as Markdown. */
export const reportRequest = "gilscope/report";
