import { InvalidArgumentError } from "commander";
import { knownTargets, parseTarget, type Target, targetName } from "../base/target.js";
import { rules } from "../rules/index.js";

/** Reads `--target`: names of interpreters, separated by commas. */
export function parseTargets(value: string): readonly Target[] {
  return listOf(value).map((name) => {
    const target = parseTarget(name);
    if (target) return target;
    throw new InvalidArgumentError(`\`${name}\` is not one of ${knownTargets.map(targetName).join(", ")}.`);
  });
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
    if (rules.some((rule) => isNamed(rule.name, rule.code, name))) return name;
    throw new InvalidArgumentError(`There is no rule \`${name}\`.`);
  });
}

/** Whether a word of `--select` or `--ignore` means the rule: its name, its code, or how its code begins (`GIL2`). */
export function isNamed(ruleName: string, code: string, word: string): boolean {
  return ruleName === word || (/^GIL\d*$/i.test(word) && code.startsWith(word.toUpperCase()));
}

function listOf(value: string): readonly string[] {
  return value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
