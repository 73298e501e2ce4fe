import { commands, type Disposable, l10n, window } from "vscode";
import { type BaseLanguageClient, CloseAction, ErrorAction, type ErrorHandler } from "vscode-languageclient";
import { createRestartPlan, memoryMinutes } from "./restart-plan.js";

/** What the client's library asks when the server fails; made before the client. */
export interface CrashHandling {
  readonly errorHandler: ErrorHandler;
  readonly initializationFailedHandler: () => boolean;
  /** Takes care of this client from now on. */
  keepRunning(client: BaseLanguageClient): KeptRunning;
}

/** A client whose server is started again when it crashes. */
export interface KeptRunning extends Disposable {
  /** Starts the server; never fails: what goes wrong is told to the user. */
  start(): Promise<void>;
  /** Starts the server anew on the user's wish. */
  restart(): Promise<void>;
}

/** The command that starts the server anew. */
export const restartServerCommand = "gilscope.restartServer";

/**
 * Starts a crashed server again, later after each crash, and tells the user once when it gives up. The client's library would start it at once and
 * show a message for each failure on the way.
 */
export function handleCrashes(): CrashHandling {
  const plan = createRestartPlan();
  let kept: { readonly client: BaseLanguageClient; start(): Promise<void> } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const giveUp = async (client: BaseLanguageClient, crashes: number): Promise<void> => {
    const again = l10n.t("Start Again");
    const log = l10n.t("Show Log");
    const message = l10n.t(
      "Gilscope's server stopped {0} times in {1} minutes and is not started again by itself. Python files are not checked until it runs.",
      crashes,
      memoryMinutes,
    );
    const chosen = await window.showErrorMessage(message, again, log);
    if (chosen === again) await commands.executeCommand(restartServerCommand);
    if (chosen === log) client.outputChannel.show();
  };

  /** Plans what follows a crash, and says so for the log. */
  const afterCrash = (): string => {
    const next = plan.crashed(Date.now());
    switch (next.kind) {
      case "start again":
        clearTimeout(timer);
        timer = setTimeout(() => kept?.start(), next.after);
        return `The server stopped unexpectedly and is started again in ${next.after / 1000} s.`;
      case "give up":
        if (kept) void giveUp(kept.client, next.crashes);
        return "The server stopped unexpectedly, too often to be started again.";
    }
  };

  return {
    errorHandler: {
      // A channel that cannot be written to is about to be closed.
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      // For the library the client is stopped, so that a start at any time, by the timer or by hand, is like every other.
      closed: () => ({ action: CloseAction.DoNotRestart, handled: true, message: afterCrash() }),
    },
    initializationFailedHandler: () => false,
    keepRunning(client) {
      // Whatever the library reports of a failure goes to the log; the one message for the user is ours.
      const { error } = client;
      client.error = (message, data) => error.call(client, message, data, false);
      const start = async (): Promise<void> => {
        await client.start().catch((reason) => client.error("The server did not start", reason));
      };
      kept = { client, start };
      return {
        start,
        async restart() {
          clearTimeout(timer);
          plan.forget();
          // A server that does not answer is ended all the same, and then the client is stopped.
          if (client.isRunning()) await client.stop().catch((reason) => client.error("The server did not stop", reason));
          await start();
        },
        dispose() {
          clearTimeout(timer);
          kept = undefined;
        },
      };
    },
  };
}
