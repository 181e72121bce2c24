/**
 * Trust in issuers that are https URLs: a list of them, whose keys are what their JWT VC issuer metadata says (SD-JWT VC
 * §4). An issuer that is not on the list is never asked. Key sets are kept for a while, failures for a shorter one;
 * a key id that is not among the kept keys may be new, so they are asked for again, but not at every stranger's whim.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { TrustRefusal } from '@countersign/credential/contract/trust-port'
import { fits, type PublicJwk } from '@countersign/crypto/jwk'
import { type IdentifierTrust, judgeType, type NamedKeyReference, type TrustedIssuer } from './did-trust.ts'
import { jwtVcIssuerMetadataUrl, parseJwkSet, parseJwtVcIssuerMetadata } from './jwt-vc-issuer-metadata.ts'

/** The body of what lies at an https URL. `reason` is for operators: a code, not a sentence. */
export type FetchText = (url: string) => Promise<Result<string, { readonly reason: string }>>

export interface MetadataIssuerTrustOptions {
  readonly issuers: readonly TrustedIssuer[]
  readonly fetchText: FetchText
  /** How long keys count; 300 when absent. */
  readonly ttlSeconds?: number | undefined
  /** How long a failure counts, and how long a set without the wanted key does; 30 when absent. */
  readonly failureTtlSeconds?: number | undefined
}

export function metadataIssuerTrust(options: MetadataIssuerTrustOptions): IdentifierTrust {
  const known = new Map(options.issuers.map((issuer) => [issuer.issuer, issuer]))
  const keySets = keySetCache(options)
  return async (reference, now) => {
    const name = reference.issuer ?? reference.credentialIssuer
    if (name === undefined || !/^https:\/\//i.test(name) || reference.x5c !== undefined) {
      return refuse({ code: 'no_key_reference' })
    }
    const issuer = known.get(name)
    if (issuer === undefined) return refuse({ code: 'key_unreadable', reason: 'issuer_not_trusted' })
    const key = await findKey(keySets, issuer.issuer, reference, now)
    if (!key.ok) return refuse(key.error)
    return judgeType(issuer, reference, key.value)
  }
}

type Keys = Result<readonly PublicJwk[], { readonly reason: string }>

async function findKey(
  keySets: ReturnType<typeof keySetCache>,
  issuer: string,
  reference: NamedKeyReference,
  now: number,
): Promise<Result<PublicJwk, TrustRefusal>> {
  const kept = await keySets.get(issuer, 'kept', now)
  if (!kept.ok) return unavailable(kept.error)
  const key = selectKey(kept.value, reference)
  if (key !== undefined) return ok(key)
  const fresh = await keySets.get(issuer, 'fresh', now)
  if (!fresh.ok) return unavailable(fresh.error)
  const newKey = selectKey(fresh.value, reference)
  return newKey === undefined ? refuse({ code: 'key_unreadable', reason: 'key_not_in_metadata' }) : ok(newKey)
}

/** Whatever is wrong with the document of an issuer who is believed may be mended: it says nothing against the key. */
function unavailable({ reason }: { readonly reason: string }): Result<never, TrustRefusal> {
  return refuse({ code: 'key_unavailable', reason })
}

/** The key with this id; without an id there must be one key alone, so that there is no choice. */
function selectKey(
  keys: readonly PublicJwk[],
  { keyId, algorithm }: NamedKeyReference,
): PublicJwk | undefined {
  const fitting = keys.filter((key) => (keyId === undefined || key.kid === keyId) && fits(algorithm, key))
  return fitting.length === 1 ? fitting[0] : undefined
}

/** As large as the list of issuers: nobody else is asked. One question at a time goes out for each. */
function keySetCache(options: MetadataIssuerTrustOptions) {
  const { fetchText, ttlSeconds = 300, failureTtlSeconds = 30 } = options
  const kept = new Map<string, { readonly since: number; readonly keys: Keys }>()
  const asked = new Map<string, Promise<Keys>>()

  async function ask(issuer: string, now: number): Promise<Keys> {
    const keys = await fetchKeys(issuer, fetchText)
    kept.set(issuer, { since: now, keys })
    return keys
  }

  return {
    /** `fresh`: no older than a failure may be. */
    get(issuer: string, wanted: 'kept' | 'fresh', now: number): Promise<Keys> | Keys {
      const found = kept.get(issuer)
      const maxAge = wanted === 'kept' && found?.keys.ok ? ttlSeconds : failureTtlSeconds
      if (found !== undefined && now - found.since < maxAge) return found.keys
      const answer = asked.get(issuer) ?? ask(issuer, now).finally(() => asked.delete(issuer))
      asked.set(issuer, answer)
      return answer
    },
  }
}

async function fetchKeys(issuer: string, fetchText: FetchText): Promise<Keys> {
  const url = jwtVcIssuerMetadataUrl(issuer)
  if (!url.ok) return refuse({ reason: url.error.code })
  const document = await fetchText(url.value)
  if (!document.ok) return document
  const metadata = parseJwtVcIssuerMetadata(document.value, issuer)
  if (!metadata.ok) return refuse({ reason: metadata.error.code })
  if (metadata.value.jwks !== undefined) return ok(metadata.value.jwks)
  const set = await fetchText(metadata.value.jwksUri)
  if (!set.ok) return set
  const keys = parseJwkSet(set.value)
  return keys.ok ? keys : refuse({ reason: keys.error.code })
}
