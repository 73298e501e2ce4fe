import { InvalidArgumentError } from "commander";
import type { PerFileIgnore } from "../base/project-settings.js";
import { knownTargets, parseTarget, type Target, targetName } from "../base/target.js";
import { isKnownName } from "../rules/rule-names.js";
import type { Environment } from "./environment.js";

/** Reads `--target`: names of interpreters, separated by commas. */
export function parseTargets(value: string): readonly Target[] {
  return listOf(value).map((name) => {
    const target = parseTarget(name);
    if (target) return target;
    throw new InvalidArgumentError(`\`${name}\` is not one of ${knownTargets.map(targetName).join(", ")}.`);
  });
}

/** What `--color` may be. */
export type ColourChoice = "auto" | "always" | "never";

/** The environment with the style of output that the user has chosen; `auto` leaves it to what output is written to. */
export function withColour(choice: ColourChoice, environment: Environment): Environment {
  if (choice === "auto") return environment;
  return { ...environment, output: { ...environment.output, style: choice === "always" ? "coloured" : "plain" } };
}

/** Reads a count such as `--cores`. */
export function parseCount(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1 && count <= 4096) return count;
  throw new InvalidArgumentError("It is a whole number from 1 to 4096.");
}

/** Reads `--seed`. */
export function parseSeed(value: string): number {
  const seed = Number(value);
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new InvalidArgumentError("It is a whole number from 0 to 4294967295.");
}

/** Reads `--select` and `--ignore`: names and codes of rules, or how their codes begin, separated by commas. */
export function parseRules(value: string): readonly string[] {
  return listOf(value).map((name) => {
    if (isKnownName(name)) return name;
    throw new InvalidArgumentError(`There is no rule \`${name}\`.`);
  });
}

/** Reads one `--per-file-ignores`: a pattern, a colon, and rules as for `--ignore`. */
export function parsePerFileIgnores(value: string, before: readonly PerFileIgnore[] = []): readonly PerFileIgnore[] {
  const colon = value.lastIndexOf(":");
  if (colon < 1) throw new InvalidArgumentError("It is a pattern, a colon and rules, such as `tests/**:GIL106,busy-wait`.");
  return [...before, { pattern: value.slice(0, colon), names: parseRules(value.slice(colon + 1)) }];
}

function listOf(value: string): readonly string[] {
  return value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
