import { sameKeys } from "../../../base/same-keys.js";
import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { FunctionNode, LinkedFile } from "../entity.js";
import type { Program } from "../link.js";
import { EditedFile, type FileChanges } from "../linked-file.js";
import { ModuleIndex } from "../modules.js";
import { namesIn, type ProgramSite, type ProgramWrite } from "../program-sites.js";
import { type Given, sameGiven } from "../resolution/given-arguments.js";
import { NamedSites } from "../resolution/named-sites.js";
import { type Checking, checkAll, type Verdict } from "../state/checks.js";
import { noted, noteLookups } from "./lookups.js";
import { isOfFixedFiles, OverviewMemory } from "./overview-memory.js";
import type { Part } from "./part-set.js";
import { PartsBehind } from "./parts-behind.js";
import { ProgramChanges, statesBetweenSweeps } from "./program-changes.js";
import {
  type Again,
  type Answer,
  type AnswerTable,
  type Collector,
  compact,
  type FileAnswers,
  joinInto,
  newCollector,
  newQuestion,
  type Overview,
  type Question,
} from "./questions.js";
import type { Turn } from "./turn.js";

/** `resolution`: what something can be. `derivation`: what a later stage made of such answers; resolutions do not ask for any. */
type AnswerKind = "resolution" | "derivation";

/** Whether there will be other states of the program than the one that is asked about, one edit after the other. */
export type Lifetime = "edits" | "one state";

/** What the answers about a program depend on. */
export interface ProgramState {
  readonly files: ReadonlyMap<string, LinkedFile>;
  readonly knowledge: Knowledge;
  readonly given: Given;
}

/**
 * Answers about a program that outlive it: after a change, a question whose answer depends on nothing that changed is not answered anew.
 * Answers are exactly those that the new state would give from scratch, when asked in the same order. One user at a time.
 */
export class AnswerMemory {
  /** How many questions are being answered inside one another. */
  private inside = 0;
  /** How many of them are resolutions. */
  private resolving = 0;
  /** How many things are being asked again inside one another. */
  private attempts = 0;
  private current: ProgramState | undefined;
  /** The program of the present state, once it is linked. */
  private program: Program | undefined;
  private answers = new Map<LinkedFile, FileAnswers>();
  private readonly named = new NamedSites();
  private readonly changes = new ProgramChanges();
  /** What has changed in edited files since the present state. */
  private changedNext = { parts: new Set<Part>(), names: new Set<string>() };
  private readonly behind = new PartsBehind();
  private readonly overviews: OverviewMemory = new OverviewMemory(this.changes, this.behind, {
    holds: (question) => this.holds(question),
    askAgain: (answer) => this.askAgain(answer),
    attempt: (again) => this.attempt(again),
  });
  private collector: Collector | undefined;
  /** While questions are asked before their turn: those that turned out to hold, and the states that they were of. */
  private ahead: { readonly question: Question; readonly state: number }[] | undefined;
  private readonly checking: Checking = {
    begin: (question) => this.beginCheck(question),
    isDecided: ({ state, failed }) => state === this.state || failed === this.state,
    askAgain: (answer) => this.askAgain(answer),
    wasMissed: (question) => this.wasMissed(question),
    settle: (together, verdict) => this.settleAll(together, verdict),
  };
  private index = new ModuleIndex(new Set());
  private question: Question | undefined;
  /** What all answers are answers to where there will be no later state. */
  private present = newQuestion(0, 0);
  private release: () => void = () => {};
  private readonly identities = new WeakMap<object, number>();
  private lastIdentity = 0;
  private lastQuestion = 0;
  private last: { readonly file: LinkedFile; readonly answers: FileAnswers } | undefined;

  /** `lifetime`: whether there will be later states; if not, nothing is noted of what answers rest on. */
  constructor(
    private readonly lifetime: Lifetime = "edits",
    private readonly turn: Turn | undefined = undefined,
  ) {}

  private get state(): number {
    return this.changes.state;
  }

  /** Who is to note what is looked at. */
  private get reader(): Question | Collector | undefined {
    return this.lifetime === "edits" ? (this.question ?? this.collector) : undefined;
  }

