import type { Environment } from "./environment.js";

/** A line on stderr that says how far a long run is; short runs and runs without a terminal show nothing. */
export interface Progress {
  report(verb: string, done: number, total: number): void;
  /** Takes the line away. */
  end(): void;
}

/** Shorter runs end before anyone wonders. In milliseconds. */
const quietTime = 1000;

/** How often the line changes. In milliseconds. */
const interval = 100;

export function startProgress(environment: Environment): Progress {
  const { errors, host } = environment;
  if (errors.kind !== "terminal") return { report: () => {}, end: () => {} };
  let next = host.now() + quietTime;
  let isShown = false;
  return {
    report(verb, done, total) {
      const now = host.now();
      if (now < next) return;
      next = now + interval;
      isShown = true;
      errors.write(`\r\x1b[K${verb} ${done} of ${total} files`);
    },
    end() {
      if (isShown) errors.write("\r\x1b[K");
      isShown = false;
    },
  };
}
