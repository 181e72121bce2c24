/**
 * From bytes that somebody served to a status list that may be relied upon (Token Status List §8.3, Bitstring Status List
 * §3.2): form, period, trust in the signer, signature, name, and only then what is compressed. Which form it has is the
 * word of its media type and never guessed. Fetching and keeping are the caller's.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { TrustedKey, TrustRefusal } from '@countersign/credential/contract/trust-port'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { mediaTypeOf } from '@countersign/crypto/jose/media-type'
import { readBitstringCredential } from './bitstring-status-list.ts'
import type { Compression, InflateRefusal } from './compression.ts'
import { readIdentifierListCwt } from './identifier-list.ts'
import type { PackedStatuses, SignedStatusList } from './signed-list.ts'
import {
  type FetchedStatusList,
  LIST_MEDIA_TYPES,
  type StatusList,
  type StatusListContent,
  type StatusListMechanism,
  type StatusListRefusal,
  type StatusListRequest,
  type StatusListSource,
  type StatusLists,
  type StatusListTrust,
} from './status-list.ts'
import { readTokenStatusListJwt } from './token-status-list.ts'
import { readTokenStatusListCwt } from './token-status-list-cwt.ts'

export interface OpenStatusListOptions {
  readonly trust: StatusListTrust
  readonly crypto: Pick<CryptoEngine, 'verify'>
  readonly compression: Pick<Compression, 'inflate' | 'gunzip'>
  /** Clock difference tolerated, in seconds; 60 when absent. */
  readonly skewSeconds?: number | undefined
  /** How long after its end a list is still relied upon; 0 when absent. */
  readonly maxStaleSeconds?: number | undefined
  /** Bytes of a list as it travels; 4 MiB when absent. */
  readonly maxBytes?: number | undefined
  /** Of the statuses; 16 MiB when absent, which is 134 million entries of one bit. */
  readonly maxInflatedBytes?: number | undefined
}

const MAX_INFLATED_BYTES = 16 * 2 ** 20
const SKEW_SECONDS = 60

/** Lists from a source as they are asked for, nothing kept: for those who ask seldom, and for browsers. */
export function readStatusLists(source: StatusListSource, options: OpenStatusListOptions): StatusLists {
  return async (request, now) => {
    const fetched = await source(request.uri, request.accept, now)
    return fetched.ok ? openStatusList(fetched.value, request, options, now) : fetched
  }
}

/** `now` in epoch seconds. */
export async function openStatusList(
  fetched: FetchedStatusList,
  request: StatusListRequest,
  options: OpenStatusListOptions,
  now: number,
): Promise<Result<StatusList, StatusListRefusal>> {
  const { body, fetchedAt } = fetched
  if (body.length > (options.maxBytes ?? FETCHED.statusList)) return refuse({ code: 'list_too_large' })
  const read = readSigned(fetched, request, options.crypto)
  if (!read.ok) return read
  const list = read.value
  const fault = findPeriodFault(list, options, now)
  if (fault !== undefined) return refuse(fault)
  const signer = await judgeSigner(list, request, options, now)
  if (!signer.ok) return signer
  const { anchor, trustedUntil } = signer.value
  // Whoever serves lists could show another list of the same signer. Only a signer's word can be held against him, so this
  // comes after the signature.
  if (list.uri !== undefined && list.uri !== request.uri) return refuse({ code: 'list_uri_differs' })
  const content = await unpack(list.packed, options)
  if (!content.ok) return refuse({ code: content.error.code })
  const { expiresAt, issuedAt, ttlSeconds, uri } = list
  return ok({
    uri,
    anchor,
    issuedAt,
    expiresAt,
    ttlSeconds,
    fetchedAt,
    trustedUntil,
    content: content.value,
  })
}

/** Whether the list's own end has come; a list without one never expires. */
export function isExpired(
  { expiresAt }: Pick<StatusList, 'expiresAt'>,
  {
    maxStaleSeconds = 0,
    skewSeconds = SKEW_SECONDS,
  }: Pick<OpenStatusListOptions, 'maxStaleSeconds' | 'skewSeconds'>,
  now: number,
): boolean {
  return expiresAt !== undefined && now - skewSeconds - maxStaleSeconds >= expiresAt
}

