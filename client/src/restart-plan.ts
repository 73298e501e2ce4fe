/** What to do after a server has gone that nobody told to go. */
export type AfterCrash = { readonly kind: "start again"; readonly after: number } | { readonly kind: "give up"; readonly crashes: number };

/** Remembers when the server crashed. Times are in milliseconds. */
export interface RestartPlan {
  crashed(now: number): AfterCrash;
  /** Somebody starts the server by hand: what happened before does not count. */
  forget(): void;
}

/** After the first crash the server is started nearly at once, then after twice as long each time, until there were too many in a short while. */
export function createRestartPlan(): RestartPlan {
  let crashes: readonly number[] = [];
  return {
    crashed(now) {
      crashes = [...crashes.filter((time) => now - time < memory), now];
      if (crashes.length > mostCrashes) return { kind: "give up", crashes: crashes.length };
      return { kind: "start again", after: firstPause * 2 ** (crashes.length - 1) };
    },
    forget() {
      crashes = [];
    },
  };
}

/** The minutes in which crashes count together. */
export const memoryMinutes = 3;
const memory = memoryMinutes * 60_000;
const mostCrashes = 4;
const firstPause = 500;
