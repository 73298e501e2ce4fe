import assert from "node:assert/strict";
import { test } from "node:test";
import { builtInKnowledge, createKnowledge } from "../../server/src/knowledge/knowledge.js";
import { standardLibraryModules } from "../../server/src/knowledge/stdlib-modules.js";

const evidence = [{ kind: "docs", place: "https://example.org", says: "It says so there.", date: "2026-11-21" }];

function file(name: string, sections: Record<string, unknown>): unknown {
  return { package: { name, modules: [name], evidence }, ...sections };
}

function callable(names: readonly string[], gil = "holds"): unknown {
  return { names, gil, kind: "cpu-native", evidence };
}

test("the shipped knowledge is made once", () => {
  assert.equal(builtInKnowledge(), builtInKnowledge());
  assert.equal(createKnowledge([]).knowledge, builtInKnowledge());
});

test("a user file overrides what is shipped, for that name alone, and leaves the shipped knowledge as it was", () => {
  const { knowledge, problems } = createKnowledge([file("user", { callables: [callable(["zlib.compress"], "holds")] })]);
  assert.deepEqual(problems, []);
  assert.equal(knowledge.callable("zlib.compress")?.gil, "holds");
  assert.equal(knowledge.callable("zlib.compress")?.package, "user");
  assert.equal(knowledge.callable("zlib.decompress"), builtInKnowledge().callable("zlib.decompress"));
  assert.equal(builtInKnowledge().callable("zlib.compress")?.gil, "releases");
});

test("of two user files the later one counts", () => {
  const { knowledge } = createKnowledge([
    file("a", { callables: [callable(["acme.run"], "holds")] }),
    file("b", { callables: [callable(["acme.run"], "releases")] }),
  ]);
  assert.equal(knowledge.callable("acme.run")?.gil, "releases");
});

test("a user file cannot pass itself off as a shipped one", () => {
  const { knowledge } = createKnowledge([file("python", { callables: [callable(["re.findall"], "releases")] })]);
  assert.equal(knowledge.callable("re.findall")?.gil, "releases");
  assert.equal(knowledge.package("re")?.name, "python");
});

test("problems name the file they are in, and the other files still count", () => {
  const { knowledge, problems } = createKnowledge([null, file("a", { callables: [callable(["acme.run"])] }), file("b", { types: 1 })]);
  assert.deepEqual(
    problems.map((problem) => [problem.file, problem.pointer]),
    [
      [0, ""],
      [2, "/types"],
    ],
  );
  assert.equal(knowledge.callable("acme.run")?.gil, "holds");
});

test("methods are found in the bases of their class, nearest first", () => {
  const { knowledge } = createKnowledge([
    file("acme", {
      types: [
        { names: ["acme.Base"], evidence },
        { names: ["acme.Middle"], bases: ["acme.Base"], evidence },
        { names: ["acme.Leaf"], bases: ["acme.Middle"], evidence },
      ],
      callables: [callable(["acme.Base.read"], "releases"), callable(["acme.Base.parse"]), callable(["acme.Middle.parse"], "runs-python")],
    }),
  ]);
  assert.equal(knowledge.callable("acme.Leaf.read")?.gil, "releases");
  assert.equal(knowledge.callable("acme.Leaf.parse")?.gil, "runs-python");
  assert.equal(knowledge.callable("acme.Leaf.write"), undefined);
  assert.equal(knowledge.callable("acme.Leaf"), undefined);
  assert.ok(knowledge.isSubtype("acme.Leaf", "acme.Base"));
  assert.ok(!knowledge.isSubtype("acme.Base", "acme.Leaf"));
  assert.deepEqual(
    knowledge.ancestry("acme.Leaf").map((type) => type.name),
    ["acme.Leaf", "acme.Middle", "acme.Base"],
  );
});

test("methods that exist only at run time are found under `__getattr__`", () => {
  const { knowledge } = createKnowledge([
    file("acme", {
      types: [
        { names: ["acme.Library"], evidence },
        { names: ["acme.Special"], bases: ["acme.Library"], evidence },
      ],
      callables: [callable(["acme.Library.__getattr__"], "releases"), callable(["acme.Library.close"])],
    }),
  ]);
  assert.equal(knowledge.callable("acme.Special.compute")?.gil, "releases");
  assert.equal(knowledge.callable("acme.Special.close")?.gil, "holds");
  assert.equal(knowledge.callable("acme.Other.compute"), undefined);
});

