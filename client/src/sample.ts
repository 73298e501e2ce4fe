import { type ExtensionContext, Uri, window, workspace } from "vscode";

/** Opens the sample of the walkthrough as a new file, so that it can be changed and saved anywhere. */
export async function openSample({ extensionUri }: ExtensionContext): Promise<void> {
  const bytes = await workspace.fs.readFile(Uri.joinPath(extensionUri, "client", "walkthrough", "sample.py"));
  const document = await workspace.openTextDocument({ language: "python", content: new TextDecoder().decode(bytes) });
  await window.showTextDocument(document);
}
