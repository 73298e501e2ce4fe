import type { ThreadRoot } from "../program/link/threads/roots.js";
import { isRealLock, type Race } from "./race.js";

/**
 * How it is known that two threads come by, in the order of how much it says of their doing so at the same moment. `requests`: a library calls both for
 * whoever asks. `alike`: several threads of one place. `apart`: threads that are started in two places. `beside`: a thread and the rest of the function that
 * started it. `caller`: the thread of an object and one of its methods. `promise`: code that says of itself that it is shared.
 */
export type Evidence = "requests" | "alike" | "apart" | "beside" | "caller" | "promise";

/** How it is known that the two threads of a race come by. */
export function evidenceOf({ first: { root }, second: { root: other } }: Race): Evidence {
  if (root.kind === "promised" || other.kind === "promised") return "promise";
  for (const each of [root, other]) if (each.kind === "caller") return each.within === undefined ? "caller" : "beside";
  if (isRequest(root) && isRequest(other)) return "requests";
  return root.key === other.key ? "alike" : "apart";
}

function isRequest({ kind }: ThreadRoot): boolean {
  return kind === "entry" || kind === "handler" || kind === "marked";
}

/** On how many of the two sides a lock is held. */
export function locked({ first, second }: Race): "neither" | "one" | "both" {
  const sides = [first, second].filter(({ locks }) => locks.some(isRealLock)).length;
  return sides === 0 ? "neither" : sides === 1 ? "one" : "both";
}

/** The calls that lead from the starts of the two threads to what they do. */
export function lengthOfWays({ first, second }: Race): number {
  return first.path.length + second.path.length;
}
