/** A promise that somebody else settles. */
export interface SettledLater {
  readonly promise: Promise<void>;
  isSettled(): boolean;
  settle(): void;
}

export function settledLater(): SettledLater {
  let resolve = (): void => undefined;
  let isSettled = false;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return {
    promise,
    isSettled: () => isSettled,
    settle() {
      isSettled = true;
      resolve();
    },
  };
}
