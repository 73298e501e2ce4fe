import { append } from "../base/append.js";
import { editBetween, type TextEdit } from "../base/edit.js";
import { laterFields } from "../base/later.js";
import { overlaps, type Range } from "../base/range.js";
import { Source } from "../base/source.js";
import { type Target, targetName } from "../base/target.js";
import type { Calibration } from "../estimate/calibration/calibration.js";
import { delaysBeside, type StrategyDelays } from "../estimate/prediction/delays.js";
import { withFields } from "../estimate/prediction/on-demand.js";
import type { Prediction } from "../estimate/prediction/prediction.js";
import { runsOf, type SiteRun, type SiteSimulation, simulateSites } from "../estimate/prediction/scaling.js";
import { SimulationMemory } from "../estimate/prediction/simulation-memory.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { estimateCoroutines, estimateSites } from "../estimate/prediction/sites.js";
import type { Profile } from "../estimate/tasks/profile.js";
import { builtInKnowledge, type Knowledge } from "../knowledge/knowledge.js";
import { carriedOver } from "../program/extract/carry-over.js";
import { extract } from "../program/extract/extract.js";
import { ExtractionMemory } from "../program/extract/extraction-memory.js";
import type { Facts } from "../program/facts.js";
import { type Lifetime, LinkMemory, link, type Program } from "../program/link/link.js";
import { Turn, TurnOver } from "../program/link/memory/turn.js";
import { unpackFacts } from "../program/packed-facts.js";
import { ignoreComment } from "../rules/fixes/ignore-comment.js";
import type { Finding, Found, RuleContext } from "../rules/rule.js";
import { findingOf, type Reporting, type RuleFailure, reportingOf, runRules } from "../rules/run.js";
import type { Module } from "../syntax/nodes.js";
import type { Parser } from "../syntax/parser.js";
import type { CodeAction, CodeNote, Hover, Lens, ReleasingCall, Settings, SiteDemand, ThreadStart } from "./answers.js";
import { byFolder } from "./by-folder.js";
import { codeNotesOf, releasingCallsOf } from "./code-notes.js";
import { hoverAt } from "./hover.js";
import { JustClosed } from "./just-closed.js";
import { lensOf } from "./lens.js";
import { Meanwhile } from "./meanwhile.js";
import { threadStartsOf } from "./thread-starts.js";

/** Answers about one state of all files. Immutable: later changes to the host do not reach it. */
export interface Analysis {
  /** All files, sorted. */
  paths(): readonly string[];
  /** The text that offsets in answers about the file refer to. */
  text(path: string): string | undefined;
  /** Sorted by offset, then code. */
  findings(path: string): readonly Finding[];
  /** The rules that failed on this program. */
  failedRules(): readonly RuleFailure[];
  hover(path: string, offset: number): Hover | undefined;
  codeActions(path: string, range: Range): readonly CodeAction[];
  lenses(path: string): readonly Lens[];
  /** What loops cost and what calls do to the GIL, in order of offset. */
  codeNotes(path: string): readonly CodeNote[];
  /** The calls that release the GIL, in order of offset. */
  releasingCalls(path: string): readonly ReleasingCall[];
  /** Where concurrent work starts in the whole program, and what it shares. */
  threadStarts(): readonly ThreadStart[];
  predictions(path: string): readonly Prediction[];
  /** How late an I/O thread beside the site of a prediction goes on; costs a simulation for each strategy. */
  delays(path: string, range: Range): readonly StrategyDelays[];
  /** The predictions with how each site scales; costs several simulations for each site. */
  scalings(path: string): readonly SiteSimulation[];
  /** What the simulator is asked at each site. */
  demands(path: string): readonly SiteDemand[];
  /** What each thread of each site would do when, in each way that can be used. */
  runs(path: string): readonly { readonly prediction: Prediction; readonly runs: readonly SiteRun[] }[];
}

interface HeldFile {
  readonly path: string;
  readonly source: Source;
  readonly facts: Facts;
  readonly open: boolean;
  /** For a file that is open. */
  readonly extractions: ExtractionMemory | undefined;
  readonly module: Module | undefined;
}

