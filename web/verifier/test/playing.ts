/** Playing the scenarios of spec/vectors: the same code in Node and in a browser. */

import { type Bytes, fromBase64, joined } from "../src/bytes.ts";
import { type Verdict, verify } from "../src/decode.ts";
import { TrustListError } from "../src/errors.ts";
import { escaped } from "../src/text.ts";
import { nameOn } from "../src/trust/entries.ts";
import { TrustList } from "../src/trust/lists.ts";
import { permitted } from "../src/trust/succession.ts";
import { fromIso, isoDay } from "../src/wire.ts";

/** A list in a vector: the path of a file, or pieces that are paths or base64. */
export type Given = string | readonly string[];

export interface Scenario {
  readonly title: string;
  readonly origin: string;
  readonly input: Given;
  readonly proofs?: readonly string[];
  readonly lists?: readonly Given[];
  readonly stored?: readonly Given[];
  readonly fingerprint?: string;
  readonly now?: string;
  readonly at?: string;
  readonly max_list_age?: number;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** Returns the bytes of a file in spec/vectors. */
export type Load = (path: string) => Bytes;

/** Plays scenarios; lists that are read once are kept. */
export class Player {
  readonly #load: Load;
  readonly #lists = new Map<string, Promise<TrustList>>();

  constructor(load: Load) {
    this.#load = load;
  }

  /** Returns what the scenario gives, in the shape of its `expected`. */
  async play(scenario: Scenario): Promise<Readonly<Record<string, unknown>>> {
    try {
      return scenario.stored === undefined ? await this.#verdict(scenario) : await this.#import(scenario);
    } catch (error) {
      if (error instanceof TrustListError) return { error: error.code };
      throw error;
    }
  }

  async #verdict(scenario: Scenario): Promise<Readonly<Record<string, unknown>>> {
    const lists = [];
    for (const given of scenario.lists ?? []) lists.push(await this.#list(given));
    const verdict = await verify(String(scenario.input), lists, {
      now: fromIso(scenario.now ?? ""),
      at: scenario.at === undefined ? null : fromIso(scenario.at),
      maxListAge: scenario.max_list_age ?? null,
      proofs: scenario.proofs ?? [],
    });
    const found: Record<string, unknown> = facts(verdict);
    if (verdict.others.length > 0 || "others" in scenario.expected) found["others"] = verdict.others.map(facts);
    if ("display" in scenario.expected) found["display"] = display(verdict, scenario.expected["display"]);
    return found;
  }

  async #import(scenario: Scenario): Promise<Readonly<Record<string, unknown>>> {
    const stored = new Map<string, TrustList>();
    for (const given of scenario.stored ?? []) {
      const list = await this.#list(given);
      permitted(stored.get(list.identity) ?? null, list, list.fingerprint);
      stored.set(list.identity, list);
    }
    const next = await this.#list(scenario.input);
    return { result: permitted(stored.get(next.identity) ?? null, next, scenario.fingerprint ?? null) };
  }

  #list(given: Given): Promise<TrustList> {
    const key = JSON.stringify(given);
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const pieces = typeof given === "string" ? [given] : given;
    const bytes = joined(...pieces.map((one) => (one.startsWith("lists/") ? this.#load(one) : fromBase64(one))));
    const list = TrustList.fromBytes(bytes);
    this.#lists.set(key, list);
    return list;
  }
}

/** Returns a verdict as the vectors write one down, contents in the document's language. */
export function facts(verdict: Verdict): Record<string, unknown> {
  const contents = verdict.filling === null ? null : verdict.contents(verdict.filling.form.language);
  const { school, claims, issued } = verdict;
  return {
    verdict: verdict.code,
    reason: verdict.reason,
    kind: verdict.withdrawn?.kind ?? null,
    test: verdict.test,
    own: verdict.trust !== null && verdict.trust.own && verdict.entry !== null,
    number: verdict.number,
    issued: issued === null ? null : isoDay(issued),
    school: school && claims ? { id: school.id, name: nameOn(school, claims.issued) } : null,
    title: contents?.title ?? null,
    part: contents ? (claims?.part ?? null) : null,
    fields: contents?.fields.map(({ name, label, value }) => ({ name, label, value })) ?? null,
    marks: contents?.marks.map(({ table, subject, cells }) => ({ table, subject, cells: [...cells] })) ?? null,
  };
}

function display(verdict: Verdict, expected: unknown): Record<string, string> {
  const names = typeof expected === "object" && expected !== null ? Object.keys(expected) : [];
  const contents = verdict.filling === null ? null : verdict.contents(verdict.filling.form.language);
  const fields = contents?.fields.filter((field) => names.includes(field.name)) ?? [];
  return Object.fromEntries(fields.map((field) => [field.name, escaped(String(field.value))]));
}
