/**
 * The chain of roots and the signatures of messages: who may sign, how many must, and that each one holds.
 *
 * Steps S1 to S5 of the specification, section 9.3. A signer is an Ed25519 key and an ML-DSA-65 key, and counts
 * once, with both.
 */

import { type Bytes, hex } from "../bytes.ts";
import { digestOf, ED25519, ML_DSA_65, PublicKey, ROOT_AAD, signInput, type SignMessage } from "../cose.ts";
import { Refused, TrustListError } from "../errors.ts";
import { ascending, bytes, decoded, Labelled, NO_HASH, row } from "./layout.ts";

/** Signers of one root; 32 signatures hold a hand-over between two separate sets of eight. */
const MAX_SIGNERS = 16;
/** CBOR items of a root: 16 signers need 48; the rest is room for labels to come. */
const MAX_ROOT_ITEMS = 1000;

const ED25519_BYTES = 32;
const ML_DSA_BYTES = 1952;

/** One who signs roots and lists, with two keys of which neither counts alone. */
export interface Signer {
  readonly ed25519: PublicKey;
  readonly mlDsa: PublicKey;
}

/** One version of who signs: the signers, how many a root and a list need, until when lists may last. */
export interface Root {
  readonly version: number;
  readonly previous: string;
  readonly until: number;
  readonly signers: readonly Signer[];
  readonly rootThreshold: number;
  readonly listThreshold: number;
  /** Whether this root mends a theft, so that what went back must be asked about. */
  readonly repair: boolean;
  /** SHA-256 of the root's payload, in hexadecimal digits. */
  readonly hash: string;
}

/** A set of signers of which `threshold` must have signed. */
export interface Quorum {
  readonly signers: readonly Signer[];
  readonly threshold: number;
}

/** Returns the root in a message's payload: shape, order and keys checked, nothing signed yet. */
export function readRoot(payload: Bytes): Root {
  const body = new Labelled("root", decoded(payload, { items: MAX_ROOT_ITEMS }), []);
  const pairs = body.array(3, 1, MAX_SIGNERS).map((value) => {
    const [one, two] = row(value, 2, "signer");
    return [
      bytes(one, ED25519_BYTES, ED25519_BYTES, "signer"),
      bytes(two, ML_DSA_BYTES, ML_DSA_BYTES, "signer"),
    ] as const;
  });
  const root: Omit<Root, "signers"> = {
    version: body.positive(0),
    previous: body.hash(1),
    until: body.day(2),
    rootThreshold: body.whole(4, 1, MAX_SIGNERS),
    listThreshold: body.whole(5, 1, MAX_SIGNERS),
    repair: body.flag(6),
    hash: hex(digestOf(payload)),
  };
  ascending(
    pairs.map(([one]) => one),
    "signers",
  );
  const signers = pairs.map(([one, two]) => ({ ed25519: screened(ED25519, one), mlDsa: screened(ML_DSA_65, two) }));
  if (keysByKid(signers).size !== 2 * signers.length) {
    throw new TrustListError("same_kid", "one key stands in two signers of a root");
  }
  if (Math.max(root.rootThreshold, root.listThreshold) > signers.length) {
    throw new TrustListError("malformed", "a threshold above the number of signers");
  }
  return { ...root, signers };
}

/** Returns the key, its length known to be right; throws `weak_key` where the screen refuses it. */
export function screened(alg: number, key: Bytes): PublicKey {
  try {
    return new PublicKey(alg, key);
  } catch (error) {
    if (error instanceof Refused) throw new TrustListError("weak_key", error.message);
    throw error;
  }
}

function keysOf(signers: Iterable<Signer>): PublicKey[] {
  return [...signers].flatMap((signer) => [signer.ed25519, signer.mlDsa]);
}

/** Returns all keys of the signers by kid; throws `same_kid` where two keys have one. */
function keysByKid(signers: Iterable<Signer>): Map<string, PublicKey> {
  const keys = new Map<string, PublicKey>();
  for (const key of keysOf(signers)) {
    const known = keys.get(key.kid);
    if (known !== undefined && (known.alg !== key.alg || hex(known.bytes) !== hex(key.bytes))) {
      throw new TrustListError("same_kid", `two signers' keys have the kid ${key.kid}`);
    }
    keys.set(key.kid, key);
  }
  return keys;
}

/** Returns the kids of all signers of all roots: keys that no school may have. */
export function kidsOfSigners(roots: readonly Root[]): ReadonlySet<string> {
  return new Set(roots.flatMap((root) => keysOf(root.signers).map((key) => key.kid)));
}

/** Returns the chain of roots, every one signed by enough signers of its own and of the one before. */
export async function walk(messages: readonly SignMessage[]): Promise<readonly Root[]> {
  const chain: Root[] = [];
  for (const message of messages) {
    const root = readRoot(message.payload);
    const before = chain.at(-1);
    if (root.version !== chain.length + 1) {
      throw new TrustListError("root_chain", `root ${root.version} stands where root ${chain.length + 1} is due`);
    }
    if (root.previous !== (before?.hash ?? NO_HASH)) {
      throw new TrustListError("root_chain", `root ${root.version} does not follow the root before it`);
    }
    const quorums = [...(before ? [before] : []), root].map(({ signers, rootThreshold }) => ({
      signers,
      threshold: rootThreshold,
    }));
    await checkSignatures(message, ROOT_AAD, quorums);
    chain.push(root);
  }
  return chain;
}

/** Returns if all signatures are by signers of the quorums and hold, and each quorum is reached. */
export async function checkSignatures(message: SignMessage, aad: Bytes, quorums: readonly Quorum[]): Promise<void> {
  ascending(
    message.signatures.map((one) => one.protected),
    "signatures",
  );
  const keys = keysByKid(quorums.flatMap((quorum) => quorum.signers));
  const due = message.signatures.map((one) => {
    // S1: by a key of an eligible signer
    if (one.alg !== ED25519 && one.alg !== ML_DSA_65) {
      throw new TrustListError("unknown_algorithm", `a signature with algorithm ${one.alg}`);
    }
    const key = keys.get(one.kid);
    if (key === undefined || key.alg !== one.alg) {
      throw new TrustListError("unknown_signer", `a signature by ${one.kid}, which is no key of a signer here`);
    }
    return { one, key };
  });
  // S2 and S4 are cheap, so they come before the signatures themselves
  const named = new Set(due.map(({ key }) => key.kid));
  for (const quorum of quorums) count(quorum, named);
  for (const { one, key } of due) {
    // S3: every signature holds
    try {
      await key.verify(one.signature, signInput(one, message.payload, aad));
    } catch (error) {
      if (error instanceof Refused) throw new TrustListError("bad_signature", `${error.message} (kid ${one.kid})`);
      throw error;
    }
  }
}

/** Returns if enough signers of the quorum are named, none of them with one key only. */
function count({ signers, threshold }: Quorum, named: ReadonlySet<string>): void {
  let signed = 0;
  for (const { ed25519, mlDsa } of signers) {
    if (named.has(ed25519.kid) !== named.has(mlDsa.kid)) {
      throw new TrustListError("lone_signature", `signer ${ed25519.kid} signed with one of two keys`);
    }
    if (named.has(ed25519.kid)) signed += 1;
  }
  if (signed < threshold) throw new TrustListError("threshold", `${signed} signers signed, ${threshold} must`);
}