/** Takes changes in, gives answers out. Remembers texts, facts and settings, nothing else. */
export class AnalysisHost {
  private readonly files = new Map<string, HeldFile>();
  /** What `readFile` and `goneFile` told of; nothing for a file that has gone. */
  private readonly arriving = new Map<string, { readonly file: HeldFile; readonly isPacked: boolean } | undefined>();
  /** What the parser keeps of them is theirs, too. */
  private readonly justClosed = new JustClosed<HeldFile>((path) => this.parser.close(path));
  private simulations = new SimulationMemory();
  /** The names in facts that came as bytes, which files share. */
  private readonly names = new Map<string, string>();
  private readonly turn = new Turn();
  /** What is remembered is told apart by target: estimates are among it, and they depend on it. */
  private readonly meanwhile = new Meanwhile<HeldFile, Map<string, LinkMemory>>(() => new Map());
  private states = 0;
  private reporting: Reporting;
  /** Answers about the present state, of the whole program and of what is asked while that is being understood. */
  private current: { whole?: Analysis; meanwhile?: Analysis } = {};

  constructor(
    private readonly parser: Parser,
    private settings: Settings,
    private knowledge: Knowledge = builtInKnowledge(),
    /** `one state`: no file will change once something was asked; if one does, everything is found anew. */
    private readonly lifetime: Lifetime = "edits",
    /** A program of no more lines than that is understood before anybody has waited for it. */
    private readonly linesAtOnce = 30_000,
  ) {
    this.reporting = reportingOf(settings.severities, settings.folders);
  }

  /** Adds or replaces a file that is not open in an editor. */
  setFile(path: string, text: string): void {
    const known = this.files.get(path);
    if (known?.source.text === text && !known.open) return;
    this.letGo(path);
    this.hold(path, new Source(text, undefined), this.parser.parse(text), false);
  }

  /** Adds or replaces a file that is not open in an editor, of whose text the facts are made already. */
  setFacts(path: string, text: string, packed: Uint8Array): void {
    if (this.justClosed.has(path) && this.files.get(path)?.source.text === text) return;
    this.letGo(path);
    this.files.set(path, this.closed(path, new Source(text, undefined), unpackFacts(packed, this.names)));
    this.hasChanged();
  }

  private closed(path: string, source: Source, facts: Facts): HeldFile {
    return { path, source, facts, open: false, extractions: undefined, module: undefined };
  }

  /**
   * Takes a file that is not open in an editor, one of many that are being read: it becomes part of the program with all of them, by `takeArrived`. A
   * program of other files than before is linked from scratch, and who types meanwhile would wait for that at each stroke.
   */
  readFile(path: string, text: string, packed: Uint8Array | undefined): void {
    const source = new Source(text, undefined);
    const facts = packed ? unpackFacts(packed, this.names) : extract(this.parser.parse(text), source, undefined);
    this.arriving.set(path, { file: this.closed(path, source, facts), isPacked: packed !== undefined });
  }

  /** The same for a file that is no more. */
  goneFile(path: string): void {
    this.arriving.set(path, undefined);
  }

  /** Makes part of the program what has been read since the last time, but files that an editor has opened meanwhile. */
  takeArrived(): void {
    for (const [path, read] of this.arriving) {
      const known = this.files.get(path);
      if (known?.open) continue;
      if (!read) {
        this.removeFile(path);
        continue;
      }
      const isKnown = known?.source.text === read.file.source.text;
      if (isKnown && (!read.isPacked || this.justClosed.has(path))) continue;
      this.letGo(path);
      this.files.set(path, read.file);
      this.hasChanged();
    }
    this.arriving.clear();
  }

  /** An editor shows the file; from now on its text is the editor's, and edits parse only the sections they touch. */
  openFile(path: string, text: string): void {
    const closed = this.justClosed.take(path);
    if (closed) {
      this.files.set(path, closed);
      this.hasChanged();
      const edit = editBetween(closed.source.text, text);
      if (edit) this.editFile(path, [edit]);
      return;
    }
    const { slots, module } = this.parser.open(path, text);
    this.hold(path, new Source(text, slots), module, true);
  }

