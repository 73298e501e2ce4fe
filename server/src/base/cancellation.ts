/** Asked often by long work; once cancelled it stays so. */
export interface Cancellation {
  readonly isCancelled: boolean;
}