  /** Which modules imports reach. */
  get modules(): ModuleIndex {
    return this.index;
  }

  /** What is being found out, and rests on all that is asked meanwhile: another object each time. */
  get asker(): object | undefined {
    return this.question ?? this.collector;
  }

  /** Goes over to another state, and tells the user before that the memory is no longer theirs. */
  take(state: ProgramState, release: () => void): void {
    this.release();
    this.release = release;
    this.changes.next();
    this.last = undefined;
    const { parts, names } = this.changedNext;
    this.changedNext = { parts: new Set(), names: new Set() };
    const before = this.current;
    this.current = state;
    this.program = undefined;
    this.present = newQuestion(0, this.state);
    this.named.take(state.files);
    if (!before || this.lifetime === "one state" || before.knowledge !== state.knowledge || !sameKeys(before.files, state.files)) {
      this.answers = new Map();
      this.overviews.forgetAll();
      this.named.forget();
      this.changes.everything();
      this.index = new ModuleIndex(new Set(state.files.keys()));
      return;
    }
    // What changes now has not been asked about yet.
    if (this.state % statesBetweenSweeps === 0) this.sweep();
    for (const part of parts) this.changes.part(part);
    // Entries of a map are arrays made for the loop.
    for (const file of state.files.values()) {
      const old = before.files.get(file.path) as LinkedFile;
      if (old === file) continue;
      this.answers.delete(old);
      this.changes.file(old);
      for (const each of [old, file]) for (const name of namesIn(each)) names.add(name);
    }
    for (const { name, is } of this.named.changed(names)) {
      this.changes.name(name);
      if (is === "begun or ended") this.changes.name(`?${name}`);
    }
    for (const node of [...before.given.keys(), ...state.given.keys()]) {
      if (sameGiven(before.given.get(node), state.given.get(node))) continue;
      this.changes.givenTo(node);
    }
  }

  /**
   * Asks for the callers of functions for which they were looked for under a name of which there are other calls now. Most turn out to have the callers
   * that they had; once that is known, whatever rests on them need not be found anew. But these questions come before those whose turn it is, and what
   * is known when a question is asked can be a part of its answer. So nothing of it counts as known before somebody asks in turn; and what is found on
   * the way round a circle, or was before, is forgotten.
   */
  lookForCallersAnew(ask: (node: FunctionNode) => void): void {
    if (this.changes.lookups < this.state) return;
    const confirmed: { readonly question: Question; readonly state: number }[] = [];
    this.ahead = confirmed;
    try {
      for (const { callers } of [...this.answers.values()]) {
        for (const [node, answer] of [...callers]) {
          const { question } = answer;
          if (question.root !== answer || question.isOrdered || !this.changes.haveLookups(question, question.state)) continue;
          const before = this.lastQuestion;
          ask(node);
          const asked = callers.get(node)?.question;
          if (!asked || asked.number <= before) continue;
          if (asked.isOrdered) asked.hasLost = true;
          asked.foundAhead = this.state;
          confirmed.push({ question: asked, state: this.state - 1 });
        }
      }
    } finally {
      this.ahead = undefined;
      for (const { question, state } of confirmed) {
        question.state = state;
        question.checked = 0;
      }
    }
  }

  /** From now on, what may be as it was is asked for again before what rests on it is found anew. */
  linked(program: Program): void {
    this.program = program;
  }

  /** Something is another in the present state; nobody has read it there yet. */
  changedNow(part: Part): void {
    this.changes.part(part);
  }

  /** Who asks the question at hand has read a part of a file that is being edited. */
  read(part: Part): void {
    const { reader } = this;
    if (!reader || reader.lastPart === part) return;
    reader.lastPart = part;
    reader.read ??= new Set();
    reader.read.add(part.part);
  }

  /** Who asks looks at something of which nobody tells when it changes: what is found is right for this state alone. */
  readUntold(): void {
    if (this.collector) this.collector.isOfThisState = true;
  }

  /** What of an edited file is another in the next state. */
  changedInPlace({ parts, names }: FileChanges): void {
    for (const part of parts) this.changedNext.parts.add(part);
    for (const name of names) this.changedNext.names.add(name);
  }

