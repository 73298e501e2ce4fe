import type { Parser } from "../../server/src/syntax/parser.js";
import { chanceOf } from "../fuzz/chance.js";
import { damageKept, failingDisks, killWhileKeeping } from "./disks.js";
import { failNotices, failRequests, failRules } from "./requests.js";
import { loseThreads } from "./threads.js";

/** One kind of fault. */
export interface FaultCampaign {
  readonly name: string;
  /** Injects faults, the more the larger `size` is, the same for the same seed; throws where one was not survived. Returns how many there were. */
  inject(size: number, seed: number, parser: Parser): Promise<number>;
}

export const faultCampaigns: readonly FaultCampaign[] = [
  { name: "a request throws in the midst of the analysis", inject: (size, _, parser) => failRequests(parser, size) },
  { name: "what the editor tells of a file throws there", inject: (size, seed, parser) => failNotices(parser, seed, size * 5) },
  { name: "a rule throws", inject: (_size, _seed, parser) => failRules(parser) },
  {
    name: "a thread that reads files ends, throws, hangs or answers with nonsense",
    inject: (size, seed) => loseThreads(chanceOf(seed), size),
  },
  { name: "killed (SIGKILL) while it keeps facts and reports on disk", inject: (size, seed) => killWhileKeeping(chanceOf(seed), size) },
  { name: "a kept file is damaged, emptied, cut, replaced by a folder or gone", inject: (size, seed) => damageKept(chanceOf(seed), size) },
  { name: "a disk that is full, read-only or missing", inject: (size) => failingDisks(size < 10 ? "some" : "all") },
];
