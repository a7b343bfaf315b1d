/** The small parts: base45, CBOR, records of others, what may be shown. */

import { describe, expect, test } from "vitest";

import { fromHex, hex, utf8, type Bytes } from "../src/bytes.ts";
import { decode, encode, isBytes, isMap } from "../src/cbor.ts";
import {
  digestOf,
  ED25519,
  kidOf,
  PublicKey,
  readSign1,
  CERTIFICATE_AAD,
  TEST_CERTIFICATE_AAD,
  sign1Input,
} from "../src/cose.ts";
import { TooBig, Unreadable } from "../src/errors.ts";
import { readForm } from "../src/form/reading.ts";
import { climb, rootOf } from "../src/trust/merkle.ts";
import { escaped } from "../src/text.ts";
import { fromIso, isoDay, schemeOf, toBytes, toDay, toText, trimmed } from "../src/wire.ts";
import { FOREIGN, jsonOf } from "./files.ts";

function bytes(digits: string): Bytes {
  return fromHex(digits) ?? new Uint8Array();
}

describe("base45", () => {
  test.each([
    ["AB", "BB8"],
    ["Hello!!", "%69 VD92EX0"],
    ["base-45", "UJCLQE7W581"],
    ["ietf!", "QED8WEX0"],
  ])("RFC 9285 section 4: %s", (said, spelled) => {
    expect(toText(utf8(said))).toBe(`QC1:${spelled}`);
    expect(toBytes(`\t QC1:${spelled}\r\n`)).toEqual(utf8(said));
  });

  test.each(["GGW", ":::", "A", "BB8A", "Z:", "a00", "K\u212a0", "\ud83d\ude00\ud83d"])(
    "refused: %s",
    (spelled) => {
      expect(() => toBytes(`QC1:${spelled}`)).toThrow(Unreadable);
    },
  );

  test("every length there and back", () => {
    for (let size = 0; size < 40; size++) {
      const data = Uint8Array.from({ length: size }, (_, at) => (at * 151 + size * 7) % 256);
      expect(toBytes(toText(data))).toEqual(data);
    }
  });

  test("a text of a megabyte is refused at once", () => {
    const start = performance.now();
    expect(() => toBytes(`QC1:${"0".repeat(2 ** 20)}`)).toThrow(TooBig);
    expect(trimmed(`x${" ".repeat(2 ** 20)}y`)).toHaveLength(2 ** 20 + 2);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("schemes", () => {
    expect(["QC1:", "QC01:", "QC2:", " QC1:"].map(schemeOf)).toEqual(["1", "01", "2", "1"]);
    expect(["qc1:", "QC:", "QC1", "QC1234567890:", "QC\uff11:", "\u00a0QC1:", "HC1:"].map(schemeOf)).toEqual(
      Array(7).fill(null),
    );
  });

  test("days", () => {
    expect(toDay(new Date(2026, 5, 25, 23, 59))).toBe(fromIso("2026-06-25"));
    expect(isoDay(20629)).toBe("2026-06-25");
    expect(fromIso("25.06.2026")).toBeNaN();
  });
});

describe("CBOR", () => {
  interface Example {
    readonly hex: string;
    readonly roundtrip: boolean;
    readonly decoded?: unknown;
  }

  test("RFC 8949 appendix A: integers, strings, arrays and maps are read, all else is refused", () => {
    let read = 0;
    for (const one of jsonOf<readonly Example[]>(FOREIGN, "cbor", "appendix_a.json")) {
      const data = bytes(one.hex);
      const first = (data[0] ?? 0) >> 5;
      if (first < 6 && one.roundtrip && "decoded" in one && isPlain(one.decoded)) {
        expect(simple(decode(data)), one.hex).toEqual(one.decoded);
        read += 1;
      } else if (first > 5 || !one.roundtrip) {
        expect(() => decode(data), one.hex).toThrow(Unreadable);
      }
    }
    expect(read).toBeGreaterThan(25);
  });

  test.each([
    ["1801", "a number that is not in its shortest form"],
    ["190001", "the same, two bytes"],
    ["1a0000ffff", "the same, four"],
    ["1b00000000ffffffff", "the same, eight"],
    ["1b0020000000000000", "2^53"],
    ["3b001fffffffffffff", "-2^53"],
    ["5fff", "indefinite"],
    ["1c", "reserved head"],
    ["61ff", "no UTF-8"],
    ["63eda080", "a surrogate"],
    ["62c080", "overlong"],
    ["a2010102", "a map cut short"],
    ["a201010101", "a key twice"],
    ["a202010101", "keys out of order"],
    ["a1400100", "a byte string as key"],
    ["a1800100", "an array as key"],
    ["9b000000010000000000", "2^32 items"],
    ["bb7fffffffffffffff", "2^63 pairs"],
    ["5b7fffffffffffffff", "2^63 bytes"],
    ["f5", "true"],
    ["f6", "null"],
    ["f7", "undefined"],
    ["f90000", "a float"],
    ["c000", "tag 0"],
    ["d200", "tag 18 where none may stand"],
    ["0000", "something after the end"],
    ["", "nothing"],
    ["ff", "a break"],
  ])("%s is refused: %s", (digits) => {
    expect(() => decode(bytes(digits))).toThrow(Unreadable);
  });

  test("limits", () => {
    expect(decode(bytes("82f5f4"), { booleans: true })).toEqual([true, false]);
    expect(decode(bytes("818100"), { depth: 2 })).toEqual([[0]]);
    expect(() => decode(bytes("81818100"), { depth: 2 })).toThrow(Unreadable);
    expect(() => decode(bytes("820000"), { items: 2 })).toThrow(TooBig);
    expect(decode(bytes("820000"), { items: 3 })).toEqual([0, 0]);
    expect(() => decode(new Uint8Array(100_000).fill(0x81))).toThrow(Unreadable);
    expect(decode(bytes("63efbbbf"))).toBe("\ufeff"); // a byte order mark is text like any other
  });

  test("integers at every edge there and back", () => {
    const edges = [0, 23, 24, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
    for (const edge of [...edges, ...edges.slice(1).map((one) => -one)]) expect(decode(encode(edge))).toBe(edge);
  });
});

function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (typeof value === "string") return true;
  if (Array.isArray(value)) return value.every(isPlain);
  return value !== null && typeof value === "object" && Object.entries(value).every((pair) => pair.every(isPlain));
}

function simple(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, simple(item)]));
  return Array.isArray(value) ? value.map(simple) : value;
}

