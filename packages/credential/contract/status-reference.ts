/**
 * Where the status of a credential stands, the same for every format: what a credential carries is read into this, and
 * written from it. Says nothing of the status itself.
 */

export type StatusReference =
  /** Token Status List §6: `status.status_list` of an SD-JWT VC, `status` of an mdoc's MSO. */
  | { readonly mechanism: 'token_status_list'; readonly uri: string; readonly index: number }
  /** ISO/IEC 18013-5 (second edition): the identifier of a document in a list of those that are no longer good. */
  | { readonly mechanism: 'identifier_list'; readonly uri: string; readonly identifier: Uint8Array }
  /** Bitstring Status List §2.1: an entry of `credentialStatus`. */
  | {
      readonly mechanism: 'bitstring_status_list'
      readonly uri: string
      readonly index: number
      /** `revocation`, `suspension`, `refresh`, `message`. */
      readonly purpose: string
      /** Bits of an entry; 1 unless `statusSize` says otherwise. */
      readonly size: number
    }
  /** A mechanism that is not known here, or a reference that cannot be read: what it says is undetermined. */
  | { readonly mechanism: 'unknown'; readonly type: string }
