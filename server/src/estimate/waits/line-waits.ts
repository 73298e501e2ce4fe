import { type Interval, interval } from "../../base/interval.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { LoopOperation } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";

/** How long each round of a loop waits for the line of a file, or of what comes over a connection, that it reads; undefined for other loops. */
export function lineWait({ iterable }: LoopOperation, { function: within }: Activation, resolver: Resolver): Interval | undefined {
  if (!iterable) return undefined;
  const types = resolver
    .resolve(iterable, within)
    .flatMap((entity) => (entity.kind === "object" && /^(io\.|socket\.|_io\.)/.test(entity.type) ? [entity.type] : []));
  if (types.length === 0 || types.some((type) => /^io\.(StringIO|BytesIO)$/.test(type))) return undefined;
  return types.some((type) => type.startsWith("socket.")) ? lineReceivedNs : lineReadNs;
}

/** From the page cache, which most files are in, from a disk, from a network. */
const lineReadNs = interval(10, 60, 100_000);
const lineReceivedNs = interval(50, 2_000, 100_000);