describe("records packed by two implementations that share nothing but the format", () => {
  interface Packed {
    readonly record: {
      readonly test: boolean;
      readonly number: string;
      readonly part?: number;
      readonly values: Readonly<Record<string, unknown>>;
    };
    readonly form_hash: string;
    readonly form_cbor: string;
    readonly kid: string;
    readonly certificate: string;
    readonly text: string;
    readonly digest: string;
  }

  test.each(jsonOf<readonly Packed[]>(FOREIGN, "format", "records.json"))("$text", async (packed) => {
    const signed = toBytes(packed.text);
    expect(hex(signed)).toBe(packed.certificate);
    expect(toText(signed)).toBe(packed.text);
    expect(hex(digestOf(signed))).toBe(packed.digest);
    const message = readSign1(signed, 2048);
    expect(message.kid).toBe(packed.kid);
    const form = readForm(bytes(packed.form_cbor), new Map());
    expect(hex(digestOf(bytes(packed.form_cbor))).slice(0, 32)).toBe(packed.form_hash);
    const payload = decode(message.payload);
    if (form === null || !isMap(payload)) throw new Error("not a form, or not a payload");
    const number = payload.get(-2);
    const said = new Map(
      [...payload].filter(([label]) => Number(label) > 0).map(([label, value]) => [Number(label), value]),
    );
    expect(typeof number === "number" || typeof number === "string" ? form.number(number) : null).toBe(
      packed.record.number,
    );
    const contents = form.read(said, packed.record.part ?? null).show(form.language);
    const simple = Object.fromEntries(contents.fields.map((field) => [field.name, field.value]));
    for (const [name, value] of Object.entries(packed.record.values)) {
      // the record's own note: "2008" must be refused by who packs, and was packed as 1 March
      if (value === "2008") expect(simple[name]).toBe("2008-03-01");
      else if (!Array.isArray(value)) expect(simple[name], name).toEqual(value);
      else expect(contents.marks.filter((mark) => mark.table === name)).toHaveLength(value.length);
    }
  });

  test("the worked example holds under its published key", async () => {
    const [packed] = jsonOf<readonly Packed[]>(FOREIGN, "format", "records.json");
    const key = new PublicKey(ED25519, bytes("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"));
    const message = readSign1(bytes(packed?.certificate ?? ""), 2048);
    expect(hex(kidOf(ED25519, key.bytes))).toBe(message.kid);
    await key.verify(message.signature, sign1Input(message, CERTIFICATE_AAD));
    await expect(key.verify(message.signature, sign1Input(message, TEST_CERTIFICATE_AAD))).rejects.toThrow();
  });
});

