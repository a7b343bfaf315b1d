/** Unpacking with the browser's own DecompressionStream, bounded, and forgiving about what follows the end. */

import { type Bytes, joined } from "../bytes.ts";

/**
 * Returns what compressed bytes unpack to, at most `most` bytes.
 *
 * A PDF often has a line end after the compressed data: then the stream fails at its very end, with everything
 * read. What was read before a failure is kept; the caller judges it. Throws RangeError past `most`.
 */
export async function inflated(
  data: Bytes,
  format: "gzip" | "deflate" | "deflate-raw",
  most: number,
): Promise<Bytes> {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > most) break;
      pieces.push(value);
    }
  } catch {
    // the rest is damaged, or not the stream's
  }
  if (size > most) {
    await reader.cancel();
    throw new RangeError(`unpacks to more than ${most} bytes`);
  }
  return joined(...pieces);
}
