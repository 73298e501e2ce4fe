import type { Connection, WorkDoneProgressServerReporter } from "vscode-languageserver";
import type { Words } from "./language.js";
import type { ServerStatus } from "./protocol.js";

/** How far the reading of the workspace is, shown by the editor where it takes long enough to be seen. */
export interface IndexProgress {
  /** Files that are read, of those that are to be. */
  show(done: number, total: number): void;
  readonly state: ServerStatus["indexing"];
  /** 100 when nothing is left to read. */
  readonly percentage: number;
}

/** Who is told. */
export interface ProgressListener {
  /** Whether the editor shows progress that the server reports. */
  showsProgress(): boolean;
  words(): Words;
  onChange(): void;
  onFailure(error: unknown): void;
}

export function createIndexProgress(connection: Connection, listener: ProgressListener): IndexProgress {
  let reporter: Promise<WorkDoneProgressServerReporter | undefined> | undefined;
  let state: ServerStatus["indexing"] = "done";
  let percentage = 100;
  return {
    get state() {
      return state;
    },
    get percentage() {
      return percentage;
    },
    show(done, total) {
      const next = done < total ? "busy" : "done";
      // A handful of files is read before anybody could look.
      if (next === "busy" && total - done < 50 && state === "done") return;
      const reached = next === "done" ? 100 : Math.floor((100 * done) / total);
      if (next === state && reached === percentage) return;
      state = next;
      percentage = reached;
      listener.onChange();
      if (!listener.showsProgress()) return;
      if (state === "done") {
        reporter?.then((shown) => shown?.done()).catch(listener.onFailure);
        reporter = undefined;
        return;
      }
      reporter ??= connection.window.createWorkDoneProgress().then(
        (shown) => {
          shown.begin(listener.words().t("Gilscope: reading Python files"), 0, undefined, false);
          return shown;
        },
        () => undefined,
      );
      reporter.then((shown) => shown?.report(reached, listener.words().t("{0} of {1}", done, total))).catch(listener.onFailure);
    },
  };
}
