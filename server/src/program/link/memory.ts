import type { Knowledge } from "../../knowledge/knowledge.js";
import type { CallSite, Facts, ParameterFacts, WriteSite } from "../facts.js";
import type { Value } from "../operation.js";
import type { ClassNode, FunctionNode, LinkedFile } from "./entity.js";
import { EditedFile, type FileChanges } from "./linked-file.js";
import { ModuleIndex } from "./modules.js";

/** One remembered answer. */
interface Answer {
  result: unknown;
  /** The state of the program that it was last right for. */
  state: number;
  /** The question that it was found on the way to. */
  question: Question;
  /** The last question that noted it as known. */
  notedBy: Question | undefined;
}

/**
 * A question that was asked while no other was being answered, and all that its answer depends on. Answers depend on the order of questions,
 * because who asks in the middle of a circle sees a part of it; so it counts too what was remembered at that time, and what was not.
 */
interface Question {
  /** Undefined until its answer has a place. */
  root: Answer | undefined;
  /** Answers that were remembered from before. */
  readonly known: Answer[];
  /** Answers found on the way, its own among them. */
  readonly found: Answer[];
  /** Where an answer was looked for and none was sought. */
  readonly missed: { readonly table: AnswerTable; readonly key: object | string }[];
  /** Files that were reached by their path. */
  readonly files: LinkedFile[];
  /** Names whose calls in the whole program were looked at, and those of attributes, with a dot, whose stores were. */
  readonly names: string[];
  /** Functions of which it was asked what spawns give them. */
  readonly given: FunctionNode[];
  /** Parts of edited files that were read. */
  readonly parts: Set<object>;
  /** The last of them, because most are read several times in a row. */
  lastPart: object | undefined;
}

type AnswerTable = Map<object | string, Answer>;

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

type GivenArguments = ReadonlyMap<string, { readonly value: Value; readonly in: FunctionNode; readonly how: "whole" | "element" }>;

/** What spawns give to each function. */
type Given = ReadonlyMap<FunctionNode, readonly { readonly values: GivenArguments }[]>;

/** What the answers about a program depend on. */
export interface ProgramState {
  readonly files: ReadonlyMap<string, LinkedFile>;
  readonly knowledge: Knowledge;
  readonly given: Given;
}

/** A call of the program and where it stands. */
export interface ProgramSite {
  readonly file: LinkedFile;
  readonly site: CallSite;
}

/** A store in an attribute and where it stands. */
export interface ProgramWrite {
  readonly file: LinkedFile;
  readonly site: WriteSite;
}

/**
 * Answers about a program that outlive it: after a change, a question whose answer depends on nothing that changed is not answered anew.
 * Answers are exactly those that the new state would give from scratch, when asked in the same order. One user at a time.
 */
export class AnswerMemory {
  private state = 0;
  private current: ProgramState | undefined;
  private answers = new Map<LinkedFile, FileAnswers>();
  private sites = new Map<string, { readonly sites: readonly ProgramSite[]; readonly limit: number }>();
  private writes = new Map<string, { readonly sites: readonly ProgramWrite[]; readonly limit: number }>();
  /** Every call by name, while no file has changed since it was made: most names are asked for in the first state. */
  private callIndex: ReadonlyMap<string, readonly ProgramSite[]> | undefined;
  private changed = noChanges();
  /** What has changed in edited files since the present state. */
  private changedNext = { parts: new Set<object>(), names: new Set<string>() };
  private index = new ModuleIndex(new Set());
  private question: Question | undefined;
  private release: () => void = () => {};
  private readonly identities = new WeakMap<object, number>();
  private readonly numbers = new Map<string, number>();
  private lastIdentity = 0;
  private last: { readonly file: LinkedFile; readonly answers: FileAnswers } | undefined;

  /** Which modules imports reach. */
  get modules(): ModuleIndex {
    return this.index;
  }

  /** Goes over to another state, and tells the user before that the memory is no longer theirs. */
  take(state: ProgramState, release: () => void): void {
    this.release();
    this.release = release;
    this.state++;
    this.last = undefined;
    this.changed = { ...noChanges(), ...this.changedNext };
    this.changedNext = { parts: new Set(), names: new Set() };
    const before = this.current;
    this.current = state;
    this.callIndex = undefined;
    if (!before || before.knowledge !== state.knowledge || !samePaths(before.files, state.files)) {
      this.answers = new Map();
      this.sites = new Map();
      this.writes = new Map();
      this.index = new ModuleIndex(new Set(state.files.keys()));
      return;
    }
    for (const [path, file] of state.files) {
      const old = before.files.get(path) as LinkedFile;
      if (old === file) continue;
      this.answers.delete(old);
      this.changed.files.add(old);
      for (const each of [old, file]) this.mayHaveChanged(each);
    }
    if (this.state % statesBetweenSweeps === 0) this.sweep();
    for (const name of this.changed.names) {
      const isSame = name.startsWith(".")
        ? lookedAtAgain(this.writes, name, (limit) => findWrites(name.slice(1), limit, state.files))
        : lookedAtAgain(this.sites, name, (limit) => findSites(name, limit, state.files));
      if (isSame) this.changed.names.delete(name);
    }
    for (const node of [...before.given.keys(), ...state.given.keys()]) {
      if (!sameGiven(before.given.get(node), state.given.get(node))) this.changed.given.add(node);
    }
  }

