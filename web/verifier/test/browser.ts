/** A Chromium of one's own for tests: fresh, headless, talking to nobody. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BrowserContext, chromium, type Page } from "playwright-core";

/** Where the browser is; Debian's place unless the environment says another. */
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Writes a file into a folder and returns its path. */
export function written(folder: string, name: string, data: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
}

/** Returns the flags by which a clip takes the place of the camera. */
export function filmed(folder: string, film: Uint8Array): readonly string[] {
  return [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${written(folder, "camera.y4m", film)}`,
  ];
}

/** A browser and the folder that it may write to. */
export class Browser {
  readonly context: BrowserContext;
  readonly folder: string;

  private constructor(context: BrowserContext, folder: string) {
    this.context = context;
    this.folder = folder;
  }

  /** Returns a fresh browser; `flags` are added, made from its folder, `options` are those of its context. */
  static async open(
    flags: (folder: string) => readonly string[] = () => [],
    options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
  ): Promise<Browser> {
    const folder = mkdtempSync(join(tmpdir(), "qrcert-page-"));
    const context = await chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: CHROMIUM,
      args: [...FLAGS, ...flags(folder)],
      ...options,
    });
    return new Browser(context, folder);
  }

  /** Writes a file into the folder and returns its path. */
  write(name: string, data: string | Uint8Array): string {
    return written(this.folder, name, data);
  }

  /** Opens a page from a file of its own. */
  async page(html: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`file://${this.write("verify.html", html)}`);
    await page.waitForSelector("html.ready");
    return page;
  }

  /** Closes the browser and keeps its folder, to be looked into. */
  async leave(): Promise<void> {
    await this.context.close();
  }

  /** Closes the browser and forgets its folder. */
  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
