/** Asked often by long work; once cancelled it stays so. */
export interface Cancellation {
  readonly isCancelled: boolean;
}

/** For work that nobody can cancel. */
export const neverCancelled: Cancellation = { isCancelled: false };

/** Thrown by `throwIfCancelled`; the border that started the work catches it. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}

/** Leaves long work at a safe place once its asker no longer wants it. */
export function throwIfCancelled(cancellation: Cancellation): void {
  if (cancellation.isCancelled) throw new Cancelled();
}
