import type { Spawn } from "../../program/link/threads/spawn.js";
import type { CostSettings } from "../costs/costing.js";
import type { Demand } from "../tasks/demand.js";
import type { Payload } from "../tasks/payload.js";
import type { Service } from "../tasks/services.js";
import type { TaskWork } from "../tasks/task-work.js";
import type { Prediction } from "./prediction.js";

/** A place that starts concurrent work: what the work is, and what each strategy would make of it. */
export interface SiteEstimate {
  readonly spawn: Spawn;
  readonly work: TaskWork;
  /** What is simulated. */
  readonly demand: Demand;
  readonly prediction: Prediction;
  /** Other functions that have a thread each, started by the same function of the program: what they take, as far as they come to an end. */
  readonly beside: readonly { readonly task: string; readonly work: TaskWork; readonly service: Service | undefined }[];
  /** `alone`: it is all that is started at a time, as a listener or what a click or a timer sets off; how fast that gets done says nothing of a way to run it. */
  readonly company: "alone" | "several";
  /** The task length in nanoseconds above which worker processes beat one thread by a tenth; absent if they always or never do. */
  readonly processesPayAboveNs: number | undefined;
  /** What is pickled for each task, if another process runs it. */
  readonly payload: Payload;
}

/** What estimates depend on beside the program. */
export interface EstimateSettings extends CostSettings {
  /** How many workers share the tasks; undefined to take what the code says. */
  readonly workers: number | undefined;
  /** So many steps of a program are followed, at most; undefined for as many as who asks about one program waits for. */
  readonly mostSteps?: number;
}
