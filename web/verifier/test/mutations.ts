/** Mutated texts: bits, characters and bytes of good certificates changed at random. */

import { decode, encode, isArray, isBytes, Tagged } from "../src/cbor.ts";
import { type Code, verify } from "../src/decode.ts";
import { TrustList } from "../src/trust/lists.ts";
import { fromIso, toBytes, toText } from "../src/wire.ts";
import { load, scenarios } from "./files.ts";
import type { Bytes } from "../src/bytes.ts";

/** A small generator of numbers, so that a run can be repeated (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

function mutateText(text: string, next: () => number): string {
  const at = Math.floor(next() * text.length);
  const other = ALPHABET.charAt(Math.floor(next() * ALPHABET.length));
  switch (Math.floor(next() * 5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + other + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1);
    case 3:
      return text.slice(0, at) + String.fromCodePoint(Math.floor(next() * 0xd800)) + text.slice(at + 1);
    default:
      return text.slice(0, at) + other + text.slice(at + 1);
  }
}

function mutateBytes(data: Bytes, next: () => number): Bytes {
  const mutated = data.slice();
  const at = Math.floor(next() * data.length);
  const kind = next();
  if (kind < 0.5) mutated[at] = (mutated[at] ?? 0) ^ (1 << Math.floor(next() * 8));
  else if (kind < 0.8) mutated[at] = Math.floor(next() * 256);
  else mutated.copyWithin(at, Math.floor(next() * data.length));
  return mutated;
}

/** Changes the payload alone, so that the envelope stays good. */
function mutatePayload(data: Bytes, next: () => number): Bytes {
  const shape = decode(data, { tag: 18 });
  const parts = shape instanceof Tagged && isArray(shape.value) ? shape.value : [];
  const [header, , payload, signature] = parts;
  if (!isBytes(header) || !isBytes(payload) || !isBytes(signature)) return data;
  const pieces = [
    Uint8Array.of(0xd2, 0x84),
    encode(header),
    Uint8Array.of(0xa0),
    encode(mutateBytes(payload, next)),
    encode(signature),
  ];
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

function mutate(text: string, next: () => number): string {
  const kind = next();
  if (kind < 0.3) return mutateText(text, next);
  const data = toBytes(text);
  return toText(kind < 0.65 ? mutateBytes(data, next) : mutatePayload(data, next));
}

const ACCEPTED: ReadonlySet<Code> = new Set([
  "genuine",
  "genuine_old_list",
  "expired",
  "replaced",
  "withdrawn",
  "key_refused",
  "unknown_form",
]);

/** Returns how many of `count` mutated texts were accepted, how many threw, and what the others gave. */
export async function run(
  count: number,
): Promise<{ accepted: number; thrown: number; codes: Map<string, number> }> {
  const next = chance(count);
  const list = await TrustList.fromBytes(load("lists/main.qct"));
  const texts = [...scenarios().values()]
    .filter(
      (one) =>
        one.expected["verdict"] === "genuine" && one.lists?.length === 1 && one.lists[0] === "lists/main.qct",
    )
    .map((one) => String(one.input));
  const tally = { accepted: 0, thrown: 0, codes: new Map<string, number>() };
  for (let round = 0; round < count; round++) {
    const text = texts[Math.floor(next() * texts.length)] ?? "";
    const mutated = mutate(text, next);
    if (mutated.trim() === text.trim()) continue;
    try {
      const { code } = await verify(mutated, [list], { now: fromIso("2026-12-01") });
      if (ACCEPTED.has(code)) tally.accepted += 1;
      tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
    } catch {
      tally.thrown += 1;
    }
  }
  return tally;
}
