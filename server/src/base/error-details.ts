/**
 * What whoever looks after the program needs to know of something that was thrown. Frames of the runtime and those behind an `await` are left out: they are
 * others each time, so that one failure would look like several.
 */
export function errorDetails(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.stack?.replace(/\n\s+at (?:async\b.*|.*\(?node:.*)/g, "") ?? error.message;
}
