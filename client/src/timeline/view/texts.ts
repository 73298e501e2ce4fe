import type { BottleneckForm } from "../../../../server/src/estimate/prediction/bottleneck.js";
import type { AssumptionSource, Strategy } from "../../../../server/src/estimate/prediction/prediction.js";
import type { ThreadState } from "../../../../server/src/simulation/timeline.js";

/** For everything of the panel: what is not its page may import nothing of the server but its protocol. */
export { filled } from "../../../../server/src/base/template.js";

/** What translates: `vscode.l10n`, which a webview does not have. */
export interface Translator {
  t(message: string): string;
}

/** Every word of the panel; `{0}` and `{1}` stand for values. Plain data, sent to the panel's own script. */
export type TimelineTexts = ReturnType<typeof timelineTexts>;

/** The panel's words in the editor's language. */
export function timelineTexts(l10n: Translator) {
  const states: Readonly<Record<ThreadState, string>> = {
    running: l10n.t("running"),
    native: l10n.t("native code, GIL released"),
    gil: l10n.t("waiting for the GIL"),
    lock: l10n.t("waiting for a lock"),
    core: l10n.t("waiting for a core"),
    io: l10n.t("I/O or sleep"),
    idle: l10n.t("idle"),
  };
  const strategies: Readonly<Record<Strategy, string>> = {
    serial: l10n.t("one after the other"),
    threads: l10n.t("threads"),
    processes: l10n.t("processes"),
    subinterpreters: l10n.t("subinterpreters"),
    "free-threaded": l10n.t("free-threaded"),
    asyncio: l10n.t("asyncio"),
  };
  const bottlenecks: Readonly<Record<BottleneckForm, string>> = {
    "the GIL is held {0} of the time": l10n.t("the GIL is held {0} of the time"),
    "the event loop is busy {0} of the time": l10n.t("the event loop is busy {0} of the time"),
    "a lock keeps each worker waiting {0} of the time": l10n.t("a lock keeps each worker waiting {0} of the time"),
    "the core is busy {0} of the time": l10n.t("the core is busy {0} of the time"),
    "all {0} cores are busy {1} of the time": l10n.t("all {0} cores are busy {1} of the time"),
    "handing tasks over keeps the parent process busy {0} of the time": l10n.t(
      "handing tasks over keeps the parent process busy {0} of the time",
    ),
    "each worker waits for I/O {0} of the time: more of them would overlap more": l10n.t(
      "each worker waits for I/O {0} of the time: more of them would overlap more",
    ),
    "starting and ending workers takes {0} of the time": l10n.t("starting and ending workers takes {0} of the time"),
    "one worker is busy {0} of the time while others are done": l10n.t("one worker is busy {0} of the time while others are done"),
    "what is not awaited keeps the event loop waiting {0} of the time": l10n.t(
      "what is not awaited keeps the event loop waiting {0} of the time",
    ),
    "a lock or semaphore keeps each task waiting {0} of the time": l10n.t("a lock or semaphore keeps each task waiting {0} of the time"),
    "all {0} threads of the pool are busy {1} of the time": l10n.t("all {0} threads of the pool are busy {1} of the time"),
    "one task takes {0} of the time while others are done": l10n.t("one task takes {0} of the time while others are done"),
  };
  const sources: Readonly<Record<AssumptionSource, string>> = {
    knowledge: l10n.t("knowledge"),
    annotation: l10n.t("annotation"),
    default: l10n.t("default"),
    measured: l10n.t("measured"),
    code: l10n.t("code"),
  };
  return {
    states,
    strategies,
    bottlenecks,
    sources,
    title: l10n.t("Timeline of {0}"),
    tasksOnWorkers: l10n.t("{0} tasks, {1} workers"),
    threadsOnly: l10n.t("{0} threads"),
    coroutines: l10n.t("{0} tasks of one event loop"),
    place: l10n.t("{0}, line {1}"),
    goToPlace: l10n.t("Go to the code"),
    recommended: l10n.t("recommended"),
    ways: l10n.t("Way of running"),
    notThisWay: l10n.t("Not {0}: {1}"),
    workers: l10n.t("Workers"),
    cores: l10n.t("Cores"),
    taskSize: l10n.t("Time of a task"),
    switchInterval: l10n.t("Switch interval"),
    noSwitching: l10n.t("nobody asks for a turn here"),
    asInProgram: l10n.t("as in the program"),
    timesProgram: l10n.t("{0} × the program's"),
    programHas: l10n.t("program: {0}"),
    reset: l10n.t("Reset"),
    resetLabel: l10n.t("Set everything back to what the program has"),
    schedule: l10n.t("Who does what when"),
    scheduleLabel: l10n.t(
      "Schedule of the threads. Up and down choose a thread, left and right go from one stretch to the next, plus and minus zoom, Shift with left and right pans, 0 shows all.",
    ),
    scheduleHelp: l10n.t("↑ ↓ thread · ← → stretch · + − zoom · 0 all"),
    zoomIn: l10n.t("Zoom in"),
    zoomOut: l10n.t("Zoom out"),
    showAll: l10n.t("Show all"),
    panLeft: l10n.t("Earlier"),
    panRight: l10n.t("Later"),
    legend: l10n.t("Legend"),
    serialEnd: l10n.t("one after the other: {0}"),
    shownFrom: l10n.t("Shown: {0} to {1}"),
    stretch: l10n.t("{0}: {1} for {2}, at {3}"),
    shortened: l10n.t("Drawn at 1 : {0}, since the work is long; switches keep their length."),
    extrapolated: l10n.t("Drawn: the first {0} tasks."),
    truncated: l10n.t("The simulation was cut off after very many events."),
    deadlock: l10n.t("Nobody can go on: {0}"),
    blockedThread: l10n.t("{0} waits for {1}"),
    scaling: l10n.t("Speedup by number of workers"),
    scalingLabel: l10n.t("Speedup of each way by number of workers; the same as a table below."),
    coresMark: l10n.t("cores: {0}"),
    threadsTable: l10n.t("The schedule as a table"),
    scalingTable: l10n.t("The speedups as a table"),
    thread: l10n.t("thread"),
    total: l10n.t("total"),
    workersColumn: l10n.t("workers"),
    assumptions: l10n.t("What this rests on"),
    rangeNote: l10n.t("Ranges are p10–p90; speedups are against one after the other."),
    assumption: l10n.t("{0}: {1}"),
    exportSchedule: l10n.t("Save the schedule as SVG"),
    exportScaling: l10n.t("Save the chart as SVG"),
    exportTrace: l10n.t("Save all ways as a trace for Perfetto"),
    gone: l10n.t("The code has changed: no concurrent work starts there any more. What is shown is from before."),
    waiting: l10n.t("Waiting for the analysis …"),
  };
}
