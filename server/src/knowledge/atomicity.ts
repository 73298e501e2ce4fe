import { atLeast, hasGil, type Target, targetTitle } from "../base/target.js";
import { unreachable } from "../base/unreachable.js";

/**
 * Something that is evaluated between the read and the write of a read-modify-write. An empty list of steps is `n += 1`.
 * `subscript`, `operator` and `attribute` mean those of built-in types; `python-operator` and `property` run bytecode.
 */
export type GapStep =
  | "subscript"
  | "operator"
  | "attribute"
  | "jump-forward"
  /** `len(x)`, `isinstance(x, t)`, `type(x)` and `list.append`: calls that CPython 3.11 and later specialises. */
  | "specialised-call"
  /** Any other function or method written in C. */
  | "native-call"
  | "python-call"
  /** A call of which it is not known what it runs. */
  | "unknown-call"
  | "loop"
  | "property"
  | "python-operator"
  /** A lookup whose key has `__hash__` or `__eq__` in Python. */
  | "python-key"
  | "await"
  | "yield";

/** Whether somebody else can come between read and write. `holds-by-accident`: not on this interpreter, and nothing promises it. */
export interface SwitchVerdict {
  readonly verdict: "breaks" | "holds-by-accident" | "safe";
  /** A clause for sentences, naming the interpreter. */
  readonly because: string;
}

/** Where an interpreter may hand the GIL to another thread. */
export type SwitchPoints =
  /** No GIL: any instant. */
  | "anywhere"
  /** CPython up to 3.9 and PyPy: between most bytecode instructions. */
  | "between-instructions"
  /** CPython 3.10: function entry, backward jumps, and after every call. */
  | "calls-and-loops"
  /** CPython 3.11 and later: the same, but not after calls specialised to `len`, `isinstance`, `type` or `list.append`. */
  | "calls-and-loops-unless-specialised";

/** Where that interpreter checks for a switch. Source: `ceval.c` of each version and signal-storm histograms of the check points. */
function switchPoints(target: Target): SwitchPoints {
  if (!hasGil(target)) return "anywhere";
  if (target.implementation !== "cpython" || !atLeast(target, 3, 10)) return "between-instructions";
  return atLeast(target, 3, 11) ? "calls-and-loops-unless-specialised" : "calls-and-loops";
}

/** Whether another thread can run between the read and the write of a read-modify-write with these steps between them. */
export function switchPossible(gap: readonly GapStep[], target: Target): SwitchVerdict {
  return switchBetween(gap, "between read and store", target);
}

/** Whether another thread can run while these steps are taken; `where` names the gap for the clause, such as `between test and act`. */
export function switchBetween(gap: readonly GapStep[], where: string, target: Target): SwitchVerdict {
  const title = targetTitle(target);
  const points = switchPoints(target);
  switch (points) {
    case "anywhere":
      return { verdict: "breaks", because: `${title} runs threads in parallel, so another thread can write ${where}` };
    case "between-instructions":
      return { verdict: "breaks", because: `${title} may switch threads between any two bytecode instructions` };
    case "calls-and-loops":
    case "calls-and-loops-unless-specialised": {
      const step = gap.find((each) => opensGap(each, points));
      if (step) return { verdict: "breaks", because: `${title} may switch threads ${stepText(step)} ${where}` };
      const specialised = gap.includes("specialised-call")
        ? `${title} has no switch point ${where} once the call is specialised, after its first few runs`
        : `${title} happens to have no switch point ${where}`;
      return { verdict: "holds-by-accident", because: specialised };
    }
    default:
      return unreachable(points);
  }
}

/** The same for the tasks of one event loop: they change places only at an `await`, on every interpreter. */
export function taskSwitchPossible(gap: readonly GapStep[]): SwitchVerdict {
  return gap.includes("await") || gap.includes("yield")
    ? { verdict: "breaks", because: "other tasks of the event loop run during the `await` between read and store" }
    : { verdict: "safe", because: "tasks of one event loop change places only at an `await`" };
}

function opensGap(step: GapStep, points: "calls-and-loops" | "calls-and-loops-unless-specialised"): boolean {
  switch (step) {
    case "subscript":
    case "operator":
    case "attribute":
    case "jump-forward":
      return false;
    case "specialised-call":
      return points === "calls-and-loops";
    case "native-call":
    case "python-call":
    case "unknown-call":
    case "loop":
    case "property":
    case "python-operator":
    case "python-key":
    case "await":
    case "yield":
      return true;
    default:
      return unreachable(step);
  }
}

