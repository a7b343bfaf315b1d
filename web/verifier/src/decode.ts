/**
 * Verifying the text of a certificate: the thirteen steps, offline, against trust lists.
 *
 * Nothing here reads a file, knows the clock or draws: text and lists go in, a `Verdict` comes out.
 */

import { type Bytes, fromHex, hex, joined } from "./bytes.ts";
import { decode, encode, isArray, isBytes, isMap, type Value } from "./cbor.ts";
import * as cose from "./cose.ts";
import { FormError, QrcertError, Refused, Unreadable, Unsupported } from "./errors.ts";
import { type Contents, type Filling, MAX_NUMBER_LENGTH } from "./form/model.ts";
import type { KeyEntry, School, Withdrawal } from "./trust/entries.ts";
import type { TrustList } from "./trust/lists.ts";
import { type Proof, readProof } from "./trust/seasons.ts";
import * as wire from "./wire.ts";

const MAX_NUMBER = 10 ** 15 - 1;
const MAX_PART = 4;
const FORM_BYTES = 16;
const LAST_FIELD = 23;
const WITHDRAWN = 3; // the kind of a withdrawal that no newer copy follows; 1 and 2 are replacements

/** Every verdict and what it means to a script: 0 genuine, 1 refused, 2 could not check. */
export const EXIT_STATUS = {
  not_qrcert: 2,
  unsupported: 2,
  unreadable: 2,
  unknown_school: 2,
  altered: 1,
  key_refused: 1,
  withdrawn: 1,
  replaced: 1,
  unknown_form: 2,
  check_clock: 2,
  expired: 1,
  genuine_old_list: 2,
  genuine: 0,
} as const;

/** What a verdict can be. */
export type Code = keyof typeof EXIT_STATUS;

/** Why a key is refused. */
export type Reason = "window" | "void" | "stolen" | "unproven" | "rights";

const SHOWS_CONTENTS: ReadonlySet<Code> = new Set([
  "genuine",
  "genuine_old_list",
  "expired",
  "replaced",
  "withdrawn",
]);
const SHOWS_NUMBER: ReadonlySet<Code> = new Set([...SHOWS_CONTENTS, "unknown_form", "key_refused"]);

/** What a payload says once its signature holds: the wire values of one certificate. */
export interface Claims {
  /** The form's hash in hexadecimal digits. */
  readonly form: string;
  readonly issued: number;
  readonly number: number | string;
  readonly part: number | null;
  readonly fields: ReadonlyMap<number, Value>;
}

/** What is known besides the code of an answer. */
interface Facts {
  readonly trust?: TrustList | null;
  readonly reason?: Reason | null;
  readonly entry?: KeyEntry | null;
  readonly claims?: Claims | null;
  readonly filling?: Filling | null;
  readonly withdrawn?: Withdrawal | null;
  readonly at?: boolean;
  readonly others?: readonly Verdict[];
}

/**
 * The answer for one code, and all that may be shown with it.
 *
 * `today` is the day that step 12 went by and `at` whether it was given in place of the clock. `trust` is the
 * list that judged, null where none could; `others` are the answers of the other lists that know the key.
 */
export class Verdict {
  readonly code: Code;
  readonly today: number;
  readonly trust: TrustList | null;
  readonly reason: Reason | null;
  readonly entry: KeyEntry | null;
  readonly claims: Claims | null;
  /** The fields, where the form is known and they obey it. */
  readonly filling: Filling | null;
  readonly withdrawn: Withdrawal | null;
  readonly at: boolean;
  readonly others: readonly Verdict[];

  constructor(code: Code, today: number, facts: Facts = {}) {
    this.code = code;
    this.today = today;
    this.trust = facts.trust ?? null;
    this.reason = facts.reason ?? null;
    this.entry = facts.entry ?? null;
    this.claims = facts.claims ?? null;
    this.filling = facts.filling ?? null;
    this.withdrawn = facts.withdrawn ?? null;
    this.at = facts.at ?? false;
    this.others = facts.others ?? [];
  }

