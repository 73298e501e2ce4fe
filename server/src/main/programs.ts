/* The two programs for Node in one bundle, since they share nearly everything; imported lazily, so that neither waits for the other's modules. */

export function runCommandLine(): Promise<unknown> {
  return import("./command-line.js");
}

export function runLanguageServer(): Promise<unknown> {
  return import("./language-server.js");
}
