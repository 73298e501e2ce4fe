import { hasGil, type Target, targetTitle } from "../base/target.js";
import type { SwitchVerdict } from "./atomicity.js";

/** How the elements of a container are gone through. Parentheses stand for the call that does it, `list(items())` for `list(c.items())`. */
export type IterationWay =
  | "for-loop"
  | "for-loop over items()"
  | "for-loop over keys()"
  | "for-loop over values()"
  | "comprehension"
  | "list()"
  | "tuple()"
  | "set()"
  | "frozenset()"
  | "sorted()"
  /** `[*c]`. */
  | "unpacking"
  | "copy()"
  | "copy.copy()"
  | "copy.deepcopy()"
  /** `c[:]`. */
  | "slice"
  /** The container as the argument, `other.extend(c)`. */
  | "list.extend()"
  | "sum()"
  | "max()"
  | "repr()"
  | "json.dumps()"
  | "dict()"
  /** `{**c}`. */
  | "dict-unpacking"
  | "list(keys())"
  | "list(values())"
  | "list(items())"
  | "sorted(items())"
  | "sum(values())";

/** Whether another thread's change can come in the middle of an iteration. */
export interface IterationVerdict extends SwitchVerdict {
  /** What the reader meets when one does. Lists do not notice; the others raise when they do. */
  readonly failure: "raises RuntimeError" | "skips or repeats elements";
}

/** Ways whose every element is a step of Python code, but for containers that say otherwise. */
const elementByElement: ReadonlySet<IterationWay> = new Set<IterationWay>([
  "for-loop",
  "for-loop over items()",
  "for-loop over keys()",
  "for-loop over values()",
  "comprehension",
  "copy.deepcopy()",
]);

/** Calls that PyPy has in Python: `app_functional.py`, `json/encoder.py` and the containers' `__repr__`. */
const elementByElementOnPyPy: ReadonlySet<IterationWay> = new Set<IterationWay>(["sum()", "sum(values())", "repr()", "json.dumps()"]);

interface ContainerIteration {
  readonly failure: IterationVerdict["failure"];
  /** What takes many steps here though it is one call on other containers, or the other way round. */
  readonly manySteps?: readonly IterationWay[];
  readonly oneStep?: readonly IterationWay[];
  readonly manyStepsOnPyPy?: readonly IterationWay[];
  /** The calls that hold the container's own lock from first element to last on free-threaded builds. */
  readonly locked: readonly IterationWay[];
}

const copyingCalls: readonly IterationWay[] = ["list()", "sorted()", "unpacking", "copy()", "copy.copy()", "list.extend()", "repr()"];
const viewCalls: readonly IterationWay[] = [
  "dict()",
  "dict-unpacking",
  "list(keys())",
  "list(values())",
  "list(items())",
  "sorted(items())",
];

/**
 * Sources: `test/measure/shared_iteration.py`; docs.python.org "Thread safety guarantees" (3.14); `list_extend`, `set_update_internal`,
 * `dict_merge` and `PySequence_Tuple` of CPython 3.13, which lock their argument only if its type is exactly the one they know.
 */
const containers: ReadonlyMap<string, ContainerIteration> = new Map<string, ContainerIteration>([
  ["builtins.list", { failure: "skips or repeats elements", locked: [...copyingCalls, "tuple()", "slice"] }],
  ["builtins.dict", { failure: "raises RuntimeError", locked: [...copyingCalls, ...viewCalls, "set()", "frozenset()"] }],
  [
    "builtins.set",
    // `set.__reduce__` makes a list first, and the elements of that are copied.
    { failure: "raises RuntimeError", oneStep: ["copy.deepcopy()"], locked: [...copyingCalls, "set()", "frozenset()", "copy.deepcopy()"] },
  ],
  ["collections.defaultdict", { failure: "raises RuntimeError", locked: [...viewCalls, "copy()", "copy.copy()", "repr()"] }],
  ["collections.Counter", { failure: "raises RuntimeError", locked: [...viewCalls, "copy()", "copy.copy()"] }],
  ["collections.deque", { failure: "raises RuntimeError", locked: [] }],
  ["collections.OrderedDict", { failure: "raises RuntimeError", manySteps: ["copy.copy()"], manyStepsOnPyPy: ["copy()"], locked: [] }],
]);

/**
 * Whether another thread's change can come in the middle of going through a container, such as `builtins.dict`, that way; undefined for
 * types not listed. Calls are judged for elements whose comparison, hash, addition and text are not Python code.
 */
