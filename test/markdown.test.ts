import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding, Fix } from "../server/src/rules/rule.js";
import { type Analyse, type CaseFile, casesOf, checkCase } from "./markdown.js";

/*
 * The harness, tested on cases that are wrong on purpose: a harness that lets one through would let every rule through.
 * The analyses here are stand-ins that look for the letters BAD, so that each can go wrong in exactly one way.
 */

test("headings and paths make cases", () => {
  const cases = casesOf(
    page(
      "# Title",
      fence("python", "a = 1"),
      "## Two files",
      fence("python path=one.py", "b = 1"),
      "prose with `code`",
      fence("python path=pkg/two.py", "c = 1"),
      fence("text", "## not a heading", "d = 1"),
      "## Two cases",
      "### Inner",
      fence("python target=cpython-3.14t cores=8", "e = 1"),
      fence("python", "f = 1"),
      fence("python fix", "g = 1"),
      "## Only prose",
    ),
  );
  assert.deepEqual(
    cases.map(({ name, files, fixed, settings, mistakes }) => [
      name.replace(/ \(line \d+\)$/, ""),
      files.map(({ path, text }) => [path, text]),
      fixed?.text,
      `${settings.target.minor}${settings.target.freeThreaded ? "t" : ""}/${settings.cores}`,
      mistakes,
    ]),
    [
      ["case 1", [["main.py", "a = 1\n"]], undefined, "15/4", []],
      [
        "Two files",
        [
          ["one.py", "b = 1\n"],
          ["pkg/two.py", "c = 1\n"],
        ],
        undefined,
        "15/4",
        [],
      ],
      ["Two cases / Inner", [["main.py", "e = 1\n"]], undefined, "14t/8", []],
      ["Two cases / Inner", [["main.py", "f = 1\n"]], "g = 1\n", "15/4", []],
    ],
  );
});

test("annotations leave the code", () => {
  const [only] = casesOf(
    page(
      "## Case",
      fence(
        "python",
        "first()",
        '# error: [bad-thing] "says \\"no\\""',
        "# miss: [worse-thing]",
        "second()  # gil: ignore[other]  # error: [bad-thing]",
        "third()  # an ordinary comment",
      ),
    ),
  );
  assert.equal(only?.files[0]?.text, "first()\nsecond()  # gil: ignore[other]\nthird()  # an ordinary comment\n");
  assert.deepEqual(
    only.annotations.map(({ kind, rule, message, line }) => [kind, rule, message, line]),
    [
      ["error", "bad-thing", 'says "no"', 1],
      ["miss", "worse-thing", "", 1],
      ["error", "bad-thing", "", 1],
    ],
  );
});

