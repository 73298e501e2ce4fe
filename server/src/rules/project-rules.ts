import type { PerFileIgnore, ProjectProblem, ProjectSettings } from "../base/project-settings.js";
import { rules } from "./index.js";
import type { Severity } from "./rule.js";
import { isKnownName, isNamed } from "./rule-names.js";
import type { Severities } from "./run.js";

/** What a project says of rules, with names that there are. */
export interface ProjectRules {
  readonly severities: Severities;
  readonly select: readonly string[] | undefined;
  readonly ignore: readonly string[] | undefined;
  readonly perFileIgnores: readonly PerFileIgnore[];
  readonly problems: readonly ProjectProblem[];
}

const severityNames: readonly (Severity | "off")[] = ["error", "warning", "information", "hint", "off"];

/** Checks what `[tool.gilscope]` says of rules. */
export function projectRules(project: ProjectSettings): ProjectRules {
  const problems: ProjectProblem[] = [];
  const existing = (names: readonly string[], ...keys: readonly string[]): readonly string[] =>
    names.filter((name) => {
      if (isKnownName(name)) return true;
      problems.push({
        line: project.lineOf(...keys),
        message: `\`${keys.join(".")}\` of \`[tool.gilscope]\`: there is no rule \`${name}\``,
      });
      return false;
    });
  const severities: Record<string, Severity | "off"> = {};
  for (const [name, value] of Object.entries(project.rules)) {
    const meant = rules.filter((rule) => isNamed(rule.name, rule.code, name));
    const severity = severityNames.find((each) => each === value);
    const refuse = (reason: string): void => {
      problems.push({ line: project.lineOf("rules", name), message: `\`rules.${name}\` of \`[tool.gilscope]\`: ${reason}` });
    };
    if (meant.length === 0) refuse(`there is no rule \`${name}\``);
    else if (severity) for (const rule of meant) severities[rule.name] = severity;
    else if (value !== "default") refuse(`${JSON.stringify(value)} is not one of ${severityNames.join(", ")}`);
  }
  return {
    severities,
    select: project.select && existing(project.select, "select"),
    ignore: project.ignore && existing(project.ignore, "ignore"),
    perFileIgnores: project.perFileIgnores.map(({ pattern, names }) => ({ pattern, names: existing(names, "per-file-ignores", pattern) })),
    problems,
  };
}

/** What the project hides in its files, for `runRules`; hidden everywhere is what is not selected, too. */
export function hiddenBy({ select, ignore, perFileIgnores }: ProjectRules): readonly PerFileIgnore[] {
  const unselected = select && rules.filter((rule) => !select.some((word) => isNamed(rule.name, rule.code, word))).map(({ code }) => code);
  return [
    ...(unselected ? [{ pattern: "*", names: unselected }] : []),
    ...(ignore ? [{ pattern: "*", names: ignore }] : []),
    ...perFileIgnores,
  ];
}
