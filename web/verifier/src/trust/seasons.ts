/**
 * Closed seasons: the two ways to show that a certificate is in one.
 *
 * A season's leaves are its keys, `<< [kid, count, key root] >>` ascending; a key's leaves are the digests of
 * its certificates, ascending. `Leaves` names all papers of a key at once and stands in the list; a `Proof`
 * shows one paper and stands on it, as a second code `QP1:`.
 */

import { type Bytes, compared, fromHex, hex } from "../bytes.ts";
import { decode, encode, type Value } from "../cbor.ts";
import { QrcertError, TrustListError } from "../errors.ts";
import * as wire from "../wire.ts";
import { array, ascending, bytes, row, whole } from "./layout.ts";
import { climb, type Path, rootOf } from "./merkle.ts";

const DIGEST_BYTES = 32;
const MAX_SIBLINGS = 40; // 2^40 leaves are more than a season can have

/** Returns the path in a decoded item; throws `malformed`. */
export function readPath(value: Value | undefined): Path {
  const [index, size, siblings] = row(value, 3, "path");
  return {
    index: whole(index, 0, Number.MAX_SAFE_INTEGER, "path: index"),
    size: whole(size, 1, Number.MAX_SAFE_INTEGER, "path: size"),
    siblings: array(siblings, 0, MAX_SIBLINGS, "path: siblings").map((one) => bytes(one, 32, 32, "sibling")),
  };
}

function keyLeaf(kid: string, count: number, root: Bytes): Bytes {
  return encode([fromHex(kid) ?? new Uint8Array(), count, root]);
}

/** All papers of one key in one season: the digests ascending, and the key's path. */
export class Leaves {
  readonly #digests: readonly Bytes[];
  readonly path: Path;

  /** Throws `malformed` unless `data` is one or more digests of 32 bytes, and `order` unless they ascend. */
  constructor(data: Bytes, path: Path) {
    if (data.length === 0 || data.length % DIGEST_BYTES !== 0) {
      throw new TrustListError("malformed", "leaves: one or more digests of 32 bytes are due");
    }
    this.#digests = Array.from({ length: data.length / DIGEST_BYTES }, (_, place) =>
      data.subarray(place * DIGEST_BYTES, (place + 1) * DIGEST_BYTES),
    );
    ascending(this.#digests, "leaves");
    this.path = path;
  }

  /** Tells whether `digest` is among them. */
  holds(digest: Bytes): boolean {
    return this.#digests.some((one) => compared(one, digest) === 0);
  }

  /** Returns the season root that these leaves of `kid` climb to, or null for an impossible path. */
  seasonRoot(kid: string): string | null {
    const root = climb(keyLeaf(kid, this.#digests.length, rootOf(this.#digests)), this.path);
    return root === null ? null : hex(root);
  }
}

/** The proof that one certificate is in a season: its path in the key's tree, the key's in the season's. */
export interface Proof {
  readonly inKey: Path;
  readonly inSeason: Path;
}

/** Returns the proof of a text `QP1:…`, or null for what is none: it counts as absent. */
export function readProof(text: string): Proof | null {
  try {
    const data = wire.toBytes(text, wire.PROOF_PREFIX);
    if (data.length > wire.MAX_BYTES) return null;
    const [inKey, inSeason] = row(decode(data), 2, "proof");
    return { inKey: readPath(inKey), inSeason: readPath(inSeason) };
  } catch (error) {
    if (error instanceof QrcertError) return null;
    throw error;
  }
}

/** Returns the season root that a proof climbs to from a certificate's kid and digest, or null. */
export function provenRoot(proof: Proof, kid: string, digest: Bytes): string | null {
  const root = climb(digest, proof.inKey);
  if (root === null) return null;
  const season = climb(keyLeaf(kid, proof.inKey.size, root), proof.inSeason);
  return season === null ? null : hex(season);
}