  /** Applies an editor's edits, in the order given; each refers to the text after the ones before it. */
  editFile(path: string, edits: readonly TextEdit[]): void {
    if (!this.files.get(path)?.open) throw new Error(`${path} is not open`);
    const { text, slots, module } = this.parser.edit(path, edits);
    this.hold(path, new Source(text, slots), module, true);
  }

  /** The editor no longer shows the file; its last text stays until `setFile` or `removeFile`. */
  closeFile(path: string): void {
    const known = this.files.get(path);
    if (!known?.open) return;
    this.justClosed.keep(path, known);
    this.files.set(path, { ...known, open: false, extractions: undefined, module: undefined });
  }

  removeFile(path: string): void {
    this.letGo(path);
    this.files.delete(path);
    this.hasChanged();
  }

  /** Nothing is kept any more for a file that is or was open. */
  private letGo(path: string): void {
    this.justClosed.drop(path);
    if (this.files.get(path)?.open) this.parser.close(path);
  }

  configure(settings: Settings): void {
    this.settings = settings;
    this.reporting = reportingOf(settings.severities, settings.folders);
    // Estimates depend on cores and more as well.
    this.meanwhile.forget();
    this.hasChanged();
  }

  /** Replaces what is known of library calls. */
  useKnowledge(knowledge: Knowledge): void {
    if (knowledge === this.knowledge) return;
    this.knowledge = knowledge;
    this.meanwhile.forget();
    this.hasChanged();
  }

  /**
   * Forgets what is carried over from one state to the next: after a failure that nobody foresaw it cannot be relied on. Files that are open are to be
   * opened again.
   */
  startAfresh(): void {
    this.meanwhile.forget();
    this.justClosed.dropAll();
    this.simulations = new SimulationMemory();
    this.hasChanged();
  }

  private hasChanged(): void {
    this.current = {};
  }

  /** Answers about the present state; asking again without a change in between costs nothing. */
  snapshot(): Analysis {
    this.current.whole ??= this.newSnapshot(new Map(this.files), this.meanwhile.memory);
    return this.current.whole;
  }

  /**
   * The same, for who cannot wait until a large program is understood: until then, answers are about what was understood before, or about the files that
   * an editor shows alone. Where it shows none, nobody is kept from anything.
   */
  snapshotForNow(): Analysis {
    if (this.programForNow() === "whole") return this.snapshot();
    if (!this.current.meanwhile) {
      const { files, memory } = this.meanwhile.program(this.files);
      this.current.meanwhile = this.newSnapshot(new Map(files), memory);
    }
    return this.current.meanwhile;
  }

  /**
   * Goes on with understanding the program as far as the files that an editor shows need it, until `mustEnd`, which is asked ever so often, says so.
   * What was found out until then is not lost. `whole`: answers are about the whole program from now on; `stuck`: the next turn should be longer.
   */
  understand(mustEnd: () => boolean): "whole" | "further" | "stuck" {
    if (this.programForNow() === "whole") return "whole";
    const files = new Map(this.files);
    try {
      this.turn.during(mustEnd, () => {
        const whole = this.newSnapshot(files, this.meanwhile.memory);
        for (const { path, open } of files.values()) if (open) whole.findings(path);
        this.current.whole = whole;
      });
    } catch (error) {
      if (error instanceof TurnOver) return this.turn.cameFurther ? "further" : "stuck";
      // Who asks for that answer is told what is wrong.
    }
    this.meanwhile.isNowUnderstood(files);
    return "whole";
  }

  /** Which program those are answered about who cannot wait. */
  private programForNow(): "whole" | "part" {
    if (this.meanwhile.isUnderstood(this.files)) return "whole";
    let lines = 0;
    let isShown = false;
    for (const { facts, open } of this.files.values()) {
      lines += facts.lineCount;
      isShown ||= open;
    }
    if (lines > this.linesAtOnce) return isShown ? "part" : "whole";
    this.meanwhile.isNowUnderstood(new Map(this.files));
    return "whole";
  }

