import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exactly, interval } from "../../server/src/base/interval.js";
import { parseTarget, type Target } from "../../server/src/base/target.js";
import { bareCall, type CallFacts } from "../../server/src/knowledge/call-facts.js";
import type { Condition } from "../../server/src/knowledge/condition.js";
import type { CallableEntry, GilCase } from "../../server/src/knowledge/entry.js";
import { allHold, costOf, defaultPoolSize, evaluate, holds, returnedType, type Truth } from "../../server/src/knowledge/evaluate.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";

const data = { position: 0, keyword: "data" };
const python313 = target("cpython-3.13");

function target(name: string): Target {
  return parseTarget(name) ?? assert.fail(name);
}

function entry(cases: readonly GilCase[], kind: "source" | "docs" = "source"): CallableEntry {
  return {
    entry: "callable",
    name: "acme.run",
    package: "acme",
    kind: "cpu-native",
    style: "blocking",
    waits: undefined,
    cost: undefined,
    returns: [],
    invokes: [],
    ownThreads: undefined,
    compiles: undefined,
    block: undefined,
    note: undefined,
    freeThreaded: undefined,
    measuredOtherwise: undefined,
    evidence: [{ kind, place: "https://example.org", says: "So it is.", date: "2026-11-21", standing: "read", about: "behaviour" }],
    ...(cases.length === 0 ? { gil: "releases" as const } : { gil: "conditional" as const, cases, otherwise: "releases" as const }),
  };
}

const small: GilCase = { when: [{ test: "bytes", of: data, below: 2048 }], whenUnknown: "open", gil: "holds" };
const objects: GilCase = { when: [{ test: "dtype", of: data, in: ["object"] }], whenUnknown: "unlikely", gil: "holds" };

test("what was only reported decides, and proves nothing", () => {
  const read = entry([]);
  const reported = { ...read, evidence: read.evidence.map((each) => ({ ...each, standing: "reported" as const })) };
  assert.equal(evaluate(read, {}).confidence, "proved");
  assert.equal(evaluate(reported, {}).gil, "releases");
  assert.equal(evaluate(reported, {}).confidence, "likely");
});

test("an unconditional entry is decided by whoever says so", () => {
  assert.deepEqual(evaluate(entry([]), {}), {
    gil: "releases",
    confidence: "proved",
    because: "always",
    possible: ["releases"],
    missing: [],
  });
  assert.equal(evaluate(entry([], "docs"), {}).confidence, "likely");
});

test("a known size decides, an unknown one leaves the verdict open and says what is missing", () => {
  const sized = (low: number, high: number): CallFacts => ({ positional: [{ bytes: interval(low, low, high) }] });
  assert.equal(evaluate(entry([small]), sized(100, 2047)).gil, "holds");
  assert.equal(evaluate(entry([small]), sized(2048, 1e9)).gil, "releases");
  assert.equal(evaluate(entry([small]), sized(100, 2047)).because, "`data` has fewer than 2048 bytes");
  assert.equal(evaluate(entry([small]), sized(2048, 1e9)).because, "`data` has 2048 bytes or more");
  for (const facts of [sized(100, 4096), { positional: [{}] }, {}, { positional: [], unpacks: "something" as const }]) {
    assert.deepEqual(evaluate(entry([small]), facts), {
      gil: "depends",
      confidence: "possible",
      because: "it depends on whether `data` has fewer than 2048 bytes",
      possible: ["holds", "releases"],
      missing: ["`data` has fewer than 2048 bytes"],
    });
  }
});

test("an unlikely case that is not decided lowers the confidence only", () => {
  const verdict = evaluate(entry([objects]), { positional: [{}] });
  assert.equal(verdict.gil, "releases");
  assert.equal(verdict.confidence, "likely");
  assert.match(verdict.because, /unless `data` has object elements/);
  assert.equal(evaluate(entry([objects]), { positional: [{ dtype: "object" }] }).gil, "holds");
  assert.equal(evaluate(entry([objects]), { positional: [{ dtype: "number" }] }).confidence, "proved");
});

test("an open case before a decided one keeps the verdict open unless both say the same", () => {
  const given: GilCase = { when: [{ test: "given", of: { keyword: "fast" } }], whenUnknown: "open", gil: "releases" };
  const call: CallFacts = { positional: [{}], keywords: [{ name: "fast", value: {} }] };
  assert.equal(evaluate(entry([small, given]), call).gil, "depends");
  assert.equal(evaluate(entry([{ ...small, gil: "releases" }, given]), call).gil, "releases");
});

