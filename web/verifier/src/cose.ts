/**
 * COSE_Sign1 and COSE_Sign (RFC 9052), key thumbprints (RFC 9679) and the checking of signatures.
 *
 * Keys are screened before they can check anything, because the equation of Ed25519 alone accepts forgeries
 * under keys of small order.
 */

import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { type Bytes, fromHex, hex, joined, utf8 } from "./bytes.ts";
import { decode, encode, isArray, isBytes, isMap, Tagged, type Value } from "./cbor.ts";
import { big, ed25519Check, isLowS, little, mlDsaByHand, p256Check } from "./curves.ts";
import { Refused, TooBig, Unreadable, Unsupported } from "./errors.ts";

/** Ed25519 (RFC 9864). */
export const ED25519 = -19;
/** ECDSA on P-256 with SHA-256 (RFC 9864), low s only. */
export const ESP256 = -9;
/** ML-DSA-65, pure, empty context (RFC 9964); signers of trust lists only. */
export const ML_DSA_65 = -49;

export const CERTIFICATE_AAD = utf8("qrcert certificate 1");
/** A test key signs only under this, so a lost test flag cannot make a pilot's papers genuine. */
export const TEST_CERTIFICATE_AAD = utf8("qrcert test certificate 1");
export const ROOT_AAD = utf8("qrcert root 1");
export const LIST_AAD = utf8("qrcert list 1");

export const SIGN1_TAG = 18;
export const SIGN_TAG = 98;

const KID_BYTES = 8;
const SIGNATURE_BYTES = 64;
const MAX_EXPLAINED = 2048; // CBOR items of a certificate: more than it has bytes

/** Bytes of a public key, by algorithm. */
export const PUBLIC_BYTES: ReadonlyMap<number, number> = new Map([
  [ED25519, 32],
  [ESP256, 64],
  [ML_DSA_65, 1952],
]);

const FIELD = 2n ** 255n - 19n;
const Y_OF_ORDER_8 = little(
  fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05") ?? new Uint8Array(),
);
/** y of all eight points of order 1, 2, 4 and 8. */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([1n, FIELD - 1n, 0n, Y_OF_ORDER_8, FIELD - Y_OF_ORDER_8]);

/** Returns the SHA-256 of some bytes. */
export function digestOf(data: Uint8Array): Bytes {
  return sha256(data) as Bytes;
}

/**
 * Returns the first 8 bytes of the SHA-256 COSE Key Thumbprint (RFC 9679 section 3) of a public key.
 *
 * `key` is the raw Ed25519 key (32 bytes), x and y of a P-256 point (64) or an ML-DSA-65 key (1 952).
 */
export function kidOf(alg: number, key: Bytes): Bytes {
  return digestOf(thumbprinted(alg, key)).slice(0, KID_BYTES);
}

function thumbprinted(alg: number, key: Bytes): Bytes {
  switch (alg) {
    case ED25519:
      return joined(Uint8Array.of(0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20), key);
    case ESP256:
      return joined(
        Uint8Array.of(0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20),
        key.subarray(0, 32),
        Uint8Array.of(0x22, 0x58, 0x20),
        key.subarray(32),
      );
    case ML_DSA_65:
      return joined(Uint8Array.of(0xa3, 0x01, 0x07, 0x03, 0x38, 0x30, 0x20, 0x59, 0x07, 0xa0), key);
    default:
      throw new Unsupported(`no key thumbprint is defined here for algorithm ${alg}`);
  }
}

/**
 * A screened public key.
 *
 * Making one throws `Unsupported` for an unknown algorithm, `Unreadable` for a wrong length and `Refused` for a
 * weak key: an Ed25519 key with y >= p or of small order, a P-256 point off the curve.
 */
export class PublicKey {
  readonly alg: number;
  readonly bytes: Bytes;
  readonly kid: string;

  constructor(alg: number, bytes: Bytes) {
    const due = PUBLIC_BYTES.get(alg);
    if (due === undefined) throw new Unsupported(`algorithm ${alg} is not one of ours`);
    if (bytes.length !== due) throw new Unreadable(`a public key of ${bytes.length} bytes where ${due} are due`);
    screen(alg, bytes);
    this.alg = alg;
    this.bytes = bytes;
    this.kid = hex(kidOf(alg, bytes));
  }

  /** Returns if `signature` over `message` holds; throws `Refused` if it does not. */
  async verify(signature: Bytes, message: Bytes): Promise<void> {
    if (!(await this.#holds(signature, message))) {
      throw new Refused(`the signature of algorithm ${this.alg} does not hold`);
    }
  }

  async #holds(signature: Bytes, message: Bytes): Promise<boolean> {
    if (this.alg === ML_DSA_65) return mlDsaByHand(this.bytes, signature, message);
    if (signature.length !== SIGNATURE_BYTES) return false;
    if (this.alg === ESP256) return isLowS(signature) && p256Check(this.bytes, signature, message);
    const check = await ed25519Check();
    return check(this.bytes, signature, message);
  }
}

function screen(alg: number, key: Bytes): void {
  if (alg === ED25519) {
    const y = little(key) & ((1n << 255n) - 1n);
    if (y >= FIELD) throw new Refused("an Ed25519 key that is not in its canonical form");
    if (SMALL_ORDER_Y.has(y)) throw new Refused("an Ed25519 key of small order: anybody could sign for it");
  } else if (alg === ESP256) {
    const curve = p256.Point.CURVE();
    const x = big(key.subarray(0, 32));
    const y = big(key.subarray(32));
    if (x >= curve.p || y >= curve.p || (y * y - x * x * x - curve.a * x - curve.b) % curve.p !== 0n) {
      throw new Refused("a P-256 key that is not a point of the curve");
    }
  }
}

