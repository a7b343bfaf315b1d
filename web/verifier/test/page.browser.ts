/** The built page in a real Chromium: what it answers, what it refuses, and that it talks to nobody. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Browser } from "./browser.ts";
import { HERE } from "./files.ts";
import { show } from "./tour.ts";
import { bitmap, modules, photographed } from "./video.ts";
import { chance } from "./mutations.ts";
import { filledPage, list, text, TODAY } from "./world/world.ts";

const PAGE = readFileSync(join(HERE, "dist", "verify.html"), "utf8");
const NOON = `${TODAY}T12:00:00`;

let browser: Browser;

beforeAll(async () => {
  browser = await Browser.open(undefined, { locale: "en-GB", viewport: { width: 1200, height: 900 } });
  await browser.context.clock.setFixedTime(NOON);
}, 60_000);

afterAll(() => browser.close());

async function opened(lists: readonly string[] = ["now"], settings = {}): Promise<Page> {
  return browser.page(filledPage(PAGE, lists.map(list), settings));
}

async function choose(page: Page, name: string, data: Uint8Array): Promise<void> {
  await page.setInputFiles("input[type=file]", {
    name,
    mimeType: "application/octet-stream",
    buffer: Buffer.from(data),
  });
}

async function answered(page: Page): Promise<{ code: string | null; reason: string | null; headline: string }> {
  const panel = page.locator(".verdict").first();
  await panel.waitFor();
  return {
    code: await panel.getAttribute("data-verdict"),
    reason: await panel.getAttribute("data-reason"),
    headline: (await panel.locator(".headline").textContent()) ?? "",
  };
}

/** Returns the picture of a paper lying on a desk. */
async function picture(code: string): Promise<Uint8Array> {
  const pose = { scale: 5, turn: 0.1, x: 10, y: -6, tilt: 0.1 };
  return bitmap(photographed(await modules(code), pose, 900, 700, chance(7)));
}

const ANSWERS: readonly (readonly [paper: string, code: string, reason: string | null, headline: string])[] = [
  ["genuine", "genuine", null, "GENUINE"],
  ["replaced_right", "replaced", null, "REPLACED"],
  ["replaced_wrong", "replaced", null, "REPLACED"],
  ["withdrawn", "withdrawn", null, "WITHDRAWN"],
  ["expired", "expired", null, "EXPIRED"],
  ["window", "key_refused", "window", "REFUSED"],
  ["void", "key_refused", "void", "REFUSED"],
  ["stolen", "key_refused", "stolen", "REFUSED"],
  ["rights", "key_refused", "rights", "REFUSED"],
  ["altered", "altered", null, "ALTERED"],
  ["unknown_school", "unknown_school", null, "CANNOT TELL"],
  ["unknown_form", "unknown_form", null, "CANNOT TELL"],
  ["clock", "check_clock", null, "CANNOT TELL"],
  ["test", "genuine", null, "A TEST"],
];