  private newSnapshot(files: ReadonlyMap<string, HeldFile>, memories: Map<string, LinkMemory>): Analysis {
    const state = ++this.states;
    const snapshots = new Map<string, Snapshot>();
    const snapshotFor = (target: Target): Snapshot => {
      const name = targetName(target);
      const links = memories.get(name) ?? new LinkMemory(this.lifetime, this.turn);
      memories.set(name, links);
      const known =
        snapshots.get(name) ??
        new Snapshot(files, { ...this.settings, target }, this.reporting, this.knowledge, this.simulations, links, state, this.parser);
      snapshots.set(name, known);
      return known;
    };
    const general = snapshotFor(this.settings.target);
    const folders = (this.settings.folderTargets ?? []).map(({ folder, target }) => ({ folder, analysis: snapshotFor(target) }));
    return folders.length === 0 ? general : byFolder(general, folders);
  }

  private hold(path: string, source: Source, module: Module, open: boolean): void {
    const before = this.files.get(path);
    const extractions = open ? (before?.extractions ?? new ExtractionMemory()) : undefined;
    const facts = extract(module, source, extractions);
    this.files.set(path, {
      path,
      source,
      facts: open && before?.open ? carriedOver(before.facts, facts, extractions) : facts,
      open,
      extractions,
      module: open ? module : undefined,
    });
    this.hasChanged();
  }
}

/** Everything is computed when it is first asked for, and then kept. */
class Snapshot implements Analysis {
  private context: Context | undefined;
  /** By path, in the places that facts count in, as are the findings made of it. */
  private found: { readonly byPath: ReadonlyMap<string, readonly Found[]>; readonly failures: readonly RuleFailure[] } | undefined;
  private readonly placed = new Map<string, readonly Finding[]>();
  private readonly inText = new Map<string, readonly Finding[]>();

  constructor(
    private readonly files: ReadonlyMap<string, HeldFile>,
    private readonly settings: Settings,
    private readonly reporting: Reporting,
    private readonly knowledge: Knowledge,
    private readonly simulations: SimulationMemory,
    private links: LinkMemory,
    /** Counts the states of the host. */
    private readonly state: number,
    private readonly parser: Parser,
  ) {}

  paths(): readonly string[] {
    return [...this.files.keys()].sort();
  }

  text(path: string): string | undefined {
    return this.files.get(path)?.source.text;
  }

  findings(path: string): readonly Finding[] {
    let found = this.inText.get(path);
    if (!found) {
      found = this.placedFindings(path).map((finding) => this.findingInText(finding));
      this.inText.set(path, found);
    }
    return found;
  }

  failedRules(): readonly RuleFailure[] {
    return this.foundByRules().failures;
  }

  hover(path: string, offset: number): Hover | undefined {
    const source = this.sourceOf(path);
    const hover = hoverAt(path, source.place(offset), this.rules(), this.rules().placesOf(path), this.placedFindings(path));
    return hover && { ...hover, range: source.range(hover.range), prediction: hover.prediction && this.predictionInText(hover.prediction) };
  }

  codeActions(path: string, range: Range): readonly CodeAction[] {
    return this.findings(path)
      .filter((finding) => overlaps(finding.range, range))
      .slice(0, mostActedOn)
      .flatMap((finding): CodeAction[] => [
        ...finding.fixes.map(
          (fix): CodeAction => ({
            title: fix.title,
            kind: "quickfix",
            safety: fix.safety,
            caution: fix.safety === "unsafe" ? (fix.caution ?? "Look at what it changes.") : undefined,
            edits: fix.edits,
            refusedBecause: undefined,
            rule: finding.rule,
            range: finding.range,
          }),
        ),
        ...finding.refusedFixes.map(
          (fix): CodeAction => ({
            title: fix.title,
            kind: "quickfix",
            safety: "unsafe",
            caution: undefined,
            edits: [],
            refusedBecause: fix.reason,
            rule: finding.rule,
            range: finding.range,
          }),
        ),
        {
          title: `Ignore ${finding.rule} here`,
          kind: "quickfix",
          safety: "unsafe",
          caution: undefined,
          edits: [{ path, edits: [ignoreComment(this.text(path) ?? "", finding.range, finding.rule)] }],
          refusedBecause: undefined,
          rule: finding.rule,
          range: finding.range,
        },
      ]);
  }

