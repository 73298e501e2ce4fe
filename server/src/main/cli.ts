#!/usr/bin/env node
/* The command line's first file. Everything else ships once, in a bundle that the language server runs from, too. */

const { runCommandLine }: typeof import("./programs.js") = require("./programs.js");

runCommandLine();