test("calling gives what the entry says, else the class that is called", () => {
  const knowledge = builtInKnowledge();
  assert.equal(knowledge.resultType("requests.Session", {}), "requests.Session");
  assert.equal(knowledge.resultType("sklearn.cluster.KMeans", {}), "sklearn.cluster.KMeans");
  assert.equal(knowledge.resultType("hashlib.sha256", {}), "hashlib.HASH");
  assert.equal(knowledge.resultType("re.compile", {}), "re.Pattern");
  assert.equal(knowledge.resultType("threading.Lock", {}), "threading.Lock");
  assert.equal(knowledge.resultType("open", { positional: [{}, { literal: "rb" }], keywords: [] }), "io.BufferedReader");
  assert.equal(knowledge.resultType("open", { positional: [{}], keywords: [] }), "io.TextIOWrapper");
  assert.equal(knowledge.resultType("open", {}), undefined);
  assert.equal(knowledge.resultType("acme.Nothing", {}), undefined);
});

test("classes that derive from each other in a circle do no harm", () => {
  const { knowledge } = createKnowledge([
    file("acme", {
      types: [
        { names: ["acme.A"], bases: ["acme.B", "acme.A"], evidence },
        { names: ["acme.B"], bases: ["acme.A"], evidence },
      ],
    }),
  ]);
  assert.equal(knowledge.callable("acme.A.run"), undefined);
  assert.equal(knowledge.ancestry("acme.A").length, 2);
});

test("an alias stands for a name and everything below it, once, even if aliases go round in circles", () => {
  const { knowledge } = createKnowledge([
    file("acme", {
      callables: [callable(["acme.Client.get"])],
      aliases: [
        { alias: "acme.internal", name: "acme" },
        { alias: "acme.x", name: "acme.y" },
        { alias: "acme.y", name: "acme.x" },
      ],
    }),
  ]);
  assert.equal(knowledge.callable("acme.internal.Client.get")?.name, "acme.Client.get");
  assert.equal(knowledge.callable("acme.internals.Client.get"), undefined);
  assert.equal(knowledge.callable("acme.x.Client"), undefined);
  assert.equal(builtInKnowledge().type("requests.sessions.Session")?.name, "requests.Session");
});

test("built-ins are known with and without their module", () => {
  const knowledge = builtInKnowledge();
  assert.equal(knowledge.callable("sorted"), knowledge.callable("builtins.sorted"));
  assert.ok(knowledge.callable("sorted"));
  assert.equal(knowledge.callable("str.join"), knowledge.callable("builtins.str.join"));
});

test("modules and packages", () => {
  const knowledge = builtInKnowledge();
  for (const module of ["threading", "numpy", "PIL", "cv2", "sklearn", "_thread", "this"]) assert.ok(knowledge.hasModule(module), module);
  assert.ok(!knowledge.hasModule("acme"));
  assert.equal(knowledge.package("PIL")?.name, "pillow");
  assert.equal(knowledge.package("numpy.linalg")?.name, "numpy");
  assert.equal(knowledge.package("numpy")?.freeThreading?.support, "supported");
  assert.equal(knowledge.package("acme"), undefined);
  for (const module of ["asyncore", "distutils", "tomllib", "compression", "zoneinfo"])
    assert.ok(standardLibraryModules.has(module), module);
  assert.ok(!standardLibraryModules.has("numpy"));
});

test("lists are sorted by name", () => {
  const names = builtInKnowledge()
    .callables()
    .map((entry) => entry.name);
  assert.deepEqual(names, [...names].sort());
});

test("a lookup costs about a microsecond, hit or miss", () => {
  const knowledge = builtInKnowledge();
  const names = [
    "zlib.compress",
    "concurrent.futures.thread.ThreadPoolExecutor.submit",
    "app.models.Order.total_price",
    "sorted",
    "requests.Session.get",
  ];
  const rounds = 20_000;
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 5; attempt++) {
    const started = performance.now();
    for (let i = 0; i < rounds; i++) for (const name of names) knowledge.callable(name);
    best = Math.min(best, ((performance.now() - started) * 1000) / (rounds * names.length));
  }
  // Several times the goal, so that a busy machine does not fail it.
  assert.ok(best < 5, `${best.toFixed(2)} µs a lookup`);
});
