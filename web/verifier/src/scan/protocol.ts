/** What the page and its worker say to each other. */

import type { Bytes } from "../bytes.ts";
import type { Effort, Reading } from "./engine.ts";

/** From the page: first the reader's code, then pictures. */
export type Question =
  | { readonly kind: "load"; readonly wasm: ArrayBuffer }
  | {
      readonly kind: "read";
      readonly id: number;
      readonly data: Bytes;
      readonly width: number;
      readonly height: number;
      readonly effort: Effort;
    };

/** From the worker: the reading, with the bytes of the picture, to be used again. */
export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "reading"; readonly id: number; readonly reading: Reading; readonly data: Bytes };
