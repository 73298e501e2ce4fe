import { Disposable, type Event, extensions, Uri, workspace } from "vscode";

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

/** Knows which interpreter is selected, from the Python Environments extension where it is installed, else from the Python extension. */
export interface Interpreters extends Disposable {
  selected(): SelectedInterpreter | undefined;
}

/** Calls `tell` with the interpreter that is selected in the editor, now and whenever another is. */
export async function followInterpreter(tell: (selected: SelectedInterpreter | undefined) => void): Promise<Interpreters> {
  let last: SelectedInterpreter | undefined;
  const heard = (selected: SelectedInterpreter | undefined): void => {
    last = selected;
    tell(selected);
  };
  const listening = (await followEnvironments(heard)) ?? (await followPython(heard)) ?? new Disposable(() => undefined);
  return { selected: () => last, dispose: () => listening.dispose() };
}

type Heard = (selected: SelectedInterpreter | undefined) => void;

async function followEnvironments(heard: Heard): Promise<Disposable | undefined> {
  const found = extensions.getExtension<EnvironmentsExtension>("ms-python.vscode-python-envs");
  if (!found) return undefined;
  try {
    const environments = await found.activate();
    if (!environments.getEnvironment) return undefined;
    const look = async (): Promise<void> => {
      const environment = await environments.getEnvironment?.(workspace.workspaceFolders?.[0]?.uri);
      if (!environment) return heard(undefined);
      const executable = environment.execInfo?.run?.executable;
      heard({ version: versionOfManaged(environment), executable: executable ? Uri.file(executable) : undefined });
    };
    await look();
    return environments.onDidChangeEnvironment?.(look);
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
    const look = async (): Promise<void> => {
      const path = environments.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
      const environment = await environments.resolveEnvironment(path);
      heard(environment && { version: versionOf(environment), executable: environment.executable?.uri });
    };
    await look();
    return environments.onDidChangeActiveEnvironmentPath(look);
  } catch {
    // Without an answer the project's own files say which Python is meant.
    return undefined;
  }
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
