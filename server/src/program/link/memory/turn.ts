/** Thrown where a turn is over. What has been found out by then is remembered, what was being found out is not. */
export class TurnOver extends Error {
  constructor() {
    super("the turn is over");
    this.name = "TurnOver";
  }
}

/**
 * How long questions may be answered before somebody else has their turn. Who is stopped asks the same again in a later state of the program, and comes
 * further, as long as a turn is enough for the longest of all questions that no other is part of.
 */
export class Turn {
  private mustEnd: (() => boolean) | undefined;
  private looks = 0;
  private isOver = false;
  private found = 0;

  /** Whether something was found out in the last turn that need not be found out again. */
  get cameFurther(): boolean {
    return this.found > 0;
  }

  /** Answers questions until all are answered or `mustEnd`, which is called ever so often, says so; then `TurnOver` is thrown. */
  during<Result>(mustEnd: () => boolean, answer: () => Result): Result {
    this.mustEnd = mustEnd;
    this.isOver = false;
    this.found = 0;
    try {
      const result = answer();
      this.confirm();
      return result;
    } finally {
      this.mustEnd = undefined;
      this.isOver = false;
    }
  }

  /** Called before something is found out. */
  look(): void {
    if (!this.mustEnd) return;
    if (!this.isOver && ++this.looks % questionsBetweenLooks === 0) this.isOver = this.mustEnd();
    this.confirm();
  }

  /** Called when an answer about the whole program is remembered. */
  comesFurther(): void {
    this.found++;
  }

  /** Called with what was found out, which is nothing where the turn ended meanwhile and somebody on the way took that for an answer. */
  confirm(): void {
    if (this.isOver) throw new TurnOver();
  }
}

/** To ask for the time at each question would take longer than many answers. */
const questionsBetweenLooks = 8;
