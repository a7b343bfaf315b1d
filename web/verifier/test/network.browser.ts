/** The page sends nothing: the browser's own log of its network during a full scan, from the start to the end. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { Browser, filmed } from "./browser.ts";
import { HERE } from "./files.ts";
import { chance } from "./mutations.ts";
import { show } from "./tour.ts";
import { bitmap, clip, modules, photographed } from "./video.ts";
import { filledPage, list, text, TODAY } from "./world/world.ts";

const PAGE = readFileSync(join(HERE, "dist", "verify.html"), "utf8");

interface NetLog {
  readonly events: readonly { readonly params?: Readonly<Record<string, unknown>> }[];
}

const LOG = "net.json";

/** Returns the flags by which a browser logs its network into its folder. */
function logged(folder: string): readonly string[] {
  return [`--log-net-log=${join(folder, LOG)}`, "--net-log-capture-mode=Everything"];
}

/** Hosts that a browser of its maker asks for by itself, before it has any page; the page names none of them. */
const ITS_MAKERS = /(^|\.)(google|googleapis|gstatic|gvt1|googleusercontent)\.com$/;

/** Returns every host that stands in a browser's log of its network: asked for, connected to, or looked up. */
function hostsIn(path: string): readonly string[] {
  const hosts = new Set<string>();
  for (const { params } of netLog(path).events) {
    for (const told of [params?.["url"], params?.["host"], params?.["group_id"], params?.["origin"]]) {
      for (const [, host] of String(told ?? "").matchAll(/\b(?:https?|wss?|ftp):\/\/([^/:?#\s>]+)/g))
        hosts.add(host ?? "");
    }
  }
  return [...hosts];
}

test("the log would tell", async () => {
  const browser = await Browser.open(logged);
  const page = await browser.context.newPage();
  const html =
    '<!doctype html><link rel="preconnect" href="https://one.example"><img src="http://two.example/x.png">';
  await page.goto(`file://${browser.write("canary.html", html)}`);
  await page.waitForTimeout(500);
  await browser.leave();
  expect(hostsIn(join(browser.folder, LOG))).toEqual(expect.arrayContaining(["one.example", "two.example"]));
  await browser.close();
});

test("nothing is asked of the network while papers are checked in every way", async () => {
  const film = clip(await modules(text("genuine")), 12, 640, 480);
  const browser = await Browser.open((folder) => [...logged(folder), ...filmed(folder, film)], { locale: "en-GB" });
  const asked: string[] = [];
  browser.context.on("request", (request) => asked.push(request.url()));
  await browser.context.clock.setSystemTime(`${TODAY}T12:00:00`);
  const page = await browser.page(filledPage(PAGE, [list("now")]));
  await page.getByRole("button", { name: "Use the camera" }).click();
  await page.waitForSelector(".verdict[data-verdict=genuine]", { timeout: 20_000 });
  const photo = bitmap(
    photographed(
      await modules(text("withdrawn")),
      { scale: 5, turn: 0.1, x: 0, y: 0, tilt: 0 },
      900,
      700,
      chance(1),
    ),
  );
  await page.setInputFiles("input[type=file]", {
    name: "paper.bmp",
    mimeType: "image/bmp",
    buffer: Buffer.from(photo),
  });
  await page.waitForSelector(".verdict[data-verdict=withdrawn]");
  await page.setInputFiles("input[type=file]", {
    name: "next.qct",
    mimeType: "application/octet-stream",
    buffer: Buffer.from(list("next")),
  });
  await page.getByText("is in use.").waitFor();
  await show(page, text("hostile"));
  await browser.leave();

  const log = join(browser.folder, LOG);
  expect(asked.filter((url) => !/^(file|blob|data):/.test(url))).toEqual([]);
  expect(netLog(log).events.length).toBeGreaterThan(10);
  expect(hostsIn(log).filter((host) => !ITS_MAKERS.test(host))).toEqual([]);
  expect(/(google\w*|gstatic|gvt1)\.com/i.test(PAGE)).toBe(false);
  await browser.close();
}, 120_000);

/** Returns the log; a browser that was closed at once may leave it without its last brackets. */
function netLog(path: string): NetLog {
  const told = readFileSync(path, "utf8").trimEnd();
  try {
    return JSON.parse(told) as NetLog;
  } catch {
    return JSON.parse(`${told.replace(/,$/, "")}]}`) as NetLog;
  }
}
