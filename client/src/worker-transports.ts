import type { Disposable, Event, Message, MessageTransports } from "vscode-languageclient";
import { isWorkerCrash } from "../../server/src/lsp/protocol.js";

/** A worker as a browser makes it, or what an editor puts in its place, as far as it is needed here. */
export interface ServerWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  /** Not every editor calls it; so the server says itself when it goes. */
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(message: unknown): void;
  terminate(): void;
}

/**
 * The channel to a server that is a worker. It closes when the worker crashes, as that of a process does, so that the client takes both alike; and
 * when the client lets go of it, the worker ends, so that none is left over from an earlier start.
 */
export function transportsTo(worker: ServerWorker): MessageTransports {
  const listening = createEvent<Message>();
  const errors = createEvent<Error>();
  const closed = createEvent<void>();
  let state: "open" | "closed" = "open";
  const close = (): void => {
    if (state === "closed") return;
    state = "closed";
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
  };
  const crash = (reason: string): void => {
    if (state === "closed") return;
    close();
    errors.fire(new Error(reason));
    closed.fire();
  };
  worker.onmessage = ({ data }) => (isWorkerCrash(data) ? crash(data.crashed) : listening.fire(data as Message));
  worker.onerror = ({ message }) => crash(message ?? "the worker failed");
  return {
    reader: {
      onError: errors.event,
      onClose: closed.event,
      onPartialMessage: createEvent<never>().event,
      listen: listening.event,
      dispose: close,
    },
    writer: {
      onError: createEvent<never>().event,
      onClose: createEvent<void>().event,
      write: async (message) => {
        if (state === "open") worker.postMessage(message);
      },
      end: () => {},
      dispose: close,
    },
  };
}

function createEvent<T>(): { readonly event: Event<T>; fire(value: T): void } {
  const listeners = new Set<(value: T) => void>();
  return {
    event: (listener, context): Disposable => {
      const bound = (value: T): void => listener.call(context, value);
      listeners.add(bound);
      return { dispose: () => listeners.delete(bound) };
    },
    fire(value) {
      for (const listener of [...listeners]) listener(value);
    },
  };
}
