import type { Command } from "commander";
import { knownTargets, targetName } from "../base/target.js";
import { pages } from "../pages/index.js";
import { rules } from "../rules/index.js";
import { bashCompletion } from "./completion/bash.js";
import { fishCompletion } from "./completion/fish.js";
import { completionTree, type KnownWords } from "./completion/tree.js";
import { zshCompletion } from "./completion/zsh.js";

/** The shells that can be told what may be typed. */
export const shells = ["bash", "zsh", "fish"] as const;

/** `gilscope completion`: a script that tells a shell what may be typed. It starts nothing when a key is pressed. */
export function completionScript(shell: (typeof shells)[number], program: Command): string {
  const tree = completionTree(program, knownWords());
  switch (shell) {
    case "bash":
      return bashCompletion(program.name(), tree);
    case "zsh":
      return zshCompletion(program.name(), tree);
    case "fish":
      return fishCompletion(program.name(), tree);
  }
}

function knownWords(): KnownWords {
  const codes = rules.map(({ code }) => code);
  const names = rules.map(({ name }) => name);
  const groups = [...new Set(codes.map((code) => code.slice(0, 4)))];
  const chosen = { kind: "list", words: [...groups, ...codes, ...names] } as const;
  return {
    "--target": { kind: "list", words: knownTargets.map(targetName) },
    "--select": chosen,
    "--ignore": chosen,
    explain: { kind: "word", words: [...pages.map(({ name }) => name), "knowledge", ...codes, ...names] },
  };
}