  /**
   * Forgets answers in edited files that nobody has asked for of late and that may be others now, and those in files that are gone: they can never be right
   * again. What holds by all that is known is asked for no more where what rests on it holds as well.
   */
  private sweep(): void {
    for (const [file, answers] of this.answers) {
      if (this.current?.files.get(file.path) !== file) this.answers.delete(file);
      if (!(file instanceof EditedFile)) continue;
      const tables: readonly AnswerTable[] = Object.values(answers);
      for (const table of tables)
        for (const [key, { question }] of table)
          if (question.state < this.state - statesBetweenSweeps && !this.isLeftAlone(question)) table.delete(key);
    }
    this.overviews.sweep(this.state - statesBetweenSweeps);
    this.changes.forgetBefore(this.state - 2 * statesBetweenSweeps);
  }

  /** Whether nothing is known to have changed that is behind a question. Of what is gone from a text, not everything is behind what was asked about it. */
  private isLeftAlone({ state, failed, hasLost, all }: Question): boolean {
    return !hasLost && failed <= state && state >= this.state - mostStatesLeftAlone && !this.changes.have(all, state);
  }

  /** A number for an object of a program, which is another one as soon as what the object stands for may be another. */
  identityOf(part: object): number {
    let identity = this.identities.get(part);
    if (identity === undefined) {
      identity = ++this.lastIdentity;
      this.identities.set(part, identity);
    }
    return identity;
  }

  /** The answers about one file. */
  of(file: LinkedFile): FileAnswers {
    if (this.last?.file === file) return this.last.answers;
    let answers = this.answers.get(file);
    if (!answers) {
      answers = { values: new Map(), parameters: new Map(), returns: new Map(), callers: new Map(), orders: new Map(), derived: new Map() };
      this.answers.set(file, answers);
    }
    this.last = { file, answers };
    return answers;
  }

  /** The file at a path, for whom the answer depends on it. */
  file(path: string): LinkedFile | undefined {
    const file = this.current?.files.get(path);
    const { reader } = this;
    // Most lookups repeat the one before; a set for each question would cost more than the rest that repeats.
    if (file && reader && reader.files?.[reader.files.length - 1] !== file) reader.files = noted(reader.files, file);
    return file;
  }

  /** What spawns give a function, for whom the answer depends on it. */
  givenTo(node: FunctionNode): void {
    const { reader } = this;
    if (reader) reader.given = noted(reader.given, node);
  }

  /** Every call of the program by the last name of its callee, in order; past the limit nobody looks. */
  sitesOf(name: string, limit: number): readonly ProgramSite[] {
    this.noteName(name);
    return this.aside(() => this.named.calls(name, limit));
  }

  /** Whether the program has a call by that last name of its callee; who asks depends on that alone, not on which there are. */
  isCalled(name: string, limit: number): boolean {
    this.noteName(`?${name}`);
    return this.aside(() => this.named.calls(name, limit)).length > 0;
  }

  /** Every store of the program in an attribute of that name, but those of methods in their own objects; past the limit nobody looks. */
  writesOf(name: string, limit: number): readonly ProgramWrite[] {
    this.noteName(`.${name}`);
    return this.aside(() => this.named.stores(name, limit));
  }

  private noteName(name: string): void {
    const { reader } = this;
    if (reader) reader.names = noted(reader.names, name);
  }

  /** Looks at the program without making the question at hand depend on what is looked at: who asks notes otherwise what it depends on. */
  aside<Result>(look: () => Result): Result {
    const { question, collector } = this;
    this.question = undefined;
    this.collector = undefined;
    try {
      return look();
    } finally {
      this.question = question;
      this.collector = collector;
    }
  }

  /**
   * What follows from the whole program, made anew only if something that it rests on has changed. `compute` reads of the program's parts what it
   * likes; of anything else, only what stays the same as long as the memory does. What comes out as before is the object that it was.
   */
  overview<Result>(key: string, compute: () => Result, again: Again | undefined = undefined): Result {
    const before = this.overviews.at(key);
    if (before && this.overviews.isPresent(before)) {
      this.noteOverview(before);
      return before.result as Result;
    }
    this.turn?.look();
    const own = newCollector(++this.lastQuestion);
    const result = this.apart(own, compute);
    this.turn?.confirm();
    if (own.isOfThisState) {
      this.readUntold();
      this.overviews.forget(key);
      return result;
    }
    const overview = this.overviews.remember(key, before, result, own, again);
    this.turn?.comesFurther();
    this.noteOverview(overview);
    return overview.result as Result;
  }

