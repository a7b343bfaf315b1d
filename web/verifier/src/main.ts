/** The start: reads what the maker of the page put into it, then draws. */

import "./view/style.css";

import { fromBase64 } from "./bytes.ts";
import { TrustListError } from "./errors.ts";
import { Keeping } from "./keeping.ts";
import { inflated } from "./scan/inflate.ts";
import { CodeReader } from "./scan/reader.ts";
import { ownServiceWorker } from "./scan/sealed.ts";
import { MAX_FILE } from "./trust/lists.ts";
import { App, type Settings } from "./view/app.ts";
import { byId } from "./view/dom.ts";
import wasm from "virtual:wasm";
import worker from "virtual:worker";

const MAX_SCRIPT = 1 << 20;
const MAX_WASM = 1 << 23;

/** Returns what a gzip stream in base64 holds. */
function unpacked(text: string, most: number): ReturnType<typeof inflated> {
  return inflated(fromBase64(text), "gzip", most);
}

/** Returns what the maker of the page set; anything odd is left out. */
function settings(): Settings {
  const given: unknown = JSON.parse(byId("settings").textContent || "{}");
  const found: Record<string, unknown> = typeof given === "object" && given !== null ? { ...given } : {};
  const { lang, logo, app } = found;
  return {
    app: app === true,
    ...(typeof lang === "string" && { lang }),
    ...(typeof logo === "string" && /^data:image\/(png|jpeg|webp|svg\+xml);base64,/.test(logo) && { logo }),
  };
}

/** Returns the lists that stand in the page, gzip in base64. */
function given(): readonly string[] {
  return (byId("lists").textContent ?? "").split(/\s+/).filter((text) => text !== "");
}

/** Resolves when the browser has drawn what there is, or soon where nobody looks. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      setTimeout(resolve);
    });
  });
}

/** Takes the lists that stand in the page; one that is refused is left out, and told in the console. */
async function begin(keeping: Keeping, lists: readonly string[]): Promise<void> {
  for (const text of lists) {
    try {
      await keeping.begin(await unpacked(text, MAX_FILE));
    } catch (error) {
      if (!(error instanceof TrustListError)) throw error;
      console.error(`a list in this page is refused: ${error.code}`);
    }
  }
}

async function start(): Promise<void> {
  const keeping = new Keeping();
  const reader = new CodeReader({
    script: async () => new TextDecoder().decode(await unpacked(worker, MAX_SCRIPT)),
    wasm: async () => (await unpacked(wasm, MAX_WASM)).buffer,
  });
  const set = settings();
  const app = new App(keeping, reader, set, __VERSION__);
  const lists = given();
  app.draw({ reading: lists.length > 0 });
  await painted(); // a country's list takes seconds to check: the page is there before
  await begin(keeping, lists);
  app.draw();
  document.documentElement.classList.add("ready");
  if (set.app === true && "serviceWorker" in navigator) await keepInstalled(app);
}

/** Keeps the installed page for use without a network, and offers a newer one when it has come. */
async function keepInstalled(app: App): Promise<void> {
  const { serviceWorker } = navigator;
  const kept = await serviceWorker.register(ownServiceWorker());
  const offer = (): void => {
    const { waiting } = kept;
    if (waiting !== null && serviceWorker.controller !== null) app.offerUpdate(() => waiting.postMessage("use"));
  };
  let asked = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    if (asked) location.reload();
    asked = true; // the first one takes a page that needs no reloading
  });
  kept.addEventListener("updatefound", () => kept.installing?.addEventListener("statechange", offer));
  offer();
}

void start();
