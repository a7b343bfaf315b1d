/** Bytes: comparing, joining, writing them down. */

/** Bytes with a buffer of their own kind, as every interface of the browser takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();

/** Returns the UTF-8 of a text. */
export function utf8(text: string): Bytes {
  return ENCODER.encode(text);
}

/** Returns the pieces one after another. */
export function joined(...pieces: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Returns less than, equal to or greater than 0 as `one` stands before, at or after `two`, byte by byte. */
export function compared(one: Uint8Array, two: Uint8Array): number {
  const shared = Math.min(one.length, two.length);
  for (let at = 0; at < shared; at++) {
    const apart = (one[at] ?? 0) - (two[at] ?? 0);
    if (apart !== 0) return apart;
  }
  return one.length - two.length;
}

/** Tells whether two byte strings are the same. */
export function same(one: Uint8Array, two: Uint8Array): boolean {
  return one.length === two.length && compared(one, two) === 0;
}

/** Returns the bytes as small hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  let written = "";
  for (const byte of bytes) written += byte.toString(16).padStart(2, "0");
  return written;
}

/** Returns the bytes that hexadecimal digits spell, or null where they spell none. */
export function fromHex(digits: string): Bytes | null {
  if (digits.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(digits)) return null;
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** Returns the bytes that base64 spells; throws what `atob` throws. */
export function fromBase64(text: string): Bytes {
  const spelled = atob(text);
  const bytes = new Uint8Array(spelled.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = spelled.charCodeAt(at);
  return bytes;
}
