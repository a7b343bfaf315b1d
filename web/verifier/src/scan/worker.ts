/** The worker: reads pictures, one after the other, and knows nothing else. */

import { Engine } from "./engine.ts";
import type { Answer, Question } from "./protocol.ts";

/** The part of a worker's own scope that is used; the library of types knows either pages or workers. */
interface Scope {
  onmessage: ((event: MessageEvent<Question>) => void) | null;
  postMessage(answer: Answer, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
let engine: Promise<Engine> | null = null;

scope.onmessage = ({ data: question }) => {
  answer(question).catch((error: unknown) => {
    scope.postMessage({ kind: "failed", message: String(error) }, []);
  });
};

async function answer(question: Question): Promise<void> {
  if (question.kind === "load") {
    engine = Engine.of(question.wasm);
    await engine;
    scope.postMessage({ kind: "ready" }, []);
    return;
  }
  if (engine === null) return;
  const { id, data, width, height, effort } = question;
  const reading = (await engine).read({ data, width, height }, effort);
  scope.postMessage({ kind: "reading", id, reading, data }, [data.buffer]);
}
