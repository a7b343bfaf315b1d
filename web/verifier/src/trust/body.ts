/** The body of a list: from the bytes of a payload whose signatures hold to `Contents`, every rule checked. */

import { type Bytes, hex } from "../bytes.ts";
import { isMap, type Value } from "../cbor.ts";
import { digestOf, ED25519, ESP256, PUBLIC_BYTES } from "../cose.ts";
import { TrustListError } from "../errors.ts";
import {
  type Contents,
  type FormEntry,
  type KeyEntry,
  nameNow,
  type School,
  type Season,
  STATUSES,
  type Withdrawal,
} from "./entries.ts";
import { anyDayOf, array, ascending, bytes, dayOf, decoded, Labelled, line, row, whole } from "./layout.ts";
import { type Root, screened } from "./roots.ts";
import { Leaves, readPath } from "./seasons.ts";

/** CBOR items of a list's body: 40 000 schools need 1.2 million after ten years. */
const MAX_BODY_ITEMS = 4_000_000;
const MAX_FORMS = 1000;
const MAX_FORM = 65_536; // bytes
const FORM16 = 16; // bytes
const LARGEST = Number.MAX_SAFE_INTEGER;
const CUTOVER = -1;

/**
 * Returns what a list's payload says; its signatures are known to hold under `newest`.
 *
 * `signerKids` are the keys of all signers, which no school may have. Throws `TrustListError`.
 */
export function readContents(payload: Bytes, newest: Root, signerKids: ReadonlySet<string>): Contents {
  const body = new Labelled("list", decoded(payload, { items: MAX_BODY_ITEMS }), [CUTOVER]);
  const [root, issued, nextUpdate] = [body.hash(2), body.day(5), body.day(6)];
  if (root !== newest.hash) throw new TrustListError("wrong_root", `the list is for root ${root}`);
  if (issued > nextUpdate || nextUpdate > newest.until) {
    throw new TrustListError("dates", "issued, next update and the root's until do not ascend");
  }
  const forms = readForms(body.array(7));
  const rights = readRights(body.array(8), new Set(forms.map((form) => form.hash)));
  const seasons = readSeasons(body.array(11));
  const sizes = new Map(seasons.map((season) => [season.root, season.keys]));
  const keys = new Keys(rights, sizes, signerKids);
  return {
    authority: body.line(0),
    where: body.line(1),
    version: body.positive(3),
    previous: body.hash(4),
    issued,
    nextUpdate,
    cutover: body.has(CUTOVER) ? body.day(CUTOVER) : null,
    forms,
    rights,
    schools: readSchools(body.array(9), keys),
    keys: keys.byKid,
    withdrawals: readWithdrawals(body.array(10)),
    seasons,
  };
}

/** Tells whether this is a school's list of itself: one root, one signer, one school of the authority's name. */
export function isOwn(roots: readonly Root[], contents: Contents): boolean {
  const [school] = contents.schools;
  const alone = roots.length === 1 && roots[0]?.signers.length === 1 && contents.schools.length === 1;
  return alone && school !== undefined && nameNow(school) === contents.authority;
}

function readForms(values: readonly Value[]): readonly FormEntry[] {
  if (values.length > MAX_FORMS) throw new TrustListError("too_big", `${values.length} forms`);
  const forms = values.map(readFormEntry);
  ascending(
    forms.map((form) => form.data),
    "forms",
  );
  if (new Set(forms.map((form) => form.hash)).size < forms.length) {
    throw new TrustListError("same_form", "two forms with one hash");
  }
  return forms;
}

function readFormEntry(value: Value): FormEntry {
  const [given, translations] = row(value, 2, "form");
  const data = bytes(given, 1, MAX_FORM, "form");
  if (!isMap(translations)) throw new TrustListError("malformed", "translations: a map is due");
  const texts = new Map<string, readonly string[]>();
  for (const [language, said] of translations) {
    if (typeof language !== "string" || !/^[a-z]{2,3}$/.test(language)) {
      throw new TrustListError("malformed", "translations: not a language of 2 or 3 letters");
    }
    texts.set(language, array(said, 1, Infinity, "translation").map(anyText));
  }
  return { hash: hex(digestOf(data)).slice(0, 2 * FORM16), data, translations: texts };
}

function anyText(value: Value): string {
  if (typeof value !== "string") throw new TrustListError("malformed", "translation: a text is due");
  return value;
}

function readRights(
  values: readonly Value[],
  forms: ReadonlySet<string>,
): ReadonlyMap<number, ReadonlySet<string>> {
  const rights = new Map<number, ReadonlySet<string>>();
  const numbers = values.map((value) => {
    const [number, named] = row(value, 2, "rights");
    const allowed = array(named, 1, Infinity, "rights").map((form) => bytes(form, FORM16, FORM16, "rights"));
    ascending(allowed, "rights");
    const known = allowed.map(hex);
    if (known.some((form) => !forms.has(form))) {
      throw new TrustListError("dangling", "rights name a form that is not in the list");
    }
    const key = whole(number, 0, LARGEST, "rights");
    rights.set(key, new Set(known));
    return key;
  });
  ascending(numbers, "rights");
  return rights;
}

function readWithdrawals(values: readonly Value[]): ReadonlyMap<string, Withdrawal> {
  const found = new Map<string, Withdrawal>();
  const names = values.map((value) => {
    const [name, day, kind] = row(value, 3, "withdrawal");
    const named = bytes(name, 16, 16, "withdrawal");
    found.set(hex(named), { day: dayOf(day, "withdrawal"), kind: whole(kind, 1, 3, "withdrawal") });
    return named;
  });
  ascending(names, "withdrawals");
  return found;
}

