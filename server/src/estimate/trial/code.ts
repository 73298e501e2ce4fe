import type { Parameter } from "../../syntax/nodes.js";
import type { Site } from "./site.js";
import type { ClassValue, Frame, Py } from "./values.js";

/** How a statement ends. */
export enum End {
  next,
  break,
  continue,
  return,
}

export type Evaluate = (frame: Frame) => Py;
export type Run = (frame: Frame) => End;
export type Store = (frame: Frame, value: Py) => void;
/** What is given to its `next` is what the `yield` is worth that it stands at. */
export type Generate = (frame: Frame) => Generator<Py, End, Py | undefined>;

/** A function, ready to be run in a frame of so many slots. */
export interface Compiled {
  readonly name: string;
  readonly site: Site;
  readonly parameters: readonly { readonly name: string; readonly slot: number; readonly form: Parameter["form"] }[];
  readonly slotsOf: () => number;
  readonly isAsync: boolean;
  /** Whether what a call does hangs on what earlier ones left behind. */
  readonly hangsOnEarlier: () => boolean;
  /** The class in which it stands. */
  owner: ClassValue | undefined;
  readonly run: Run;
  /** Of a generator function. */
  readonly generate: Generate | undefined;
}
