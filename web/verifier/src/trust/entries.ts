/** What a list says, as plain values: schools, keys, forms, seasons. Days count from 1970-01-01. */

import type { Bytes } from "../bytes.ts";
import type { PublicKey } from "../cose.ts";
import type { Leaves } from "./seasons.ts";

/** Number 1 and number 2 on the wire, each worse than the one before. */
export const STATUSES = ["compromised", "void"] as const;

/** What became of a key. */
export type Status = (typeof STATUSES)[number];

/** A form as the list carries it: its bytes and the texts of each other language, unhashed. */
export interface FormEntry {
  readonly hash: string;
  readonly data: Bytes;
  readonly translations: ReadonlyMap<string, readonly string[]>;
}

/** A school's name and the day from which it holds. */
export interface Named {
  readonly since: number;
  readonly name: string;
}

/** A school: the authority's own id for it, its names each from its day, and what is known of it. */
export interface School {
  readonly id: number;
  readonly names: readonly Named[];
  readonly place: string;
  readonly closed: number | null;
  readonly successor: number | null;
  readonly archive: string | null;
}

/** Returns the name that held on `day`: the last from that day or before, else the first. */
export function nameOn(school: School, day: number): string {
  const held = school.names.findLast((named) => named.since <= day) ?? school.names[0];
  return held?.name ?? "";
}

/** Returns the newest name of a school. */
export function nameNow(school: School): string {
  return school.names.at(-1)?.name ?? "";
}

/** A school's key: the window of the days it may sign (inclusive), rights, status, papers known to be issued. */
export interface KeyEntry {
  readonly key: PublicKey;
  readonly school: School;
  readonly start: number;
  readonly end: number;
  readonly rights: number;
  readonly status: { readonly is: Status; readonly since: number } | null;
  readonly papers: readonly Leaves[];
  /** Such a key signs only test certificates. */
  readonly test: boolean;
}

/** A closed season: the day it was closed, how many keys and certificates it has, the root over them. */
export interface Season {
  readonly day: number;
  readonly keys: number;
  readonly certificates: number;
  readonly root: string;
}

/** Day and kind of a withdrawal: 1 replaced, its contents were right; 2 replaced, they were wrong; 3 withdrawn. */
export interface Withdrawal {
  readonly day: number;
  readonly kind: number;
}

/** All that a list says; hashes and kids in hexadecimal digits. */
export interface Contents {
  readonly authority: string;
  /** Where newer lists are found: a line to show, never to fetch. */
  readonly where: string;
  readonly version: number;
  readonly previous: string;
  readonly issued: number;
  readonly nextUpdate: number;
  readonly cutover: number | null;
  readonly forms: readonly FormEntry[];
  readonly rights: ReadonlyMap<number, ReadonlySet<string>>;
  readonly schools: readonly School[];
  readonly keys: ReadonlyMap<string, KeyEntry>;
  readonly withdrawals: ReadonlyMap<string, Withdrawal>;
  readonly seasons: readonly Season[];
}
