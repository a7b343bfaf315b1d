/** What can be wrong with what is read; messages are for programmers and carry no unverified text. */

/** The root of all errors that leave a module of the core. */
export class QrcertError extends Error {
  override name = "QrcertError";
}

/** Bytes or text that are not in the one spelling of what they should be. */
export class Unreadable extends QrcertError {
  override name = "Unreadable";
}

/** More bytes or items than the format allows. */
export class TooBig extends Unreadable {
  override name = "TooBig";
}

/** Well formed, but of a version or an algorithm that is not known here. */
export class Unsupported extends QrcertError {
  override name = "Unsupported";
}

/** A key that the screen refuses, or a signature that does not hold. */
export class Refused extends QrcertError {
  override name = "Refused";
}

/** A form that breaks the language of forms, or fields that do not obey their form. */
export class FormError extends QrcertError {
  override name = "FormError";
}

/** Why a trust list is refused, or may not follow the one that is here. */
export type ListFault =
  | "bad_leaves"
  | "bad_signature"
  | "dangling"
  | "dates"
  | "fork"
  | "lone_signature"
  | "malformed"
  | "needs_newer"
  | "not_next"
  | "older"
  | "order"
  | "other_contents"
  | "root_chain"
  | "same_form"
  | "same_kid"
  | "threshold"
  | "too_big"
  | "two_roles"
  | "unknown_algorithm"
  | "unknown_authority"
  | "unknown_signer"
  | "unreadable"
  | "weak_key"
  | "went_back"
  | "wrong_fingerprint"
  | "wrong_root";

/** A trust list that is refused; `code` is one of a closed list. */
export class TrustListError extends QrcertError {
  override name = "TrustListError";
  readonly code: ListFault;

  constructor(code: ListFault, message: string) {
    super(message);
    this.code = code;
  }
}
