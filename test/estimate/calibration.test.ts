import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseTarget, type Target } from "../../server/src/base/target.js";
import type { Calibration } from "../../server/src/estimate/calibration/calibration.js";
import { onMachine } from "../../server/src/estimate/costs/library-call-cost.js";
import { costsFor } from "../../server/src/estimate/costs/operation-costs.js";
import type { CallCost } from "../../server/src/knowledge/evaluate.js";
import { processes } from "../../server/src/simulation/runtimes/processes.js";

const target = parseTarget("cpython-3.13") as Target;
const shipped = costsFor(target);

const calibration: Calibration = {
  target: "cpython-3.13",
  build: "3.13.1",
  measured: "2026-11-26",
  operations: {
    intAdd: [shipped.operations.intAdd.likely * 2, shipped.operations.intAdd.likely * 2, shipped.operations.intAdd.likely * 3],
    floatAdd: [shipped.operations.floatAdd.likely * 2, shipped.operations.floatAdd.likely * 2, shipped.operations.floatAdd.likely * 3],
    callPython: [1, 2, 3],
  },
  native: { "zlib.crc32": [9, 10, 11] },
  handOver: { wakeUp: { low: 1, high: 2 }, threads: { startNs: [10, 20, 30] }, processes: { fork: { bootstrapNs: [4, 5, 6] } } },
  crowding: [],
};

test("measured costs take the place of shipped ones; the others are scaled by how fast the machine is", () => {
  const costs = costsFor(target, [calibration]);
  assert.equal(costs.operations.callPython.likely, 2);
  assert.equal(costs.operations.intAdd.likely, shipped.operations.intAdd.likely * 2);
  assert.equal(costs.operations.dictLoad.likely, shipped.operations.dictLoad.likely * 2);
  assert.equal(costs.bulk["zlib.crc32"].nsPerUnit.likely, 10);
  const nativeSpeed = 10 / shipped.bulk["zlib.crc32"].nsPerUnit.likely;
  assert.equal(costs.bulk["hashlib.md5"].nsPerUnit.likely, shipped.bulk["hashlib.md5"].nsPerUnit.likely * nativeSpeed);
  assert.deepEqual(
    [costs.handOver.low, costs.handOver.likely, costs.handOver.high].map(({ threads }) => threads.startNs),
    [10, 20, 30],
  );
  assert.equal(costs.handOver.likely.processes.fork.bootstrapNs, 5);
  assert.equal(costs.handOver.likely.processes.spawn.bootstrapNs, shipped.handOver.likely.processes.spawn.bootstrapNs);
  assert.deepEqual(costs.handOver.high.wakeUp, { low: 1, high: 2 });
  assert.deepEqual(costs.origin, { kind: "calibrated", note: "measured on this machine, 2026-11-26" });
});

test("a hand-over after other work is as dear as it was measured, never cheaper than one right after another", () => {
  const brokerOf = (own: object) => {
    const { handOver } = costsFor(target, [
      { ...calibration, handOver: { ...calibration.handOver, processes: own } as Calibration["handOver"] },
    ]);
    return processes(target, handOver.likely).handOver.broker;
  };
  // Where waking a thread is what costs, work in between adds little.
  const waking = brokerOf({
    sendNs: [90, 100, 110],
    workerNs: [60, 70, 80],
    sendAfterWorkNs: [110, 120, 130],
    workerAfterWorkNs: [100, 105, 110],
  });
  assert.equal(waking?.coldTimes, 1.2);
  assert.equal(waking.workerColdTimes, 1.5);
  assert.ok(waking.crowdedColdTimes > waking.workerColdTimes);
  assert.equal(brokerOf({ sendNs: [90, 100, 110], sendAfterWorkNs: [40, 50, 60] })?.coldTimes, 1);
  // A file of an earlier calibration does not tell.
  assert.equal(brokerOf({ sendNs: [1_000_000, 1_000_000, 1_000_000] })?.coldTimes, 1);
  const { broker } = processes(target, shipped.handOver.likely).handOver;
  assert.ok((broker?.coldTimes ?? 0) > 1 && (broker?.workerColdTimes ?? 0) > 1);
});

test("library calls that were not measured are as fast as those of their kind", () => {
  const each = (name: "bz2.compress" | "hashlib.sha1"): number => shipped.bulk[name].nsPerUnit.likely;
  const packed = shipped.bulk["zlib.decompress"].nsPerUnit.likely * 4;
  const native: Calibration["native"] = { ...calibration.native, "zlib.decompress": [packed, packed, packed] };
  const { bulk } = costsFor(target, [{ ...calibration, native }]);
  const nearly = (value: number, wanted: number): void => assert.ok(Math.abs(value / wanted - 1) < 1e-9, `${value} is not ${wanted}`);
  nearly(bulk["bz2.compress"].nsPerUnit.likely, each("bz2.compress") * 4);
  nearly(bulk["hashlib.sha1"].nsPerUnit.likely, (each("hashlib.sha1") * 10) / shipped.bulk["zlib.crc32"].nsPerUnit.likely);
});

test("what the kernel takes for files is as fast as asking for one, and as shipped where that was not measured", () => {
  const asked = shipped.bulk["os.stat"].nsPerUnit.likely * 3;
  const { files } = costsFor(target, [{ ...calibration, native: { ...calibration.native, "os.stat": [asked, asked, asked] } }]);
  assert.ok(Math.abs(files.likely / shipped.files.likely - 3) < 1e-9, `${files.likely}`);
  assert.equal(costsFor(target, [calibration]).files.likely, shipped.files.likely);
});

test("what knowledge tells of computing is scaled as well, what it tells of waiting is not", () => {
  const costs = costsFor(target, [calibration]);
  assert.ok(Math.abs(costs.slowness - 2) < 1e-9);
  const ns = { low: 1, likely: 2, high: 3 };
  const none = { low: 0, likely: 0, high: 0 };
  const computing: CallCost = { interpreterNs: ns, nativeNs: none, waitNs: none, missing: [], from: "measured" };
  assert.equal(onMachine(computing, costs)?.interpreterNs.likely, 4);
  assert.equal(onMachine({ ...computing, waitNs: ns }, costs)?.interpreterNs.likely, 2);
  assert.equal(onMachine(computing, shipped), computing);
});

test("costs are of the version that they were measured on, and of no other", () => {
  assert.equal(costsFor(parseTarget("cpython-3.13t") as Target, [calibration]).origin.kind, "measured");
  assert.equal(costsFor(target, []), costsFor(target));
});

test("every construct that is measured is an operation that has a cost", () => {
  const script = readFileSync("server/src/cli/calibration/constructs.py", "utf8");
  const names = [...script.matchAll(/^ {4}"(\w+)": \("/gm)].map(([, name]) => name as string);
  const costs = Object.keys(shipped.operations).filter((name) => name !== "awaitCoroutine");
  assert.deepEqual([...names].sort(), costs.sort());
});
