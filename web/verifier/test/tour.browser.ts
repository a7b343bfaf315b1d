/** Takes the pictures of the tour where TOUR names a folder. */

import { test } from "vitest";

import { tour } from "./tour.ts";

test("tour", async () => {
  await tour(process.env["TOUR"] ?? "/tmp/qrcert-tour", (process.env["ONLY"] ?? "").split(" "));
}, 600_000);