describe("answers", () => {
  let page: Page;
  beforeAll(async () => {
    page = await opened();
  });

  test.each(ANSWERS)("%s", async (paper, code, reason, headline) => {
    await show(page, text(paper));
    await expect.poll(() => answered(page)).toEqual({ code, reason, headline });
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe("headline");
  });

  test("a second code proves a paper of a stolen key", async () => {
    await show(page, text("stolen_proven"));
    await expect.poll(() => answered(page)).toMatchObject({ code: "key_refused", reason: "stolen" });
    await show(page, text("proof"));
    await expect.poll(() => answered(page)).toMatchObject({ code: "genuine" });
  });

  test("a text that is nothing of ours", async () => {
    await show(page, "Dear colleagues");
    await expect.poll(() => answered(page)).toMatchObject({ code: "not_qrcert" });
    await show(page, "QC2:RRQT");
    await expect.poll(() => answered(page)).toMatchObject({ code: "unsupported" });
    await show(page, text("genuine").slice(0, -3));
    await expect.poll(() => answered(page)).toMatchObject({ code: "unreadable" });
  });

  test("every check stands in the history, and in its table no formula", async () => {
    await show(page, text("formula"));
    await expect.poll(() => answered(page)).toMatchObject({ code: "genuine" });
    expect(await page.locator(".checks li").count()).toBeGreaterThan(ANSWERS.length);
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as a table" }).click();
    const saved = await (await waiting).path();
    const rows = readFileSync(saved, "utf8").trimEnd().split("\r\n");
    expect(rows[0]).toBe(
      '\ufeff"time","source","verdict","reason","test","number","issued","school","title","holder","list","list_issued","sentence"',
    );
    expect(rows.at(-1)).toContain(`"'=1+1"`);
    expect(rows.at(-1)).toContain(`"'@SUM(A1)"`);
    await page.getByRole("button", { name: "Forget" }).click();
    await expect.poll(() => page.locator("#below").isVisible()).toBe(false);
  });

  test("the report holds nothing of the certificate", async () => {
    await show(page, text("genuine"));
    await expect.poll(() => answered(page)).toMatchObject({ code: "genuine" });
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator("summary").click();
    await page.getByRole("button", { name: "Copy the report" }).click();
    await page.getByText("Copied.").waitFor();
    const report = await page.evaluate(() => navigator.clipboard.readText());
    expect(report).toContain("answer genuine typed");
    expect(report).toContain("reader ready");
    expect(report).not.toMatch(/Константинопольская|06624000123456|Гимназия|QC1:/);
  });
});

describe("what comes as a file", () => {
  test("a photograph", async () => {
    const page = await opened();
    await choose(page, "paper.bmp", await picture(text("genuine")));
    expect(await answered(page)).toMatchObject({ code: "genuine" });
    expect(await page.locator(".holder").textContent()).toBe("Константинопольская Александра Владимировна");
    expect(await page.locator(".marks tr").count()).toBe(18);
    await page.close();
  });

  test("a photograph of another code, and of none", async () => {
    const page = await opened();
    await choose(page, "link.bmp", await picture("HTTPS://QR.EXAMPLE/77"));
    expect(await answered(page)).toMatchObject({ code: "not_qrcert" });
    expect(await page.locator(".notes").textContent()).toContain("HTTPS://QR.EXAMPLE/77");
    expect(await page.locator("a[href]:not(.skip)").count()).toBe(0);
    await choose(page, "blank.bmp", bitmap({ data: new Uint8Array(10_000).fill(200), width: 100, height: 100 }));
    await page.getByText("No code was found in this picture").waitFor();
    await page.close();
  });

  test("a picture that would fill the memory, a damaged one, and something else", async () => {
    const page = await opened();
    const bomb = Buffer.from(bitmap({ data: new Uint8Array(16), width: 4, height: 4 }));
    bomb.writeInt32LE(20_000, 18);
    bomb.writeInt32LE(20_000, 22);
    await choose(page, "bomb.bmp", bomb);
    await page.getByText("too large to be opened").waitFor();
    await choose(
      page,
      "cut.png",
      Uint8Array.of(
        0x89,
        0x50,
        0x4e,
        0x47,
        13,
        10,
        26,
        10,
        0,
        0,
        0,
        13,
        0x49,
        0x48,
        0x44,
        0x52,
        0,
        0,
        0,
        9,
        0,
        0,
        0,
        9,
      ),
    );
    await page.getByText("is damaged").waitFor();
    await choose(page, "music.mp3", Uint8Array.of(0x49, 0x44, 0x33, 4, 0, 0, 0, 0));
    await page.getByText("neither a picture nor a PDF nor a text").waitFor();
    await page.close();
  });

  test("a text file with several papers", async () => {
    const page = await opened();
    await choose(page, "papers.txt", Buffer.from(`${text("genuine")}\r\n\r\n${text("withdrawn")}\n`));
    await expect
      .poll(() => page.locator(".verdict").evaluateAll((all) => all.map((one) => one.getAttribute("data-verdict"))))
      .toEqual(["genuine", "withdrawn"]);
    await page.close();
  });
});