describe("what is signed: cose-wg/Examples", () => {
  interface Example {
    readonly intermediates: { readonly ToBeSign_hex?: string };
    readonly output: { readonly cbor: string };
  }

  test.each(["sign1-tests/sign-pass-01", "sign1-tests/sign-pass-02", "eddsa-examples/eddsa-sig-01"])(
    "%s",
    (name) => {
      const example = jsonOf<Example>(FOREIGN, "cose-wg", `${name}.json`);
      const due = bytes(example.intermediates.ToBeSign_hex ?? "");
      const parts = decode(due);
      if (!Array.isArray(parts) || parts[0] !== "Signature1") throw new Error("no Sig_structure");
      const [header, aad, payload] = parts.slice(1);
      if (!isBytes(header) || !isBytes(aad) || !isBytes(payload)) throw new Error("no Sig_structure");
      const empty = new Uint8Array();
      const message = { alg: 0, kid: "", protected: header, payload, signature: empty };
      expect(hex(sign1Input(message, aad))).toBe(hex(due));
    },
  );
});

describe("Merkle trees (RFC 9162)", () => {
  test("every leaf of every small tree climbs to the root, and to no other", () => {
    for (let size = 1; size < 20; size++) {
      const leaves = Array.from({ length: size }, (_, place) => Uint8Array.of(size, place));
      const root = rootOf(leaves);
      for (let index = 0; index < size; index++) {
        const siblings = pathOf(leaves, index);
        const leaf = leaves[index] ?? new Uint8Array();
        expect(climb(leaf, { index, size, siblings })).toEqual(root);
        if (size > 1) expect(climb(leaf, { index, size, siblings: siblings.slice(1) })).not.toEqual(root);
        expect(climb(leaf, { index, size, siblings: [...siblings, root] })).toBeNull();
        expect(climb(leaf, { index: size, size, siblings })).toBeNull();
      }
    }
  });
});

/** Returns the siblings of a leaf by the recursion of RFC 9162 section 2.1.3.1, which the code does not use. */
function pathOf(leaves: readonly Bytes[], index: number): Bytes[] {
  if (leaves.length === 1) return [];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split ? [...pathOf(left, index), rootOf(right)] : [...pathOf(right, index - split), rootOf(left)];
}

describe("what may be shown", () => {
  test.each([
    "Константинопольская Александра Владимировна",
    "Айгүл Төлөгөновна",
    "O’Connor Seán",
    "Müller-Łukasiewicz",
    "Nguyễn Thị Hương",
    "Ђорђевић Љубица",
    "निर्मला क्ष",
    "田中さくら",
    "5 (отлично), №17",
  ])("%s passes", (text) => {
    expect(escaped(text.normalize("NFD"))).toBe(text.normalize("NFC"));
  });

  test.each([
    ["Cафонов", "⟨U+0043⟩афонов"],
    ["a\u202eb", "a⟨U+202E⟩b"],
    ["\u2067x\u2069", "⟨U+2067⟩x⟨U+2069⟩"],
    ["x\u20dd", "x⟨U+20DD⟩"],
    ["\u0301x", "⟨U+0301⟩x"],
    ["a\u200db", "a⟨U+200D⟩b"],
    ["𝐀nna", "⟨U+1D400⟩nna"],
    ["\ufffd", "⟨U+FFFD⟩"],
    ["\u001b[31m", "⟨U+001B⟩[31m"],
  ])("%j is shown as %s", (text, shown) => {
    expect(escaped(text)).toBe(shown);
  });

  test("a stack of marks and an endless text", () => {
    expect(escaped(`o${"\u0301".repeat(40)}`)).toMatch(/^ó\u0301{2}(⟨U\+0301⟩)+$/);
    expect(escaped("я".repeat(5000))).toBe(`${"я".repeat(1000)}⟨+4000⟩`);
  });
});
