import { add, interval, scale } from "../../base/interval.js";
import { standardLibraryModules } from "../../knowledge/stdlib-modules.js";
import type { LinkedFile } from "../../program/link/entity.js";
import { importsAny } from "../../program/link/linked-file.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import { zero } from "../costs/cost-sum.js";
import { unknownCallNs } from "../costs/work.js";
import type { Assumption } from "../prediction/prediction.js";
import { likelyNs } from "./demand.js";
import type { TaskWork, Times } from "./task-work.js";

/** Whether calls of which nothing is known, or not how long they take, can outweigh everything that is known. */
export function isMostlyUnknown(work: TaskWork): boolean {
  return (work.unknownCalls + work.uncostedCalls) * unknownCallNs > likelyNs(work) - work.assumedWaitNs;
}

/**
 * Whether it cannot be told what most of the work is: such calls outweigh what is known and do not look like anything either, such as a request that is
 * waited for; or one of them may be the work itself, as nothing beside it takes long but what guesses make of it.
 */
export function isMostlyOpen(work: TaskWork): boolean {
  if (isMostlyUnknown(work) && (work.unknownCalls + work.uncostedCalls) * unknownCallNs > work.assumedWaitNs) return true;
  return work.blindCalls >= 0.5 && toldNs(work) < usualTaskNs && (!isSurelyLong(work) || isMadeOfGuesses(work));
}

/** Whether most of the time is computing that guesses make of loops of unknown lengths, beside which what surely takes long would be little. */
function isMadeOfGuesses(work: TaskWork): boolean {
  const { open } = work;
  return open !== undefined && open.interpreterNs.likely + open.heldNs.likely > likelyNs(work) / 2;
}

/** Whether a task mostly waits by what the code tells, and only guesses of how many rounds loops make, or how large things are, have it compute as long. */
export function computesByGuess(work: TaskWork): boolean {
  const { open, interpreterNs, heldNs, waitNs } = work;
  if (!open) return false;
  const computingNs = interpreterNs.likely + heldNs.likely;
  const guessedNs = open.interpreterNs.likely + open.heldNs.likely;
  // Guesses that make hours of a task are wrong, and so is what they say of its parts.
  if (guessedNs > longestGuessNs) return true;
  const toldWaitNs = waitNs.likely - open.waitNs.likely;
  return guessedNs > computingNs / 2 && toldWaitNs > computingNs - guessedNs && toldWaitNs >= usualTaskNs;
}

/**
 * Whether it is a guess that tasks of an event loop keep it busy: more is made of loops of unknown lengths and of unknown calls than the code tells, and
 * a few tasks compute as long as one waits. `whole`: with what such calls may take.
 */
export function keepsLoopByGuess({ open, ...work }: TaskWork, whole: TaskWork, tasks: number): boolean {
  const computing = ({ interpreterNs, heldNs, nativeNs }: Times): number => interpreterNs.likely + heldNs.likely + nativeNs.likely;
  const told = computing(work) - (open ? computing(open) : 0);
  const guessed = computing(whole) - told;
  return guessed > told && guessed * Math.min(tasks, aFewTasks) > whole.waitNs.likely;
}

const aFewTasks = 4;

/** Whether a task mostly waits for programs of which nobody can tell what they do. */
export function isMostlyPrograms(work: TaskWork): boolean {
  const ns = work.calls.reduce((sum, call) => sum + (call.startsUnknown ? call.ns : 0), 0);
  return ns > 0 && ns >= (likelyNs(work) - ns) / 2;
}

/** What the code tells of the time, likely: without what is made of loops of unknown lengths, and of sizes that nobody knows. */
export function toldNs({ open, ...work }: TaskWork): number {
  return likelyNs(work) - (open ? likelyNs(open) : 0);
}

/** Whether a call is surely made that is known for waiting, as a request does, or for running a program: that is what the task is for. */
function isSurelyLong({ longestNs }: TaskWork): boolean {
  return Math.max(longestNs.nativeNs, longestNs.waitNs) >= longCallNs;
}

/** What calls of which nothing is known are likely to do: who starts threads mostly does so for what waits, who starts processes for what computes. */
export type Tendency = "wait" | "compute";

