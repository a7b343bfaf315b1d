/** What others may build on: verifying texts against lists, and the sentences that tell the answer. */

export { Unreadable, TrustListError, type ListFault } from "./errors.ts";
export { type Code, type Policy, type Reason, Verdict, verify } from "./decode.ts";
export type { Contents, Mark, ShownField } from "./form/model.ts";
export { type KeyEntry, nameNow, nameOn, type School } from "./trust/entries.ts";
export { TrustList } from "./trust/lists.ts";
export { compare, permitted, type Succession } from "./trust/succession.ts";
export { type Code as ReadCode, Engine, type Reading } from "./scan/engine.ts";
export { type Grey, greyOf } from "./scan/grey.ts";
export { escaped } from "./text.ts";
export { fromIso, isoDay, toDay } from "./wire.ts";
export { headline, LANGUAGES, plain, sentence, type Words, wordsFor } from "./words.ts";