describe("lists", () => {
  test("without a list nothing is told of a paper, and why", async () => {
    const page = await opened([]);
    await page.getByRole("button", { name: "No list of schools yet" }).waitFor();
    await show(page, text("genuine"));
    expect(await answered(page)).toMatchObject({ code: "unknown_school" });
    await page.close();
  });

  test("the next list is taken without a question, and at once a paper is withdrawn", async () => {
    const page = await opened();
    await choose(page, "next.qct", list("next"));
    await page.getByText("is in use.").waitFor();
    await page.getByRole("button", { name: /1 days old/ }).waitFor();
    await show(page, text("genuine"));
    expect(await answered(page)).toMatchObject({ code: "withdrawn" });
    await choose(page, "next.qct", list("next"));
    await page.getByText("already in use").waitFor();
    await choose(page, "now.qct", list("now"));
    await page.getByText("older than the one in use").waitFor();
    await page.close();
  });

  test.each([
    ["older", "older than the one in use"],
    ["other_contents", "other contents"],
  ])("%s is refused", async (name, said) => {
    const page = await opened();
    await choose(page, `${name}.qct`, list(name));
    await page.getByText(said).waitFor();
    await page.close();
  });

  test("an altered list is refused", async () => {
    const page = await opened();
    const altered = list("next").slice();
    altered[altered.length - 10] = (altered[altered.length - 10] ?? 0) ^ 1;
    await choose(page, "altered.qct", altered);
    await page.getByText("This list is not used").waitFor();
    await page.close();
  });

  test("another authority's list is taken only when a person says so", async () => {
    const page = await opened();
    await choose(page, "another.qct", list("another"));
    await page.getByRole("button", { name: "Do not use it" }).click();
    await page.getByText("Nobody has confirmed its fingerprint").waitFor();
    await choose(page, "another.qct", list("another"));
    expect(await page.locator("dialog .fingerprint").textContent()).toMatch(/^([0-9A-F]{4} ){16}$/);
    await page.getByRole("button", { name: "It is the same" }).click();
    await page.getByText("is in use.").waitFor();
    await show(page, text("genuine"));
    await page.getByText("Another list says").waitFor();
    await page.close();
  });

  test("an old list is said to be old", async () => {
    const page = await opened(["old"]);
    await page.getByRole("button", { name: /old: 300 days/ }).waitFor();
    await show(page, text("genuine"));
    expect(await answered(page)).toMatchObject({ code: "genuine_old_list" });
    await page.close();
  });

  test("a school's list of itself is said to be one", async () => {
    const page = await opened(["own"]);
    await show(page, text("genuine_en"));
    expect(await page.locator(".sentence").textContent()).toContain("according to the school itself");
    await page.close();
  });
});

describe("the reader's language", () => {
  test("all of the page, and subjects where the form has them", async () => {
    const page = await opened(["now"], { lang: "ru" });
    await show(page, text("genuine"));
    expect(await page.title()).toBe("Проверка документа");
    expect(await page.locator(".headline").textContent()).toBe("ПОДЛИННЫЙ");
    expect(await page.locator(".marks").textContent()).toContain("Русский язык");
    await page.getByLabel("Язык").selectOption("en");
    expect(await page.locator(".headline").textContent()).toBe("GENUINE");
    expect(await page.locator(".marks").textContent()).toContain("Russian language");
    await page.close();
  });
});

