import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { Value } from "../../program/operation.js";
import type { Activation } from "./activation.js";
import type { Amount } from "./amount.js";

/** What can be asked of a value: the number that it is or how many elements it has, and the same of each of its elements. */
export type QuestionKind = "number" | "length" | "element's number" | "element's length";

type Answers = Readonly<Record<QuestionKind, Map<Value, Amount>>>;

/**
 * What was answered while one and the same thing was being found out: what a call takes depends in several ways on each of its arguments. Whoever finds
 * out something else asks anew, so that it is known what that rests on.
 */
export class KnownAnswers {
  private asker: object | undefined;
  private answers = new Map<Activation, Answers>();

  constructor(private readonly resolver: Resolver) {}

  /** The answers to questions of that kind in an activation; undefined while nothing is being found out that would rest on them. */
  of(kind: QuestionKind, at: Activation): Map<Value, Amount> | undefined {
    const { asker } = this.resolver.memoryOf(at.function.file).memory;
    if (!asker) return undefined;
    if (this.asker !== asker) {
      this.asker = asker;
      this.answers = new Map();
    }
    let known = this.answers.get(at);
    if (!known) {
      known = { number: new Map(), length: new Map(), "element's number": new Map(), "element's length": new Map() };
      this.answers.set(at, known);
    }
    return known[kind];
  }
}
