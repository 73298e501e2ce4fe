import type { Range } from "../../base/range.js";
import { asFloat } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import type { Observations } from "./observations.js";
import { RecursionProgress } from "./recursion-progress.js";
import { Iterator_, lengthOf, type Py } from "./values.js";

/** A place of the text, and what was seen there since a task began. */
export class Site {
  private first = 0;
  private second = 0;
  private runs = 0;
  private rounds = 0;
  private finished = 0;
  private sized = 0;
  private sizes = 0;
  private numbered = 0;
  private numbers = 0;
  private calls = 0;
  private outermost = 0;
  private finishedCalls = 0;
  /** How many calls there were when the last one from outside had come to its end. */
  private callsOfFinished = 0;
  /** For how many calls from outside the last one stands. */
  private lastWeight = 1;
  private progress: RecursionProgress | undefined;
  private isSeen = false;

  constructor(
    private readonly machine: Machine,
    readonly range: Range,
  ) {}

  private note(): void {
    this.isSeen = true;
    this.machine.seen.push(this);
  }

  took(isFirst: boolean): void {
    if (!this.machine.isWatching) return;
    if (!this.isSeen) this.note();
    if (isFirst) this.first += this.machine.sampling.weight;
    else this.second += this.machine.sampling.weight;
  }

  /** A loop begins. */
  began(): void {
    if (!this.machine.isWatching) return;
    if (!this.isSeen) this.note();
    this.runs += this.machine.sampling.weight;
  }

  round(): void {
    if (this.machine.isWatching) this.rounds += this.machine.sampling.weight;
  }

  ended(): void {
    if (this.machine.isWatching) this.finished += this.machine.sampling.weight;
  }

  saw(value: Py): void {
    if (!this.machine.isWatching) return;
    if (!this.isSeen) this.note();
    const length = lengthOf(value);
    if (length !== undefined) return this.sawLength(length);
    if (value instanceof Iterator_) value.counted ??= (count) => this.sawLength(count);
    const number = asFloat(value);
    if (number === undefined || !Number.isFinite(number)) return;
    this.numbered += this.machine.sampling.weight;
    this.numbers += number * this.machine.sampling.weight;
  }

  private sawLength(length: number): void {
    this.sized += this.machine.sampling.weight;
    this.sizes += length * this.machine.sampling.weight;
  }

  called(isFromOutside: boolean): void {
    if (!this.machine.isWatching) return;
    if (!this.isSeen) this.note();
    this.calls += this.machine.sampling.weight;
    if (isFromOutside) this.outermost += this.machine.sampling.weight;
    if (isFromOutside) this.lastWeight = this.machine.sampling.weight;
  }

  /** A call from outside came to its end. */
  returned(): void {
    if (!this.machine.isWatching) return;
    this.finishedCalls += this.machine.sampling.weight;
    this.callsOfFinished = this.calls;
  }

  /** A call of a plain function begins, and comes to its end. */
  entered(): void {
    if (!this.machine.isWatching) return;
    this.progress ??= new RecursionProgress();
    this.progress.entered();
  }

  left(): void {
    if (this.machine.isWatching) this.progress?.left();
  }

  /** How many calls the one from outside makes that did not come to its end, as far as those tell that did; undefined where that is next to nothing. */
  private unfinishedCalls(): number | undefined {
    const share = this.progress?.share ?? 0;
    return share < leastShare ? undefined : (this.calls - this.callsOfFinished) / share;
  }

  /** Hands over what was seen, and begins anew. What is under way says something only where it was followed for long. */
  report(to: Observations, unfinished: "counts" | "is left out"): void {
    const { range } = this;
    if (unfinished === "is left out") {
      if (this.finished < this.runs) this.runs = this.rounds = 0;
      if (this.finishedCalls < this.outermost) this.outermost = this.calls = 0;
    }
    const unfinishedCalls = this.finishedCalls === this.outermost - this.lastWeight ? this.unfinishedCalls() : undefined;
    if (unfinishedCalls !== undefined) {
      this.calls = this.callsOfFinished + unfinishedCalls;
      this.finishedCalls = this.outermost;
    }
    to.tookBranch(range, true, this.first);
    to.tookBranch(range, false, this.second);
    to.ranLoop(range, this.rounds, this.runs, this.finished);
    to.sawLength(range, this.sizes, this.sized);
    to.sawNumber(range, this.numbers, this.numbered);
    to.called(range, this.calls, this.outermost, this.finishedCalls);
    this.first = this.second = this.runs = this.rounds = this.finished = this.sized = this.sizes = this.numbered = this.numbers = 0;
    this.calls = this.outermost = this.finishedCalls = this.callsOfFinished = 0;
    this.progress?.clear();
    this.isSeen = false;
  }
}

/** Of a recursion of which less came to its end, nobody knows how much there is. */
const leastShare = 0.01;
