/**
 * Keys of an authorization server, kept: looked at again from time to time while nobody waits, and at once, though not often, for a
 * key that is not among them. While the server is away those that are known go on, to an end.
 */
import { isJsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { fits, type PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { parseJwkSet } from '@countersign/trust/jwt-vc-issuer-metadata'
import type { ManagementTokens } from '../config/management-tokens.ts'
import type { Remote } from '../outgoing/guarded-client.ts'
import { remoteText } from '../outgoing/remote-text.ts'

/** How old keys may become before somebody looks again. */
const FRESH_SECONDS = 600
/** How often it is looked, whoever wants to know. */
const EVERY_SECONDS = 30
/** How long keys count that could not be looked at again. */
const KEPT_SECONDS = 86_400

export interface KeptKeysOptions {
  readonly remote: Pick<Remote, 'request'>
  readonly settings: Pick<ManagementTokens, 'issuer' | 'jwksUri'>
  /** Epoch seconds. */
  readonly now: () => number
  readonly warn: (message: string) => void
}

export interface WantedKey {
  readonly keyId: string | undefined
  readonly algorithm: SignatureAlgorithm
}

export interface KeptKeys {
  /** Undefined: there is no such key. Refused: nobody knows. */
  find(wanted: WantedKey): Promise<Result<PublicJwk | undefined, { readonly code: 'keys_unavailable' }>>
}

export function openKeptKeys(options: KeptKeysOptions): KeptKeys {
  const { now, settings, warn } = options
  let kept: { readonly keys: readonly PublicJwk[]; readonly since: number } | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined

  async function look(): Promise<void> {
    lookedAt = now()
    const keys = await fetchKeys(options)
    if (keys.ok) kept = { keys: keys.value, since: now() }
    else warn(`the keys of ${settings.issuer} (managementTokens) cannot be had: ${keys.error.reason}`)
  }

  /** Of many who want to know one looks. */
  function lookAgain(): Promise<void> {
    looking ??= now() - lookedAt < EVERY_SECONDS ? undefined : look().finally(() => (looking = undefined))
    return looking ?? Promise.resolve()
  }

  function current(): readonly PublicJwk[] | undefined {
    return kept !== undefined && now() - kept.since < KEPT_SECONDS ? kept.keys : undefined
  }

  return {
    async find(wanted) {
      const known = current()
      const found = known && select(known, wanted)
      if (found === undefined) await lookAgain()
      else if (kept !== undefined && now() - kept.since >= FRESH_SECONDS) void lookAgain()
      const keys = current()
      return keys === undefined ? refuse({ code: 'keys_unavailable' }) : ok(found ?? select(keys, wanted))
    },
  }
}

/** The key with this id; without an id there must be one key alone, so that there is no choice. */
function select(keys: readonly PublicJwk[], { algorithm, keyId }: WantedKey): PublicJwk | undefined {
  const fitting = keys.filter((key) => (keyId === undefined || key.kid === keyId) && fits(algorithm, key))
  return fitting.length === 1 ? fitting[0] : undefined
}

type Fetched<T> = Result<T, { readonly reason: string }>

async function fetchKeys(options: KeptKeysOptions): Promise<Fetched<readonly PublicJwk[]>> {
  const { jwksUri } = options.settings
  const address = jwksUri === undefined ? await discover(options) : ok(jwksUri)
  if (!address.ok) return address
  const set = await textOf(options, address.value)
  if (!set.ok) return set
  const keys = parseJwkSet(set.value)
  return keys.ok ? keys : refuse({ reason: keys.error.code })
}

/** OpenID Connect Discovery 1.0 §4. */
async function discover(options: KeptKeysOptions): Promise<Fetched<string>> {
  const { issuer } = options.settings
  const text = await textOf(options, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (!text.ok) return text
  const metadata = parseJsonObject(text.value, { maxBytes: FETCHED.metadata })
  if (!metadata.ok || !isJsonObject(metadata.value)) return refuse({ reason: 'metadata_malformed' })
  // §4.3: compared as text.
  if (metadata.value['issuer'] !== issuer) return refuse({ reason: 'issuer_differs' })
  const { jwks_uri: jwksUri } = metadata.value
  return typeof jwksUri === 'string' ? ok(jwksUri) : refuse({ reason: 'jwks_uri_missing' })
}

function textOf({ remote }: KeptKeysOptions, url: string): Promise<Fetched<string>> {
  return remoteText({ remote, purpose: 'management_keys', maxBytes: FETCHED.issuerKeys }, url)
}