test("each condition is true, false or unknown by what is known", () => {
  const call = (facts: CallFacts, condition: Condition, expected: Truth): void =>
    assert.equal(holds(condition, facts), expected, JSON.stringify(condition));
  const passes = (name: string, literal: string | number | boolean | null): CallFacts => ({
    positional: [],
    keywords: [{ name, value: { literal } }],
  });
  const nothing: CallFacts = { positional: [], keywords: [] };

  call(passes("mode", "rb"), { test: "contains", of: { keyword: "mode" }, part: "b", default: "r" }, "true");
  call(nothing, { test: "contains", of: { keyword: "mode" }, part: "b", default: "r" }, "false");
  call({}, { test: "contains", of: { keyword: "mode" }, part: "b", default: "r" }, "unknown");

  call(passes("n", 1), { test: "equals", of: { keyword: "n" }, value: 1 }, "true");
  call(passes("n", 2), { test: "equals", of: { keyword: "n" }, value: 1 }, "false");
  call(nothing, { test: "equals", of: { keyword: "n" }, value: 1, default: 1 }, "true");
  call(nothing, { test: "equals", of: { keyword: "n" }, value: 1 }, "unknown");

  call(nothing, { test: "given", of: { keyword: "key" } }, "false");
  call({ ...nothing, unpacks: "something" }, { test: "given", of: { keyword: "key" } }, "unknown");
  call(passes("key", null), { test: "given", of: { keyword: "key" } }, "true");

  call({ receiver: { elements: exactly(500) } }, { test: "elements", of: "receiver", below: 501 }, "true");
  call({ receiver: { type: "a.B" } }, { test: "type", of: "receiver", in: ["a.B", "a.C"] }, "true");
  call({ receiver: {} }, { test: "type", of: "receiver", in: ["a.B"] }, "unknown");
  call(passes("data", "text"), { test: "type", of: { keyword: "data" }, in: ["builtins.bytes"] }, "false");
  call(passes("data", null), { test: "type", of: { keyword: "data" }, in: ["builtins.NoneType"] }, "true");
  call(passes("data", 1), { test: "type", of: { keyword: "data" }, in: ["builtins.int"] }, "unknown");
  call({ positional: [{ callback: "native" }] }, { test: "callback", of: { position: 0 }, is: "python" }, "false");

  call(nothing, { test: "callback", of: { keyword: "key" }, is: "python" }, "false");
  call(passes("key", null), { test: "callback", of: { keyword: "key" }, is: "python" }, "false");
  call({}, { test: "callback", of: { keyword: "key" }, is: "python" }, "unknown");
  call(nothing, { test: "bytes", of: { position: 0 }, atLeast: 2048 }, "false");
  call(nothing, { test: "dtype", of: { position: 0 }, in: ["object"] }, "false");

  call(bareCall(python313), { test: "python", from: "3.9", before: "3.13" }, "false");
  call(bareCall(python313), { test: "python", from: "3.13" }, "true");
  call({}, { test: "python", from: "3.13" }, "unknown");
  call({ packageVersion: "2.10.0" }, { test: "package-version", from: "2.9" }, "true");
  call({ platform: "windows" }, { test: "platform", in: ["linux", "macos"] }, "false");
  call(bareCall(target("pypy-3.11")), { test: "implementation", in: ["cpython"] }, "false");
  call(bareCall(target("cpython-3.14t")), { test: "build", is: "free-threaded" }, "true");
  call(nothing, { test: "at-run-time", what: "the lock is free" }, "unknown");
});

const leaf = fc.constantFrom<Condition>(
  { test: "build", is: "gil" },
  { test: "build", is: "free-threaded" },
  { test: "at-run-time", what: "it rains" },
);
const conditions = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ test: fc.constant("not" as const), condition: tie("condition") }),
    fc.record({ test: fc.constant("any" as const), conditions: fc.array(tie("condition"), { maxLength: 3 }) }),
  ),
})).condition;

test("three-valued logic: `not` turns around, `any` and lists follow Kleene, and knowing more never contradicts", () => {
  const facts = bareCall(python313);
  const not = (truth: Truth): Truth => (truth === "unknown" ? "unknown" : truth === "true" ? "false" : "true");
  fc.assert(
    fc.property(fc.array(conditions, { maxLength: 4 }), (list) => {
      const all = allHold(list, facts);
      const any = holds({ test: "any", conditions: list }, facts);
      assert.equal(
        any,
        not(
          allHold(
            list.map((condition) => ({ test: "not" as const, condition })),
            facts,
          ),
        ),
      );
      const knowingNothing = allHold(list, {});
      assert.ok(knowingNothing === "unknown" || knowingNothing === all);
    }),
  );
});

