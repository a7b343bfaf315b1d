/** Every vector of spec/vectors: the page's code and the library agree, or the specification is wrong. */

import { describe, expect, test } from "vitest";

import { EXIT_STATUS } from "../src/decode.ts";
import { load, scenarios } from "./files.ts";
import { Player } from "./playing.ts";

const SCENARIOS = scenarios();
const player = new Player(load);

describe("spec/vectors", () => {
  test.each([...SCENARIOS.keys()])("%s", async (name) => {
    const scenario = SCENARIOS.get(name);
    expect(scenario).toBeDefined();
    if (scenario !== undefined) expect(await player.play(scenario)).toEqual(scenario.expected);
  });

  test("there are all of them, and they say everything that a verdict can", () => {
    const verdicts = new Set([...SCENARIOS.values()].map((scenario) => scenario.expected["verdict"]));
    expect(SCENARIOS.size).toBeGreaterThan(900);
    expect(Object.keys(EXIT_STATUS).filter((code) => !verdicts.has(code))).toEqual([]);
  });
});