  /** Finds what does not depend on who asks first. */
  private apart<Result>(collector: Collector | undefined, compute: () => Result): Result {
    const { question, collector: before, inside, resolving } = this;
    this.question = undefined;
    this.collector = collector;
    this.inside = 0;
    this.resolving = 0;
    try {
      return compute();
    } finally {
      this.question = question;
      this.collector = before;
      this.inside = inside;
      this.resolving = resolving;
    }
  }

  private noteOverview(overview: Overview): void {
    if (this.lifetime === "one state") return;
    if (this.question) {
      this.question.overviews ??= new Set();
      this.question.overviews.add(overview);
    }
    // What rests on no edited file need not be looked at after most edits.
    else if (this.collector) (isOfFixedFiles(overview) ? this.collector.fixedOthers : this.collector.others).add(overview);
  }

  /** Whether an answer that is not known to hold turns out to be what it was. */
  private askAgain(answer: Answer): boolean {
    const { question } = answer;
    const { again } = question;
    // In the middle of a circle it would come to something else; one that is being looked into is part of one.
    const isBeingChecked = question.checked === this.state && question.failed !== this.state && !question.hasLost;
    if (!this.program || !again || this.resolving > 0 || isBeingChecked) return false;
    question.again = undefined;
    this.attempt(again);
    return answer.question.state === this.state;
  }

  private attempt(again: Again): void {
    const { program } = this;
    if (!program || this.attempts >= mostAttempts) return;
    this.attempts++;
    try {
      this.apart(undefined, () => again(program));
    } catch {
      // It does not hold, then; whoever asks for it gets to know why, and where the turn is over finds that it is.
    } finally {
      this.attempts--;
    }
  }

  /** The answer that is known in the present state. */
  recall<Key extends object | string, Result>(table: Map<Key, Answer>, key: Key): Result | undefined {
    const answer = table.get(key);
    if (answer === undefined || answer.question.state !== this.state) return undefined;
    if (answer.isProvisional && this.question) this.question.isOrdered = true;
    this.note(answer);
    return answer.result as Result;
  }

  /** Who asks rests on the answer. */
  private note(answer: Answer): void {
    if (this.lifetime === "one state") return;
    const { question, collector } = this;
    if (question) {
      if (answer.question === question || answer.notedBy === question.number) return;
      // It is part of a question around this one that is still being answered.
      if (!answer.question.root) question.isOrdered = true;
      answer.notedBy = question.number;
      question.known.push(answer);
    } else if (collector && answer.question.all) collector.known.add(answer);
    else if (collector && answer.notedBy !== collector.number) {
      answer.notedBy = collector.number;
      collector.fixedAnswers.push(answer);
    }
  }

  /** Notes that an answer was looked for, is not known, and is not remembered either. */
  miss<Key extends object | string>(table: Map<Key, Answer>, key: Key): void {
    const { question } = this;
    if (!question || this.lifetime === "one state") return;
    question.isOrdered = true;
    question.missed = noted(question.missed, { table: table as unknown as AnswerTable, key });
  }

