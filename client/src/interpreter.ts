import { Disposable, type Event, extensions } from "vscode";

/** The part of the Python extension's public interface that tells which interpreter is selected. */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath(): unknown;
    resolveEnvironment(
      path: unknown,
    ): Promise<{ readonly version?: { readonly major?: number; readonly minor?: number; readonly sysVersion?: string } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: Event<unknown>;
  };
}

/** Calls `tell` with the version of the interpreter selected in the editor (`3.13`, `3.13t`), now and whenever another is selected. */
export async function followInterpreter(tell: (version: string | undefined) => void): Promise<Disposable> {
  const python = extensions.getExtension<PythonExtension>("ms-python.python");
  if (!python) return Disposable.from();
  try {
    const { environments } = await python.activate();
    if (!environments) return Disposable.from();
    const look = async (): Promise<void> => {
      const environment = await environments.resolveEnvironment(environments.getActiveEnvironmentPath());
      tell(versionOf(environment?.version));
    };
    await look();
    return environments.onDidChangeActiveEnvironmentPath(look);
  } catch {
    // Without an answer from the Python extension the project's own files say which Python is meant.
    return Disposable.from();
  }
}

function versionOf(
  version: { readonly major?: number; readonly minor?: number; readonly sysVersion?: string } | undefined,
): string | undefined {
  if (version?.major === undefined || version.minor === undefined) return undefined;
  return `${version.major}.${version.minor}${version.sysVersion?.includes("free-threading") ? "t" : ""}`;
}
