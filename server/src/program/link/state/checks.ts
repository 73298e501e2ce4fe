import type { Answer, Question } from "../memory/questions.js";

export type Verdict = "holds" | "fails";

/** How it is found out of one question whether its answers hold. */
export interface Checking {
  /** Looks at everything that a question rests on but other questions. */
  begin(question: Question): Verdict | "begun";
  isDecided(question: Question): boolean;
  /** Whether an answer that is not known to hold turns out to be what it was. */
  askAgain(answer: Answer): boolean;
  /** Whether something is known now that was not when the question was asked. */
  wasMissed(question: Question): boolean;
  /** It is the same for all of them, which rest on one another. */
  settle(together: readonly Question[], verdict: Verdict): void;
}

/** A question that is being looked into. */
interface Check {
  readonly question: Question;
  /** The first of the answers it rests on that was not looked at yet. */
  next: number;
  /** Where it is in the stack, and how far down there is one that it rests on. */
  readonly place: number;
  lowest: number;
  /** How many were waiting before it. */
  readonly firstWaiting: number;
}

/**
 * Finds out whether the answers to a question that was begun hold. What it rests on is looked at first, if nobody has yet: by a stack of its own, since
 * answers rest on one another in chains of any length. Questions that rest on one another hold together if all else does that any of them rests on
 * (Tarjan's strongly connected components).
 */
export function checkAll(question: Question, { begin, isDecided, askAgain, wasMissed, settle }: Checking): void {
  const stack: Check[] = [{ question, next: 0, place: 0, lowest: 0, firstWaiting: 0 }];
  /** Those that hold if one further down the stack does. */
  const waiting: Check[] = [];
  const checks = new Map<Question, Check>([[question, stack[0] as Check]]);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const { known } = top.question;
    let verdict: Verdict | "begun" = "holds";
    for (; verdict === "holds" && top.next < known.length; top.next++) {
      const other = (known[top.next] as Answer).question;
      const inCircle = checks.get(other);
      if (inCircle && !isDecided(other)) {
        top.lowest = Math.min(top.lowest, inCircle.lowest);
        continue;
      }
      verdict = begin(other);
      if (verdict === "fails" && askAgain(known[top.next] as Answer)) verdict = "holds";
      if (verdict !== "begun") continue;
      const check = { question: other, next: 0, place: stack.length, lowest: stack.length, firstWaiting: waiting.length };
      stack.push(check);
      checks.set(other, check);
    }
    if (verdict === "begun") continue;
    if (verdict === "holds") verdict = wasMissed(top.question) ? "fails" : "holds";
    stack.pop();
    const below = stack.at(-1);
    if (verdict === "holds" && top.lowest < top.place) {
      waiting.push(top);
      if (below) below.lowest = Math.min(below.lowest, top.lowest);
      continue;
    }
    const together = [top, ...waiting.splice(top.firstWaiting)].map((each) => each.question);
    settle(together, verdict);
    // Who was to look at it again finds that it holds or not.
    if (below) below.next--;
  }
}
