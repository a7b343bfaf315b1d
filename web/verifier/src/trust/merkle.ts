/** Merkle trees with SHA-256 (RFC 9162 section 2.1): the root over leaves, and the climb that checks a path. */

import { type Bytes, joined } from "../bytes.ts";
import { digestOf } from "../cose.ts";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1); // two prefixes, so that no inner node can pose as a leaf

/** Where a leaf stands in a tree: its index, the tree's size, and the siblings from the leaf upwards. */
export interface Path {
  readonly index: number;
  readonly size: number;
  readonly siblings: readonly Bytes[];
}

/** Returns the root over the data of one or more leaves (RFC 9162 section 2.1.1). */
export function rootOf(leaves: readonly Bytes[]): Bytes {
  let level = leaves.map((leaf) => digestOf(joined(LEAF, leaf)));
  while (level.length > 1) {
    const above: Bytes[] = [];
    for (let place = 0; place < level.length; place += 2) {
      const [left, right] = [level[place], level[place + 1]];
      if (left !== undefined) above.push(right === undefined ? left : digestOf(joined(NODE, left, right)));
    }
    level = above;
  }
  return level[0] ?? new Uint8Array();
}

/**
 * Returns the root that `path` leads to from the data of a leaf, or null where the path cannot be.
 *
 * Null means an index outside the tree, or more or fewer siblings than a tree of that size has there
 * (RFC 9162 section 2.1.3.2).
 */
export function climb(leaf: Bytes, path: Path): Bytes | null {
  if (path.index >= path.size) return null;
  let [place, last] = [path.index, path.size - 1];
  let node = digestOf(joined(LEAF, leaf));
  for (const sibling of path.siblings) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      node = digestOf(joined(NODE, sibling, node));
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      node = digestOf(joined(NODE, node, sibling));
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? node : null;
}
