/** The addresses of scripts that this page may start: its own, by a policy of Trusted Types that passes no other. */

/** What is used of Trusted Types, where a browser has them. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

interface Policy {
  createScriptURL(url: string): string;
}

/** The name of the one policy that the page's Content-Security-Policy allows. */
const POLICY = "sealed-worker";

const own = new Set<string>();
let policy: Policy | null = null;

/** Returns the address of a script that is a text of this page. */
export function ownBlob(script: string): string {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return passed(url);
}

/** Returns the address of the service worker that lies beside the installed page. */
export function ownServiceWorker(): string {
  return passed("./sw.js");
}

function passed(url: string): string {
  own.add(url);
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (trustedTypes === undefined) return url;
  policy ??= trustedTypes.createPolicy(POLICY, { createScriptURL: onlyOwn });
  return policy.createScriptURL(url);
}

function onlyOwn(url: string): string {
  if (!own.has(url)) throw new TypeError("not a script of this page");
  return url;
}
