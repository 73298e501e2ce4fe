/** A finding as a snapshot knows it: without its place, which edits of the rules do not change, and its message, which they may. */
export interface EcosystemFinding {
  readonly code: string;
  readonly severity: string;
  readonly path: string;
  readonly fingerprint: string;
}

/** A package, and what is said of it. */
export interface CheckedPackage {
  /** `name==version`. */
  readonly requirement: string;
  readonly files: number;
  readonly lines: number;
  /** How many of its files could not be used. */
  readonly problems: number;
  readonly findings: readonly EcosystemFinding[];
  readonly milliseconds: number;
  /** In bytes. */
  readonly peakMemory: number;
}

/** One finding on one line, so that a difference of two snapshots reads as what it is. */
export function findingLine({ code, severity, path, fingerprint }: EcosystemFinding): string {
  return `${code} ${severity} ${path} ${fingerprint}`;
}

/** The packages, sorted by name, each with its findings. */
export function snapshotText(packages: readonly CheckedPackage[]): string {
  const sections = [...packages]
    .sort((a, b) => (a.requirement < b.requirement ? -1 : 1))
    .map(({ requirement, files, lines, problems, findings }) =>
      [
        `${requirement}: ${files} files, ${lines} lines, ${problems} problems${countsText(findings)}`,
        ...findings.map((finding) => `  ${findingLine(finding)}`).sort(),
      ].join("\n"),
    );
  return `${sections.join("\n")}\n`;
}

/** Reads what `snapshotText` wrote; times are not in it. */
export function readSnapshot(text: string): ReadonlyMap<string, CheckedPackage> {
  const packages = new Map<string, CheckedPackage & { readonly findings: EcosystemFinding[] }>();
  let current: EcosystemFinding[] = [];
  for (const line of text.split("\n")) {
    const head = /^(\S+): (\d+) files, (\d+) lines, (\d+) problems/.exec(line);
    const finding = /^ {2}(\S+) (\S+) (.+) (\S+)$/.exec(line);
    if (head) {
      const [, requirement = "", files, lines, problems] = head;
      current = [];
      packages.set(requirement, {
        requirement,
        files: Number(files),
        lines: Number(lines),
        problems: Number(problems),
        findings: current,
        milliseconds: 0,
        peakMemory: 0,
      });
    } else if (finding) {
      const [, code = "", severity = "", path = "", fingerprint = ""] = finding;
      current.push({ code, severity, path, fingerprint });
    }
  }
  return packages;
}

export function totals(packages: readonly CheckedPackage[]): Readonly<Record<"files" | "lines" | "findings", number>> {
  const sum = (of: (each: CheckedPackage) => number): number => packages.reduce((total, each) => total + of(each), 0);
  return { files: sum(({ files }) => files), lines: sum(({ lines }) => lines), findings: sum(({ findings }) => findings.length) };
}

/** Time and memory of each package, as a page. */
export function speedTable(packages: readonly CheckedPackage[], date: string): string {
  const { files, lines, findings } = totals(packages);
  const number = (value: number): string => value.toLocaleString("en-US");
  const rows = packages.map((each) => {
    const warnings = each.findings.filter(({ severity }) => severity === "error" || severity === "warning").length;
    return `| ${each.requirement.replace("==", " ")} | ${number(each.files)} | ${number(each.lines)} | ${warnings} | ${each.findings.length - warnings} | ${(each.milliseconds / 1000).toFixed(1)} | ${Math.round(each.peakMemory / 1e6)} |`;
  });
  return [
    "# Packages of the ecosystem run",
    "",
    "Written by `npm run ecosystem -- --update`; what is found in each is in [`ecosystem-findings.txt`](ecosystem-findings.txt).",
    `${packages.length} packages, ${number(files)} files, ${number(lines)} lines, ${number(findings)} findings, ${date}. Each is checked for CPython 3.13 and 3.14t in`,
    "a process of its own, with nothing kept from earlier runs, on a machine that did other things too; times are as long as those let them be.",
    "",
    "| package | files | lines | warnings and errors | hints | seconds | peak memory, MB |",
    "|---|---:|---:|---:|---:|---:|---:|",
    ...rows,
    "",
  ].join("\n");
}

/** `; GIL101 2, GIL202 1`. */
function countsText(findings: readonly EcosystemFinding[]): string {
  const counts = new Map<string, number>();
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  const parts = [...counts].sort().map(([code, count]) => `${code} ${count}`);
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}