test("a case written wrongly fails", () => {
  fails(analysisOf({}), /line 5: `# error: bad-thing` is not an annotation/, "a = 1", "BAD  # error: bad-thing");
  fails(analysisOf({}), /`text` is not an annotation/, "BAD()  # error: [bad-thing] text");
  fails(analysisOf({}), /\[bad-thing\] is not found/, "good()", "# error: [bad-thing]");
  const failing = (expected: RegExp, ...parts: string[]): void =>
    assert.match(failuresOf(page("## Case", ...parts), analysisOf({})), expected);
  failing(/`paht=a\.py` in the fence's info string is not understood/, fence("python paht=a.py", "good()"));
  failing(/`target=cpython-9\.9` in the fence/, fence("python target=cpython-9.9", "good()"));
  failing(/one `fix` fence/, fence("python", "good()"), fence("python fix", "b"), fence("python fix", "c"));
  failing(/two fences are a\.py/, fence("python path=a.py", "good()"), fence("python path=a.py", "good()"));
});

test("a right case passes", () => {
  passes(analysisOf({}), "nothing()");
  passes(analysisOf({}), 'BAD()  # error: [bad-thing] "BAD is bad"');
  passes(analysisOf({}), "# error: [bad-thing]", "BAD()", "good()");
  passes(analysisOf({}), "good()  # miss: [bad-thing]");
  passes(analysisOf({}), "BAD(BAD)  # error: [bad-thing]  # error: [bad-thing]");
  passes(analysisOf({ fix: replaceBad("GOOD") }), "BAD()  # error: [bad-thing]", "BAD()  # error: [bad-thing]");
  passes(analysisOf({ message: (line) => `BAD, as in main.py:${line} and line ${line}` }), "good()", 'BAD()  # error: [bad-thing] "py:2"');
});

test("a finding without an annotation fails", () => {
  fails(analysisOf({}), /main\.py:2: no annotation expects \[bad-thing\] "BAD is bad"/, "good()", "BAD()");
  fails(analysisOf({}), /main\.py:1: no annotation expects/, "BAD(BAD)  # error: [bad-thing]");
  fails(analysisOf({ severity: "hint" }), /no annotation expects/, "BAD()");
});

test("an annotation without a finding fails", () => {
  fails(analysisOf({}), /main\.py:1: \[bad-thing\] is not found/, "good()  # error: [bad-thing]", "BAD  # error: [bad-thing]");
  fails(analysisOf({}), /main\.py:1: \[other-thing\] is not found/, "BAD()  # error: [other-thing]");
  fails(analysisOf({}), /says "BAD is bad", which does not contain "is good"/, 'BAD()  # error: [bad-thing] "is good"');
  fails(analysisOf({}), /main\.py:1: \[bad-thing\] is not found/, "BAD()  # error: [bad-thing]  # error: [bad-thing]");
});

test("a known miss that is found fails", () => {
  fails(analysisOf({}), /\[bad-thing\] is found now/, "BAD()  # miss: [bad-thing]");
});

test("an annotation holds for its own file only", () => {
  const twoFiles = page("## Case", fence("python path=a.py", "BAD()"), fence("python path=b.py", "good()  # error: [bad-thing]"));
  assert.match(failuresOf(twoFiles, analysisOf({})), /b\.py:1: \[bad-thing\] is not found\na\.py:1: no annotation expects/);
});

test("answers that change from run to run fail", () => {
  let run = 0;
  const restless: Analyse = (files, settings) => analysisOf({ severity: run++ % 2 === 0 ? "hint" : "warning" })(files, settings);
  fails(restless, /two runs do not agree/, "BAD()  # error: [bad-thing]");
});

test("answers that depend on line ends or on the place in the file fail", () => {
  fails(analysisOf({ unless: /\r/ }), /with CRLF line ends, this is no longer found: main\.py:1:1/, "BAD()  # error: [bad-thing]");
  fails(analysisOf({ unless: /^#/ }), /with a comment line before, this is no longer found/, "BAD()  # error: [bad-thing]");
});

test("a fix that breaks the code fails", () => {
  fails(
    analysisOf({ fix: replaceBad("$") }),
    /the fix "mend" of \[bad-thing\] gives code that does not parse/,
    "BAD()  # error: [bad-thing]",
  );
});

test("a fix that leaves its finding fails", () => {
  fails(
    analysisOf({ fix: replaceBad("BAD2") }),
    /the fix "mend" of \[bad-thing\] leaves its finding in place/,
    "BAD()  # error: [bad-thing]",
  );
});

test("fixes that call for each other without end fail", () => {
  // Each fix removes its finding and brings one of the other rule.
  const turning: Analyse = (files, settings) => {
    const isFirst = files[0]?.text.includes("BAD1");
    const rule = isFirst ? "first-thing" : "second-thing";
    return analysisOf({ rule, fix: ({ start }) => [{ range: { start, end: start + 4 }, newText: isFirst ? "BAD2" : "BAD1" }] })(
      files,
      settings,
    );
  };
  fails(turning, /after 50 fixes there is still something to fix/, "BAD1()  # error: [first-thing]");
});

test("the code after the fix is compared", () => {
  const withFix = (fixed: string): string =>
    page("## Case", fence("python", "BAD()  # error: [bad-thing]", "BAD  # error: [bad-thing]"), fence("python fix", fixed, "BAD"));
  const mending = analysisOf({ fix: replaceBad("GOOD") });
  assert.equal(failuresOf(withFix("GOOD()"), mending), "");
  assert.match(failuresOf(withFix("BETTER()"), mending), /gives for main\.py:\nGOOD\(\)\nBAD\ninstead of:\nBETTER\(\)\nBAD\n/);
  assert.match(failuresOf(withFix("GOOD()"), analysisOf({})), /no finding has a fix/);
});

interface StandIn {
  readonly rule?: string;
  readonly severity?: Finding["severity"];
  /** Finds nothing in texts that match. */
  readonly unless?: RegExp;
  readonly message?: (line: number) => string;
  /** The edits that the finding's fix makes. */
  readonly fix?: ((range: Finding["range"]) => Fix["edits"][number]["edits"]) | undefined;
}

/** An analysis that finds every BAD; each `$` is a syntax error. */
function analysisOf(standIn: StandIn): Analyse {
  return (files) => ({
    findings: files.flatMap((file) => findingsIn(file, standIn)),
    syntaxErrors: files.reduce((sum, { text }) => sum + text.split("$").length - 1, 0),
  });
}

function findingsIn({ path, text }: CaseFile, standIn: StandIn): Finding[] {
  const { rule = "bad-thing", severity = "warning", unless, message = () => "BAD is bad", fix } = standIn;
  if (unless?.test(text)) return [];
  return [...text.matchAll(/BAD/g)].map(({ index }): Finding => {
    const range = { start: index, end: index + 3 };
    return {
      code: "GIL000",
      rule,
      severity,
      confidence: "likely",
      path,
      range,
      message: message(text.slice(0, index).split("\n").length),
      related: [],
      targets: [],
      prediction: undefined,
      fixes: fix ? [{ title: "mend", safety: "safe", edits: [{ path, edits: fix(range) }] }] : [],
      refusedFixes: [],
    };
  });
}

function replaceBad(newText: string): StandIn["fix"] {
  return (range) => [{ range, newText }];
}

function failuresOf(markdown: string, analyse: Analyse): string {
  return casesOf(markdown)
    .flatMap((each) => checkCase(each, analyse))
    .join("\n");
}

function passes(analyse: Analyse, ...code: string[]): void {
  assert.equal(failuresOf(page("## Case", fence("python", ...code)), analyse), "");
}

function fails(analyse: Analyse, expected: RegExp, ...code: string[]): void {
  assert.match(failuresOf(page("## Case", fence("python", ...code)), analyse), expected);
}

/** A heading in line 1, an empty line, then the parts. */
function page(heading: string, ...parts: string[]): string {
  return `${heading}\n\n${parts.join("\n")}\n`;
}

function fence(info: string, ...lines: string[]): string {
  return [`\`\`\`${info}`, ...lines, "```"].join("\n");
}