  /** Finds an answer that is not known. `provisional` is what those get who ask for it while it is being found. */
  find<Key extends object | string, Result>(
    kind: AnswerKind,
    table: Map<Key, Answer>,
    key: Key,
    provisional: Result | undefined,
    isSame: (a: Result, b: Result) => boolean,
    compute: () => Result,
    again: Again | undefined = undefined,
  ): Result {
    const outer = this.question;
    const isOwn = !outer || (this.resolving === 0 && (kind === "resolution" || provisional === undefined));
    // Code that leads on and on, from class to base or from call to call, must not overflow the stack.
    if (this.inside > mostInside && provisional !== undefined && !isOwn) {
      this.miss(table, key);
      return provisional;
    }
    if (this.lifetime === "one state") return this.findForNow(kind, table, key, provisional, isOwn, compute);
    let before = table.get(key);
    if (before) {
      const holds = this.holds(before.question);
      // On the way it may have been asked again.
      if (!holds) before = table.get(key);
      if (before && (holds || before.question.state === this.state)) {
        this.note(before);
        return before.result as Result;
      }
    }
    this.turn?.look();
    const earlier = before?.question;
    const question = isOwn ? newQuestion(++this.lastQuestion, this.state) : outer;
    const answer: Answer = { result: provisional, question, notedBy: 0, isProvisional: true };
    // In the middle of a circle it may come to something else.
    if (this.ahead && before?.question.isOrdered) question.isOrdered = true;
    if (isOwn && outer) question.found = [];
    question.found?.push(answer);
    if (before && before.question !== question) before.question.hasLost = true;
    table.set(key, answer);
    const { inside, resolving } = this;
    this.question = question;
    this.inside = isOwn ? 1 : inside + 1;
    if (kind === "resolution") this.resolving++;
    let kept = answer;
    try {
      const result = compact(compute());
      this.turn?.confirm();
      answer.result = result;
      if (before && isSame(before.result as Result, result)) {
        // Who depends on the answer from before the change depends on this one.
        kept = before;
        kept.question = question;
        question.found?.push(kept);
        table.set(key, kept);
      }
      if (isOwn && outer && question.isOrdered) joinInto(outer, question);
      else if (isOwn) {
        question.found = undefined;
        question.root = kept;
        question.known = compact(question.known);
        this.behind.restsOn(question, kept === before ? earlier : undefined);
        if (question.all) question.again = again;
      }
    } catch (error) {
      // What was to stand in for the answer while it was looked for is none.
      if (table.get(key) === answer) table.delete(key);
      throw error;
    } finally {
      answer.isProvisional = false;
      this.question = outer;
      this.inside = inside;
      this.resolving = resolving;
    }
    if (isOwn) this.note(kept);
    return kept.result as Result;
  }

  /** The same for who will ask about no other state: all answers are those to one question, whose asker is another each time. */
  private findForNow<Key extends object | string, Result>(
    kind: AnswerKind,
    table: Map<Key, Answer>,
    key: Key,
    provisional: Result | undefined,
    isOwn: boolean,
    compute: () => Result,
  ): Result {
    const before = table.get(key);
    if (before) return before.result as Result;
    const answer: Answer = { result: provisional, question: this.present, notedBy: 0, isProvisional: false };
    table.set(key, answer);
    const { question, inside, resolving } = this;
    if (isOwn) this.question = newQuestion(++this.lastQuestion, this.state);
    this.inside = isOwn ? 1 : inside + 1;
    if (kind === "resolution") this.resolving++;
    try {
      const result = compact(compute());
      answer.result = result;
      return result;
    } catch (error) {
      if (table.get(key) === answer) table.delete(key);
      throw error;
    } finally {
      this.question = question;
      this.inside = inside;
      this.resolving = resolving;
    }
  }

  /** The same for an answer of an earlier state that turns out to hold in the present one. */
  recallHolding<Key extends object | string, Result>(table: Map<Key, Answer>, key: Key): Result | undefined {
    const answer = table.get(key);
    if (answer && answer.question.state !== this.state) this.holds(answer.question);
    return this.recall(table, key);
  }

  /**
   * Finds what may be right wherever it is asked for, which shows only once it is found: then it is remembered under the key that it comes with, as a
   * question of its own. What comes without a key is right where it was asked for alone, and part of the question at hand. `againOf` is called where an
   * edit can change what was found.
   */
  findApart<Key extends object | string, Result>(
    table: Map<Key, Answer>,
    compute: () => { readonly result: Result; readonly key: Key | undefined },
    isSame: (a: Result, b: Result) => boolean,
    againOf: () => Again,
  ): Result {
    const outer = this.question;
    const question = newQuestion(++this.lastQuestion, this.state);
    this.question = question;
    if (this.lifetime === "one state") {
      try {
        const { result, key } = compute();
        if (key !== undefined) table.set(key, { result, question: this.present, notedBy: 0, isProvisional: false });
        return result;
      } finally {
        this.question = outer;
      }
    }
    if (outer) question.found = [];
    let kept: Answer | undefined;
    try {
      const { result, key } = compute();
      this.turn?.confirm();
      let earlier: Question | undefined;
      if (key !== undefined) {
        const before = table.get(key);
        kept = { result, question, notedBy: 0, isProvisional: false };
        if (before && before.question !== question) before.question.hasLost = true;
        if (before && isSame(before.result as Result, result)) {
          earlier = before.question;
          kept = before;
          kept.question = question;
        }
        question.found?.push(kept);
        table.set(key, kept);
      }
      if (outer && (!kept || question.isOrdered)) joinInto(outer, question);
      else {
        question.found = undefined;
        question.root = kept;
        question.known = compact(question.known);
        this.behind.restsOn(question, earlier);
        if (kept && question.all) question.again = this.aside(againOf);
      }
      return result;
    } finally {
      this.question = outer;
      if (kept && kept.question === question) this.note(kept);
    }
  }

