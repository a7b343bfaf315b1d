/** Cases that the library has judged, judged by the page's code; run by bench/agreement.py. */

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { expect, test } from "vitest";

import { fromBase64 } from "../src/bytes.ts";
import { decode, isMap, type Value } from "../src/cbor.ts";
import { verify } from "../src/decode.ts";
import { FormError, TrustListError } from "../src/errors.ts";
import type { Contents } from "../src/form/model.ts";
import { readForm } from "../src/form/reading.ts";
import { TrustList } from "../src/trust/lists.ts";
import { fromIso } from "../src/wire.ts";
import { facts } from "./playing.ts";

const LANGUAGES = ["ru", "en", "de", "fr"];

type Case =
  | { readonly kind: "trust"; readonly data: string }
  | { readonly kind: "text"; readonly input: string; readonly now: string; readonly expected: unknown }
  | { readonly kind: "list"; readonly data: string; readonly expected: unknown }
  | {
      readonly kind: "form";
      readonly data: string;
      readonly translations: Readonly<Record<string, readonly string[]>>;
      readonly fields: string;
      readonly expected: unknown;
    };

let trust: TrustList | null = null;

async function judged(one: Case): Promise<unknown> {
  switch (one.kind) {
    case "trust":
      trust = await TrustList.fromBytes(fromBase64(one.data));
      return undefined;
    case "text":
      return facts(await verify(one.input, trust === null ? [] : [trust], { now: fromIso(one.now) }));
    case "list":
      return listCode(one.data);
    case "form": {
      const form = readForm(fromBase64(one.data), new Map(Object.entries(one.translations)));
      if (form === null) return null;
      try {
        const filling = form.read(fieldsOf(decode(fromBase64(one.fields))), null);
        return Object.fromEntries(LANGUAGES.map((language) => [language, written(filling.show(language))]));
      } catch (error) {
        if (error instanceof FormError) return "refused";
        throw error;
      }
    }
  }
}

async function listCode(data: string): Promise<string | null> {
  try {
    await TrustList.fromBytes(fromBase64(data));
    return null;
  } catch (error) {
    if (error instanceof TrustListError) return error.code;
    throw error;
  }
}

function fieldsOf(value: Value): ReadonlyMap<number, Value> {
  return new Map(isMap(value) ? [...value].map(([label, one]) => [Number(label), one]) : []);
}

function written({ title, language, fields, marks }: Contents): unknown {
  return {
    title,
    language,
    fields: fields.map((one) => [one.name, one.label, one.value, one.text]),
    marks: marks.map((one) => [one.table, one.label, one.subject, [...one.cells], [...one.texts]]),
  };
}

test("the page agrees with the library", async () => {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(process.env["AGREEMENT"] ?? "") })) {
    const one = JSON.parse(line) as Case;
    const found = await judged(one);
    if (one.kind !== "trust") expect(found, `case ${count}: ${line.slice(0, 400)}`).toEqual(one.expected);
    count += 1;
  }
  expect(count).toBeGreaterThan(1);
}, 3_600_000);
