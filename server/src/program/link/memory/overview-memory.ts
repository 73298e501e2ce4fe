import { distinct } from "./lookups.js";
import { partSet } from "./part-set.js";
import type { PartsBehind } from "./parts-behind.js";
import type { ProgramChanges } from "./program-changes.js";
import { type Again, type Answer, type Collector, compact, type Overview, type Question } from "./questions.js";
import { sameStructure } from "./same-structure.js";

/** How it is found out of answers whether they are as they were. */
interface Asking {
  /** Whether the answers to a question are those of the present state. */
  holds(question: Question): boolean;
  /** Whether an answer that is not known to hold turns out to be what it was. */
  askAgain(answer: Answer): boolean;
  attempt(again: Again): void;
}

/** What follows from the whole program, by keys of those who asked, with all that it rests on. */
export class OverviewMemory {
  private overviews = new Map<string, Overview>();

  constructor(
    private readonly changes: ProgramChanges,
    private readonly behind: PartsBehind,
    private readonly asking: Asking,
  ) {}

  /** What is known under a key, whether or not it is right for the present state. */
  at(key: string): Overview | undefined {
    return this.overviews.get(key);
  }

  /** Remembers what was found, and what was noted meanwhile. What comes out as before is the object that it was. */
  remember(key: string, before: Overview | undefined, result: unknown, own: Collector, again: Again | undefined): Overview {
    const isSame = before && sameStructure(before.result, result);
    const { state } = this.changes;
    const overview: Overview = before ?? {
      result,
      ...restsOnNothing,
      state,
      since: state,
      turn: 0,
      all: undefined,
      turnOfAll: 0,
      summed: -1,
      again: undefined,
    };
    if (!isSame) {
      overview.result = result;
      overview.since = state;
    }
    overview.parts = own.read && partSet(own.read);
    overview.known = own.known.size > 0 ? own.known : nothing;
    overview.others = own.others.size > 0 ? own.others : nothing;
    const { fixedAnswers, fixedOthers, files, names, given } = own;
    overview.fixed =
      fixedAnswers.length + fixedOthers.size > 0 ? { answers: compact(fixedAnswers), others: [...fixedOthers] } : restsOnNothing.fixed;
    overview.lookups =
      files || names || given ? { files: distinct(files), names: distinct(names), given: distinct(given) } : restsOnNothing.lookups;
    overview.again = isOfFixedFiles(overview) ? undefined : again;
    overview.turn = this.behind.next();
    overview.state = state;
    this.overviews.set(key, overview);
    return overview;
  }

  /** Whatever rests on it is found anew when it is asked for. */
  forget(key: string): void {
    const overview = this.overviews.get(key);
    if (!overview) return;
    this.overviews.delete(key);
    overview.since = Number.POSITIVE_INFINITY;
    overview.result = undefined;
    Object.assign(overview, restsOnNothing);
  }

  forgetAll(): void {
    this.overviews = new Map();
  }

  /** Forgets what nobody has asked for since before that state, if something behind it has changed: whoever rests on it would have asked. */
  sweep(oldest: number): void {
    for (const [key, overview] of this.overviews) if (overview.state < oldest && !this.isLeftAlone(overview)) this.forget(key);
  }

  private isLeftAlone(overview: Overview): boolean {
    const { state, summed, turn, all } = overview;
    if (state < Math.max(this.changes.rest, this.changes.lookups)) return false;
    return isOfFixedFiles(overview) || (summed >= turn && !this.changes.have(all, state));
  }

  /** Whether an overview is right for the present state. */
  isPresent(overview: Overview): boolean {
    if (overview.state === this.changes.state) return true;
    const { state, parts, known, others } = overview;
    if (this.changes.rest > state || this.changes.have(parts, state)) return false;
    const isElsewhere = this.changes.lookups > state;
    if (isElsewhere && this.changes.haveLookups(overview.lookups, state)) return false;
    // What it rests on is left as of then.
    const isSummedUp = !isElsewhere && overview.summed >= overview.turn;
    if (isSummedUp && !this.changes.have(overview.all, state)) {
      overview.state = this.changes.state;
      return true;
    }
    let { turn } = overview;
    for (const other of others) {
      if (!this.isAsIn(state, other)) return false;
      turn = Math.max(turn, other.turn);
    }
    for (const answer of known) {
      const holds = answer.question.state === this.changes.state || this.asking.holds(answer.question);
      if (!holds && !this.asking.askAgain(answer)) return false;
      turn = Math.max(turn, answer.question.turn);
    }
    if (isElsewhere && !this.areFixedPresent(overview, state)) return false;
    const isSteady = turn <= overview.turn;
    overview.turn = Math.max(overview.turn, turn);
    overview.state = this.changes.state;
    // Only now is all that it rests on as of now. Most edits are of something else, and then it need not be walked; to sum up what is still changing
    // would be in vain.
    if (isSteady) this.behind.sumUpAll(overview);
    return true;
  }

  /** Whether what rested on no edited file is as it was. Some of it can rest on one now: from then on it is looked at after each edit. */
  private areFixedPresent(overview: Overview, state: number): boolean {
    const { answers, others } = overview.fixed;
    for (const other of others) if (!this.isAsIn(state, other)) return false;
    for (const { question } of answers) if (!this.asking.holds(question)) return false;
    const isNoMore = { answers: answers.filter(({ question }) => question.all), others: others.filter((other) => !isOfFixedFiles(other)) };
    if (isNoMore.answers.length + isNoMore.others.length === 0) return true;
    overview.known = new Set([...overview.known, ...isNoMore.answers]);
    overview.others = new Set([...overview.others, ...isNoMore.others]);
    overview.fixed = { answers: answers.filter(({ question }) => !question.all), others: others.filter(isOfFixedFiles) };
    overview.turn = this.behind.next();
    return true;
  }

  /** Whether an overview is what it was in that state, as far as that is remembered. */
  isAsIn(state: number, overview: Overview): boolean {
    if (overview.since > state) return false;
    if (this.isPresent(overview)) return true;
    if (!overview.again) return false;
    this.asking.attempt(overview.again);
    return overview.since <= state && overview.state === this.changes.state;
  }
}

/** Whether no part of an edited file is behind it. */
export function isOfFixedFiles({ parts, known, others }: Overview): boolean {
  return !parts && known.size + others.size === 0;
}

const none: readonly never[] = [];
const nothing: ReadonlySet<never> = new Set<never>([]);
const restsOnNothing: Pick<Overview, "parts" | "known" | "others" | "fixed" | "lookups"> = {
  parts: undefined,
  known: nothing,
  others: nothing,
  fixed: { answers: none, others: none },
  lookups: { files: undefined, names: undefined, given: undefined },
};
