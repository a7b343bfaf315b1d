/** The one equation of Ed25519, by both ways: WebCrypto's and our own; keys that the screen refuses. */

import { describe, expect, test } from "vitest";

import { fromHex, type Bytes, utf8 } from "../src/bytes.ts";
import { ED25519, ESP256, PublicKey } from "../src/cose.ts";
import {
  answersProbes,
  choose,
  ed25519ByHand,
  isLowS,
  nativeChecks,
  p256ByHand,
  p256Check,
  PROBES,
  type Check,
} from "../src/curves.ts";
import { Refused } from "../src/errors.ts";
import { FOREIGN, jsonOf } from "./files.ts";

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly sig: string;
      readonly msg: string;
      readonly result: string;
    }[];
  }[];
}

interface Cctv {
  readonly key: string;
  readonly sig: string;
  readonly msg: string;
  readonly flags: readonly string[] | null;
}

const WYCHEPROOF = jsonOf<Wycheproof>(FOREIGN, "wycheproof", "ed25519_test.json");
const CCTV = jsonOf<readonly Cctv[]>(FOREIGN, "cctv", "ed25519vectors.json");

const byHand: Check = async (key, signature, message) => ed25519ByHand(key, signature, message);
const native = nativeChecks(crypto.subtle).ed25519;

function bytes(digits: string): Bytes {
  const read = fromHex(digits);
  if (read === null) throw new Error(`not hexadecimal: ${digits}`);
  return read;
}

describe.each([
  ["by hand", byHand],
  ["by WebCrypto", native],
])("Ed25519 %s", (_, check) => {
  test("Wycheproof", async () => {
    let [valid, invalid] = [0, 0];
    for (const group of WYCHEPROOF.testGroups) {
      for (const one of group.tests) {
        const signature = bytes(one.sig);
        const held = signature.length === 64 && (await check(bytes(group.publicKey.pk), signature, bytes(one.msg)));
        expect(held, `case ${one.tcId}`).toBe(one.result === "valid");
        if (held) valid += 1;
        else invalid += 1;
      }
    }
    expect([valid, invalid]).toEqual([88, 63]);
  });

  test("CCTV: residues of small order and other spellings of R do not hold", async () => {
    let held = 0;
    for (const one of CCTV) {
      const flags = new Set(one.flags ?? []);
      if (flags.has("low_order_A") || flags.has("non_canonical_A")) continue;
      const spoilt = ["low_order_residue", "non_canonical_R", "reencoded_k"].some((flag) => flags.has(flag));
      const holds = await check(bytes(one.key), bytes(one.sig), utf8(one.msg));
      expect(holds, JSON.stringify(one)).toBe(!spoilt);
      if (holds) held += 1;
    }
    expect(held).toBeGreaterThan(0);
  });

  test("the probes, the two vectors of the format among them", async () => {
    expect(PROBES.filter((probe) => probe.holds)).toHaveLength(2);
    expect(await answersProbes(check)).toBe(true);
  });
});

describe("which way is taken", () => {
  const key = bytes(PROBES[1]?.key ?? "");
  const refused = bytes(PROBES[1]?.signature ?? "");
  const message = PROBES[1]?.message ?? new Uint8Array();

  test("without WebCrypto our own", async () => {
    expect(await (await choose(undefined))(key, refused, message)).toBe(false);
  });

  test("where WebCrypto lacks Ed25519 our own", async () => {
    const subtle = { importKey: () => Promise.reject(new DOMException("no", "NotSupportedError")) };
    const check = await choose(subtle as unknown as SubtleCrypto);
    expect(await answersProbes(check)).toBe(true);
  });

  test("where WebCrypto takes what only the cofactor accepts our own", async () => {
    const subtle = { importKey: () => Promise.resolve({}), verify: () => Promise.resolve(true) };
    const check = await choose(subtle as unknown as SubtleCrypto);
    expect(await check(key, refused, message)).toBe(false);
  });

  test("WebCrypto where it is right", async () => {
    let asked = 0;
    const subtle = {
      importKey: crypto.subtle.importKey.bind(crypto.subtle),
      verify: (...given: Parameters<SubtleCrypto["verify"]>) => {
        asked += 1;
        return crypto.subtle.verify(...given);
      },
    };
    await (
      await choose(subtle as unknown as SubtleCrypto)
    )(key, refused, message);
    expect(asked).toBe(PROBES.length + 1);
  });
});

describe("the screen", () => {
  test("CCTV: fourteen of 22 keys do not pass", () => {
    const flags = new Map<string, Set<string>>();
    for (const one of CCTV) {
      const known = flags.get(one.key) ?? new Set<string>();
      for (const flag of one.flags ?? []) if (flag.endsWith("_A")) known.add(flag);
      flags.set(one.key, known);
    }
    const weak = [...flags].filter(([, found]) => found.has("low_order_A") || found.has("non_canonical_A"));
    expect([flags.size, weak.length]).toEqual([22, 14]);
    for (const [key, found] of flags) {
      const make = (): PublicKey => new PublicKey(ED25519, bytes(key));
      if (found.has("low_order_A") || found.has("non_canonical_A")) expect(make).toThrow(Refused);
      else expect(make().kid).toHaveLength(16);
    }
  });

  test("a key that is no point passes and verifies nothing", async () => {
    const key = new PublicKey(ED25519, bytes("0200000000000000000000000000000000000000000000000000000000000000"));
    await expect(key.verify(bytes(PROBES[0]?.signature ?? ""), utf8(""))).rejects.toThrow(Refused);
    expect(ed25519ByHand(key.bytes, bytes(PROBES[0]?.signature ?? ""), utf8(""))).toBe(false);
  });
});

describe("kid", () => {
  test("RFC 9679 section 6", () => {
    const x = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d";
    const y = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c";
    expect(new PublicKey(ESP256, bytes(x + y)).kid).toBe("496bd8afadf307e5");
  });
});

describe("ESP256", () => {
  test("both ways agree; high s, r = 0 and s = 0 have no place", async () => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
    const key = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)).slice(1);
    const message = utf8("what is signed");
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    for (let round = 0; round < 8; round++) {
      const signature = new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, message));
      const low = isLowS(signature);
      const verified = new PublicKey(ESP256, key).verify(signature, message);
      if (low) await expect(verified).resolves.toBeUndefined();
      else await expect(verified).rejects.toThrow(Refused);
      expect(await p256Check(key, signature, message)).toBe(true);
      expect(p256ByHand(key, signature, message)).toBe(low);
      expect(p256ByHand(key, signature, utf8("another"))).toBe(false);
    }
    expect(isLowS(new Uint8Array(64))).toBe(false);
    expect(isLowS(new Uint8Array(64).fill(1, 0, 32))).toBe(false);
    expect(isLowS(new Uint8Array(64).fill(1, 32))).toBe(false);
  });
});
