import { type Interval, interval } from "../base/interval.js";
import type { CallableEntry } from "../knowledge/entry.js";
import type { LinkedFile } from "../program/link/entity.js";
import { walkOperations } from "../program/link/walk.js";
import type { Value } from "../program/operation.js";

/**
 * What a socket waits for in a file that is its own server, ns: the other side is a thread of this machine. A message of 16 bytes and its answer, over 127.0.0.1
 * and with nothing else to do, took 48 to 74 µs (nine in ten) on CPython 3.8, 3.11 and 3.13; above that is what the other side does meanwhile.
 */
const answer: Interval = interval(5_000, 50_000, 100_000_000);

/** The cost of a call on a socket, whose waits are short where the file itself serves at this machine's own address. */
export function overLoopback<Cost extends { readonly waitNs: Interval; readonly from: string }>(
  cost: Cost,
  { name }: CallableEntry,
  file: LinkedFile,
): Cost {
  if (cost.from !== "default" || !/^socket\.(socket\.(recv|accept|connect)|create_connection)/.test(name)) return cost;
  return servesLoopback(file) ? { ...cost, waitNs: answer } : cost;
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