describe("nobody else's script", () => {
  test("names, forms and lists are text", async () => {
    const page = await opened();
    const faults: string[] = [];
    page.on("dialog", (dialog) => {
      faults.push(dialog.message());
      void dialog.dismiss();
    });
    page.on("pageerror", (error) => faults.push(error.message));
    const before = await page.title();
    await show(page, text("hostile"));
    expect(await answered(page)).toMatchObject({ code: "genuine" });
    expect(await page.locator(".holder bdi").textContent()).toBe("<img src=x onerror=\"document.title='pwned'\">");
    expect(await page.locator(".paper").textContent()).toContain("⟨U+202E⟩=HYPERLINK(1)");
    expect(await page.locator("main img, main script, main iframe").count()).toBe(0);
    expect(await page.title()).toBe(before);
    expect(faults).toEqual([]);
    await page.close();
  });

  test("what is put into the page from outside does not run", async () => {
    const said = {
      lang: "</script><script>document.title='pwned'</script>",
      logo: "javascript:document.title='pwned'",
    };
    const page = await opened(["now"], said);
    expect(await page.title()).toBe("Certificate check");
    expect(await page.locator("#brand img").count()).toBe(0);
    await page.close();
  });

  test("the policy holds against script in the page itself", async () => {
    const page = await opened();
    const told = await page.evaluate(async () => {
      const tried: Record<string, string> = {};
      const attempt = (name: string, act: () => void): void => {
        try {
          act();
          tried[name] = "done";
        } catch (error) {
          tried[name] = (error as Error).name;
        }
      };
      const inline = document.createElement("script");
      attempt("markup", () => (document.body.innerHTML += "<img src=x onerror=alert(1)>"));
      attempt("script text", () => (inline.text = "document.title='pwned'"));
      attempt("worker", () => void new Worker("data:text/javascript,postMessage(1)"));
      attempt(
        "policy",
        () =>
          void (
            globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
          ).trustedTypes.createPolicy("mine", {}),
      );
      tried["fetch"] = await fetch("https://example.org/").then(
        () => "done",
        (error: Error) => error.name,
      );
      const image = new Image();
      const loaded = new Promise((resolve) => {
        image.onload = () => resolve("done");
        image.onerror = () => resolve("refused");
      });
      image.src = "https://example.org/x.png";
      tried["image"] = String(await loaded);
      return tried;
    });
    expect(told).toEqual({
      markup: "TypeError",
      "script text": "TypeError",
      worker: "TypeError",
      policy: "TypeError",
      fetch: "TypeError",
      image: "refused",
    });
    expect(await page.title()).toBe("Certificate check");
    await page.close();
  });
});

describe("everyone can use it", () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const states = [
    "",
    "genuine",
    "genuine_ib",
    "withdrawn",
    "unknown_school",
    "unknown_form",
    "test",
    "stolen",
    "list",
  ] as const;

  test.each([
    ["light", 1200, 900],
    ["dark", 360, 740],
  ] as const)(
    "axe-core finds nothing: %s, %i pixels wide",
    async (colorScheme, width, height) => {
      const own = await Browser.open(undefined, {
        bypassCSP: true,
        colorScheme,
        viewport: { width, height },
        reducedMotion: "reduce",
      });
      await own.context.clock.setFixedTime(NOON);
      for (const state of states) {
        const page = await own.page(filledPage(PAGE, [list("now")]));
        if (state === "list") await page.locator(".chip").click();
        else if (state !== "") await show(page, text(state));
        await page.evaluate(axe);
        const faults = await page.evaluate(async () => {
          const { axe: runner } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const { violations } = await runner.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
        });
        expect(faults, state).toEqual([]);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(wide, `${state} scrolls sideways`).toBe(0);
        await page.close();
      }
      await own.close();
    },
    180_000,
  );

  test("by keyboard alone", async () => {
    const page = await opened();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("skip");
    await page.getByRole("button", { name: "Type or paste" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.insertText(text("genuine"));
    await page.keyboard.press("Enter");
    expect(await answered(page)).toMatchObject({ code: "genuine" });
    await page.close();
  });
});