  /** Returns this answer with those of other lists beside it. */
  with(others: readonly Verdict[]): Verdict {
    return new Verdict(this.code, this.today, { ...this, others });
  }

  /** 0 genuine, 1 refused, 2 could not check, for this answer alone. */
  get exitStatus(): 0 | 1 | 2 {
    return EXIT_STATUS[this.code];
  }

  /** Whether the key was admitted only for tests. */
  get test(): boolean {
    return this.entry?.test ?? false;
  }

  /** The school that the list names for the key, where the signature holds and may be told. */
  get school(): School | null {
    return SHOWS_NUMBER.has(this.code) ? (this.entry?.school ?? null) : null;
  }

  /** The day of signing, where it may be told. */
  get issued(): number | null {
    return SHOWS_NUMBER.has(this.code) ? (this.claims?.issued ?? null) : null;
  }

  /** The number as printed; without its leading zeros where the form is not known. */
  get number(): string | null {
    if (this.claims === null || !SHOWS_NUMBER.has(this.code)) return null;
    const { number } = this.claims;
    return this.filling === null ? String(number) : this.filling.form.number(number);
  }

  /** The certificate's own last day, if it has one and its contents may be shown. */
  get until(): number | null {
    return SHOWS_CONTENTS.has(this.code) ? (this.filling?.until ?? null) : null;
  }

  /** Returns title, fields and marks for a reader of `language`, or null where they must not be shown. */
  contents(language: string): Contents | null {
    return SHOWS_CONTENTS.has(this.code) ? (this.filling?.show(language) ?? null) : null;
  }
}

/** What the caller may ask for. */
export interface Policy {
  /** The day of the reader's clock. */
  readonly now: number;
  /** A day in the clock's place. */
  readonly at?: number | null;
  /** Days since the list was issued, in place of the list's own effective end. */
  readonly maxListAge?: number | null;
  /** Texts `QP1:…` found beside the code. */
  readonly proofs?: readonly string[];
}

interface Settled {
  readonly today: number;
  readonly at: boolean;
  readonly maxListAge: number | null;
  readonly proofs: readonly Proof[];
}

/**
 * Returns the verdict on one scanned or typed text; never throws for bad text.
 *
 * Each list judges alone; of several answers a refusal comes first, then a genuine one, then one that cannot
 * tell, and the rest stand in `others`.
 *
 * The steps; the first that fails decides:
 *
 *  1. the text begins with `QC1:`                                     not_qrcert, unsupported
 *  2. length and base45                                               unreadable
 *  3. COSE_Sign1 in its one spelling                                  unreadable
 *  4. algorithm, headers, lengths of kid and signature                unsupported, unreadable
 *  5. a list has this kid                                             unknown_school
 *  6. the entry has this algorithm                                    altered
 *  7. its key verifies the signature                                  altered
 *  8. the payload obeys the wire format                               unsupported
 *  9. the key was good on the day of signing                          key_refused
 * 10. not withdrawn, by either name                                   withdrawn, replaced
 * 11. the form is known, among the key's rights, and obeyed           unknown_form, key_refused, unsupported
 * 12. the dates fit the clock, the certificate's own end, the list's  check_clock, expired, genuine_old_list
 * 13. genuine
 */
export async function verify(text: string, lists: readonly TrustList[], policy: Policy): Promise<Verdict> {
  const settled = settle(policy);
  const { today } = settled;

  // 1 to 4: what can be told from the text alone
  const read = readText(text);
  if (typeof read === "string") return new Verdict(read, today);
  const { signed, message } = read;

  // 5 to 7: some list has this kid, with this algorithm, and its key verifies
  // 8 to 13: each such list judges alone
  const knowing = lists.filter((list) => list.entry(message.kid) !== null);
  const [first] = knowing;
  if (first === undefined) {
    return new Verdict("unknown_school", today, { trust: lists.length === 1 ? (lists[0] ?? null) : null });
  }
  const answers: Verdict[] = [];
  for (const list of knowing) {
    const entry = list.entry(message.kid);
    if (entry !== null && (await holds(message, entry))) answers.push(judge(signed, message, list, entry, settled));
  }
  const [answer, ...others] = answers.sort((one, two) => WEIGHT[one.exitStatus] - WEIGHT[two.exitStatus]);
  if (answer === undefined) return new Verdict("altered", today, { trust: first });
  return others.length > 0 ? answer.with(others) : answer;
}