function stepText(step: GapStep): string {
  switch (step) {
    case "subscript":
    case "operator":
    case "attribute":
    case "jump-forward":
      return "at the expression";
    case "specialised-call":
    case "native-call":
      return "after the call";
    case "python-call":
    case "unknown-call":
      return "inside the call";
    case "loop":
      return "in the loop";
    case "property":
      return "inside the property";
    case "python-operator":
      return "inside the operator's Python code";
    case "python-key":
      return "inside the key's Python `__hash__` or `__eq__`";
    case "await":
      return "at the `await`";
    case "yield":
      return "at the `yield`";
    default:
      return unreachable(step);
  }
}

/** What one call of a container's method is for other threads. */
type StepKind =
  /** One step with the GIL and, by the per-object lock, without it. */
  | "one-step"
  /** The same while keys have no Python `__eq__` or `__hash__`. */
  | "one-step-by-key"
  /** One step, by the GIL or under the object's own lock, while elements have no Python `__eq__`; a lock is given up when one runs. */
  | "one-step-by-element"
  /** One step with the GIL; without it others can see it half done or it locks only some kinds of arguments. */
  | "one-step-with-gil"
  /** Runs over many elements; one step with the GIL only while no element runs Python code. */
  | "one-step-if-native-elements"
  /** Written in C for CPython, in Python elsewhere; the C code takes no lock without the GIL. */
  | "one-step-in-c"
  /** Others can come between. */
  | "many-steps";

/** Whether the elements, keys, `key=` function or iterable argument of a call run Python code: `__eq__`, `__hash__`, `__lt__`, a generator. */
export type ElementCode = "native" | "python";

/**
 * Methods of built-in containers, and functions that change one. Source: docs.python.org "Thread safety guarantees" (3.14) for list, dict, set
 * and bytearray, the C sources for the rest; `test/measure/container_methods.py` tries each to lose, double or corrupt.
 */
const containerMethods: ReadonlyMap<string, StepKind> = new Map<string, StepKind>([
  ...methods("builtins.list", "one-step", "append pop clear copy __getitem__ __setitem__ __len__ reverse"),
  ...methods("builtins.list", "one-step-by-element", "remove"),
  ...methods("builtins.list", "one-step-with-gil", "insert extend __delitem__ __iadd__ __imul__"),
  ...methods("builtins.list", "one-step-if-native-elements", "index count __contains__ sort"),
  ...methods("builtins.dict", "one-step", "__len__ popitem clear copy keys values items"),
  ...methods("builtins.dict", "one-step-by-key", "__getitem__ __setitem__ __delitem__ __contains__ __or__ get pop setdefault"),
  ...methods("builtins.dict", "one-step-with-gil", "update __ior__"),
  ...methods("builtins.set", "one-step", "pop clear copy __len__"),
  ...methods("builtins.set", "one-step-by-key", "add discard remove __contains__"),
  ...methods("builtins.set", "one-step-by-element", "union intersection difference symmetric_difference"),
  ...methods("builtins.set", "one-step-with-gil", "update difference_update intersection_update symmetric_difference_update"),
  ...methods("collections.deque", "one-step", "append appendleft pop popleft clear insert rotate reverse __len__ __getitem__ __setitem__"),
  ...methods("collections.deque", "one-step-by-element", "remove index count __contains__"),
  ...methods("collections.deque", "one-step-with-gil", "extend extendleft copy"),
  ...methods("collections.OrderedDict", "one-step-by-key", "__getitem__ __contains__ get"),
  ...methods("collections.OrderedDict", "one-step-with-gil", "__setitem__ __delitem__ pop popitem setdefault move_to_end"),
  ...methods("collections.defaultdict", "one-step-by-key", "__setitem__ get pop setdefault"),
  ...methods("collections.defaultdict", "one-step-if-native-elements", "__getitem__"),
  ...methods("collections.Counter", "one-step-in-c", "update"),
  ...methods("collections.Counter", "one-step-by-element", "most_common"),
  ...methods("collections.Counter", "many-steps", "subtract elements"),
  ...methods("builtins.bytearray", "one-step-with-gil", "append extend pop clear"),
  ...methods("itertools.count", "one-step", "__next__"),
  ...methods("queue.SimpleQueue", "one-step", "put get put_nowait get_nowait"),
  ...methods("queue.Queue", "one-step", "put get put_nowait get_nowait"),
  ...methods("heapq", "one-step-in-c", "heappush heappop heappushpop heapreplace heapify"),
  ...methods("bisect", "one-step-in-c", "insort insort_left insort_right"),
]);

