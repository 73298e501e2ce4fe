import { type Interval, interval, scale } from "../../base/interval.js";
import type { CallableEntry } from "../../knowledge/entry.js";
import type { FunctionFacts } from "../../program/facts.js";
import type { LinkedFile } from "../../program/link/entity.js";
import { lastNameOf, receiverOf } from "../../program/link/last-name.js";
import { sameValue } from "../../program/link/state/updates.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, ComputeOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";

/**
 * What a socket waits for in a file that is its own server, ns: the other side is a thread of this machine. A message of 16 bytes and its answer, over 127.0.0.1
 * and with nothing else to do, took 48 to 74 µs (nine in ten) on CPython 3.8, 3.11 and 3.13; above that is what the other side does meanwhile.
 */
const answer: Interval = interval(5_000, 50_000, 100_000_000);

/** What is in a socket's buffer is there at once; what another thread of the same core has just sent may take until it has run. */
const delivered: Interval = interval(0, 1_000, 20_000);

/**
 * The cost of a call on a socket. Its waits are short where the file itself serves at this machine's own address, and next to nothing where the function has
 * both ends and has sent before. Nobody waits longer than `settimeout` says; where nothing is sent before, that long.
 */
export function overLoopback<Cost extends { readonly waitNs: Interval; readonly from: string }>(
  cost: Cost,
  { name }: CallableEntry,
  call: CallOperation | ComputeOperation,
  at: Activation,
  evaluator: Evaluator,
): Cost {
  if (cost.from !== "default" || call.op !== "call" || !/^socket\.(socket(pair)?\.(recv|accept|connect)|create_connection)/.test(name))
    return cost;
  const { facts, file } = at.function;
  const sent = sentBefore(facts, call);
  const limit = timeLimit(call, at, evaluator);
  if (sent === "nothing" && limit) return { ...cost, waitNs: limit };
  // What the two ends of a pair take is known as it is.
  if (name.startsWith("socket.socketpair.")) return cost;
  const waitNs = sent === "enough" ? delivered : servesLoopback(file) ? answer : cost.waitNs;
  return { ...cost, waitNs: limit ? capped(waitNs, limit) : waitNs };
}

function capped({ low, likely, high }: Interval, limit: Interval): Interval {
  return interval(Math.min(low, limit.low), Math.min(likely, limit.likely), Math.min(high, limit.high));
}

/** What a socket is told to wait at most, where it is told so further up in the function, ns. */
function timeLimit(call: CallOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  const own = receiverOf(call);
  if (!own) return undefined;
  let limit: Interval | undefined;
  walkOperations(at.function.facts.body, (operation) => {
    if (operation.op !== "call" || operation.start >= call.start || lastNameOf(operation.callee) !== "settimeout") return;
    const object = receiverOf(operation);
    const [seconds] = operation.arguments;
    if (!object || !seconds || !sameValue(object, own)) return;
    const number = evaluator.number(seconds.value, at);
    limit = number && number.low > 0 ? scale(number, 1e9) : undefined;
  });
  return limit;
}

/**
 * What the function has sent, where it has both ends of a connection in its hands, before it receives: from another socket than that which receives. Undefined
 * where the other end is somebody else's.
 */
function sentBefore(facts: FunctionFacts, call: CallOperation): "enough" | "nothing" | undefined {
  const called = new Set<string>();
  let sends = false;
  const own = receiverOf(call);
  walkOperations(facts.body, (operation) => {
    if (operation.op !== "call") return;
    const name = lastNameOf(operation.callee);
    called.add(name);
    const object = receiverOf(operation);
    sends ||= /^send(all|msg|to|file)?$/.test(name) && operation.start < call.start && !!own && !!object && !sameValue(object, own);
  });
  const hasBoth = called.has("socketpair") || (called.has("accept") && (called.has("create_connection") || called.has("connect")));
  if (!hasBoth || called.has("Thread") || called.has("submit")) return undefined;
  if (!/^recv/.test(lastNameOf(call.callee))) return "enough";
  return sends ? "enough" : "nothing";
}

/** How long what looks like an exchange with others waits, where the file is not its own server: to that it sends without waiting. */
export function exchangedIn(file: LinkedFile, does: "sends" | "asks", ns: Interval): Interval | undefined {
  if (!servesLoopback(file)) return ns;
  return does === "sends" ? undefined : answer;
}

function servesLoopback(file: LinkedFile): boolean {
  return file.derive("serves at the machine's own address", () => {
    if (file.calls("socketpair").length > 0) return true;
    const served = ["bind", "create_server", "TCPServer", "ThreadingTCPServer"].flatMap((name) => file.calls(name));
    if (served.length === 0) return false;
    const named = new Set(served.flatMap(({ call }) => call.arguments.flatMap(({ value }) => namesIn(value))));
    if (served.some(({ call }) => call.arguments.some(({ value }) => isOwnAddress(value)))) return true;
    // `ADDRESS = ("127.0.0.1", 9000)`
    let found = false;
    for (const { facts } of file.functions)
      walkOperations(facts.body, (operation) => {
        if (operation.op !== "write" || operation.place.kind !== "name" || !operation.value) return;
        found ||= named.has(operation.place.name) && isOwnAddress(operation.value);
      });
    return found;
  });
}

/** `"localhost"`, or a pair that begins with it. */
function isOwnAddress(value: Value): boolean {
  if (value.op === "display") return value.elements[0] !== undefined && isOwnAddress(value.elements[0]);
  return value.op === "constant" && typeof value.value === "string" && /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(value.value);
}

function namesIn(value: Value): readonly string[] {
  if (value.op === "display") return value.elements.slice(0, 1).flatMap(namesIn);
  return value.op === "read" && value.place.kind === "name" ? [value.place.name] : [];
}