test("a cost adds up its terms; parts of unknown size are named, not guessed", () => {
  const terms = [
    { term: "fixed", spends: "interpreter", ns: exactly(100) },
    { term: "per-byte", spends: "call", ns: interval(1, 2, 3), of: data },
    { term: "argument", spends: "wait", nsPerUnit: 1e9, of: { position: 1 } },
  ] as const;
  const costly: CallableEntry = { ...entry([]), cost: { from: "measured", terms } };
  assert.deepEqual(costOf(costly, { positional: [{ bytes: exactly(1000) }, { literal: 0.5 }] }), {
    interpreterNs: exactly(100),
    nativeNs: interval(1000, 2000, 3000),
    waitNs: exactly(5e8),
    missing: [],
    from: "measured",
  });
  const partly = costOf(costly, { positional: [{}, { literal: -1 }] });
  assert.deepEqual(partly?.missing, ["`data`", "argument 2"]);
  assert.deepEqual(partly?.nativeNs, exactly(0));
});

test("returned types follow the arguments", () => {
  const cases = [
    { when: [{ test: "contains", of: { keyword: "mode" }, part: "b", default: "r" }], type: "io.BufferedReader" },
    { when: [], type: "io.TextIOWrapper" },
  ] as const;
  assert.equal(returnedType(cases, { positional: [], keywords: [] }), "io.TextIOWrapper");
  assert.equal(returnedType(cases, { keywords: [{ name: "mode", value: { literal: "rb" } }] }), "io.BufferedReader");
  assert.equal(returnedType(cases, {}), undefined);
  assert.equal(returnedType([{ when: [], type: "receiver" }], { receiver: { type: "a.B" } }), "a.B");
});

test("default pool sizes", () => {
  const facts = bareCall(python313);
  assert.equal(defaultPoolSize([{ when: [], size: "cores-plus-4-at-most-32" }], facts, 8), 12);
  assert.equal(defaultPoolSize([{ when: [], size: "cores-plus-4-at-most-32" }], facts, 64), 32);
  assert.equal(
    defaultPoolSize(
      [
        { when: [{ test: "python", before: "3.8" }], size: "five-per-core" },
        { when: [], size: "cores" },
      ],
      facts,
      8,
    ),
    8,
  );
  assert.equal(defaultPoolSize([{ when: [{ test: "platform", in: ["linux"] }], size: "one" }], facts, 8), undefined);
});

test("what everybody asks", () => {
  const knowledge = builtInKnowledge();
  const ask = (name: string, facts: CallFacts = {}): string =>
    evaluate(knowledge.callable(name) ?? assert.fail(`${name} is not known`), {
      target: python313,
      positional: [{}],
      keywords: [],
      ...facts,
    }).gil;
  const array = (elements: number) => ({ elements: exactly(elements), dtype: "number" as const });
  assert.equal(ask("zlib.compress"), "releases");
  assert.equal(ask("time.sleep"), "releases");
  assert.equal(ask("hashlib.sha256", { positional: [{ bytes: exactly(2048) }] }), "releases");
  assert.equal(ask("hashlib.sha256", { positional: [{ bytes: exactly(2047) }] }), "holds");
  assert.equal(ask("hashlib.sha256", { positional: [{}] }), "depends");
  assert.equal(ask("re.findall"), "holds");
  assert.equal(ask("json.loads"), "holds");
  assert.equal(ask("pickle.dumps"), "holds");
  assert.equal(ask("orjson.loads"), "holds");
  assert.equal(ask("requests.get"), "releases");
  assert.equal(ask("numpy.dot", { positional: [array(1e6), array(1e6)] }), "releases");
  assert.equal(ask("numpy.sin", { positional: [array(100)] }), "holds");
  assert.equal(ask("numpy.sin", { positional: [array(1000)] }), "releases");
  assert.equal(ask("numpy.sort", { positional: [{ dtype: "object" }] }), "holds");
  assert.equal(ask("scipy.linalg.svd"), "holds");
  assert.equal(ask("numpy.linalg.svd", { positional: [array(40_000)] }), "releases");
  assert.equal(ask("PIL.Image.Image.filter", { positional: [{ type: "PIL.ImageFilter.MedianFilter" }] }), "holds");
});