/** A COSE_Sign1 whose shape holds and whose signature is not checked yet; all of it is unverified. */
export interface Sign1 {
  readonly alg: number;
  readonly kid: string;
  readonly protected: Bytes;
  readonly payload: Bytes;
  readonly signature: Bytes;
}

/** Returns the Sig_structure of a COSE_Sign1: the bytes that are signed (RFC 9052 section 4.4). */
export function sign1Input(message: Sign1, aad: Bytes): Bytes {
  return encode(["Signature1", message.protected, aad, message.payload]);
}

/** Returns the Sig_structure of one signature of a COSE_Sign whose own header is empty (RFC 9052 section 4.4). */
export function signInput(signature: Signature, payload: Bytes, aad: Bytes): Bytes {
  return encode(["Signature", new Uint8Array(), signature.protected, aad, payload]);
}

/**
 * Returns the COSE_Sign1 that `data` spells (RFC 9052 section 4.2), its signature unchecked.
 *
 * Throws `TooBig` past `most` bytes; `Unsupported` for a well-formed one with another integer algorithm;
 * `Unreadable` for every other byte string that is not of our profile: tag 18, `{1: alg, 4: kid}` protected,
 * nothing unprotected, a payload, 64 bytes of signature, deterministic CBOR.
 */
export function readSign1(data: Bytes, most: number): Sign1 {
  if (data.length > most) throw new TooBig(`${data.length} bytes where at most ${most} are due`);
  const shape = decode(data, { tag: SIGN1_TAG, items: MAX_EXPLAINED });
  if (!(shape instanceof Tagged)) throw new Unreadable("no COSE_Sign1: tag 18 is missing");
  const parts = isArray(shape.value) ? shape.value : [];
  const [header, unprotected, payload, signature] = parts;
  if (parts.length !== 4 || !isBytes(header) || !isMap(unprotected) || !isBytes(payload) || !isBytes(signature)) {
    throw new Unreadable("no COSE_Sign1: an array of header, map, payload and signature is due");
  }
  const { alg, kid } = readHeader(header);
  if (typeof alg === "number" && alg !== ED25519 && alg !== ESP256) {
    throw new Unsupported(`signed with algorithm ${alg}, which this version does not know`);
  }
  if (typeof alg !== "number" || unprotected.size > 0 || kid === null || signature.length !== SIGNATURE_BYTES) {
    throw new Unreadable("the headers are not {1: alg, 4: kid}, protected, or the signature has not 64 bytes");
  }
  return { alg, kid, protected: header, payload, signature };
}

/** Returns the algorithm of a header, whatever it is, and the kid if the header is exactly `{1: …, 4: kid}`. */
function readHeader(header: Bytes): { alg: Value | undefined; kid: string | null } {
  const map = decode(header, { items: MAX_EXPLAINED });
  if (!isMap(map)) throw new Unreadable("the protected header is not a map");
  const kid = map.get(4);
  const exact = map.size === 2 && map.has(1) && isBytes(kid) && kid.length === KID_BYTES;
  return { alg: map.get(1), kid: exact ? hex(kid) : null };
}

/** One signature of a `SignMessage`: its encoded header, what the header says, the signature itself. */
export interface Signature {
  readonly protected: Bytes;
  readonly alg: number;
  readonly kid: string;
  readonly signature: Bytes;
}

/** A COSE_Sign (RFC 9052 section 4.1) whose shape holds and whose signatures are not checked yet. */
export interface SignMessage {
  readonly payload: Bytes;
  readonly signatures: readonly Signature[];
}

/**
 * Returns the COSE_Sign in a decoded item (tag 98, empty headers but the signatures' own).
 *
 * Throws `Unreadable`. Any integer algorithm and any kid pass: who may sign is the caller's question.
 */
export function readSign(shape: Value | undefined): SignMessage {
  const parts = shape instanceof Tagged && shape.number === SIGN_TAG && isArray(shape.value) ? shape.value : [];
  const [header, unprotected, payload, signatures] = parts;
  if (parts.length !== 4 || !isBytes(header) || !isMap(unprotected) || !isBytes(payload) || !isArray(signatures)) {
    throw new Unreadable("no COSE_Sign: tag 98 on header, map, payload and signatures is due");
  }
  if (header.length > 0 || unprotected.size > 0) throw new Unreadable("a COSE_Sign with headers of its own");
  if (signatures.length === 0) throw new Unreadable("a COSE_Sign without signatures");
  return { payload, signatures: signatures.map(readSignature) };
}

function readSignature(shape: Value): Signature {
  const parts = isArray(shape) ? shape : [];
  const [header, unprotected, signature] = parts;
  if (
    parts.length !== 3 ||
    !isBytes(header) ||
    !isMap(unprotected) ||
    unprotected.size > 0 ||
    !isBytes(signature)
  ) {
    throw new Unreadable("a signature is [header, {}, bytes]");
  }
  const { alg, kid } = readHeader(header);
  if (typeof alg !== "number" || kid === null) {
    throw new Unreadable("a signature's header is {1: alg, 4: kid}, an integer and 8 bytes");
  }
  return { protected: header, alg, kid, signature };
}