type Reader = (
  body: Uint8Array,
  crypto: Pick<CryptoEngine, 'verify'>,
) => Result<SignedStatusList, StatusListRefusal>

const READERS: Readonly<Record<StatusListMechanism, ReadonlyMap<string, Reader>>> = {
  token_status_list: new Map([
    [LIST_MEDIA_TYPES.tokenJwt, readTokenStatusListJwt],
    [LIST_MEDIA_TYPES.tokenCwt, readTokenStatusListCwt],
  ]),
  bitstring_status_list: new Map([
    [LIST_MEDIA_TYPES.credentialJwt, readBitstringCredential],
    // Names that the same thing goes by, before the one above was registered and on servers that know no better.
    ['application/vc+ld+json+jwt', readBitstringCredential],
    ['application/jwt', readBitstringCredential],
  ]),
  identifier_list: new Map([[LIST_MEDIA_TYPES.identifierCwt, readIdentifierListCwt]]),
}

/** Every media type that is read for a mechanism, in the order of preference. */
export function readableMediaTypes(mechanism: StatusListMechanism): readonly string[] {
  return [...READERS[mechanism].keys()]
}

function readSigned(
  { body, mediaType }: FetchedStatusList,
  { accept, mechanism }: StatusListRequest,
  crypto: Pick<CryptoEngine, 'verify'>,
): Result<SignedStatusList, StatusListRefusal> {
  const essence = mediaTypeOf(mediaType)
  const reader = accept.includes(essence) ? READERS[mechanism].get(essence) : undefined
  return reader === undefined
    ? refuse({ code: 'media_type_wrong', reason: essence.slice(0, 80) })
    : reader(body, crypto)
}

function findPeriodFault(
  list: SignedStatusList,
  options: OpenStatusListOptions,
  now: number,
): StatusListRefusal | undefined {
  const { issuedAt, notBefore } = list
  const { skewSeconds = SKEW_SECONDS } = options
  if (notBefore !== undefined && now + skewSeconds < notBefore) return { code: 'list_not_yet_valid' }
  if (issuedAt !== undefined && now + skewSeconds < issuedAt) return { code: 'list_not_yet_valid' }
  return isExpired(list, options, now) ? { code: 'list_expired' } : undefined
}

/** Decides whether the signer counts; the value names the anchor. */
async function judgeSigner(
  { packed, signer, verify }: SignedStatusList,
  { credentialIssuer, uri }: StatusListRequest,
  { trust }: OpenStatusListOptions,
  now: number,
): Promise<Result<Pick<TrustedKey, 'anchor' | 'trustedUntil'>, StatusListRefusal>> {
  const { mechanism } = packed
  const named = credentialIssuer === undefined ? {} : { credentialIssuer }
  const trusted = await trust({ purpose: 'status_list', mechanism, uri, ...named, ...signer }, now)
  if (!trusted.ok) return refuse(toRefusal(trusted.error))
  const verified = await verify(trusted.value.key)
  return verified.ok ? ok(trusted.value) : refuse({ code: verified.error.code })
}

function toRefusal(refusal: TrustRefusal): StatusListRefusal {
  switch (refusal.code) {
    case 'untrusted':
      return { code: 'signer_untrusted', reason: refusal.reason }
    case 'key_unreadable':
    case 'key_unavailable':
      return { code: 'signer_unknown', reason: refusal.reason }
    case 'no_key_reference':
      return { code: 'signer_unknown', reason: refusal.code }
  }
}

async function unpack(
  packed: PackedStatuses,
  { compression, maxInflatedBytes = MAX_INFLATED_BYTES }: OpenStatusListOptions,
): Promise<Result<StatusListContent, InflateRefusal>> {
  switch (packed.mechanism) {
    case 'identifier_list':
      return ok(packed)
    case 'token_status_list': {
      const { deflated, mechanism, size } = packed
      const inflated = await compression.inflate(deflated, maxInflatedBytes)
      if (!inflated.ok) return inflated
      return ok({ mechanism, statuses: { bytes: inflated.value, size, order: 'least_significant_first' } })
    }
    case 'bitstring_status_list': {
      const { gzipped, ...facts } = packed
      const inflated = await compression.gunzip(gzipped, maxInflatedBytes)
      return inflated.ok ? ok({ ...facts, bytes: inflated.value }) : inflated
    }
  }
}
