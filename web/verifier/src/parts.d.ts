/** What the build puts into the page. */

/** The reader's WebAssembly, gzip in base64. */
declare module "virtual:wasm" {
  const text: string;
  export default text;
}

/** The worker's script, gzip in base64. */
declare module "virtual:worker" {
  const text: string;
  export default text;
}

/** The version of the package. */
declare const __VERSION__: string;