function readSeasons(values: readonly Value[]): readonly Season[] {
  const seasons = values.map((value) => {
    const [day, keys, certificates, root] = row(value, 4, "season");
    return {
      day: dayOf(day, "season"),
      keys: whole(keys, 1, LARGEST, "season"),
      certificates: whole(certificates, 1, LARGEST, "season"),
      root: hex(bytes(root, 32, 32, "season")),
    };
  });
  ascending(
    seasons.map((season) => season.day),
    "seasons",
  );
  if (seasons.some((season) => season.certificates < season.keys)) {
    throw new TrustListError("malformed", "a season with fewer certificates than keys");
  }
  if (new Set(seasons.map((season) => season.root)).size < seasons.length) {
    throw new TrustListError("order", "two seasons with one root");
  }
  return seasons;
}

function readSchools(values: readonly Value[], keys: Keys): readonly School[] {
  const read = values.map((value) => {
    const map = new Labelled("school", value, []);
    return { map, school: readSchool(map) };
  });
  const schools = read.map(({ school }) => school);
  ascending(
    schools.map((school) => school.id),
    "schools",
  );
  const ids = new Set(schools.map((school) => school.id));
  for (const { map, school } of read) {
    if (school.successor !== null && !ids.has(school.successor)) {
      throw new TrustListError("dangling", `school ${school.id}: its successor is not in the list`);
    }
    keys.read(map.array(3), school);
  }
  return schools;
}

function readSchool(map: Labelled): School {
  const names = map.array(1, 1).map((value) => {
    const [since, name] = row(value, 2, "name");
    return { since: anyDayOf(since, "name"), name: line(name, "name") };
  });
  ascending(
    names.map((named) => named.since),
    "names",
  );
  const school: School = {
    id: map.positive(0),
    names,
    place: map.line(2),
    closed: map.has(4) ? map.anyDay(4) : null,
    successor: map.has(5) ? map.positive(5) : null,
    archive: map.has(6) ? map.line(6) : null,
  };
  if (school.successor === school.id) throw new TrustListError("dangling", "a school that is its own successor");
  return school;
}

/** What keys are read against, and the entries read so far by kid. */
class Keys {
  readonly byKid = new Map<string, KeyEntry>();
  readonly #rights: ReadonlyMap<number, unknown>;
  readonly #seasonSizes: ReadonlyMap<string, number>;
  readonly #signerKids: ReadonlySet<string>;

  constructor(
    rights: ReadonlyMap<number, unknown>,
    seasonSizes: ReadonlyMap<string, number>,
    signerKids: ReadonlySet<string>,
  ) {
    this.#rights = rights;
    this.#seasonSizes = seasonSizes;
    this.#signerKids = signerKids;
  }

  /** Adds a school's keys; keys of an algorithm that is not known here are left out. */
  read(values: readonly Value[], school: School): void {
    const maps = values.map((value) => new Labelled("key", value, []));
    ascending(
      maps.map((map) => map.bytes(0, 0, Infinity)),
      "keys",
    );
    for (const map of maps) this.#add(map, school);
  }

  #add(map: Labelled, school: School): void {
    const alg = map.whole(1, -LARGEST, -1);
    const [start, end, rights] = [map.day(2), map.day(3), map.count(4)];
    const status = map.has(5) ? readStatus(map.array(5)) : null;
    const papers = map.has(6) ? map.array(6, 1) : [];
    const test = map.flag(7);
    if (!this.#rights.has(rights)) throw new TrustListError("dangling", `rights ${rights} are not in the list`);
    if (start > end) throw new TrustListError("dates", "a key's from is after its until");
    if (alg !== ED25519 && alg !== ESP256) return;
    const size = PUBLIC_BYTES.get(alg) ?? 0;
    const key = screened(alg, map.bytes(0, size, size));
    if (this.#signerKids.has(key.kid)) throw new TrustListError("two_roles", `${key.kid} is a signer's key too`);
    if (this.byKid.has(key.kid)) throw new TrustListError("same_kid", `a second key with the kid ${key.kid}`);
    this.byKid.set(key.kid, {
      key,
      school,
      start,
      end,
      rights,
      status,
      papers: this.#papers(key.kid, papers),
      test,
    });
  }

  /** Returns a key's leaves, each shown to be in a season of the list, no season twice. */
  #papers(kid: string, values: readonly Value[]): readonly Leaves[] {
    const rows = values.map((value) => {
      const [digests, path] = row(value, 2, "leaves");
      return { digests: bytes(digests, 0, Infinity, "leaves"), path: array(path, 0, Infinity, "path") };
    });
    ascending(
      rows.map(({ digests }) => digests),
      "leaves",
    );
    const seen = new Set<string>();
    return rows.map(({ digests, path }) => {
      const leaves = new Leaves(digests, readPath(path));
      const root = leaves.seasonRoot(kid);
      if (root === null || seen.has(root) || this.#seasonSizes.get(root) !== leaves.path.size) {
        throw new TrustListError("bad_leaves", "leaves that climb to no season of the list, or to one twice");
      }
      seen.add(root);
      return leaves;
    });
  }
}

function readStatus(values: readonly Value[]): KeyEntry["status"] {
  const [number, since] = row(values, 2, "status");
  const is = STATUSES[whole(number, 1, STATUSES.length, "status") - 1] ?? "void";
  return { is, since: dayOf(since, "status") };
}
