/**
 * The equations behind signatures: Ed25519, ECDSA on P-256, ML-DSA-65. Keys have passed the screen of `cose`.
 *
 * Ed25519 has one equation here, wherever the page runs: S < L, and encode([S]B - [k]A) equals the 32 bytes R.
 * The browser's own WebCrypto is asked only where it answers a set of probes by that equation; elsewhere, and
 * where a page has no WebCrypto (plain http), R is computed anew with noble.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";

import { type Bytes, fromHex, hex, joined, same, utf8 } from "./bytes.ts";

/** One way to check a signature; `key` and `signature` have their right lengths. */
export type Check = (key: Bytes, signature: Bytes, message: Bytes) => Promise<boolean>;

const POINT = ed25519.Point;
const ORDER = POINT.Fn.ORDER;
const P256_ORDER = p256.Point.Fn.ORDER;

/** Checks an Ed25519 signature by computing R anew. */
export function ed25519ByHand(key: Bytes, signature: Bytes, message: Bytes): boolean {
  const r = signature.subarray(0, 32);
  const s = little(signature.subarray(32));
  if (s >= ORDER) return false;
  const k = little(sha512(joined(r, key, message))) % ORDER;
  try {
    const a = POINT.fromBytes(key);
    return same(POINT.BASE.multiplyUnsafe(s).add(a.negate().multiplyUnsafe(k)).toBytes(), r);
  } catch {
    return false; // the key is no point
  }
}

/** Checks an ECDSA signature on P-256 with SHA-256, r and s 32 bytes each; `key` is x and y. */
export function p256ByHand(key: Bytes, signature: Bytes, message: Bytes): boolean {
  try {
    return p256.verify(signature, message, joined(UNCOMPRESSED, key), { lowS: true });
  } catch {
    return false;
  }
}

/** Checks an ML-DSA-65 signature, pure, with an empty context (FIPS 204). */
export function mlDsaByHand(key: Bytes, signature: Bytes, message: Bytes): boolean {
  try {
    return ml_dsa65.verify(signature, message, key);
  } catch {
    return false;
  }
}

/** Tells whether r and s of an ECDSA signature are in their one allowed form: 0 < r < n, 0 < s <= n/2. */
export function isLowS(signature: Bytes): boolean {
  const r = big(signature.subarray(0, 32));
  const s = big(signature.subarray(32));
  return 0n < r && r < P256_ORDER && 0n < s && s <= P256_ORDER / 2n;
}

/** Returns the integer that bytes spell, the last byte the highest. */
export function little(bytes: Uint8Array): bigint {
  return big(bytes.slice().reverse());
}

/** Returns the integer that bytes spell, the first byte the highest. */
export function big(bytes: Uint8Array): bigint {
  return BigInt(`0x0${hex(bytes)}`);
}

const UNCOMPRESSED = Uint8Array.of(4);

/** The ways that a browser's own cryptography offers. */
export interface Native {
  readonly ed25519: Check;
  readonly p256: Check;
}

/** Returns the checks that WebCrypto does itself; they reject where it lacks the algorithm. */
export function nativeChecks(subtle: SubtleCrypto): Native {
  return {
    async ed25519(key, signature, message) {
      const imported = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
      return subtle.verify({ name: "Ed25519" }, imported, signature, message);
    },
    async p256(key, signature, message) {
      const curve = { name: "ECDSA", namedCurve: "P-256" };
      const point = joined(UNCOMPRESSED, key);
      const imported = await subtle.importKey("raw", point, curve, false, ["verify"]);
      return subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, signature, message);
    },
  };
}

interface Probe {
  readonly key: string;
  readonly message: Bytes;
  readonly signature: string;
  readonly holds: boolean;
}

const PROBE_KEY = "3a261049f9384b3a7a10feacf0445f1a38b50866d3e96f1d2e4ed3ef3452dbf4";
const PROBE_MESSAGE = utf8("Sig_structure of a certificate");

/** Signatures on which implementations part: only cofactorless, only by the cofactor, and R of order 1 in both spellings. */
export const PROBES: readonly Probe[] = [
  {
    key: PROBE_KEY,
    message: PROBE_MESSAGE,
    signature:
      "5e17c316f610b0a02b3e776ef603782e2ea64f8e13c6865c8de3f1e8eaeddd2a" +
      "49da11ff5ddc8ce99a8afff64473e00c730672eaad6edddce2262520d05d8b03",
    holds: true,
  },
  {
    key: PROBE_KEY,
    message: PROBE_MESSAGE,
    signature:
      "8fe83ce909ef4f5fd4c1889109fc87d1d159b071ec3979a3721c0e17151222d5" +
      "dddf9c493c74c679a0fb0f3b51ebc4d77c214925ee5c05fcaaaf63ea54199403",
    holds: false,
  },
  {
    // R is the neutral point and S = k · a for the key of RFC 8032 section 7.1, test 1: the equation holds.
    key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: PROBE_MESSAGE,
    signature:
      "0100000000000000000000000000000000000000000000000000000000000000" +
      "b3ac17b1caa830532652f2143a60abd816a668138022cec5c60c6b42dacc4208",
    holds: true,
  },
  {
    // The same with the neutral point written as y = p + 1: the points are equal, the bytes are not.
    key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: PROBE_MESSAGE,
    signature:
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" +
      "0a0949bc21a67a9b2d093cfb2e7829b826d5be23e7a5055b7dc0480ccdb39401",
    holds: false,
  },
];

/** Tells whether a check of Ed25519 answers every probe by the one equation. */
export async function answersProbes(check: Check): Promise<boolean> {
  for (const probe of PROBES) {
    const key = fromHex(probe.key);
    const signature = fromHex(probe.signature);
    if (key === null || signature === null) return false;
    try {
      if ((await check(key, signature, probe.message)) !== probe.holds) return false;
    } catch {
      return false;
    }
  }
  return true;
}

let chosen: Promise<Check> | null = null;

/** Returns the way to check Ed25519 on this machine; both ways give the same answers. */
export function ed25519Check(): Promise<Check> {
  chosen ??= choose(globalThis.crypto?.subtle);
  return chosen;
}

/** Returns WebCrypto's check where it is there and right, else our own. */
export async function choose(subtle: SubtleCrypto | undefined): Promise<Check> {
  const own: Check = async (key, signature, message) => ed25519ByHand(key, signature, message);
  if (subtle === undefined) return own;
  const native = nativeChecks(subtle).ed25519;
  return (await answersProbes(native)) ? native : own;
}

/** Checks an ECDSA signature of the allowed form with WebCrypto where it is there, else with noble. */
export async function p256Check(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return p256ByHand(key, signature, message);
  try {
    return await nativeChecks(subtle).p256(key, signature, message);
  } catch {
    return p256ByHand(key, signature, message);
  }
}
