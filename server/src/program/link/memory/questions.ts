import type { ParameterFacts } from "../../facts.js";
import type { Value } from "../../operation.js";
import type { ClassNode, FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { type Lookups, noted, noteLookups } from "./lookups.js";
import type { Part, PartSet } from "./part-set.js";

/*
 * What is remembered about a program, and what each answer rests on, so that it can be told after an edit which answers still hold.
 */

/** One remembered answer; right for the state of its question. */
export interface Answer {
  result: unknown;
  /** The question that it was found on the way to. */
  question: Question;
  /** The number of the last question that noted it as known; the question itself may be of long ago. */
  notedBy: number;
  /** While it is being found, those who ask get something that stands for it. */
  isProvisional: boolean;
}

/**
 * A question that was asked while no other was being answered, and all that its answer depends on. Answers depend on the order of questions,
 * because who asks in the middle of a circle sees a part of it; so it counts too what was remembered at that time, and what was not. What is
 * asked on the way to a derivation is a question of its own if it comes by no circle: an edit then leaves all of it that does not rest on what was edited.
 */
export interface Question extends Lookups {
  /** Another for each question of a memory, from 1. */
  readonly number: number;
  /** The state of the program that its answers were last right for. */
  state: number;
  /** The last state for which they turned out to be no more. */
  failed: number;
  /** The last state for which it was looked into whether they are. */
  checked: number;
  /** The state that it was asked in before its turn; there it rests on nothing that changed but other answers. */
  foundAhead: number;
  /** Undefined until its answer has a place. */
  root: Answer | undefined;
  /** Whether one of its answers was found anew on the way to another question. */
  hasLost: boolean;
  /** Whether an answer on the way may be another if something else is asked first. */
  isOrdered: boolean;
  /** Answers that were remembered from before. */
  known: Answer[];
  /** Answers found on the way, as long as it may become part of another question. */
  found: Answer[] | undefined;
  /** Where an answer was looked for and none was sought. */
  missed: { readonly table: AnswerTable; readonly key: object | string }[] | undefined;
  /** Parts of edited files that were read; known once it has been answered, and by their numbers until then. */
  parts: PartSet | undefined;
  read: Set<number> | undefined;
  /** The last of them, because most are read several times in a row. */
  lastPart: Part | undefined;
  /** What is known of the whole program and was looked at. */
  overviews: Set<Overview> | undefined;
  /** Parts of edited files that were read on the way to this answer or to one that it rests on; undefined for none. */
  all: PartSet | undefined;
  /** When `all` was last another, and when it was last summed up; see `PartsBehind`. */
  turn: number;
  summed: number;
  /** For those that an edit can change and that come out the same whenever they are asked. */
  again: Again | undefined;
}

/**
 * Asks for the same in the present state of the program, as whoever wants it does. What turns out to be as it was leaves all that rests on it as it is,
 * without finding that anew. It must not hold on to anything of the program that it was first asked in.
 */
export type Again = (program: Program) => unknown;

/** Something that follows from the whole program, and the parts of edited files that it rests on; one object as long as it is remembered. */
export interface Overview {
  result: unknown;
  parts: PartSet | undefined;
  /** The answers that it rests on and that an edit can change. */
  known: ReadonlySet<Answer>;
  /** What it rests on that follows from the whole program, too. */
  others: ReadonlySet<Overview>;
  /** What it rests on that no part of an edited file is behind, only what was looked up. */
  fixed: { readonly answers: readonly Answer[]; readonly others: readonly Overview[] };
  lookups: Lookups;
  /** The state of the program that it was last right for, and that in which it last became another. */
  state: number;
  since: number;
  /** When the parts behind it were last others, or may have been; see `PartsBehind`. */
  turn: number;
  /** All of these parts, when they were last others, and the turn that they were summed up for. */
  all: PartSet | undefined;
  turnOfAll: number;
  summed: number;
  again: Again | undefined;
}

/** Notes what an overview rests on while it is being made. */
export interface Collector extends Lookups {
  /** Another than that of any question. */
  readonly number: number;
  read: Set<number> | undefined;
  readonly known: Set<Answer>;
  readonly others: Set<Overview>;
  /** See `Overview.fixed`. */
  readonly fixedAnswers: Answer[];
  readonly fixedOthers: Set<Overview>;
  lastPart: Part | undefined;
  /** Whether something was looked at of which nobody tells when it changes. */
  isOfThisState: boolean;
}

/** Answers of one kind, by what was asked about. */
export type AnswerTable = Map<object | string, Answer>;

/** What is remembered of one file, by what was asked about. */
export interface FileAnswers {
  readonly values: Map<Value, Answer>;
  readonly parameters: Map<ParameterFacts, Answer>;
  readonly returns: Map<FunctionNode, Answer>;
  readonly callers: Map<FunctionNode, Answer>;
  readonly orders: Map<ClassNode, Answer>;
  /** What later stages made of the resolver's answers, by keys of theirs. */
  readonly derived: Map<object | string, Answer>;
}

export function newQuestion(number: number, state: number): Question {
  return {
    number,
    state,
    failed: 0,
    checked: 0,
    foundAhead: 0,
    root: undefined,
    hasLost: false,
    isOrdered: false,
    known: [],
    found: undefined,
    missed: undefined,
    files: undefined,
    names: undefined,
    given: undefined,
    parts: undefined,
    read: undefined,
    lastPart: undefined,
    overviews: undefined,
    all: undefined,
    turn: 0,
    summed: 0,
    again: undefined,
  };
}

export function newCollector(number: number): Collector {
  return {
    number,
    read: undefined,
    known: new Set(),
    others: new Set(),
    fixedAnswers: [],
    fixedOthers: new Set(),
    files: undefined,
    names: undefined,
    given: undefined,
    lastPart: undefined,
    isOfThisState: false,
  };
}

/** A list that grew has room for more than it holds, and most that are remembered are short or empty. */
export function compact<Result>(result: Result): Result {
  if (!Array.isArray(result)) return result;
  return (result.length === 0 ? none : result.slice()) as Result;
}

/** Makes all that a question rests on, and all that was found on its way, part of the one that it was asked for. */
export function joinInto(outer: Question, inner: Question): void {
  for (const answer of inner.found ?? none) {
    answer.question = outer;
    outer.found?.push(answer);
  }
  for (const answer of inner.known) {
    if (answer.question === outer || answer.notedBy === outer.number) continue;
    answer.notedBy = outer.number;
    outer.known.push(answer);
  }
  if (inner.isOrdered) outer.isOrdered = true;
  for (const each of inner.missed ?? none) outer.missed = noted(outer.missed, each);
  noteLookups(outer, inner);
  if (inner.read) {
    outer.read ??= new Set();
    for (const part of inner.read) outer.read.add(part);
  }
  if (inner.overviews) {
    outer.overviews ??= new Set();
    for (const each of inner.overviews) outer.overviews.add(each);
  }
}

const none: readonly never[] = [];