/** What CPython 3.13t left unlocked and later builds lock: `@critical_section` in `_heapqmodule.c` and `bytearrayobject.c` of 3.14. */
const lockedSince314 = /^(heapq|builtins\.bytearray)\./;

function methods(type: string, kind: StepKind, names: string): [string, StepKind][] {
  return names.split(" ").map((name) => [`${type}.${name}`, kind]);
}

/** Methods of which two calls at once lose elements or break the object where nothing keeps them apart, because they take no lock of it. */
const unlocked =
  /^(heapq\.|bisect\.|collections\.Counter\.update$|collections\.OrderedDict\.(?!__getitem__|__contains__|get$)|builtins\.bytearray\.)/;

/**
 * Why two threads that change one object by that method at the same time lose elements or break it in a build without a GIL, though they do
 * not with one; a clause for sentences. Undefined where they do not, or where they do in any build.
 */
export function needsGil(method: string, target: Target): string | undefined {
  if (hasGil(target) || !unlocked.test(method)) return undefined;
  if (methodStep(method, target)?.verdict !== "breaks") return undefined;
  if (methodStep(method, { ...target, freeThreaded: false })?.verdict === "breaks") return undefined;
  const name = method.split(".").slice(-2).join(".");
  return `${targetTitle(target)} takes no lock in \`${name}\`, and two of them at once lose elements or break the object`;
}

/** Whether one call of that method, such as `builtins.list.append`, is one step for other threads; undefined for methods not listed. */
export function methodStep(method: string, target: Target, elements: ElementCode = "native"): SwitchVerdict | undefined {
  const kind = containerMethods.get(method);
  const title = targetTitle(target);
  const name = method.split(".").slice(-2).join(".");
  if (kind === undefined) return undefined;
  if (elements === "native" && lockedSince314.test(method) && target.freeThreaded && atLeast(target, 3, 14)) {
    return { verdict: "holds-by-accident", because: `${title} holds a lock of the object's own during \`${name}\`` };
  }
  const parallel = !hasGil(target);
  switch (kind) {
    case "one-step":
      return { verdict: "safe", because: `\`${name}\` is one step on ${title}` };
    case "one-step-by-key":
      if (elements === "native") return { verdict: "safe", because: `\`${name}\` is one step on ${title}` };
      return target.implementation === "cpython"
        ? {
            verdict: "holds-by-accident",
            because: `on ${title} \`${name}\` starts again when another thread changes it while keys are compared`,
          }
        : { verdict: "breaks", because: `on ${title} another thread can change it while \`${name}\` compares keys` };
    case "one-step-by-element":
      return elements === "native"
        ? { verdict: "safe", because: `\`${name}\` is one step on ${title} as no element's method is Python code` }
        : { verdict: "breaks", because: `on ${title} other threads can run while \`${name}\` runs the elements' Python code` };
    case "one-step-with-gil":
      if (parallel) return { verdict: "breaks", because: `on ${title} other threads can see \`${name}\` half done` };
      return elements === "native"
        ? { verdict: "holds-by-accident", because: `the GIL makes \`${name}\` one step on ${title}` }
        : { verdict: "breaks", because: `on ${title} other threads can run while \`${name}\` runs Python code` };
    case "one-step-if-native-elements":
      if (parallel) {
        return {
          verdict: "breaks",
          because: `on ${title} \`${name}\` and other threads' changes can meet while it looks through the elements`,
        };
      }
      return elements === "native"
        ? { verdict: "holds-by-accident", because: `\`${name}\` is one step on ${title} unless an element's method is Python code` }
        : { verdict: "breaks", because: `on ${title} other threads can run while \`${name}\` runs the elements' Python code` };
    case "one-step-in-c":
      if (target.implementation !== "cpython") return { verdict: "breaks", because: `${title} runs \`${name}\` as Python code` };
      if (elements === "python")
        return { verdict: "breaks", because: `on ${title} other threads can run while \`${name}\` runs Python code` };
      return parallel
        ? { verdict: "breaks", because: `${title} takes no lock in \`${name}\`, and two calls at once corrupt the object` }
        : { verdict: "holds-by-accident", because: `the GIL makes \`${name}\` one step on ${title}` };
    case "many-steps":
      return { verdict: "breaks", because: `\`${name}\` is many steps, and other threads can come between them` };
    default:
      return unreachable(kind);
  }
}
