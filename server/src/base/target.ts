/** An interpreter that code is judged for, such as `cpython-3.13` or `cpython-3.14t`. */
export interface Target {
  readonly implementation: "cpython" | "pypy" | "jython" | "ironpython";
  readonly major: number;
  readonly minor: number;
  /** A build without a GIL (PEP 703); only CPython 3.13 and later have one. */
  readonly freeThreaded: boolean;
}

/** The newest CPython the shipped tables know; used when neither editor nor project names a target. */
export const newestTarget: Target = { implementation: "cpython", major: 3, minor: 15, freeThreaded: false };

/** The targets accepted by name: CPython 3.8 to 3.15, its free-threaded builds from 3.13, and the other implementations. */
export const knownTargets: readonly Target[] = [
  ...[8, 9, 10, 11, 12, 13, 14, 15].map((minor): Target => ({ implementation: "cpython", major: 3, minor, freeThreaded: false })),
  ...[13, 14, 15].map((minor): Target => ({ implementation: "cpython", major: 3, minor, freeThreaded: true })),
  { implementation: "pypy", major: 3, minor: 10, freeThreaded: false },
  { implementation: "pypy", major: 3, minor: 11, freeThreaded: false },
  { implementation: "jython", major: 2, minor: 7, freeThreaded: false },
  { implementation: "ironpython", major: 3, minor: 4, freeThreaded: false },
];

/** The name used on the command line and in JSON: `cpython-3.14t`. */
export function targetName(target: Target): string {
  return `${target.implementation}-${target.major}.${target.minor}${target.freeThreaded ? "t" : ""}`;
}

/** The name used in sentences: `CPython 3.14t`. */
export function targetTitle(target: Target): string {
  const titles = { cpython: "CPython", pypy: "PyPy", jython: "Jython", ironpython: "IronPython" } as const;
  return `${titles[target.implementation]} ${target.major}.${target.minor}${target.freeThreaded ? "t" : ""}`;
}

/** The known target of that name, or undefined. */
export function parseTarget(name: string): Target | undefined {
  return knownTargets.find((target) => targetName(target) === name);
}

/** Whether the interpreter runs Python code under a global lock. */
export function hasGil(target: Target): boolean {
  return (target.implementation === "cpython" || target.implementation === "pypy") && !target.freeThreaded;
}

/** Whether the target is that version or later, within the 3.x line. */
export function atLeast(target: Target, major: number, minor: number): boolean {
  return target.major > major || (target.major === major && target.minor >= minor);
}