  /** Who asks the question at hand has read a part of a file that is being edited. */
  read(part: object): void {
    const { question } = this;
    if (!question || question.lastPart === part) return;
    question.lastPart = part;
    question.parts.add(part);
  }

  /** What of an edited file is another in the next state. */
  changedInPlace({ parts, names }: FileChanges): void {
    for (const part of parts) this.changedNext.parts.add(part);
    for (const name of names) this.changedNext.names.add(name);
  }

  private mayHaveChanged({ facts }: LinkedFile): void {
    for (const name of facts.callsByName.keys()) this.changed.names.add(name);
    for (const name of facts.writesByAttribute.keys()) this.changed.names.add(`.${name}`);
  }

  /** Forgets answers in edited files that nobody has asked for of late: they can never be right again. */
  private sweep(): void {
    for (const [file, answers] of this.answers) {
      if (!(file instanceof EditedFile)) continue;
      const tables: readonly AnswerTable[] = Object.values(answers);
      for (const table of tables) for (const [key, { state }] of table) if (state < this.state - 1) table.delete(key);
    }
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

  /** A number for a long text, so that keys with it stay short. */
  numberOf(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = ++this.lastIdentity;
      if (this.numbers.size >= mostTexts) this.numbers.clear();
      this.numbers.set(text, number);
    }
    return number;
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
    const { question } = this;
    // Most lookups repeat the one before; a set for each question would cost more than the rest that repeats.
    if (file && question && question.files[question.files.length - 1] !== file) question.files.push(file);
    return file;
  }

  /** What spawns give a function, for whom the answer depends on it. */
  givenTo(node: FunctionNode): void {
    this.question?.given.push(node);
  }

  /** Every call of the program by the last name of its callee, in order; past the limit nobody looks. */
  sitesOf(name: string, limit: number): readonly ProgramSite[] {
    this.question?.names.push(name);
    let known = this.sites.get(name);
    if (known?.limit !== limit) {
      known = { sites: this.aside(() => this.findSites(name, limit)), limit };
      this.sites.set(name, known);
    }
    return known.sites;
  }

  /** Every store of the program in an attribute of that name, but those of methods in their own objects; past the limit nobody looks. */
  writesOf(name: string, limit: number): readonly ProgramWrite[] {
    const key = `.${name}`;
    this.question?.names.push(key);
    let known = this.writes.get(key);
    if (known?.limit !== limit) {
      known = { sites: this.aside(() => findWrites(name, limit, this.current?.files ?? new Map())), limit };
      this.writes.set(key, known);
    }
    return known.sites;
  }

  private findSites(name: string, limit: number): readonly ProgramSite[] {
    const files: ReadonlyMap<string, LinkedFile> = this.current?.files ?? new Map();
    if (this.sites.size === 0) this.callIndex = indexOfCalls(limit, files);
    return this.callIndex ? (this.callIndex.get(name) ?? []) : findSites(name, limit, files);
  }

  /** Looks through the program for something that the question at hand depends on by name, whatever it looks at on the way. */
  private aside<Result>(look: () => Result): Result {
    const { question } = this;
    this.question = undefined;
    try {
      return look();
    } finally {
      this.question = question;
    }
  }

  /** The answer that is known in the present state. */
  recall<Key extends object | string, Result>(table: Map<Key, Answer>, key: Key): Result | undefined {
    const answer = table.get(key);
    if (answer === undefined || answer.state !== this.state) return undefined;
    const { question } = this;
    if (question && answer.question !== question && answer.notedBy !== question) {
      answer.notedBy = question;
      question.known.push(answer);
    }
    return answer.result as Result;
  }

  /** Notes that an answer was looked for, is not known, and is not remembered either. */
  miss<Key extends object | string>(table: Map<Key, Answer>, key: Key): void {
    this.question?.missed.push({ table: table as unknown as AnswerTable, key });
  }

  /** Finds an answer that is not known. `provisional` is what those get who ask for it while it is being found. */
  find<Key extends object | string, Result>(
    table: Map<Key, Answer>,
    key: Key,
    provisional: Result | undefined,
    isSame: (a: Result, b: Result) => boolean,
    compute: () => Result,
  ): Result {
    const before = table.get(key);
    const outer = this.question;
    if (!outer && before && this.holdsStill(before)) return before.result as Result;
    const question = outer ?? newQuestion();
    const answer: Answer = { result: provisional, state: this.state, question, notedBy: undefined };
    const place = question.found.push(answer) - 1;
    table.set(key, answer);
    this.question = question;
    let kept = answer;
    try {
      const result = compute();
      answer.result = result;
      if (before && isSame(before.result as Result, result)) {
        // Who depends on the answer from before the change depends on this one.
        kept = before;
        kept.state = this.state;
        kept.question = question;
        question.found[place] = kept;
        table.set(key, kept);
      }
      if (!outer) question.root = kept;
    } finally {
      this.question = outer;
    }
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
    let kept: Answer = { result, state: this.state, question, notedBy: undefined };
    if (before && isSame(before.result as Result, result)) {
      kept = before;
      kept.state = this.state;
      kept.question = question;
    }
    question.found.push(kept);
    table.set(key, kept);
  }

