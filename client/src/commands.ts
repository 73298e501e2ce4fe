import { commands, Disposable, type Extension } from "vscode";

/** What runs a command, by the command's name. */
export type CommandHandlers = Readonly<Record<string, (...given: never[]) => unknown>>;

/**
 * Registers all commands of the manifest at once, since the editor runs one as soon as the extension is active; a command that is called before its
 * handler is there waits for it.
 */
export function registerCommands(
  { packageJSON }: Extension<unknown>,
  handlers: Promise<CommandHandlers>,
  host: "desktop" | "browser",
): Disposable {
  // What the palette shows depends on these.
  void commands.executeCommand("setContext", "gilscope.isActive", true);
  void commands.executeCommand("setContext", "gilscope.isDesktop", host === "desktop");
  const contributed: readonly { readonly command: string }[] = packageJSON.contributes.commands;
  return Disposable.from(
    ...contributed.map(({ command }) =>
      commands.registerCommand(command, async (...given: never[]) => {
        const handler = (await handlers)[command];
        if (!handler) throw new Error(`${command} is for the desktop only`);
        return handler(...given);
      }),
    ),
  );
}
