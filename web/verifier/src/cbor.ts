/**
 * Deterministic CBOR (RFC 8949 section 4.2.1), one spelling for each value, and nothing else.
 *
 * Strict at every byte: shortest heads, definite lengths, ascending keys, no floats, no null, no simple values,
 * no tags but those the caller names.
 */

import { type Bytes, compared, joined, utf8 } from "./bytes.ts";
import { TooBig, Unreadable } from "./errors.ts";

/** A label or a name. */
export type Key = number | string;

/** Every value that can stand in our messages. */
export type Value = number | string | boolean | Bytes | readonly Value[] | ValueMap | Tagged;

/** A map, its keys in ascending order of their encodings. */
export interface ValueMap extends ReadonlyMap<Key, Value> {}

/** A tag (RFC 8949 section 3.4) and the value it stands on. */
export class Tagged {
  readonly number: number;
  readonly value: Value;

  constructor(number: number, value: Value) {
    this.number = number;
    this.value = value;
  }
}

/** Arrays, maps and tags inside one another: the rule of the trust list, the deepest of our formats. */
export const MAX_DEPTH = 12;

/** What may stand in one message. */
export interface Limits {
  /** Arrays, maps and tags inside one another. */
  readonly depth?: number;
  /** Items of all levels together. */
  readonly items?: number;
  /** The one tag that may stand. */
  readonly tag?: number;
  /** Whether true and false may. */
  readonly booleans?: boolean;
}

/**
 * Returns the value that `data` spells.
 *
 * Throws `TooBig` past the limit of items and `Unreadable` for every other byte string than the one
 * deterministic spelling of a value.
 */
export function decode(data: Bytes, limits: Limits = {}): Value {
  const reader = new Reader(data, limits);
  const value = reader.item(limits.depth ?? MAX_DEPTH);
  reader.end();
  return value;
}

/** Tells whether a value is a map. */
export function isMap(value: Value | undefined): value is ValueMap {
  return value instanceof Map;
}

/** Tells whether a value is a byte string. */
export function isBytes(value: Value | undefined): value is Bytes {
  return value instanceof Uint8Array;
}

/** Tells whether a value is an array. */
export function isArray(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Reader {
  readonly #data: Bytes;
  readonly #tag: number | undefined;
  readonly #booleans: boolean;
  #at = 0;
  #left: number;

  constructor(data: Bytes, limits: Limits) {
    this.#data = data;
    this.#tag = limits.tag;
    this.#booleans = limits.booleans ?? false;
    this.#left = (limits.items ?? Number.MAX_SAFE_INTEGER) - 1;
    if (this.#left < 0) throw new TooBig("more CBOR items than the limit");
  }

  /** Reads the item that comes, with `depth` levels of nesting allowed. */
  item(depth: number): Value {
    const first = this.#byte();
    const major = first >> 5;
    if (major === 7) {
      if (this.#booleans && (first === 0xf4 || first === 0xf5)) return first === 0xf5;
      throw new Unreadable("float, null or simple value in the CBOR");
    }
    const argument = this.#argument(first & 0x1f);
    switch (major) {
      case 0:
        return argument;
      case 1:
        if (argument >= Number.MAX_SAFE_INTEGER) throw new Unreadable("integer beyond -(2^53-1)");
        return -1 - argument;
      case 2:
        return this.#bytes(argument);
      case 3:
        return this.#text(argument);
    }
    if (depth === 0) throw new Unreadable("CBOR nested too deep");
    if (major === 4) return this.#array(argument, depth - 1);
    if (major === 5) return this.#map(argument, depth - 1);
    if (argument !== this.#tag) throw new Unreadable(`tag ${argument} may not stand here`);
    this.#take(1);
    return new Tagged(argument, this.item(depth - 1));
  }

  /** Returns if nothing follows. */
  end(): void {
    const rest = this.#data.length - this.#at;
    if (rest > 0) throw new Unreadable(`${rest} bytes after the end of the CBOR`);
  }

  #byte(): number {
    const byte = this.#data[this.#at++];
    if (byte === undefined) throw new Unreadable("the CBOR ends too early");
    return byte;
  }

  /** Reads the argument of a head; each of its bytes must be needed (RFC 8949 section 4.2.1). */
  #argument(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw new Unreadable("indefinite length or reserved head in the CBOR");
    const size = 1 << (info - 24);
    let argument = 0;
    for (let at = 0; at < size; at++) argument = argument * 256 + this.#byte(); // exact below 2^53, else refused
    const least = size === 1 ? 24 : 256 ** (size / 2);
    if (argument < least) throw new Unreadable("a number in the CBOR is not in its shortest form");
    if (argument > Number.MAX_SAFE_INTEGER) throw new Unreadable("a number beyond 2^53-1 in the CBOR");
    return argument;
  }

  #bytes(size: number): Bytes {
    const end = this.#at + size;
    if (end > this.#data.length) throw new Unreadable("a string in the CBOR is longer than its data");
    const bytes = this.#data.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #text(size: number): string {
    const bytes = this.#bytes(size);
    try {
      return UTF8.decode(bytes);
    } catch {
      throw new Unreadable("text in the CBOR is not UTF-8");
    }
  }

  /** Counts `count` more items, of which each needs a byte. */
  #take(count: number): void {
    if (count > this.#data.length - this.#at) {
      throw new Unreadable("a CBOR array or map promises more items than there are bytes");
    }
    this.#left -= count;
    if (this.#left < 0) throw new TooBig("more CBOR items than the limit");
  }

  #array(count: number, depth: number): readonly Value[] {
    this.#take(count);
    const values: Value[] = [];
    for (let place = 0; place < count; place++) values.push(this.item(depth));
    return values;
  }

  /** Reads `count` pairs whose keys ascend strictly by their encoded bytes. */
  #map(count: number, depth: number): ValueMap {
    this.#take(2 * count);
    const found = new Map<Key, Value>();
    let before: Bytes | null = null;
    for (let place = 0; place < count; place++) {
      const start = this.#at;
      const key = this.item(0);
      if (typeof key !== "number" && typeof key !== "string") {
        throw new Unreadable("a map key that is neither integer nor text");
      }
      const spelled = this.#data.subarray(start, this.#at);
      if (before !== null && compared(before, spelled) >= 0) {
        throw new Unreadable("map keys not in ascending order, or one key twice");
      }
      before = spelled;
      found.set(key, this.item(depth));
    }
    return found;
  }
}

/** Returns the one spelling of integers, byte strings, texts and arrays of them. */
export function encode(value: number | string | Uint8Array | readonly (number | string | Uint8Array)[]): Bytes {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") {
    const bytes = utf8(value);
    return joined(head(3, bytes.length), bytes);
  }
  if (value instanceof Uint8Array) return joined(head(2, value.length), value);
  return joined(head(4, value.length), ...value.map((item) => encode(item)));
}

function head(major: number, argument: number): Bytes {
  if (argument < 24) return Uint8Array.of((major << 5) | argument);
  const sizes = [1, 2, 4, 8] as const;
  const info = sizes.findIndex((size) => argument < 256 ** size);
  const bytes = new Uint8Array(1 + (sizes[info] ?? 8));
  bytes[0] = (major << 5) | (24 + info);
  for (let at = bytes.length - 1, rest = argument; at > 0; at--, rest = Math.floor(rest / 256)) {
    bytes[at] = rest % 256;
  }
  return bytes;
}