  /** Makes all that is asked meanwhile part of one question. */
  during<Result>(compute: () => Result): Result {
    const outer = this.question;
    this.question = outer ?? newQuestion();
    try {
      return compute();
    } finally {
      this.question = outer;
    }
  }

  /** Whether the answer to a question of the state before is that of the present state; if so, all that was found on the way is known again. */
  private holdsStill(answer: Answer): boolean {
    const { question, state } = answer;
    const before = this.state - 1;
    if (state !== before || question.root !== answer) return false;
    const { changed } = this;
    for (const file of question.files) if (changed.files.has(file)) return false;
    for (const node of question.given) if (changed.given.has(node)) return false;
    for (const name of question.names) if (changed.names.has(name)) return false;
    if (changed.parts.size > 0) for (const part of question.parts) if (changed.parts.has(part)) return false;
    for (const known of question.known) if (known.state !== this.state) return false;
    for (const found of question.found) if (found.state !== before || found.question !== question) return false;
    for (const { table, key } of question.missed) if (table.get(key)?.state === this.state) return false;
    for (const found of question.found) found.state = this.state;
    return true;
  }
}

/** Looks for what is known of a name anew; tells whether it is as before. Of a common name only the first count, which a change may not touch. */
function lookedAtAgain<Found extends { readonly site: object }>(
  table: Map<string, { readonly sites: readonly Found[]; readonly limit: number }>,
  name: string,
  find: (limit: number) => readonly Found[],
): boolean {
  const known = table.get(name);
  if (!known) return false;
  const { sites, limit } = known;
  const now = find(limit);
  if (now.length === sites.length && now.every(({ site }, index) => site === sites[index]?.site)) return true;
  table.set(name, { sites: now, limit });
  return false;
}

function findSites(name: string, limit: number, files: ReadonlyMap<string, LinkedFile>): readonly ProgramSite[] {
  return findIn(files, limit, ({ callsByName }) => callsByName.get(name));
}

/** What `findSites` finds for every name, in one pass. */
function indexOfCalls(limit: number, files: ReadonlyMap<string, LinkedFile>): ReadonlyMap<string, readonly ProgramSite[]> {
  const index = new Map<string, ProgramSite[]>();
  for (const file of files.values()) {
    for (const [name, sites] of file.facts.callsByName) {
      let found = index.get(name);
      if (!found) {
        found = [];
        index.set(name, found);
      }
      for (const site of sites) {
        if (found.length > limit) break;
        found.push({ file, site });
      }
    }
  }
  return index;
}

function findWrites(name: string, limit: number, files: ReadonlyMap<string, LinkedFile>): readonly ProgramWrite[] {
  return findIn(files, limit, ({ writesByAttribute }) => writesByAttribute.get(name));
}

/** One more than the limit, so that who looks sees that there are more. */
function findIn<Site>(
  files: ReadonlyMap<string, LinkedFile>,
  limit: number,
  sitesIn: (facts: Facts) => readonly Site[] | undefined,
): readonly { readonly file: LinkedFile; readonly site: Site }[] {
  const found: { readonly file: LinkedFile; readonly site: Site }[] = [];
  for (const file of files.values()) {
    for (const site of sitesIn(file.facts) ?? []) {
      found.push({ file, site });
      if (found.length > limit) return found;
    }
  }
  return found;
}

interface Changes {
  readonly files: Set<LinkedFile>;
  readonly parts: ReadonlySet<object>;
  readonly names: Set<string>;
  readonly given: Set<FunctionNode>;
}

function noChanges(): Changes {
  return { files: new Set(), parts: new Set(), names: new Set(), given: new Set() };
}

const statesBetweenSweeps = 32;
const mostTexts = 256;

function newQuestion(): Question {
  return { root: undefined, known: [], found: [], missed: [], files: [], names: [], given: [], parts: new Set(), lastPart: undefined };
}

function samePaths(a: ReadonlyMap<string, LinkedFile>, b: ReadonlyMap<string, LinkedFile>): boolean {
  if (a.size !== b.size) return false;
  for (const path of b.keys()) if (!a.has(path)) return false;
  return true;
}

/** Whether the same spawns are known to give the same. */
function sameGiven(a: ReturnType<Given["get"]>, b: ReturnType<Given["get"]>): boolean {
  if (a?.length !== b?.length) return false;
  return (a ?? []).every((each, index) => sameArguments(each.values, b?.[index]?.values ?? new Map()));
}

function sameArguments(a: GivenArguments, b: GivenArguments): boolean {
  if (a.size !== b.size) return false;
  for (const [name, given] of a) {
    const other = b.get(name);
    if (given.value !== other?.value || given.in !== other.in || given.how !== other.how) return false;
  }
  return true;
}
