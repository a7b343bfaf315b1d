/** A page from a plain http address: no WebCrypto, no camera; texts and pictures are checked all the same. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { expect, test } from "vitest";

import { Browser } from "./browser.ts";
import { HERE } from "./files.ts";
import { show } from "./tour.ts";
import { filledPage, list, text, TODAY } from "./world/world.ts";

const PAGE = readFileSync(join(HERE, "dist", "verify.html"), "utf8");

test("what the browser withholds is done by hand, or told", async () => {
  const page = filledPage(PAGE, [list("now")]);
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await Browser.open(() => ["--host-resolver-rules=MAP verify.test 127.0.0.1"], {
    locale: "en-GB",
  });
  try {
    await browser.context.clock.setFixedTime(`${TODAY}T12:00:00`);
    const tab = await browser.context.newPage();
    await tab.goto(`http://verify.test:${port}/`);
    await tab.waitForSelector("html.ready");
    expect(await tab.evaluate(() => [isSecureContext, "subtle" in crypto])).toEqual([false, false]);
    for (const [paper, code] of [
      ["genuine", "genuine"],
      ["altered", "altered"],
      ["test", "genuine"],
    ] as const) {
      await show(tab, text(paper));
      await expect.poll(() => tab.locator(".verdict").getAttribute("data-verdict")).toBe(code);
    }
    await tab.getByRole("button", { name: "Use the camera" }).click();
    await tab.getByText("the browser gives no camera").waitFor();
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}, 60_000);