export function iterationVerdict(container: string, way: IterationWay, target: Target): IterationVerdict | undefined {
  const known = containers.get(container);
  if (!known) return undefined;
  const { failure } = known;
  const title = targetTitle(target);
  const name = container.slice(container.lastIndexOf(".") + 1);
  const meets = failure === "raises RuntimeError" ? "the reader gets a `RuntimeError`" : "the reader skips or repeats elements";
  if (takesManySteps(known, way, target)) {
    return {
      verdict: "breaks",
      failure,
      because: `on ${title} other threads can change the ${name} between two elements, and then ${meets}`,
    };
  }
  const locked = known.locked.includes(way);
  if (!hasGil(target)) {
    return locked && target.implementation === "cpython"
      ? { verdict: "safe", failure, because: `${title} holds the ${name}'s own lock from the first element to the last` }
      : { verdict: "breaks", failure, because: `${title} does not lock the ${name} from the first element to the last, and then ${meets}` };
  }
  return locked
    ? { verdict: "safe", failure, because: `going through the ${name} is one step on ${title}` }
    : { verdict: "holds-by-accident", failure, because: `the GIL makes going through the ${name} one step on ${title}` };
}

function takesManySteps(container: ContainerIteration, way: IterationWay, target: Target): boolean {
  if (container.oneStep?.includes(way)) return false;
  if (elementByElement.has(way) || container.manySteps?.includes(way)) return true;
  return target.implementation === "pypy" && (elementByElementOnPyPy.has(way) || container.manyStepsOnPyPy?.includes(way) === true);
}

/**
 * What to iterate instead of the container itself: a call that copies it in one step on that target; undefined if no call does, and a lock is
 * the only remedy.
 */
export function snapshotStep(container: string, way: IterationWay, target: Target): IterationWay | undefined {
  return snapshotsOf(way).find((each) => {
    const verdict = iterationVerdict(container, each, target)?.verdict;
    return verdict === "safe" || verdict === "holds-by-accident";
  });
}

/** The copies whose elements are those that the iteration goes through; of what is needed whole, only one of the same type. */
function snapshotsOf(way: IterationWay): readonly IterationWay[] {
  switch (way) {
    case "for-loop over items()":
      return ["list(items())"];
    case "for-loop over keys()":
      return ["list(keys())", "list()"];
    case "for-loop over values()":
      return ["list(values())"];
    case "copy.deepcopy()":
    case "json.dumps()":
      return ["copy()"];
    default:
      return ["list()", "copy()"];
  }
}

/** What one `next()` of an iterator is for other threads, if what it takes from is itself a built-in. */
type AdvanceKind =
  /** Python code: another thread can be in it. */
  | "python"
  /** Runs Python code or gives up the GIL while it holds state in the middle of a change. */
  | "re-entered"
  | "one-step-with-gil"
  | "one-step";

const iterators: ReadonlyMap<string, AdvanceKind> = new Map<string, AdvanceKind>([
  ...kinds("python", "generator python-iterator"),
  // A file reads its next chunk without the GIL; tee's branches share a buffer that their source fills.
  ...kinds("re-entered", "builtins.open csv.reader itertools.tee-branches"),
  ...kinds(
    "one-step-with-gil",
    "builtins.list builtins.tuple builtins.range builtins.dict builtins.dict.items builtins.set collections.deque",
  ),
  ...kinds("one-step-with-gil", "builtins.reversed builtins.enumerate builtins.zip builtins.map builtins.filter builtins.iter"),
  ...kinds("one-step-with-gil", "itertools.chain itertools.islice itertools.accumulate itertools.cycle itertools.repeat itertools.product"),
  ...kinds("one-step-with-gil", "itertools.tee itertools.groupby re.finditer io.StringIO"),
  ...kinds("one-step", "itertools.count locked"),
]);

function kinds(kind: AdvanceKind, names: string): [string, AdvanceKind][] {
  return names.split(" ").map((name) => [name, kind]);
}

/**
 * Whether several threads that take from one iterator can get something twice, miss something or meet an exception. The kind is `generator`,
 * `python-iterator` (a class with `__next__`), `locked`, the call that made it (`builtins.zip`) or the type it goes through (`builtins.list`).
 * An iterator over another, `enumerate(generator)`, is no better than that one. Undefined for kinds not listed.
 */
export function sharedIteratorVerdict(kind: string, target: Target): SwitchVerdict | undefined {
  const advance = iterators.get(kind);
  const title = targetTitle(target);
  switch (advance) {
    case undefined:
      return undefined;
    case "python":
      return kind === "generator"
        ? {
            verdict: "breaks",
            because: `on ${title} a thread that asks while another is in the generator gets \`ValueError: generator already executing\``,
          }
        : { verdict: "breaks", because: `on ${title} two threads can both be in \`__next__\` and get the same element` };
    case "re-entered":
      return { verdict: "breaks", because: `on ${title} another thread can ask for the next element while this one is being read` };
    case "one-step-with-gil":
      return hasGil(target)
        ? { verdict: "holds-by-accident", because: `the GIL makes each step of the iterator one step on ${title}` }
        : { verdict: "breaks", because: `on ${title} threads that share the iterator can get an element twice or miss one` };
    case "one-step":
      return { verdict: "safe", because: `each step of the iterator is one step on ${title}` };
  }
}
