/** The lists that the page goes by: taking newer ones by the same rules as the library. */

import type { Bytes } from "./bytes.ts";
import { TrustListError, type ListFault } from "./errors.ts";
import { TrustList } from "./trust/lists.ts";
import { compare, permitted } from "./trust/succession.ts";

/** Asks a person about a list, with what went back in it (nothing at a first one); true: take it. */
export type Confirm = (list: TrustList, lost: readonly string[]) => Promise<boolean>;

/** What came of a list. */
export type Outcome =
  | { readonly kind: "imported" | "same"; readonly list: TrustList }
  | { readonly kind: "refused"; readonly code: ListFault };

/** The lists of one page, one of each authority; what is taken is used until the page is closed. */
export class Keeping {
  readonly #lists = new Map<string, TrustList>();

  /** All lists, in the order in which they came. */
  get lists(): readonly TrustList[] {
    return [...this.#lists.values()];
  }

  /** Takes a list that came inside the page, whose maker vouches for it; throws `TrustListError`. */
  async begin(data: Bytes): Promise<void> {
    const list = await TrustList.fromBytes(data);
    permitted(this.#lists.get(list.identity) ?? null, list, list.fingerprint);
    this.#lists.set(list.identity, list);
  }

  /** Takes a list from a file if the rules allow it and, where they ask, the person. */
  async take(data: Bytes, confirm: Confirm): Promise<Outcome> {
    try {
      const list = await TrustList.fromBytes(data);
      const stored = this.#lists.get(list.identity) ?? null;
      const succession = compare(stored, list);
      const asks = succession.kind === "first" || succession.kind === "repair";
      const lost = succession.kind === "repair" ? succession.lost : [];
      const confirmed = asks && (await confirm(list, lost)) ? list.fingerprint : null;
      // asking takes time, in which another list may have come: what counts is what is here now
      const kind = permitted(this.#lists.get(list.identity) ?? null, list, confirmed);
      if (kind === "imported") this.#lists.set(list.identity, list);
      return { kind, list };
    } catch (error) {
      if (error instanceof TrustListError) return { kind: "refused", code: error.code };
      throw error;
    }
  }
}
