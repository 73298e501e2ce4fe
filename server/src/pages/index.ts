import atomicity from "./atomicity.md";
import eventLoops from "./event-loops.md";
import freeThreading from "./free-threading.md";
import ioAndCpu from "./io-and-cpu.md";
import locks from "./locks.md";
import misconceptions from "./misconceptions.md";
import nativeCode from "./native-code.md";
import otherImplementations from "./other-implementations.md";
import type { Page } from "./page.js";
import processes from "./processes.md";
import referenceCounts from "./reference-counts.md";
import subinterpreters from "./subinterpreters.md";
import switching from "./switching.md";
import whichModel from "./which-model.md";
import whyTheGil from "./why-the-gil.md";

/** All pages, in an order to read them in. */
export const pages: readonly Page[] = [
  { name: "why-the-gil", markdown: whyTheGil },
  { name: "reference-counts", markdown: referenceCounts },
  { name: "switching", markdown: switching },
  { name: "io-and-cpu", markdown: ioAndCpu },
  { name: "native-code", markdown: nativeCode },
  { name: "atomicity", markdown: atomicity },
  { name: "locks", markdown: locks },
  { name: "processes", markdown: processes },
  { name: "event-loops", markdown: eventLoops },
  { name: "subinterpreters", markdown: subinterpreters },
  { name: "free-threading", markdown: freeThreading },
  { name: "other-implementations", markdown: otherImplementations },
  { name: "misconceptions", markdown: misconceptions },
  { name: "which-model", markdown: whichModel },
];

/** The page of that name. */
export function findPage(name: string): Page | undefined {
  return pages.find((page) => page.name === name);
}
