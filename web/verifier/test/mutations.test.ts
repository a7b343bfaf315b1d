/** No mutated text is accepted, none throws; `npm run mutations` tries 100 000. */

import { expect, test } from "vitest";

import { run } from "./mutations.ts";

const COUNT = Number(process.env["MUTATIONS"] ?? 2_000);

test(`${COUNT} mutated texts`, async () => {
  const { accepted, thrown, codes } = await run(COUNT);
  console.log(Object.fromEntries(codes));
  expect([accepted, thrown]).toEqual([0, 0]);
  expect(codes.size).toBeGreaterThanOrEqual(5);
}, 600_000);
