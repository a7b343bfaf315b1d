/** `TrustList`: one authority's signed list, checked wholly from its bytes. */

import { type Bytes, hex } from "../bytes.ts";
import { isArray, type Value } from "../cbor.ts";
import { digestOf, LIST_AAD, readSign, SIGN_TAG, type SignMessage } from "../cose.ts";
import { TrustListError, Unreadable } from "../errors.ts";
import type { Form } from "../form/model.ts";
import { readForm } from "../form/reading.ts";
import { isOwn, readContents } from "./body.ts";
import type { Contents, FormEntry, KeyEntry, School, Withdrawal } from "./entries.ts";
import { decoded } from "./layout.ts";
import { checkSignatures, kidsOfSigners, type Root, walk } from "./roots.ts";
import { type Proof, provenRoot } from "./seasons.ts";

/** Bytes; four times a list of 40 000 schools. */
export const MAX_FILE = 64 * 2 ** 20;
/** CBOR items outside payloads; 100 roots of 32 signatures and a list need 26 000. */
const MAX_ITEMS = 65_536;
/** A root a year for a century. */
const MAX_ROOTS = 100;
/** Signatures of one message: sixteen signers with two keys each. */
const MAX_SIGNATURES = 32;
/** Days after its issue at which a list ends at the latest, whatever next update it promises. */
const MAX_AGE = 400;

/** A trust list whose every signature and rule held; made by `fromBytes` only. Hashes are hexadecimal digits. */
export class TrustList {
  readonly roots: readonly Root[];
  readonly contents: Contents;
  /** SHA-256 of the list's payload: its contents, signatures apart. */
  readonly listHash: string;
  readonly #forms: ReadonlyMap<string, FormEntry>;
  readonly #seasonSizes: ReadonlyMap<string, number>;
  readonly #opened = new Map<string, Form | null>();

  private constructor(roots: readonly Root[], contents: Contents, listHash: string) {
    this.roots = roots;
    this.contents = contents;
    this.listHash = listHash;
    this.#forms = new Map(contents.forms.map((form) => [form.hash, form]));
    this.#seasonSizes = new Map(contents.seasons.map((season) => [season.root, season.keys]));
  }

  /**
   * Returns the list in the bytes of a `*.qct` file, everything in it checked from the start.
   *
   * No store and no clock are looked at: whether it may follow a list that is already here is for `compare`.
   * Throws `TrustListError`.
   */
  static async fromBytes(data: Bytes): Promise<TrustList> {
    const [rootMessages, list] = envelope(data);
    const roots = await walk(rootMessages);
    const newest = roots.at(-1);
    if (newest === undefined) throw new TrustListError("unreadable", "a list without its roots");
    await checkSignatures(list, LIST_AAD, [{ signers: newest.signers, threshold: newest.listThreshold }]);
    const contents = readContents(list.payload, newest, kidsOfSigners(roots));
    return new TrustList(roots, contents, hex(digestOf(list.payload)));
  }

  /** The hash of root 1: which authority this is, for ever. */
  get identity(): string {
    return this.roots[0]?.hash ?? "";
  }

  /** The hash of the newest root: what a person compares at the first import. */
  get fingerprint(): string {
    return this.roots.at(-1)?.hash ?? "";
  }

  get authority(): string {
    return this.contents.authority;
  }

  get where(): string {
    return this.contents.where;
  }

  get issued(): number {
    return this.contents.issued;
  }

  /** The last day on which the list is current: next update, or 400 days after issue if earlier. */
  get effectiveEnd(): number {
    return Math.min(this.contents.nextUpdate, this.issued + MAX_AGE);
  }

  /** Whether this is a school's list of itself. */
  get own(): boolean {
    return isOwn(this.roots, this.contents);
  }

  /** Returns the key with this kid, or null. */
  entry(kid: string): KeyEntry | null {
    return this.contents.keys.get(kid) ?? null;
  }

  /** Returns the school with this id, or null. */
  school(id: number): School | null {
    return this.contents.schools.find((school) => school.id === id) ?? null;
  }

  /** Returns the form with this hash; null where it is missing or not understood here. */
  form(form16: string): Form | null {
    const known = this.#opened.get(form16);
    if (known !== undefined) return known;
    const entry = this.#forms.get(form16);
    const form = entry === undefined ? null : readForm(entry.data, entry.translations);
    this.#opened.set(form16, form);
    return form;
  }

  /** Tells whether keys with this number of rights may sign the form with this hash. */
  allows(rights: number, form16: string): boolean {
    return this.contents.rights.get(rights)?.has(form16) ?? false;
  }

  /** Returns the withdrawal under this name, or null. */
  withdrawal(name16: string): Withdrawal | null {
    return this.contents.withdrawals.get(name16) ?? null;
  }

  /**
   * Tells whether a certificate of `entry` counts as far as seasons decide (step 9).
   *
   * True under a healthy key while there is no cutover, and for a certificate that is among the key's leaves or
   * shown by a proof to be in a season of this list.
   */
  proven(entry: KeyEntry, digest: Bytes, proofs: readonly Proof[]): boolean {
    if (entry.status === null && this.contents.cutover === null) return true;
    if (entry.papers.some((leaves) => leaves.holds(digest))) return true;
    return proofs.some((proof) => {
      const root = provenRoot(proof, entry.key.kid, digest);
      return root !== null && this.#seasonSizes.get(root) === proof.inSeason.size;
    });
  }
}

/** Returns the messages of a file, roots and list, nothing verified; throws `too_big` or `unreadable`. */
function envelope(data: Bytes): readonly [roots: readonly SignMessage[], list: SignMessage] {
  if (data.length > MAX_FILE) throw new TrustListError("too_big", `a file of ${data.length} bytes`);
  const outer = decoded(data, { items: MAX_ITEMS, tag: SIGN_TAG });
  const [roots, list] = isArray(outer) && outer.length === 2 ? outer : [];
  if (!isArray(roots) || roots.length === 0)
    throw new TrustListError("unreadable", "not an array of roots and a list");
  if (roots.length > MAX_ROOTS) throw new TrustListError("too_big", `${roots.length} roots`);
  return [roots.map(message), message(list)];
}

function message(shape: Value | undefined): SignMessage {
  try {
    const read = readSign(shape);
    if (read.signatures.length > MAX_SIGNATURES) {
      throw new TrustListError("too_big", `${read.signatures.length} signatures`);
    }
    return read;
  } catch (error) {
    if (error instanceof Unreadable) throw new TrustListError("unreadable", error.message);
    throw error;
  }
}
