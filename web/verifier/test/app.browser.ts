/** The page that is installed: whole after one visit, without a network, until a person takes the newer one. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { expect, test } from "vitest";

import { Browser } from "./browser.ts";
import { HERE } from "./files.ts";
import { show } from "./tour.ts";
import { filledPage, list, text, TODAY } from "./world/world.ts";

const PAGE = readFileSync(join(HERE, "dist", "verify.html"), "utf8");
const WORKER = readFileSync(join(HERE, "dist", "sw.js"), "utf8");

/** Returns the files of the folder, as `qrcert webpage --app` makes them. */
function folder(listed: string): ReadonlyMap<string, readonly [kind: string, text: string]> {
  const page = PAGE.replace("worker-src blob:;", "worker-src blob: 'self'; manifest-src 'self';").replace(
    "<title>",
    '<link rel="manifest" href="manifest.webmanifest">\n<title>',
  );
  const index = filledPage(page, [list(listed)], { app: true });
  const version = createHash("sha256").update(index).digest("hex");
  const manifest = { name: "Certificate check", start_url: "./", scope: "./", display: "standalone", icons: [] };
  return new Map([
    ["/", ["text/html; charset=utf-8", index]],
    ["/sw.js", ["text/javascript", WORKER.replace("%VERSION%", version)]],
    ["/manifest.webmanifest", ["application/manifest+json", JSON.stringify(manifest)]],
    ["/icon.svg", ["image/svg+xml", readFileSync(join(HERE, "dist", "icon.svg"), "utf8")]],
  ]);
}

async function served(listed: string, port: number, asked: string[]): Promise<Server> {
  const files = folder(listed);
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const [kind, body] = files.get(request.url ?? "") ?? [];
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": kind ?? "text/plain",
      "cache-control": "no-cache",
    });
    response.end(body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

test("one visit is enough, and a newer page waits for a person", async () => {
  const asked: string[] = [];
  const first = await served("now", 0, asked);
  const { port } = first.address() as AddressInfo;
  const browser = await Browser.open(undefined, { locale: "en-GB" });
  try {
    await browser.context.clock.setFixedTime(`${TODAY}T12:00:00`);
    const page = await browser.context.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector("html.ready");
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    expect(new Set(asked)).toEqual(new Set(["/", "/sw.js", "/manifest.webmanifest", "/icon.svg"]));

    await closed(first); // no network from here
    await page.reload();
    await page.waitForSelector("html.ready");
    await show(page, text("genuine"));
    expect(await page.locator(".verdict").getAttribute("data-verdict")).toBe("genuine");

    const second = await served("next", port, asked);
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByRole("button", { name: /1 days old/ }).waitFor();
    await show(page, text("genuine"));
    expect(await page.locator(".verdict").getAttribute("data-verdict")).toBe("withdrawn");
    await closed(second);
  } finally {
    await browser.close();
  }
}, 120_000);
