import type { Readable, Writable } from "node:stream";
import { AbstractMessageReader, type DataCallback, type Disposable, type Message, StreamMessageWriter } from "vscode-languageserver/node";
import { createMessageFraming } from "../lsp/message-framing.js";

/** What the transport does apart from carrying messages. */
export interface StdioSurroundings {
  /** Says a line to whoever looks after the program. */
  tell(line: string): void;
  /** Ends the program; does not return. */
  end(exitCode: number): never;
}

/** The two directions of a channel. */
export interface Transport {
  readonly reader: AbstractMessageReader;
  readonly writer: StreamMessageWriter;
}

/**
 * Messages through standard input and output. A stream in which no message can be found any more ends the program with a reason and a failure, so that the
 * editor starts it anew: to wait for something that makes sense would look like a server that has nothing to say.
 */
export function createStdioTransport(input: Readable, output: Writable, surroundings: StdioSurroundings): Transport {
  const writer = new StreamMessageWriter(output);
  return { reader: new StdioReader(input, writer, surroundings), writer };
}

/** The longest that a message which has begun is waited for in silence, ms. */
const silence = 10_000;

const parseError = -32700;
const invalidRequest = -32600;

class StdioReader extends AbstractMessageReader {
  private readonly framing = createMessageFraming();
  private readonly said = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isShutDown = false;

  constructor(
    private readonly input: Readable,
    private readonly writer: StreamMessageWriter,
    private readonly surroundings: StdioSurroundings,
  ) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    const take = (bytes: Uint8Array): void => {
      for (const framed of this.framing.take(bytes)) {
        if (framed.kind === "message") this.takeMessage(framed.text, callback);
        else {
          this.surroundings.tell(`what came on standard input is no message of the protocol: ${framed.reason}`);
          this.surroundings.end(1);
        }
      }
      this.expectRest();
    };
    const end = (): void => {
      const missing = this.framing.unfinished();
      if (missing !== undefined) this.surroundings.tell(`standard input ended after ${missing}`);
      this.surroundings.end(this.isShutDown ? 0 : 1);
    };
    this.input.on("data", take);
    this.input.on("end", end);
    this.input.on("error", end);
    return {
      dispose: () => {
        clearTimeout(this.timer);
        this.input.off("data", take);
        this.input.off("end", end);
        this.input.off("error", end);
      },
    };
  }

  private takeMessage(text: string, callback: DataCallback): void {
    let message: Message;
    try {
      message = JSON.parse(text);
    } catch (error) {
      this.refuse(parseError, `a message is no JSON: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    if (typeof message !== "object" || message === null) {
      this.refuse(invalidRequest, "a message is no object");
      return;
    }
    if ("method" in message && message.method === "shutdown") this.isShutDown = true;
    try {
      callback(message);
    } catch (error) {
      // The library throws at messages that are neither requests nor notifications nor answers.
      this.refuse(invalidRequest, `a message is none of the protocol: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Says it once for whoever looks after the program, and each time to the other side, in the specification's answer to who cannot be told from their message. */
  private refuse(code: number, reason: string): void {
    this.tellOnce("refused", reason);
    const answer = { jsonrpc: "2.0", id: null, error: { code, message: reason } };
    this.writer.write(answer).catch(() => {
      // Nobody listens; the end of the input says so.
    });
  }

  /** A message that begins and does not go on is told of, once: a length that is too large looks like that. */
  private expectRest(): void {
    clearTimeout(this.timer);
    if (this.framing.unfinished() === undefined) return;
    this.timer = setTimeout(() => {
      this.tellOnce("unfinished", `for ${silence / 1000} s, no more than ${this.framing.unfinished()} came on standard input`);
    }, silence);
    this.timer.unref();
  }

  private tellOnce(kind: string, line: string): void {
    if (this.said.has(kind)) return;
    this.said.add(kind);
    this.surroundings.tell(line);
  }
}
