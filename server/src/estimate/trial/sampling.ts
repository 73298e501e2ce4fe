import { done, type Elements, type Py } from "./values.js";

/** What is known of the steps that a look takes. */
interface Clock {
  readonly watchedSteps: number;
  /** With those of the rounds that are left out. */
  readonly weighedSteps: number;
}

/**
 * Which rounds of its loops are followed where a task takes more steps than it may: some that are spread over all of them, as the first ones need not be like
 * the rest. What is seen in such a round counts for the rounds that it stands for, too.
 */
export class Sampling {
  /** For how many times each thing that happens now stands. */
  weight = 1;
  isOn = false;
  /** Whether a round was left out. */
  hasLeftOut = false;
  /** How far what is seen is likely off, as a share of it: by how much the followed rounds of an outermost loop differ; 0 where all were followed. */
  error = 0;
  /** The loops that run, from the outermost on. */
  readonly running: Course[] = [];
  private allowance = Number.POSITIVE_INFINITY;
  private end = Number.POSITIVE_INFINITY;
  private nextLook = Number.POSITIVE_INFINITY;
  private drawn = 1;
  private strict = 0;

  constructor(readonly clock: Clock) {}

  /** A task begins, which may take so many steps. */
  begin(allowance: number): void {
    const now = this.clock.watchedSteps;
    this.weight = 1;
    this.isOn = this.hasLeftOut = false;
    this.error = 0;
    this.running.length = 0;
    this.drawn = 1;
    this.allowance = allowance;
    this.end = now + allowance;
    this.nextLook = now + allowance / looks;
  }

  /** Whether all that is to come in the rounds of a loop hangs on what happens in them: nothing in it is left out. */
  get isStrict(): boolean {
    return this.strict > 0;
  }

  /** Does something each part of which goes on from the one before. */
  inOrder<Found>(run: () => Found): Found {
    this.strict++;
    try {
      return run();
    } finally {
      this.strict--;
    }
  }

  /** What the rounds of the loops that run do hangs on what earlier ones left behind: all of them are followed. */
  hangTogether(): void {
    for (const course of this.running) course.hangsTogether = true;
  }

  /** Goes through the elements of a loop, or through some of them. */
  run<Found>(elements: Elements, rounds: (next: () => Py | typeof done) => Found): Found {
    const course = new Course(this, elements);
    if (this.isOn) course.allot((this.clock.watchedSteps + (this.running.at(-1)?.roundEnd ?? this.end)) / 2);
    this.running.push(course);
    try {
      return rounds(() => course.next());
    } finally {
      this.running.pop();
      this.weight = course.outerWeight;
      if (this.running.length === 0) this.error = Math.max(this.error, course.error);
    }
  }

  /** Looks now and then whether all rounds can be followed. */
  look(): void {
    const now = this.clock.watchedSteps;
    if (this.isOn || now < this.nextLook) return;
    this.nextLook = now + this.allowance / looks;
    const [outermost] = this.running;
    if (!outermost || this.running.some(({ hangsTogether }) => hangsTogether)) return;
    if (outermost.start + (now - outermost.start) / this.progress <= this.end) return;
    this.isOn = true;
    // What comes after the loop takes steps, too.
    let until = now + ((this.end - now) * 3) / 4;
    for (const course of this.running) {
      course.allot(until);
      until = course.roundEnd;
    }
  }

  /** Which share of the outermost loop is done; the round that is under way in the innermost counts. */
  private get progress(): number {
    let [progress, share] = [0, 1];
    for (const [index, course] of this.running.entries()) {
      const finished = Math.max(0, course.rounds - (index + 1 < this.running.length ? 1 : 0));
      progress += (share * finished) / course.length;
      share /= course.length;
    }
    return progress;
  }

  /** One of so many, the same ones in each look: at even distances, what happens in every second round would be seen always or never. */
  draw(count: number): number {
    this.drawn = (Math.imul(this.drawn, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.drawn / 2 ** 32) * count);
  }
}

/** One loop's way through its elements. */
export class Course {
  readonly outerWeight: number;
  readonly start: number;
  /** Up to which step the round may go that is under way. */
  roundEnd = Number.POSITIVE_INFINITY;
  /** How many rounds began, or were left out. */
  rounds = 0;
  hangsTogether = false;
  private until = Number.POSITIVE_INFINITY;
  private allotted: { readonly at: number; readonly length: number } | undefined;
  private followed = 0;
  /** Of the rounds that were followed: when the last one began, for how many it stands, and what each took, added up, plain and squared. */
  private last: { readonly at: number; readonly weight: number } | undefined;
  private readonly took = { rounds: 0, sum: 0, squares: 0 };

  constructor(
    private readonly sampling: Sampling,
    private readonly elements: Elements,
  ) {
    this.outerWeight = sampling.weight;
    this.start = sampling.clock.watchedSteps;
  }

  get length(): number {
    return this.elements.length;
  }

  /** From now on only some rounds are followed, up to that step. */
  allot(until: number): void {
    const now = this.sampling.clock.watchedSteps;
    const length = this.length - this.rounds;
    this.until = until;
    this.allotted = { at: now, length };
    this.roundEnd = now + Math.max(0, until - now) / (1 + Math.min(length, firstGuess));
  }

  /** Notes what the round took that was followed last. */
  private ended(): void {
    if (!this.last) return;
    const steps = (this.sampling.clock.weighedSteps - this.last.at) / this.last.weight;
    this.took.rounds++;
    this.took.sum += steps;
    this.took.squares += steps * steps;
    this.last = undefined;
  }

  /** The standard error of the average round, as a share of it. */
  get error(): number {
    const { rounds, sum, squares } = this.took;
    if (rounds < 2 || sum === 0) return 0;
    const mean = sum / rounds;
    return Math.sqrt(Math.max(0, squares / rounds - mean * mean) / rounds) / mean;
  }

  /** The next element that is followed. */
  next(): Py | typeof done {
    const { sampling, rounds, length } = this;
    // Whether there is another one is asked outside of the last one.
    this.ended();
    sampling.weight = this.outerWeight;
    sampling.look();
    if (rounds >= length) return done;
    const { allotted } = this;
    if (!allotted) return this.elements.element(this.rounds++);
    const now = sampling.clock.watchedSteps;
    const [left, remaining] = [Math.max(0, this.until - now), length - rounds];
    const affordable = this.followed === 0 ? firstGuess : (left * this.followed) / Math.max(1, now - allotted.at);
    const least = Math.ceil((leastRounds * remaining) / allotted.length);
    const samples = Math.min(remaining, Math.max(least, affordable, 1));
    const stride = Math.ceil(remaining / samples);
    const index = rounds + sampling.draw(stride);
    this.followed++;
    this.rounds += stride;
    this.roundEnd = now + left / samples;
    sampling.weight = this.outerWeight * stride;
    sampling.hasLeftOut ||= stride > 1;
    this.last = { at: sampling.clock.weighedSteps, weight: sampling.weight };
    return this.elements.element(index);
  }
}

/** How often, within the steps that a task may take, it is asked whether they suffice. */
const looks = 8;
/** Of each loop so many rounds are followed whatever they take. */
const leastRounds = 8;
/** And so many are tried before anything is known of what one takes. */
const firstGuess = 32;