  lenses(path: string): readonly Lens[] {
    const source = this.sourceOf(path);
    return this.sitesOf(path).flatMap((site) => {
      const lens = lensOf(site);
      return lens ? [withFields(lens, { range: source.range(lens.range) })] : [];
    });
  }

  codeNotes(path: string): readonly CodeNote[] {
    const source = this.sourceOf(path);
    return codeNotesOf(path, this.rules()).map((note) => {
      const offset = source.offset(note.offset);
      // A loop's first line ends with its colon.
      const colon = note.kind === "loop" ? (/^[ \t)\]}]*:/.exec(source.text.slice(offset, offset + 80))?.[0].length ?? 0) : 0;
      return { ...note, offset: offset + colon };
    });
  }

  releasingCalls(path: string): readonly ReleasingCall[] {
    const source = this.sourceOf(path);
    return releasingCallsOf(path, this.rules()).map((call) => ({ ...call, range: source.range(call.range) }));
  }

  threadStarts(): readonly ThreadStart[] {
    const inText = <Place extends { readonly path: string; readonly range: Range }>(place: Place): Place => ({
      ...place,
      range: this.sourceOf(place.path).range(place.range),
    });
    return threadStartsOf(this.rules()).map((start) => ({
      ...inText(start),
      startedAt: start.startedAt && inText(start.startedAt),
      shares: start.shares.map((state) => ({ ...state, accesses: state.accesses.map(inText) })),
    }));
  }

  predictions(path: string): readonly Prediction[] {
    return this.sitesOf(path).map((site) => this.predictionInText(site.prediction));
  }

  scalings(path: string): readonly SiteSimulation[] {
    const simulations = simulateSites(this.sitesOf(path), this.rules());
    return simulations.map((each) => ({ ...each, prediction: this.predictionInText(each.prediction) }));
  }

  delays(path: string, { start, end }: Range): readonly StrategyDelays[] {
    const context = this.rules();
    const site = this.sitesOf(path).find(({ prediction }) => {
      const { range } = this.predictionInText(prediction);
      return range.start === start && range.end === end;
    });
    return site && !site.demand.eventLoop ? delaysBeside(site.prediction, site.demand, context) : [];
  }

  demands(path: string): readonly SiteDemand[] {
    const { target, cores, calibrations } = this.rules();
    const ending = this.sitesOf(path).filter(({ prediction }) => prediction.course !== "until stopped");
    return ending.map(({ prediction, demand }) => ({
      prediction: this.predictionInText(prediction),
      demand,
      target,
      cores,
      calibrations,
    }));
  }

  runs(path: string): readonly { readonly prediction: Prediction; readonly runs: readonly SiteRun[] }[] {
    const context = this.rules();
    return this.sitesOf(path).map((site) => ({ prediction: this.predictionInText(site.prediction), runs: runsOf(site, context) }));
  }

  private sitesOf(path: string): readonly SiteEstimate[] {
    return this.rules()
      .placesOf(path)
      .filter(({ company }) => company === "several");
  }

  private placedFindings(path: string): readonly Finding[] {
    let placed = this.placed.get(path);
    if (!placed) {
      const context = this.rules();
      placed = (this.foundByRules().byPath.get(path) ?? []).map((each) => findingOf(each, context));
      this.placed.set(path, placed);
    }
    return placed;
  }

  private foundByRules() {
    if (!this.found) {
      const { found, failures } = runRules(this.rules(), this.reporting);
      this.found = { byPath: byPath(found), failures };
    }
    return this.found;
  }

  private findingInText(finding: Finding): Finding {
    const { code, rule, severity, confidence, path, message, targets } = finding;
    const range = this.sourceOf(path).range(finding.range);
    const related = finding.related.map((location) => ({ ...location, range: this.sourceOf(location.path).range(location.range) }));
    return withMoreInText({ code, rule, severity, confidence, path, range, message, related, targets }, { finding, inText: this.inTextOf });
  }

  private readonly inTextOf = (prediction: Prediction): Prediction => this.predictionInText(prediction);

  private predictionInText(prediction: Prediction): Prediction {
    return withFields(prediction, { range: this.sourceOf(prediction.path).range(prediction.range) });
  }

  private sourceOf(path: string): Source {
    return this.files.get(path)?.source ?? new Source("", undefined);
  }

  /** Files that are open are kept as they were read; others are read again, which takes a while. */
  private syntaxOf(path: string): Module | undefined {
    const file = this.files.get(path);
    if (!file) return undefined;
    const known = file.module ?? readAgain.get(file.source);
    if (known) return known;
    const module = this.parser.parse(file.source.text);
    readAgain.set(file.source, module);
    return module;
  }

  private rules(): Context {
    // The parts of files that are edited change in place; who still asks about an earlier state gets parts of its own.
    if (this.links.present > this.state) {
      this.links = new LinkMemory();
      this.context = undefined;
    }
    if (!this.context) {
      const { links, state } = this;
      const program = link(links.next(state, this.files.values()), this.knowledge, links, (path) => this.syntaxOf(path));
      this.context = new Context(program, this.settings, this.simulations, (path) => {
        // A text is another after each edit.
        program.resolver.readUntold();
        return this.sourceOf(path);
      });
    }
    return this.context;
  }
}

