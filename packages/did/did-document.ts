/** DID documents (DID Core 1.0 §5) as far as a key needs one: verification methods and what they may be used for. */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { Awaitable } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'

export type DidRelationship =
  | 'authentication' // a holder or a verifier speaks
  | 'assertionMethod' // an issuer makes a claim
  | 'keyAgreement'
  | 'capabilityInvocation'
  | 'capabilityDelegation'

export interface VerificationMethod {
  /** DID URL with its fragment. */
  readonly id: string
  readonly type: string
  readonly controller: string
  readonly publicKeyJwk: PublicJwk
}

export type DidDocument = {
  readonly '@context': readonly string[]
  readonly id: string
  readonly verificationMethod: readonly VerificationMethod[]
} & { readonly [Relationship in DidRelationship]?: readonly string[] }

export type DidRefusal =
  | { readonly code: 'did_malformed' }
  | { readonly code: 'did_method_unsupported'; readonly method: string }
  /** The key within the identifier or its document: why it cannot be used. */
  | { readonly code: 'did_key_unusable'; readonly reason: string }
  /** The URL has no fragment, or names no method of the document. */
  | { readonly code: 'did_url_names_no_key' }
  | { readonly code: 'did_relationship_missing'; readonly relationship: DidRelationship }
  /** There was no answer, or none with a document; `reason` in the words of whoever fetched. */
  | { readonly code: 'did_not_found'; readonly reason: string }
  | { readonly code: 'did_document_malformed'; readonly reason: string }
  /** The document is about another DID. */
  | { readonly code: 'did_document_of_another' }

/** Finds the key that an absolute DID URL names for a use; methods that ask the network do so behind this. */
export type DidKeyResolver = (
  didUrl: string,
  relationship: DidRelationship,
) => Awaitable<Result<PublicJwk, DidRefusal>>

/** Uses that a signature serves. */
const SIGNING: readonly DidRelationship[] = [
  'authentication',
  'assertionMethod',
  'capabilityInvocation',
  'capabilityDelegation',
]

export const DID_RELATIONSHIPS: readonly DidRelationship[] = [...SIGNING, 'keyAgreement']

/**
 * The key that `didUrl` names in the document, when the document allows the use (DID Core §5.3): a verification method
 * that is listed without the relationship must not be used for it, nor one that somebody else controls.
 */
export function keyOfDocument(
  document: DidDocument,
  didUrl: string,
  relationship: DidRelationship,
): Result<PublicJwk, DidRefusal> {
  const { id, verificationMethod } = document
  const method = verificationMethod.find((entry) => entry.id === didUrl && entry.controller === id)
  if (method === undefined) return refuse({ code: 'did_url_names_no_key' })
  return document[relationship]?.includes(method.id)
    ? ok(method.publicKeyJwk)
    : refuse({ code: 'did_relationship_missing', relationship })
}

/** One verification method; where nothing is said it may be used for what its `use` allows. */
export function singleKeyDocument(
  did: string,
  fragment: string,
  jwk: PublicJwk,
  uses: readonly DidRelationship[] = relationshipsOf(jwk),
): DidDocument {
  const id = `${did}#${fragment}`
  const relationships = uses.map((relationship) => [relationship, [id]])
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/jws-2020/v1'],
    id: did,
    verificationMethod: [{ id, type: 'JsonWebKey2020', controller: did, publicKeyJwk: jwk }],
    ...Object.fromEntries(relationships),
  }
}

/** did:jwk: `use: sig` excludes key agreement and `use: enc` everything else. Only EC keys can agree here. */
function relationshipsOf(jwk: PublicJwk): readonly DidRelationship[] {
  const canAgree = jwk.kty === 'EC'
  if (jwk.use === 'enc') return canAgree ? ['keyAgreement'] : []
  return jwk.use === undefined && canAgree ? [...SIGNING, 'keyAgreement'] : SIGNING
}