const WEIGHT = { 1: 0, 0: 1, 2: 2 } as const; // any refusal, else any genuine, else cannot tell

function settle({ now, at, maxListAge, proofs }: Policy): Settled {
  return {
    today: at ?? now,
    at: at !== undefined && at !== null,
    maxListAge: maxListAge ?? null,
    proofs: (proofs ?? []).map(readProof).filter((proof) => proof !== null),
  };
}

/** Returns the certificate's bytes and their COSE_Sign1, signature unchecked; or the verdict (steps 1 to 4). */
function readText(text: string): { signed: Bytes; message: cose.Sign1 } | Code {
  const scheme = wire.schemeOf(text);
  if (scheme === null) return "not_qrcert";
  if (scheme !== "1") return "unsupported";
  try {
    const signed = wire.toBytes(text);
    return { signed, message: cose.readSign1(signed, wire.MAX_BYTES) };
  } catch (error) {
    if (error instanceof Unsupported) return "unsupported";
    if (error instanceof Unreadable) return "unreadable";
    throw error;
  }
}

/** Tells whether the signature holds under the entry's key, for what such a key may sign (steps 6, 7). */
async function holds(message: cose.Sign1, { key, test }: KeyEntry): Promise<boolean> {
  if (key.alg !== message.alg) return false;
  const aad = test ? cose.TEST_CERTIFICATE_AAD : cose.CERTIFICATE_AAD;
  try {
    await key.verify(message.signature, cose.sign1Input(message, aad));
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** Returns the verdict of one list that vouches for the key (steps 8 to 13). */
function judge(signed: Bytes, message: cose.Sign1, trust: TrustList, entry: KeyEntry, policy: Settled): Verdict {
  const { today, at } = policy;
  const told = { trust, entry, at };

  // 8: the payload obeys the wire format
  const claims = readPayload(message.payload);
  if (claims === null) return new Verdict("unsupported", today, told);

  // 9: the key was good on the day of signing
  const digest = cose.digestOf(signed);
  const filling = obeyed(claims, trust);
  const said = { ...told, claims, filling };
  const reason = keyFault(claims, digest, trust, entry, policy.proofs);
  if (reason !== null) return new Verdict("key_refused", today, { ...said, reason });

  // 10: not withdrawn, by either name; where both are, the worse decides
  const withdrawn = withdrawalOf(claims, digest, trust, entry.key.kid);
  if (withdrawn !== null) {
    return new Verdict(withdrawn.kind === WITHDRAWN ? "withdrawn" : "replaced", today, { ...said, withdrawn });
  }

  // 11: the form is known, among the key's rights, and obeyed
  if (trust.form(claims.form) === null) return new Verdict("unknown_form", today, said);
  if (!trust.allows(entry.rights, claims.form)) {
    if (trust.issued < claims.issued) return new Verdict("unknown_form", today, said);
    return new Verdict("key_refused", today, { ...said, reason: "rights" });
  }
  if (filling === null) return new Verdict("unsupported", today, told);

  // 12 and 13: the dates
  return new Verdict(dateFault(claims, filling, trust, policy) ?? "genuine", today, said);
}

/** Returns the claims of a payload whose signature holds (step 8), or null where it breaks the rules. */
function readPayload(payload: Bytes): Claims | null {
  const map = decodedPayload(payload);
  if (!isMap(map)) return null;
  const fields = new Map<number, Value>();
  for (const [label, value] of map) {
    if (typeof label !== "number" || label < -3 || label > LAST_FIELD) return null;
    if (label < 1) continue;
    if (!isFieldValue(value)) return null;
    fields.set(label, value);
  }
  const [form, issued, number, part] = [map.get(0), map.get(-1), map.get(-2), map.get(-3) ?? null];
  if (!isBytes(form) || form.length !== FORM_BYTES) return null;
  if (typeof issued !== "number" || issued < wire.FIRST_DAY || issued > wire.LAST_DAY) return null;
  if (!isNumber(number)) return null;
  if (part !== null && (typeof part !== "number" || part < 1 || part > MAX_PART)) return null;
  return { form: hex(form), issued, number, part, fields };
}

function decodedPayload(payload: Bytes): Value | undefined {
  try {
    return decode(payload);
  } catch (error) {
    if (error instanceof QrcertError) return undefined;
    throw error;
  }
}

function isNumber(value: Value | undefined): value is number | string {
  if (typeof value === "number") return value >= 0 && value <= MAX_NUMBER;
  return typeof value === "string" && value.length > 0 && [...value].length <= MAX_NUMBER_LENGTH;
}

/** Tells whether a field is int, bstr, tstr, [year], [year, month] or a table's [bits, + text]. */
function isFieldValue(value: Value): boolean {
  if (typeof value === "number" || typeof value === "string" || isBytes(value)) return true;
  if (!isArray(value)) return false;
  const [first, ...rest] = value;
  if (typeof first === "number") return rest.length === 0 || (rest.length === 1 && typeof rest[0] === "number");
  return isBytes(first) && rest.length > 0 && rest.every((item) => isBytes(item) || typeof item === "string");
}

/** Returns what number and fields say if the form is known and they obey it, else null. */
function obeyed(claims: Claims, trust: TrustList): Filling | null {
  const form = trust.form(claims.form);
  if (form === null) return null;
  try {
    form.number(claims.number);
    return form.read(claims.fields, claims.part);
  } catch (error) {
    if (error instanceof FormError) return null;
    throw error;
  }
}

/** Returns why the key does not vouch for this certificate (step 9), or null. */
function keyFault(
  claims: Claims,
  digest: Bytes,
  trust: TrustList,
  entry: KeyEntry,
  proofs: readonly Proof[],
): Reason | null {
  if (claims.issued < entry.start || claims.issued > entry.end) return "window";
  if (entry.status?.is === "void") return "void";
  if (trust.proven(entry, digest, proofs)) return null;
  return entry.status === null ? "unproven" : "stolen";
}

/** Returns the withdrawal of a certificate under either of its names, the greater kind of two, or null. */
function withdrawalOf(claims: Claims, digest: Bytes, trust: TrustList, kid: string): Withdrawal | null {
  const copy = trust.withdrawal(nameOf(encode([bytesOf(kid), digest])));
  const all = trust.withdrawal(nameOf(encode([bytesOf(kid), bytesOf(claims.form), claims.number])));
  if (copy === null || all === null) return copy ?? all;
  return all.kind > copy.kind ? all : copy;
}

function nameOf(named: Bytes): string {
  return hex(cose.digestOf(joined(named))).slice(0, 32);
}

function bytesOf(digits: string): Bytes {
  return fromHex(digits) ?? new Uint8Array();
}

/** Returns the verdict of step 12 where a date does not fit, or null; the only step that knows the day. */
function dateFault(
  claims: Claims,
  filling: Filling,
  trust: TrustList,
  { today, maxListAge }: Settled,
): Code | null {
  if (claims.issued > today + 1 || today < trust.issued - 1) return "check_clock";
  if (filling.until !== null && filling.until < today) return "expired";
  const end = maxListAge === null ? trust.effectiveEnd : trust.issued + maxListAge;
  return today > end ? "genuine_old_list" : null;
}
