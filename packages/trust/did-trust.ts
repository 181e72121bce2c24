/**
 * Trust in issuers that are DIDs: a list of them, and the key that the credential's `kid` names in the document of one,
 * for making assertions. A DID that is not on the list is never resolved over the network, whatever a credential says.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { TrustedKey, TrustRefusal } from '@countersign/credential/contract/trust-port'
import type { Awaitable } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { keyOfDidUrl } from '@countersign/did/did'
import type { DidKeyResolver, DidRefusal } from '@countersign/did/did-document'

/** An issuer known by an identifier, a DID or an https URL. */
export interface TrustedIssuer {
  readonly issuer: string
  /** For people; the identifier when absent. */
  readonly name?: string | undefined
  /** Where it was configured. */
  readonly source?: string | undefined
  /** Credential types; all when absent. */
  readonly types?: readonly string[] | undefined
}

/** How a credential or a status list names a key by the name of its issuer; both kinds of reference are one. */
export interface NamedKeyReference {
  readonly algorithm: SignatureAlgorithm
  readonly x5c?: readonly string[] | undefined
  readonly keyId?: string | undefined
  readonly issuer?: string | undefined
  /** Of a status list without an issuer of its own: that of the credential (Token Status List §11.3). */
  readonly credentialIssuer?: string | undefined
  /** Absent where what is signed is no credential but a list. */
  readonly credentialType?: string | undefined
}

/** Serves as `IssuerTrust` and as `StatusListTrust`. */
export type IdentifierTrust = (
  reference: NamedKeyReference,
  now: number,
) => Promise<Result<TrustedKey, TrustRefusal>>

export interface DidIssuerTrustOptions {
  /** A list of them, or whoever knows which DID is one. */
  readonly issuers: readonly TrustedIssuer[] | ((did: string) => Awaitable<TrustedIssuer | undefined>)
  readonly resolveKey: DidKeyResolver
}

export function didIssuerTrust({ issuers, resolveKey }: DidIssuerTrustOptions): IdentifierTrust {
  const find = typeof issuers === 'function' ? issuers : listed(issuers)
  return async (reference) => {
    const named = didUrlOf(reference)
    if (named === undefined) return refuse({ code: 'no_key_reference' })
    // SD-JWT VC §2.5: the key has to be tied to the issuer that the credential names.
    if (reference.issuer !== undefined && reference.issuer !== named.did) {
      return refuse({ code: 'key_unreadable', reason: 'key_of_another_issuer' })
    }
    const issuer = await find(named.did)
    if (issuer === undefined) return refuseStranger(named.url)
    const key = await resolveKey(named.url, 'assertionMethod')
    if (!key.ok) return refuse({ code: whyNoKey(key.error), reason: key.error.code })
    return judgeType(issuer, reference, key.value)
  }
}

function listed(issuers: readonly TrustedIssuer[]): (did: string) => TrustedIssuer | undefined {
  const known = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  return (did) => known.get(did)
}

interface DidUrl {
  readonly did: string
  readonly url: string
}

/** A document that was not had or cannot be read may be mended; one that does not name the key has spoken. */
function whyNoKey({ code }: DidRefusal): 'key_unavailable' | 'key_unreadable' {
  return code === 'did_not_found' || code === 'did_document_malformed' ? 'key_unavailable' : 'key_unreadable'
}

/** A relative `kid` is relative to the issuer (VC-JOSE-COSE §3.3.2). */
function didUrlOf({ keyId, issuer, credentialIssuer }: NamedKeyReference): DidUrl | undefined {
  const base = issuer ?? credentialIssuer
  const url = keyId?.startsWith('#') && base !== undefined ? base + keyId : keyId
  const did = url === undefined ? undefined : /^(did:[a-z0-9]+:[^#?/]+)#./.exec(url)?.[1]
  return url !== undefined && did !== undefined ? { did, url } : undefined
}

/** Of a DID that is its own key the signature can be explained still. */
function refuseStranger(url: string): Result<never, TrustRefusal> {
  const key = keyOfDidUrl(url, 'assertionMethod')
  return key.ok
    ? refuse({ code: 'untrusted', reason: 'issuer_not_trusted', key: key.value })
    : refuse({ code: 'key_unreadable', reason: 'issuer_not_trusted' })
}

/** SD-JWT VC §7.7: who may issue one type may not issue all. */
export function judgeType(
  { issuer, name, source, types }: TrustedIssuer,
  { credentialType }: NamedKeyReference,
  key: TrustedKey['key'],
): Result<TrustedKey, TrustRefusal> {
  if (types !== undefined && credentialType !== undefined && !types.includes(credentialType)) {
    const details = { anchor: name ?? issuer }
    return refuse({ code: 'untrusted', reason: 'anchor_not_for_type', key, details })
  }
  return ok({ key, anchor: name ?? issuer, source, issuer })
}