/** After most edits nobody looks at these, and a copy of a prediction takes longer than all the rest. */
const withMoreInText = laterFields<
  { readonly finding: Finding; readonly inText: (prediction: Prediction) => Prediction },
  Pick<Finding, "prediction" | "fixes" | "refusedFixes">
>({
  prediction: ({ finding, inText }) => finding.prediction && inText(finding.prediction),
  fixes: ({ finding }) => finding.fixes,
  refusedFixes: ({ finding }) => finding.refusedFixes,
});

/** What files that are not open read as, by their text. */
const readAgain = new WeakMap<Source, Module>();

/** Whoever selects a whole file does not read more entries than those of so many findings, and to make a fix takes time. */
const mostActedOn = 25;

function byPath(found: readonly Found[]): ReadonlyMap<string, readonly Found[]> {
  const paths = new Map<string, Found[]>();
  for (const each of found) {
    append(paths, each.match.path, each);
  }
  return paths;
}

/** What rules look at. Estimates are made when the first rule asks for them. */
class Context implements RuleContext {
  readonly target: Target;
  readonly cores: number;
  readonly calibrations: readonly Calibration[];
  readonly profile: Profile | undefined;
  readonly workers: number | undefined;
  readonly mostSteps?: number;

  constructor(
    readonly program: Program,
    settings: Settings,
    private readonly simulations: SimulationMemory,
    readonly source: (path: string) => Source,
  ) {
    this.target = settings.target;
    this.cores = settings.cores;
    this.calibrations = settings.calibrations ?? [];
    this.profile = settings.profile;
    this.workers = settings.workers;
    if (settings.mostSteps !== undefined) this.mostSteps = settings.mostSteps;
  }

  get sites(): readonly SiteEstimate[] {
    return estimateSites(this.program, this, this.simulations);
  }

  /** The places of a file, those included that start coroutines: rules look at what these do, and not at how much is gained by it. */
  placesOf(path: string): readonly SiteEstimate[] {
    const sites = this.sites.filter(({ prediction }) => prediction.path === path);
    const coroutines = estimateCoroutines(this.program, path, this, this.simulations);
    if (coroutines.length === 0) return sites;
    return [...sites, ...coroutines].sort((a, b) => a.prediction.range.start - b.prediction.range.start);
  }
}
