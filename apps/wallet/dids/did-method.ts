/**
 * What the DIDs of each method are made of. A did:jwk and a did:key are a key and nothing else; a did:web is a place, with
 * a document that names the key. Knows nothing of rows and wallets.
 */

import type { Result } from '@countersign/core/result'
import { bareKey, type PublicJwk, sameKey } from '@countersign/crypto/jwk'
import { didFromKey, resolveDid, type DidMethod as SelfMethod } from '@countersign/did/did'
import { type DidDocument, type DidRefusal, singleKeyDocument } from '@countersign/did/did-document'
import type { DidKeyEncoding } from '@countersign/did/did-key'
import { parseDidDocument } from '@countersign/did/parse-did-document'
import { keyThumbprint } from '@countersign/keys/signers/software-key'

export interface MadeDid {
  readonly did: string
  /** The JSON of its document, for a DID that is not that itself. */
  readonly document?: string
}

export function selfDid(method: SelfMethod, key: PublicJwk, encoding?: DidKeyEncoding): MadeDid {
  return { did: didFromKey(method, bareKey(key), encoding) }
}

/** `did` is a did:web; its key is named by its thumbprint (RFC 7638). */
export function webDid(did: string, key: PublicJwk): MadeDid {
  return { did, document: JSON.stringify(singleKeyDocument(did, keyThumbprint(key), bareKey(key))) }
}

/** `document` as it was kept or fetched; `now` in epoch seconds. */
export function documentOf({ did, document }: MadeDid, now: number): Result<DidDocument, DidRefusal> {
  return document === undefined ? resolveDid(did) : parseDidDocument(document, did, now)
}

/** The DID URL of a key with which the subject of the document may authenticate. */
export function keyUrlIn(
  { authentication = [], verificationMethod }: DidDocument,
  key: PublicJwk,
): string | undefined {
  return verificationMethod.find(
    ({ id, publicKeyJwk }) => authentication.includes(id) && sameKey(publicKeyJwk, key),
  )?.id
}
