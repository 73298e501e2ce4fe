import type { Knowledge } from "../../knowledge/knowledge.js";
import type { FunctionNode, LinkedFile } from "./entity.js";
import { type Given, sameGiven } from "./given-arguments.js";
import type { Program } from "./link.js";
import { EditedFile, type FileChanges } from "./linked-file.js";
import { distinct, haveLookupsChanged, noChanges, noted, noteLookups } from "./lookups.js";
import { ModuleIndex } from "./modules.js";
import { PartUnion, sameParts } from "./part-union.js";
import {
  type CallIndex,
  findIndexedSites,
  findSites,
  findWrites,
  indexOfCalls,
  lookedAtAgain,
  namesIn,
  type ProgramSite,
  type ProgramWrite,
} from "./program-sites.js";
import {
  type Again,
  type Answer,
  type AnswerTable,
  type Collector,
  type FileAnswers,
  joinInto,
  type Overview,
  type Question,
} from "./questions.js";
import { sameStructure } from "./same-structure.js";

/** `resolution`: what something can be. `derivation`: what a later stage made of such answers; resolutions do not ask for any. */
type AnswerKind = "resolution" | "derivation";

type Verdict = "holds" | "fails";

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
  private state = 0;
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
  private sites = new Map<string, { readonly sites: readonly ProgramSite[]; readonly limit: number }>();
  private writes = new Map<string, { readonly sites: readonly ProgramWrite[]; readonly limit: number }>();
  /** Where there are calls of a name, while no file has changed since it was made: most names are asked for in the first state. */
  private callIndex: CallIndex | undefined;
  /** For everything that changed since the first state: the last state in which it did. */
  private changes = noChanges();
  /** What has changed in edited files since the present state. */
  private changedNext = { parts: new Set<object>(), names: new Set<string>() };
  /** The parts that changed in the present state. */
  private changedLast: object[] = [];
  /** Of what changed in parts before that state, nothing is known any more. */
  private toldSince = 0;
  /** The last state in which something changed that was looked up; those who looked have noted it. */
  private lookups = 0;
  /** The last state in which something else changed than a part of an edited file or what was looked up, and somebody may have looked at it. */
  private rest = 0;
  private overviews = new Map<string, Overview>();
  private collector: Collector | undefined;
  /** While questions are asked before their turn: those that turned out to hold, and the states that they were of. */
  private ahead: { readonly question: Question; readonly state: number }[] | undefined;
  /** Counts the times that what an answer rests on became another. */
  private turn = 0;
  private index = new ModuleIndex(new Set());
  private question: Question | undefined;
  private release: () => void = () => {};
  private readonly identities = new WeakMap<object, number>();
  private lastIdentity = 0;
  private lastQuestion = 0;
  private last: { readonly file: LinkedFile; readonly answers: FileAnswers } | undefined;

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
    this.state++;
    this.last = undefined;
    const { parts, names } = this.changedNext;
    this.changedNext = { parts: new Set(), names: new Set() };
    const before = this.current;
    this.current = state;
    this.program = undefined;
    this.callIndex = undefined;
    if (!before || before.knowledge !== state.knowledge || !samePaths(before.files, state.files)) {
      this.answers = new Map();
      this.overviews = new Map();
      this.sites = new Map();
      this.writes = new Map();
      this.changes = noChanges();
      this.changedLast = [];
      this.rest = this.state;
      this.index = new ModuleIndex(new Set(state.files.keys()));
      return;
    }
    for (const part of parts) this.changes.parts.set(part, this.state);
    this.changedLast = [...parts];
    for (const [path, file] of state.files) {
      const old = before.files.get(path) as LinkedFile;
      if (old === file) continue;
      this.answers.delete(old);
      this.changes.files.set(old, this.state);
      this.lookups = this.state;
      // Of one that was edited, everything is told to have changed.
      if (!(old instanceof EditedFile)) this.rest = this.state;
      for (const each of [old, file]) for (const name of namesIn(each)) names.add(name);
    }
    if (this.state % statesBetweenSweeps === 0) this.sweep();
    for (const name of names) {
      const wasCalled = this.areKnown(name);
      const isSame = name.startsWith(".")
        ? lookedAtAgain(this.writes, name, (limit) => findWrites(name.slice(1), limit, state.files))
        : lookedAtAgain(this.sites, name, (limit) => findSites(name, limit, state.files));
      if (isSame !== "changed") continue;
      this.changes.names.set(name, this.state);
      if (wasCalled !== this.areKnown(name)) this.changes.names.set(`?${name}`, this.state);
      this.lookups = this.state;
    }
    for (const node of [...before.given.keys(), ...state.given.keys()]) {
      if (sameGiven(before.given.get(node), state.given.get(node))) continue;
      this.changes.given.set(node, this.state);
      this.lookups = this.state;
    }
  }

  /**
   * Asks for the callers of functions for which they were looked for under a name of which there are other calls now. Most turn out to have the callers
   * that they had; once that is known, whatever rests on them need not be found anew. But these questions come before those whose turn it is, and what
   * is known when a question is asked can be a part of its answer. So nothing of it counts as known before somebody asks in turn; and what is found on
   * the way round a circle, or was before, is forgotten.
   */
  lookForCallersAnew(ask: (node: FunctionNode) => void): void {
    if (this.lookups < this.state) return;
    const confirmed: { readonly question: Question; readonly state: number }[] = [];
    this.ahead = confirmed;
    for (const { callers } of [...this.answers.values()]) {
      for (const [node, answer] of [...callers]) {
        const { question } = answer;
        if (question.root !== answer || question.isOrdered || !haveLookupsChanged(this.changes, question, question.state)) continue;
        const before = this.lastQuestion;
        ask(node);
        const asked = callers.get(node)?.question;
        if (!asked || asked.number <= before) continue;
        if (asked.isOrdered) asked.hasLost = true;
        asked.foundAhead = this.state;
        confirmed.push({ question: asked, state: this.state - 1 });
      }
    }
    this.ahead = undefined;
    for (const { question, state } of confirmed) {
      question.state = state;
      question.checked = 0;
    }
  }

  /** From now on, what may be as it was is asked for again before what rests on it is found anew. */
  linked(program: Program): void {
    this.program = program;
  }

  /** Something is another in the present state; nobody has read it there yet. */
  changedNow(part: object): void {
    this.changes.parts.set(part, this.state);
    this.changedLast.push(part);
  }

  /** Who asks the question at hand has read a part of a file that is being edited. */
  read(part: object): void {
    const reader = this.question ?? this.collector;
    if (!reader || reader.lastPart === part) return;
    reader.lastPart = part;
    reader.parts ??= new Set();
    reader.parts.add(part);
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

  /** Forgets answers in edited files that nobody has asked for of late, and those in files that are gone: they can never be right again. */
  private sweep(): void {
    for (const [file, answers] of this.answers) {
      if (this.current?.files.get(file.path) !== file) this.answers.delete(file);
      if (!(file instanceof EditedFile)) continue;
      const tables: readonly AnswerTable[] = Object.values(answers);
      for (const table of tables)
        for (const [key, { question }] of table) if (question.state < this.state - statesBetweenSweeps) table.delete(key);
    }
    // What has not been right since before that is asked for by nobody.
    for (const [key, overview] of this.overviews) {
      const isCurrent = isOfFixedFiles(overview) && overview.state >= Math.max(this.rest, this.lookups);
      if (!isCurrent && overview.state < this.state - statesBetweenSweeps) this.forget(key);
    }
    const { parts } = this.changes;
    this.toldSince = this.state - 2 * statesBetweenSweeps;
    for (const [part, state] of parts) if (state < this.toldSince) parts.delete(part);
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
    const reader = this.question ?? this.collector;
    // Most lookups repeat the one before; a set for each question would cost more than the rest that repeats.
    if (file && reader && reader.files?.[reader.files.length - 1] !== file) reader.files = noted(reader.files, file);
    return file;
  }

  /** What spawns give a function, for whom the answer depends on it. */
  givenTo(node: FunctionNode): void {
    const reader = this.question ?? this.collector;
    if (reader) reader.given = noted(reader.given, node);
  }

  /** Every call of the program by the last name of its callee, in order; past the limit nobody looks. */
  sitesOf(name: string, limit: number): readonly ProgramSite[] {
    this.noteName(name);
    let known = this.sites.get(name);
    if (known?.limit !== limit) {
      known = { sites: this.aside(() => this.findSites(name, limit)), limit };
      this.sites.set(name, known);
    }
    return known.sites;
  }

  /** Whether the program has a call by that last name of its callee; who asks depends on that alone, not on which there are. */
  isCalled(name: string, limit: number): boolean {
    this.noteName(`?${name}`);
    return this.aside(() => this.sitesOf(name, limit)).length > 0;
  }

  private areKnown(name: string): boolean {
    return (this.sites.get(name)?.sites.length ?? 0) > 0;
  }

  /** Every store of the program in an attribute of that name, but those of methods in their own objects; past the limit nobody looks. */
  writesOf(name: string, limit: number): readonly ProgramWrite[] {
    const key = `.${name}`;
    this.noteName(key);
    let known = this.writes.get(key);
    if (known?.limit !== limit) {
      known = { sites: this.aside(() => findWrites(name, limit, this.current?.files ?? new Map())), limit };
      this.writes.set(key, known);
    }
    return known.sites;
  }

  private noteName(name: string): void {
    const reader = this.question ?? this.collector;
    if (reader) reader.names = noted(reader.names, name);
  }

  private findSites(name: string, limit: number): readonly ProgramSite[] {
    const files: ReadonlyMap<string, LinkedFile> = this.current?.files ?? new Map();
    if (this.sites.size === 0) this.callIndex = indexOfCalls(files);
    return this.callIndex ? findIndexedSites(name, limit, this.callIndex) : findSites(name, limit, files);
  }

  /** Looks through the program for something that the question at hand depends on by name, whatever it looks at on the way. */
  private aside<Result>(look: () => Result): Result {
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
    const before = this.overviews.get(key);
    if (before && this.isPresent(before)) {
      this.noteOverview(before);
      return before.result as Result;
    }
    const own: Collector = {
      number: ++this.lastQuestion,
      parts: undefined,
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
    const result = this.apart(own, compute);
    if (own.isOfThisState) {
      this.readUntold();
      this.forget(key);
      return result;
    }
    const isSame = before && sameStructure(before.result, result);
    const { state } = this;
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
    overview.parts = own.parts ?? nothing;
    overview.known = own.known.size > 0 ? own.known : nothing;
    overview.others = own.others.size > 0 ? own.others : nothing;
    const { fixedAnswers, fixedOthers, files, names, given } = own;
    overview.fixed =
      fixedAnswers.length + fixedOthers.size > 0 ? { answers: compact(fixedAnswers), others: [...fixedOthers] } : restsOnNothing.fixed;
    overview.lookups =
      files || names || given ? { files: distinct(files), names: distinct(names), given: distinct(given) } : restsOnNothing.lookups;
    overview.again = isOfFixedFiles(overview) ? undefined : again;
    overview.turn = ++this.turn;
    overview.state = state;
    this.overviews.set(key, overview);
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

  /** Whatever rests on it is found anew when it is asked for. */
  private forget(key: string): void {
    const overview = this.overviews.get(key);
    if (!overview) return;
    this.overviews.delete(key);
    overview.since = Number.POSITIVE_INFINITY;
    overview.result = undefined;
    Object.assign(overview, restsOnNothing);
  }

  private noteOverview(overview: Overview): void {
    if (this.question) {
      this.question.overviews ??= new Set();
      this.question.overviews.add(overview);
    }
    // What rests on no edited file need not be looked at after most edits.
    else if (this.collector) (isOfFixedFiles(overview) ? this.collector.fixedOthers : this.collector.others).add(overview);
  }

  private isPresent(overview: Overview): boolean {
    if (overview.state === this.state) return true;
    const { state, parts, known, others } = overview;
    if (this.rest > state || this.haveChanged(parts, state)) return false;
    const isElsewhere = this.lookups > state;
    if (isElsewhere && haveLookupsChanged(this.changes, overview.lookups, state)) return false;
    let { turn } = overview;
    for (const other of others) {
      if (!this.isAsIn(state, other)) return false;
      turn = Math.max(turn, other.turn);
    }
    for (const answer of known) {
      if (!this.holds(answer.question) && !this.askAgain(answer)) return false;
      turn = Math.max(turn, answer.question.turn);
    }
    if (isElsewhere && !this.areFixedPresent(overview, state)) return false;
    overview.turn = Math.max(overview.turn, turn);
    overview.state = this.state;
    return true;
  }

  /** Whether what rested on no edited file is as it was. Some of it can rest on one now: from then on it is looked at after each edit. */
  private areFixedPresent(overview: Overview, state: number): boolean {
    const { answers, others } = overview.fixed;
    for (const other of others) if (!this.isAsIn(state, other)) return false;
    for (const { question } of answers) if (!this.holds(question)) return false;
    const isNoMore = { answers: answers.filter(({ question }) => question.all), others: others.filter((other) => !isOfFixedFiles(other)) };
    if (isNoMore.answers.length + isNoMore.others.length === 0) return true;
    overview.known = new Set([...overview.known, ...isNoMore.answers]);
    overview.others = new Set([...overview.others, ...isNoMore.others]);
    overview.fixed = { answers: answers.filter(({ question }) => !question.all), others: others.filter(isOfFixedFiles) };
    overview.turn = ++this.turn;
    return true;
  }

  /** Whether an overview is what it was in that state, as far as that is remembered. */
  private isAsIn(state: number, overview: Overview): boolean {
    if (overview.since > state) return false;
    if (this.isPresent(overview)) return true;
    const { program } = this;
    if (!program || !overview.again) return false;
    this.attempt(overview.again, program);
    return overview.since <= state && overview.state === this.state;
  }

  /** Whether an answer that is not known to hold turns out to be what it was. */
  private askAgain(answer: Answer): boolean {
    const { program } = this;
    const { question } = answer;
    const { again } = question;
    // In the middle of a circle it would come to something else; one that is being looked into is part of one.
    const isBeingChecked = question.checked === this.state && question.failed !== this.state && !question.hasLost;
    if (!program || !again || this.resolving > 0 || isBeingChecked) return false;
    question.again = undefined;
    this.attempt(again, program);
    return answer.question.state === this.state;
  }

  private attempt(again: Again, program: Program): void {
    if (this.attempts >= mostAttempts) return;
    this.attempts++;
    try {
      this.apart(undefined, () => again(program));
    } catch {
      // It does not hold, then; whoever asks for it gets to know why.
    } finally {
      this.attempts--;
    }
  }

  /** The parts that an overview rests on, those of others that it rests on among them. */
  private partsOf(overview: Overview): ReadonlySet<object> | undefined {
    if (overview.summed >= overview.turn) return overview.all;
    // They rest on one another in no circle.
    overview.summed = overview.turn;
    const union = new PartUnion();
    union.add(overview.parts);
    for (const { question } of overview.known) union.add(question.all);
    for (const other of overview.others) union.add(this.partsOf(other));
    if (!sameParts(overview.all, union.result)) {
      overview.all = union.result;
      overview.turnOfAll = ++this.turn;
    }
    return overview.all;
  }

  private haveChanged(parts: ReadonlySet<object>, since: number): boolean {
    if (parts.size === 0) return false;
    if (since < this.toldSince) return true;
    // An edit changes few parts, and most answers were last right before the last edit.
    const { parts: changed } = this.changes;
    if (since === this.state - 1) return this.changedLast.some((part) => parts.has(part));
    if (changed.size < parts.size) {
      for (const [part, state] of changed) if (state > since && parts.has(part)) return true;
    } else for (const part of parts) if ((changed.get(part) ?? 0) > since) return true;
    return false;
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
    const { question, collector } = this;
    if (question) {
      if (answer.question === question || answer.notedBy === question.number) return;
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
    if (!question) return;
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
    const isOwn = !outer || (kind === "resolution" && this.resolving === 0);
    // Code that leads on and on, from class to base or from call to call, must not overflow the stack.
    if (this.inside > mostInside && provisional !== undefined && !isOwn) {
      this.miss(table, key);
      return provisional;
    }
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
    const earlier = before?.question;
    const question = isOwn ? this.newQuestion() : outer;
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
        this.restsOn(question, kept === before ? earlier : undefined);
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

  /** Remembers an answer that was found in its own way, as part of the question at hand. */
  keep<Key extends object | string, Result>(
    table: Map<Key, Answer>,
    key: Key,
    result: Result,
    isSame: (a: Result, b: Result) => boolean,
  ): void {
    const { question } = this;
    if (!question) return;
    const before = table.get(key);
    let kept: Answer = { result, question, notedBy: 0, isProvisional: false };
    if (before && before.question !== question) before.question.hasLost = true;
    if (before && isSame(before.result as Result, result)) {
      kept = before;
      kept.question = question;
    }
    table.set(key, kept);
  }

  /** Makes all that is asked meanwhile part of one question. */
  during<Result>(compute: () => Result): Result {
    const outer = this.question;
    const question = outer ?? this.newQuestion();
    this.question = question;
    try {
      return compute();
    } finally {
      this.question = outer;
      if (!outer) {
        this.restsOn(question, undefined);
        this.noteAll(question);
      }
    }
  }

  /** Whoever asks rests on all that the question does. */
  private noteAll(question: Question): void {
    const { parts, known, overviews } = question;
    const reader = this.question ?? this.collector;
    if (!reader) return;
    for (const part of parts ?? nothing) this.read(part);
    for (const answer of known) this.note(answer);
    for (const overview of overviews ?? nothing) this.noteOverview(overview);
    noteLookups(reader, question);
  }

  private newQuestion(): Question {
    return {
      number: ++this.lastQuestion,
      state: this.state,
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
      lastPart: undefined,
      overviews: undefined,
      all: undefined,
      turn: 0,
      summed: 0,
      again: undefined,
    };
  }

  /**
   * Whether the answers to a question of an earlier state are those of the present state; if so, all that was found on the way is known again.
   * What it rests on is looked at first, if nobody has yet: by a stack of its own, since answers rest on one another in chains of any length.
   * Questions that rest on one another hold together if all else does that any of them rests on (Tarjan's strongly connected components).
   */
  private holds(question: Question): boolean {
    const began = this.beginCheck(question);
    if (began !== "begun") return began === "holds";
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
        if (inCircle && other.state !== this.state && other.failed !== this.state) {
          top.lowest = Math.min(top.lowest, inCircle.lowest);
          continue;
        }
        verdict = this.beginCheck(other);
        if (verdict === "fails" && this.askAgain(known[top.next] as Answer)) verdict = "holds";
        if (verdict !== "begun") continue;
        const check = { question: other, next: 0, place: stack.length, lowest: stack.length, firstWaiting: waiting.length };
        stack.push(check);
        checks.set(other, check);
      }
      if (verdict === "begun") continue;
      if (verdict === "holds") verdict = this.wasMissed(top.question) ? "fails" : "holds";
      stack.pop();
      const below = stack.at(-1);
      if (verdict === "holds" && top.lowest < top.place) {
        waiting.push(top);
        if (below) below.lowest = Math.min(below.lowest, top.lowest);
        continue;
      }
      const together = [top, ...waiting.splice(top.firstWaiting)].map((each) => each.question);
      // What these come to depends on which is asked first.
      if (together.length > 1) for (const each of together) each.again = undefined;
      if (verdict === "holds") this.sumUp(together);
      for (const each of together) this.settle(each, verdict);
      // Who was to look at it again finds that it holds or not.
      if (below) below.next--;
    }
    return question.state === this.state;
  }

  /** Looks at everything that a question rests on but other questions. */
  private beginCheck(question: Question): Verdict | "begun" {
    const since = question.state;
    if (since === this.state) return "holds";
    // One that is checked already is so on the way to something of the whole program that this one rests on.
    if (question.failed === this.state || question.hasLost || !question.root || question.checked === this.state) return "fails";
    const isUnchanged = this.rest <= since && this.lookups <= since;
    if (isUnchanged && !(question.all && this.haveChanged(question.all, since))) return this.settle(question, "holds");
    const isOfNow = question.foundAhead === this.state;
    if (!isOfNow && question.parts && this.haveChanged(question.parts, since)) return this.settle(question, "fails");
    if (!isOfNow && this.lookups > since && haveLookupsChanged(this.changes, question, since)) return this.settle(question, "fails");
    question.checked = this.state;
    for (const overview of question.overviews ?? nothing) if (!this.isAsIn(since, overview)) return this.settle(question, "fails");
    return "begun";
  }

  /** Whether something is known now that was not when the question was asked. */
  private wasMissed({ missed }: Question): boolean {
    return (missed ?? none).some(({ table, key }) => table.get(key)?.question.state === this.state);
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

  /** Sums up what questions rest on that rest on one another, if any of it rests on other parts now. */
  private sumUp(together: readonly Question[]): void {
    if (!together.some((each) => this.isElsewhere(each))) return;
    if (together.length === 1) return this.restsOn(together[0] as Question, together[0]);
    const union = new PartUnion();
    for (const each of together) this.gather(each, union);
    const { result } = union;
    const isSame = together.every(({ all }) => sameParts(all, result));
    const turn = isSame ? 0 : ++this.turn;
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
  private restsOn(question: Question, before: Question | undefined): void {
    const all = this.partsBehind(question);
    const known = before && sameParts(before.all, all);
    question.all = known ? before.all : all;
    question.turn = known ? before.turn : ++this.turn;
    question.summed = this.turn;
  }

  private partsBehind(question: Question): ReadonlySet<object> | undefined {
    const { parts, known, overviews } = question;
    // No edited file is behind most of them.
    if (!overviews && !known.some((each) => each.question.all)) return parts;
    const union = new PartUnion();
    this.gather(question, union);
    return union.result;
  }

  private gather({ parts, known, overviews }: Question, into: PartUnion): void {
    into.add(parts);
    for (const { question } of known) into.add(question.all);
    for (const overview of overviews ?? nothing) into.add(this.partsOf(overview));
  }
}

function isOfFixedFiles({ parts, known, others }: Overview): boolean {
  return parts.size + known.size + others.size === 0;
}

/** A list that grew has room for more than it holds, and most that are remembered are short or empty. */
function compact<Result>(result: Result): Result {
  if (!Array.isArray(result)) return result;
  return (result.length === 0 ? none : result.slice()) as Result;
}

const none: readonly never[] = [];
const nothing: ReadonlySet<never> = new Set<never>([]);
const restsOnNothing: Pick<Overview, "parts" | "known" | "others" | "fixed" | "lookups"> = {
  parts: nothing,
  known: nothing,
  others: nothing,
  fixed: { answers: none, others: none },
  lookups: { files: undefined, names: undefined, given: undefined },
};
const statesBetweenSweeps = 32;

function samePaths(a: ReadonlyMap<string, LinkedFile>, b: ReadonlyMap<string, LinkedFile>): boolean {
  if (a.size !== b.size) return false;
  for (const path of b.keys()) if (!a.has(path)) return false;
  return true;
}

const mostInside = 150;
const mostAttempts = 30;
