import { type PartSet, PartUnion, partSet, sameParts, UnionWords } from "./part-set.js";
import type { Overview, Question } from "./questions.js";

/** Sums up which parts of edited files answers rest on, by way of others: only what rests on something that rests on other parts now is summed up anew. */
export class PartsBehind {
  /** Counts the times that what an answer rests on became another. */
  private turn = 0;
  private readonly words = new UnionWords();

  /** What an answer rests on became another; returns the turn since which it is that. */
  next(): number {
    return ++this.turn;
  }

  /** Sums up what questions rest on that rest on one another, if any of it rests on other parts now. */
  sumUp(together: readonly Question[]): void {
    if (!together.some((each) => this.isElsewhere(each))) return;
    if (together.length === 1) return this.restsOn(together[0] as Question, together[0]);
    const union = new PartUnion(this.words);
    for (const each of together) this.gather(each, union);
    const { result } = union;
    const isSame = together.every(({ all }) => sameParts(all, result));
    const turn = isSame ? 0 : this.next();
    for (const each of together) {
      each.summed = this.turn;
      if (isSame) continue;
      each.all = result;
      each.turn = turn;
    }
  }

  private isElsewhere({ summed, known, overviews }: Question): boolean {
    for (const { question } of known) if (question.turn > summed) return true;
    for (const overview of overviews ?? nothing) {
      if (overview.turn > summed) this.partsOf(overview);
      if (overview.turnOfAll > summed) return true;
    }
    return false;
  }

  /** Sums up which parts of edited files a question rests on. */
  restsOn(question: Question, before: Question | undefined): void {
    if (question.read) question.parts = partSet(question.read);
    question.read = undefined;
    question.lastPart = undefined;
    const all = this.partsBehind(question);
    const known = before && sameParts(before.all, all);
    question.all = known ? before.all : all;
    question.turn = known ? before.turn : this.next();
    question.summed = this.turn;
  }

  private partsBehind(question: Question): PartSet | undefined {
    const { parts, known, overviews } = question;
    // No edited file is behind most of them.
    if (!overviews && !known.some((each) => each.question.all)) return parts;
    const union = new PartUnion(this.words);
    this.gather(question, union);
    return union.result;
  }

  private gather({ parts, known, overviews }: Question, into: PartUnion): void {
    into.add(parts);
    for (const { question } of known) into.add(question.all);
    for (const overview of overviews ?? nothing) into.add(this.partsOf(overview));
  }

  /** Sums up what an overview rests on. It is to be right for the present state, and so is all that it rests on. */
  sumUpAll(overview: Overview): void {
    for (const other of overview.others) if (other.summed < other.turn) return;
    this.partsOf(overview);
  }

  /** The parts that an overview rests on, those of others that it rests on among them. */
  private partsOf(overview: Overview): PartSet | undefined {
    if (overview.summed >= overview.turn) return overview.all;
    // They rest on one another in no circle.
    overview.summed = overview.turn;
    const union = new PartUnion(this.words);
    union.add(overview.parts);
    for (const { question } of overview.known) union.add(question.all);
    for (const other of overview.others) union.add(this.partsOf(other));
    if (!sameParts(overview.all, union.result)) {
      overview.all = union.result;
      overview.turnOfAll = this.next();
    }
    return overview.all;
  }
}

const nothing: ReadonlySet<never> = new Set<never>([]);