/** What they are likely to do in the tasks of a place. */
export function tendencyOf({ soundsLikeComputing }: TaskWork, worker: Spawn["worker"], file: LinkedFile | undefined): Tendency {
  return (worker === "thread" || worker === "event-loop-task") && !soundsLikeComputing && !hasNothingToWaitFor(file) ? "wait" : "compute";
}

/** Whether a file imports nothing but parts of the standard library that do not wait: with no more than these, what a task does is to compute. */
export function hasNothingToWaitFor(file: LinkedFile | undefined): boolean {
  if (!file) return false;
  return !importsAny(file, "something to wait for", (module) => {
    const root = module.split(".")[0] ?? "";
    return !standardLibraryModules.has(root) || waiting.test(root);
  });
}

const waiting =
  /^(asyncio|ftplib|http|imaplib|multiprocessing|nntplib|poplib|select|selectors|smtplib|socket|socketserver|ssl|subprocess|telnetlib|urllib|xmlrpc)$/;

/**
 * Work with the time that its calls may take of which nothing is known, or not how long they take. Whoever hands a task to a pool does so because
 * it takes long: a task that such calls decide is likely to take ten milliseconds at least. They may take many seconds as well as do nothing.
 */
export function withUnknown(work: TaskWork, tendency: Tendency): TaskWork {
  const calls = work.unknownCalls + work.uncostedCalls;
  if (calls <= 0) return work;
  const isMost = isMostlyOpen(work);
  const isWait = isMost && tendency === "wait";
  const missing = isMost ? Math.max(0, usualTaskNs - toldNs(work)) : 0;
  const likely = Math.max(calls * usualCallNs, isWait ? missing / 10 : missing);
  const unknownNs = interval(0, likely, Math.max(calls * unknownCallNs, isMost ? longTaskNs : 0));
  // Of no more account than the calls have beside what is known.
  const share = isMost ? 1 : Math.min(1, (calls * unknownCallNs) / Math.max(1, likelyNs(work)));
  const unknownWaitNs = interval(0, isWait ? missing : 0, longTaskNs * share * (isMost ? 10 : 1));
  // What is called under a lock takes its time there.
  const inside = Math.min(1, work.lockedUnknownCalls / calls);
  const { locked } = work;
  const open = work.open ?? { interpreterNs: zero, heldNs: zero, nativeNs: zero, waitNs: zero };
  return {
    ...work,
    waitNs: add(work.waitNs, unknownWaitNs),
    longestNs: { ...work.longestNs, waitNs: Math.max(work.longestNs.waitNs, unknownWaitNs.high) },
    turns: Math.max(1, work.turns),
    interpreterNs: add(work.interpreterNs, unknownNs),
    locked: {
      ...locked,
      interpreterNs: add(locked.interpreterNs, scale(unknownNs, inside)),
      waitNs: add(locked.waitNs, scale(unknownWaitNs, inside)),
    },
    open: { ...open, interpreterNs: add(open.interpreterNs, unknownNs), waitNs: add(open.waitNs, unknownWaitNs) },
  };
}

/** Of a call of which nothing is known, ns: most are methods and functions of a few lines. */
const usualCallNs = 1_000;
const usualTaskNs = 10_000_000;
const longestGuessNs = 3_600_000_000_000;
const longTaskNs = 1_000_000_000;
/** Requests and programs may take so long, copies of files do not. */
const longCallNs = 5_000_000_000;

/** What is assumed of calls of which nothing is known. */
export function unknownAssumption(work: TaskWork, tendency: Tendency): Assumption {
  const calls = Math.max(1, work.opaqueCalls);
  const what = work.unknownCalls >= work.uncostedCalls ? "of which nothing is known" : "of which nobody knows how long they take";
  const subject = calls === 1 ? `a call ${what.replace("they take", "it takes")}` : `${calls.toLocaleString("en")} calls ${what}`;
  const value =
    tendency === "wait" ? "anything from no time to ten seconds, likely waiting" : "anything from no time to ten seconds, likely computing";
  return { what: subject, value, from: "default" };
}