  /** Makes all that is asked meanwhile part of one question. */
  during<Result>(compute: () => Result): Result {
    const outer = this.question;
    const question = outer ?? newQuestion(++this.lastQuestion, this.state);
    this.question = question;
    try {
      return compute();
    } finally {
      this.question = outer;
      if (!outer && this.lifetime === "edits") {
        this.noteAll(question);
        this.behind.restsOn(question, undefined);
      }
    }
  }

  /** Whoever asks rests on all that the question does. */
  private noteAll(question: Question): void {
    const { read, known, overviews } = question;
    const { reader } = this;
    if (!reader) return;
    if (read) {
      reader.read ??= new Set();
      for (const part of read) reader.read.add(part);
    }
    for (const answer of known) this.note(answer);
    for (const overview of overviews ?? nothing) this.noteOverview(overview);
    noteLookups(reader, question);
  }

  /** Whether the answers to a question of an earlier state are those of the present state; if so, all that was found on the way is known again. */
  private holds(question: Question): boolean {
    const began = this.beginCheck(question);
    if (began !== "begun") return began === "holds";
    checkAll(question, this.checking);
    return question.state === this.state;
  }

  /** Looks at everything that a question rests on but other questions. */
  private beginCheck(question: Question): Verdict | "begun" {
    const since = question.state;
    if (since === this.state) return "holds";
    // One that is checked already is so on the way to something of the whole program that this one rests on.
    if (question.failed === this.state || question.hasLost || !question.root || question.checked === this.state) return "fails";
    const isUnchanged = this.changes.rest <= since && this.changes.lookups <= since;
    if (isUnchanged && !this.changes.have(question.all, since)) return this.settle(question, "holds");
    const isOfNow = question.foundAhead === this.state;
    if (!isOfNow && this.changes.have(question.parts, since)) return this.settle(question, "fails");
    if (!isOfNow && this.changes.lookups > since && this.changes.haveLookups(question, since)) return this.settle(question, "fails");
    question.checked = this.state;
    for (const overview of question.overviews ?? nothing)
      if (!this.overviews.isAsIn(since, overview)) return this.settle(question, "fails");
    return "begun";
  }

  /** Whether something is known now that was not when the question was asked. */
  private wasMissed({ missed }: Question): boolean {
    return (missed ?? none).some(({ table, key }) => table.get(key)?.question.state === this.state);
  }

  private settleAll(together: readonly Question[], verdict: Verdict): void {
    // What these come to depends on which is asked first.
    if (together.length > 1) for (const each of together) each.again = undefined;
    if (verdict === "holds") this.behind.sumUp(together);
    for (const each of together) this.settle(each, verdict);
  }

  private settle(question: Question, verdict: Verdict): Verdict {
    // It may have been asked again meanwhile.
    if (verdict === "holds" && !question.hasLost) {
      this.ahead?.push({ question, state: question.state });
      question.state = this.state;
      return verdict;
    }
    question.failed = this.state;
    return "fails";
  }
}

const none: readonly never[] = [];
const nothing: ReadonlySet<never> = new Set<never>([]);

/** What nobody has asked for in so many states is forgotten, even if nothing behind it has changed. */
const mostStatesLeftAlone = 4 * statesBetweenSweeps;
const mostInside = 150;
const mostAttempts = 30;
