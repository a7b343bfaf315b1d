/** The page's side of the worker: hands it pictures, gets readings. */

import type { Bytes } from "../bytes.ts";
import type { Effort, Reading } from "./engine.ts";
import type { Grey } from "./grey.ts";
import type { Answer, Question } from "./protocol.ts";
import { ownBlob } from "./sealed.ts";

/** What starts the reader: the worker's script and the WebAssembly, both inside the page. */
export interface Parts {
  script(): Promise<string>;
  wasm(): Promise<ArrayBuffer>;
}

/** A reading, and the bytes of the picture back again. */
export interface Returned {
  readonly reading: Reading;
  readonly data: Bytes;
}

/** Reads pictures in a worker. */
export class CodeReader {
  readonly #worker: Promise<Worker>;
  readonly #waiting = new Map<number, { done(returned: Returned): void; failed(error: Error): void }>();
  #last = 0;

  constructor(parts: Parts) {
    this.#worker = this.#start(parts);
    this.#worker.catch(() => undefined); // told to everyone who reads
  }

  /** Resolves when the reader is ready; rejects where it cannot be. */
  async ready(): Promise<void> {
    await this.#worker;
  }

  /** Returns the reading of a picture; its bytes move to the worker and come back with the reading. */
  async read({ data, width, height }: Grey, effort: Effort): Promise<Returned> {
    const worker = await this.#worker;
    const id = ++this.#last;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      const question: Question = { kind: "read", id, data, width, height, effort };
      worker.postMessage(question, [data.buffer]);
    });
  }

  async #start(parts: Parts): Promise<Worker> {
    const [script, wasm] = await Promise.all([parts.script(), parts.wasm()]);
    const worker = new Worker(ownBlob(script), { name: "reader" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
        if (answer.kind === "ready") resolve(worker);
        else if (answer.kind === "reading") this.#settle(answer.id, answer);
        else this.#fail(answer.message, reject);
      };
      worker.onerror = (event) => this.#fail(event.message, reject);
      const question: Question = { kind: "load", wasm };
      worker.postMessage(question, [wasm]);
    });
  }

  #settle(id: number, returned: Returned): void {
    this.#waiting.get(id)?.done(returned);
    this.#waiting.delete(id);
  }

  #fail(message: string, reject: (error: Error) => void): void {
    const error = new Error(message);
    reject(error);
    for (const { failed } of this.#waiting.values()) failed(error);
    this.#waiting.clear();
  }
}
