import { Disposable, type Event, extensions, Uri, window, workspace } from "vscode";
import type { SelectedVersions } from "../../server/src/lsp/protocol.js";

/** An interpreter that is selected in the editor. */
export interface SelectedInterpreter {
  /** `3.13`, `3.13t`, `pypy3.10`. */
  readonly version: string | undefined;
  /** The program; undefined where only the version is known. */
  readonly executable: Uri | undefined;
}

/** The part of the Python extension's public interface that tells which interpreter is selected. */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: Uri): unknown;
    resolveEnvironment(path: unknown): Promise<ResolvedEnvironment | undefined>;
    readonly onDidChangeActiveEnvironmentPath: Event<unknown>;
  };
}

interface ResolvedEnvironment {
  readonly version?: { readonly major?: number; readonly minor?: number; readonly sysVersion?: string };
  readonly executable?: { readonly uri?: Uri };
}

/** The part of the Python Environments extension's public interface that tells which interpreter is selected. */
interface EnvironmentsExtension {
  getEnvironment?(scope: Uri | undefined): Promise<ManagedEnvironment | undefined>;
  readonly onDidChangeEnvironment?: Event<unknown>;
}

interface ManagedEnvironment {
  readonly version?: string;
  readonly displayName?: string;
  readonly execInfo?: { readonly run?: { readonly executable?: string } };
}

/** Knows which interpreters are selected, from the Python Environments extension where it is installed, else from the Python extension. */
export interface Interpreters extends Disposable {
  /** That of the folder of the document that is shown, else of the first folder. */
  selected(): SelectedInterpreter | undefined;
}

/** Calls `tell` with the interpreters that are selected in the editor, now and whenever another is. */
export async function followInterpreter(tell: (selected: SelectedVersions) => void): Promise<Interpreters> {
  const ofFolders = new Map<string, SelectedInterpreter>();
  let ofWindow: SelectedInterpreter | undefined;
  const heard = async (ask: (scope: Uri | undefined) => Promise<SelectedInterpreter | undefined>): Promise<void> => {
    const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri);
    const found = await Promise.all(folders.map(async (uri) => [uri.toString(), await ask(uri)] as const));
    ofFolders.clear();
    for (const [uri, selected] of found) if (selected) ofFolders.set(uri, selected);
    ofWindow = folders.length > 0 ? found[0]?.[1] : await ask(undefined);
    tell({
      version: ofWindow?.version ?? null,
      folders: Object.fromEntries(found.map(([uri, selected]) => [uri, selected?.version ?? null])),
    });
  };
  const listening = (await followEnvironments(heard)) ?? (await followPython(heard)) ?? new Disposable(() => undefined);
  return {
    selected() {
      const document = window.activeTextEditor?.document.uri;
      const folder = document && workspace.getWorkspaceFolder(document)?.uri;
      return folder ? ofFolders.get(folder.toString()) : ofWindow;
    },
    dispose: () => listening.dispose(),
  };
}

/** Takes a question for the interpreter of a folder, or of the window, and asks it of all. */
type Heard = (ask: (scope: Uri | undefined) => Promise<SelectedInterpreter | undefined>) => Promise<void>;

async function followEnvironments(heard: Heard): Promise<Disposable | undefined> {
  const found = extensions.getExtension<EnvironmentsExtension>("ms-python.vscode-python-envs");
  if (!found) return undefined;
  try {
    const environments = await found.activate();
    if (!environments.getEnvironment) return undefined;
    const look = (): Promise<void> =>
      heard(async (scope) => {
        const environment = await environments.getEnvironment?.(scope);
        if (!environment) return undefined;
        const executable = environment.execInfo?.run?.executable;
        return { version: versionOfManaged(environment), executable: executable ? Uri.file(executable) : undefined };
      });
    await look();
    return listenTo(look, environments.onDidChangeEnvironment);
  } catch {
    // Without an answer the next extension is asked, and then the project's own files.
    return undefined;
  }
}

async function followPython(heard: Heard): Promise<Disposable | undefined> {
  const python = extensions.getExtension<PythonExtension>("ms-python.python");
  if (!python) return undefined;
  try {
    const { environments } = await python.activate();
    if (!environments) return undefined;
    const look = (): Promise<void> =>
      heard(async (scope) => {
        const environment = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(scope));
        return environment && { version: versionOf(environment), executable: environment.executable?.uri };
      });
    await look();
    return listenTo(look, environments.onDidChangeActiveEnvironmentPath);
  } catch {
    // Without an answer the project's own files say which Python is meant.
    return undefined;
  }
}

/** Asks again when another interpreter is selected, or folders come and go. */
function listenTo(look: () => Promise<void>, onDidSelect: Event<unknown> | undefined): Disposable {
  const again = (): void => {
    look().catch(() => {
      // What was selected before still counts.
    });
  };
  const folders = workspace.onDidChangeWorkspaceFolders(again);
  return onDidSelect ? Disposable.from(folders, onDidSelect(again)) : folders;
}

function versionOf({ version }: ResolvedEnvironment): string | undefined {
  if (version?.major === undefined || version.minor === undefined) return undefined;
  const implementation = version.sysVersion?.includes("PyPy") ? "pypy" : "";
  return `${implementation}${version.major}.${version.minor}${version.sysVersion?.includes("free-threading") ? "t" : ""}`;
}

function versionOfManaged({ version, displayName, execInfo }: ManagedEnvironment): string | undefined {
  const numbers = /^(\d+)\.(\d+)/.exec(version ?? "")?.[0];
  if (numbers === undefined) return undefined;
  const told = `${displayName ?? ""} ${execInfo?.run?.executable ?? ""}`;
  const isFreeThreaded = /python3\.\d+t(?:\.exe)?$|free-?threaded/i.test(told);
  return `${/pypy/i.test(told) ? "pypy" : ""}${numbers}${isFreeThreaded ? "t" : ""}`;
}
