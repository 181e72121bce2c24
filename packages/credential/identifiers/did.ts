/**
 * Decentralized identifiers that are their own key: no network, no registry, nothing to cache. Says which key a DID
 * URL names and for what; whether anybody trusts it is not decided here.
 */
import type { PublicJwk } from '../jwk.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { DidDocument, DidRefusal, DidRelationship } from './did-document.ts'
import { didJwkFromKey, resolveDidJwk } from './did-jwk.ts'
import { didKeyFromKey, resolveDidKey } from './did-key.ts'

export type DidMethod = 'jwk' | 'key'

/** Throws for a curve that the method cannot write (P-521 with did:key). */
export function didFromKey(method: DidMethod, jwk: PublicJwk): string {
  return method === 'jwk' ? didJwkFromKey(jwk) : didKeyFromKey(jwk)
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

/**
 * The key that an absolute DID URL such as a `kid` names, when its document allows the use (DID Core §5.3): a
 * verification method that is listed without the relationship must not be used for it.
 */
export function keyOfDidUrl(didUrl: string, relationship: DidRelationship): Result<PublicJwk, DidRefusal> {
  const hash = didUrl.indexOf('#')
  if (hash === -1) return refuse({ code: 'did_url_names_no_key' })
  const document = resolveDid(didUrl.slice(0, hash))
  if (!document.ok) return document
  const { id, verificationMethod } = document.value
  const method = verificationMethod.find((entry) => entry.id === didUrl && entry.controller === id)
  if (method === undefined) return refuse({ code: 'did_url_names_no_key' })
  return document.value[relationship]?.includes(method.id)
    ? ok(method.publicKeyJwk)
    : refuse({ code: 'did_relationship_missing', relationship })
}
