import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { gzipAsync } from "@gfx/zopfli";
import { build, defineConfig, type Plugin, type UserConfig } from "vite";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const WASM = `${HERE}node_modules/zxing-wasm/dist/reader/zxing_reader.wasm`;
const TARGET = "es2022";

/** The address from which the reader would fetch its WebAssembly, were it not handed over. */
const CDN = /https:\/\/fastly\.jsdelivr\.net\/npm\/zxing-wasm@[^`]*`/;

/** What must not stand in the page: it sends nothing, and holds no address but the name of SVG. */
const FORBIDDEN: readonly RegExp[] = [
  /RTCPeerConnection|WebSocket|EventSource|sendBeacon|XMLHttpRequest|WebTransport/,
  /\bfetch\(|importScripts|\beval\(|new Function/,
  /innerHTML|outerHTML|insertAdjacentHTML|document\.write/,
  /(?:https?|wss?|ftp):\/\/(?!www\.w3\.org\/2000\/svg)/,
];

function version(): string {
  const found = /^version = "(.+)"$/m.exec(readFileSync(`${HERE}../../pyproject.toml`, "utf8"));
  return found?.[1] ?? "";
}

/** Rounds of the compressor; more gain nothing that counts. */
const ROUNDS = 5;

/** Returns bytes as gzip in base64: smaller than the system's, and the same on every machine. */
async function packed(data: Uint8Array): Promise<string> {
  const compressed = await gzipAsync(data, { numiterations: ROUNDS });
  return Buffer.from(compressed).toString("base64");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}

function policy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
    "worker-src blob:",
    `style-src ${hashOf(style)}`,
    "img-src blob: data:",
    "media-src blob: mediastream:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types sealed-worker",
  ].join("; ");
}

/** Strips the address of the reader's WebAssembly from its script. */
function withoutCdn(): Plugin {
  return {
    name: "without-cdn",
    transform(code, id) {
      if (!/zxing-wasm\/dist\/es\/share\.js/.test(id)) return null;
      if (!CDN.test(code)) this.error("the reader's address of its WebAssembly is no longer where it was");
      return { code: code.replace(CDN, "`"), map: null };
    },
  };
}

async function workerScript(): Promise<string> {
  const result = await build({
    configFile: false,
    root: HERE,
    logLevel: "warn",
    plugins: [withoutCdn()],
    define: { fetch: "undefined", XMLHttpRequest: "undefined", "globalThis.process": "undefined" },
    build: {
      write: false,
      target: TARGET,
      rolldownOptions: { input: `${HERE}src/scan/worker.ts`, output: { format: "iife" } },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const chunk = output !== undefined && "output" in output ? output.output[0] : undefined;
  if (chunk === undefined) throw new Error("the worker was not built");
  forbid(chunk.code);
  return chunk.code;
}

function forbid(code: string): void {
  for (const pattern of FORBIDDEN) {
    const found = pattern.exec(code);
    if (found !== null) throw new Error(`the page holds ${code.slice(found.index - 40, found.index + 80)}`);
  }
}

/** Provides the parts that the page carries, and writes all of it into one file. */
function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    resolveId: (id) => (id.startsWith("virtual:") ? `\0${id}` : null),
    async load(id) {
      if (id === "\0virtual:wasm") return `export default "${await packed(readFileSync(WASM))}"`;
      if (id === "\0virtual:worker") return `export default "${await packed(Buffer.from(await workerScript()))}"`;
      return null;
    },
    generateBundle(_, bundle) {
      let [script, style] = ["", ""];
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === "chunk") script = part.code.trim().replaceAll("</script", "<\\/script");
        else if (name.endsWith(".css")) style = String(part.source).trim();
        delete bundle[name];
      }
      if (script === "" || style === "") this.error("script or style is missing");
      forbid(script.replace(/[A-Za-z0-9+/=]{4096,}/g, "")); // the packed parts were looked through before
      const parts: Readonly<Record<string, string>> = {
        POLICY: policy(script, style),
        ICON: encodeURIComponent(readFileSync(`${HERE}app/icon.svg`, "utf8").trim()),
        STYLE: style,
        SCRIPT: script,
      };
      const page = readFileSync(`${HERE}index.html`, "utf8").replace(
        /%([A-Z]+)%/g,
        (_, name: string) => parts[name] ?? "",
      );
      this.emitFile({ type: "asset", fileName: "verify.html", source: page });
      for (const name of ["sw.js", "icon.svg"]) {
        this.emitFile({ type: "asset", fileName: name, source: readFileSync(`${HERE}app/${name}`, "utf8") });
      }
    },
  };
}

/** Lays the reader's WebAssembly beside the module, for whoever builds on it to serve. */
function wasmBeside(): Plugin {
  return {
    name: "wasm-beside",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "zxing_reader.wasm", source: readFileSync(WASM) });
    },
  };
}

const PAGE: UserConfig = {
  plugins: [oneFile()],
  build: {
    target: TARGET,
    cssCodeSplit: false,
    rolldownOptions: { input: `${HERE}src/main.ts`, output: { format: "iife" } },
  },
};

const MODULE: UserConfig = {
  plugins: [withoutCdn(), wasmBeside()],
  build: {
    target: TARGET,
    emptyOutDir: false,
    lib: { entry: `${HERE}src/index.ts`, formats: ["es"], fileName: "qrcert" },
  },
};

export default defineConfig(({ mode }) => ({
  root: HERE,
  publicDir: false,
  define: { __VERSION__: JSON.stringify(version()) },
  ...(mode === "module" ? MODULE : PAGE),
}));
