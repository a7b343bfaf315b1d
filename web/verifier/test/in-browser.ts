/** What runs inside the browser: vectors played by the page's own code. */

import { type Bytes, fromBase64, fromHex, utf8 } from "../src/bytes.ts";
import { answersProbes, choose, ed25519ByHand, nativeChecks } from "../src/curves.ts";
import { Player, type Scenario } from "./playing.ts";

interface Cctv {
  readonly key: string;
  readonly sig: string;
  readonly msg: string;
  readonly flags: readonly string[] | null;
}

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly { readonly sig: string; readonly msg: string; readonly result: string }[];
  }[];
}

interface Given {
  readonly scenarios: readonly (readonly [name: string, scenario: Scenario])[];
  readonly files: readonly (readonly [path: string, base64: string])[];
  readonly cctv: readonly Cctv[];
  readonly wycheproof: Wycheproof;
}

export interface InBrowser {
  play(given: Given): Promise<{ played: number; signatures: number; native: boolean; differences: string[] }>;
}

function bytes(digits: string): Bytes {
  return fromHex(digits) ?? new Uint8Array();
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, item]) => [key, ordered(item)]),
  );
}

const inBrowser: InBrowser = {
  async play({ scenarios, files, cctv, wycheproof }) {
    const known = new Map(files.map(([path, text]) => [path, fromBase64(text)]));
    const player = new Player((path) => known.get(path) ?? new Uint8Array());
    const differences: string[] = [];
    for (const [name, scenario] of scenarios) {
      const found = JSON.stringify(ordered(await player.play(scenario)));
      if (found !== JSON.stringify(ordered(scenario.expected))) differences.push(`${name}: ${found}`);
    }
    const cases = [
      ...wycheproof.testGroups.flatMap((group) =>
        group.tests
          .filter((one) => one.sig.length === 128)
          .map((one) => ({
            key: bytes(group.publicKey.pk),
            sig: bytes(one.sig),
            msg: bytes(one.msg),
            due: one.result === "valid",
          })),
      ),
      ...cctv
        .filter((one) => !(one.flags ?? []).some((flag) => flag === "low_order_A" || flag === "non_canonical_A"))
        .map((one) => ({
          key: bytes(one.key),
          sig: bytes(one.sig),
          msg: utf8(one.msg),
          due: !(one.flags ?? []).some((flag) =>
            ["low_order_residue", "non_canonical_R", "reencoded_k"].includes(flag),
          ),
        })),
    ];
    const check = await choose(crypto.subtle);
    for (const { key, sig, msg, due } of cases) {
      if ((await check(key, sig, msg)) !== due) differences.push(`chosen way, key ${key}`);
      if (ed25519ByHand(key, sig, msg) !== due) differences.push(`by hand, key ${key}`);
    }
    const native = await answersProbes(nativeChecks(crypto.subtle).ed25519);
    return { played: scenarios.length, signatures: 2 * cases.length, native, differences };
  },
};

Object.assign(globalThis, { inBrowser });
