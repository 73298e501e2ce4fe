import { keepCompiledCode, recallCompiledCode } from "./compiled-code.js";

/* The language server's first file, which makes the loading of the rest faster. */

recallCompiledCode();
const { runLanguageServer }: typeof import("./programs.js") = require("./programs.js");
runLanguageServer();

/** By then the first answers have been given, and most of what the server does has been compiled. In milliseconds. */
const settled = 10_000;
setTimeout(keepCompiledCode, settled).unref();
