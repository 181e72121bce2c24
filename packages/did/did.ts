/**
 * Decentralized identifiers that are their own key: no network, no registry, nothing to cache. Says which key a DID
 * URL names and for what; whether anybody trusts it is not decided here.
 */

import { type Result, refuse } from '@countersign/core/result'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { type DidDocument, type DidRefusal, type DidRelationship, keyOfDocument } from './did-document.ts'
import { didJwkFromKey, resolveDidJwk } from './did-jwk.ts'
import { type DidKeyEncoding, didKeyFromKey, resolveDidKey } from './did-key.ts'

export type DidMethod = 'jwk' | 'key'

/** `encoding` says how a did:key writes its key. */
export function didFromKey(method: DidMethod, jwk: PublicJwk, encoding?: DidKeyEncoding): string {
  return method === 'jwk' ? didJwkFromKey(jwk) : didKeyFromKey(jwk, encoding)
}

/** DID Core 1.0 §7.1, for a DID without path, query and fragment. */
export function resolveDid(did: string): Result<DidDocument, DidRefusal> {
  const method = /^did:([a-z0-9]{1,32}):[A-Za-z0-9._:%-]+$/.exec(did)?.[1]
  switch (method) {
    case undefined:
      return refuse({ code: 'did_malformed' })
    case 'jwk':
      return resolveDidJwk(did)
    case 'key':
      return resolveDidKey(did)
    default:
      return refuse({ code: 'did_method_unsupported', method })
  }
}

/** The key that an absolute DID URL such as a `kid` names for a use, where the DID is its key; nothing is fetched. */
export function keyOfDidUrl(didUrl: string, relationship: DidRelationship): Result<PublicJwk, DidRefusal> {
  const hash = didUrl.indexOf('#')
  if (hash === -1) return refuse({ code: 'did_url_names_no_key' })
  const document = resolveDid(didUrl.slice(0, hash))
  return document.ok ? keyOfDocument(document.value, didUrl, relationship) : document
}
