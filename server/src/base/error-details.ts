/** What whoever looks after the program needs to know of something that was thrown. */
export function errorDetails(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
