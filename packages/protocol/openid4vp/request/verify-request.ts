/**
 * The wallet authenticates a request before it shows or sends anything (OpenID4VP 1.0 §5.9, §5.10.1). Only the signed
 * request object counts; of the URL it takes the client identifier, to compare. A value that comes out of here was
 * signed by the client that it names; whether anybody vouches for that client is said in `trusted`.
 */

import { isJsonArray, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine } from '@countersign/crypto/engine'
import {
  type DecodedJws,
  decodeJws,
  type JwsRefusal,
  type JwsVerifyRefusal,
  verifyJws,
} from '@countersign/crypto/jose/jws'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { keyOfDidUrl } from '@countersign/did/did'
import type { DidKeyResolver } from '@countersign/did/did-document'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import { validatePath } from '@countersign/x509/certification-path'
import type { HttpPolicy } from '../../oauth/message-values.ts'
import { type ClientId, type ClientIdRefusal, certificateHash, parseClientId } from './client-id.ts'
import { REQUEST_OBJECT_TYPE } from './request-object.ts'
import { type ParameterRefusal, type RequestParameters, readRequestParameters } from './request-parameters.ts'

export interface RequestVerification {
  /** `client_id` of the URL that led here. */
  readonly outerClientId: string
  /** The nonce that was sent to `request_uri` by POST; absent: none was. */
  readonly walletNonce?: string | undefined
  /** Epoch seconds. */
  readonly now: number
  /** Who vouches for verifiers: other anchors than those for issuers. */
  readonly anchors: readonly Certificate[]
  /** Keys of verifiers that are named by a DID; absent: of those whose DID is their key. */
  readonly didKeys?: DidKeyResolver
  readonly crypto: Pick<CryptoEngine, 'verify' | 'digestBase64url'>
  /** Refuse a verifier whose chain leads to no anchor, and one that has no chain. */
  readonly requireTrusted: boolean
  /** Clock difference tolerated, in seconds; 60 when absent. */
  readonly skewSeconds?: number
  /** Plain http on loopback is taken as response URI: development and tests. */
  readonly httpPolicy?: HttpPolicy
}

export interface VerifiedRequest extends RequestParameters {
  readonly client: ClientId
  readonly trust: VerifierTrust
}

/** `verifier` is the subject of the certificate: what its issuer says, so believable as far as it is trusted. */
export type VerifierTrust =
  | { readonly trusted: true; readonly verifier: string; readonly anchor: string }
  | { readonly trusted: false; readonly verifier?: string; readonly reason: string }

export type RequestRefusal =
  | ClientIdRefusal
  | ParameterRefusal
  | { readonly code: 'request_malformed'; readonly reason: JwsRefusal['code'] }
  | { readonly code: 'request_type_wrong' }
  | { readonly code: 'client_id_differs' }
  | { readonly code: 'client_not_registered' }
  | { readonly code: 'client_cannot_sign' }
  | { readonly code: 'client_key_unreadable'; readonly reason: string }
  /** The certificate is not the one that the client identifier names. */
  | { readonly code: 'client_certificate_differs' }
  | { readonly code: 'request_signature_refused'; readonly reason: JwsVerifyRefusal['code'] }
  | { readonly code: 'verifier_untrusted'; readonly reason: string }

/** Characters of a request object, chain included. */
export const MAX_REQUEST_OBJECT_LENGTH = 65_536

export async function verifyRequestObject(
  jwt: string,
  verification: RequestVerification,
): Promise<Result<VerifiedRequest, RequestRefusal>> {
  const request = readRequestObject(jwt, verification.outerClientId)
  if (!request.ok) return request
  const { decoded, client } = request.value
  const identity = await identifyClient(decoded, client, verification)
  if (!identity.ok) return identity
  const { key, trust } = identity.value
  const signed = await verifyJws(decoded, key, ALLOWED_ALGORITHMS.request_object, verification.crypto)
  if (!signed.ok) return refuse({ code: 'request_signature_refused', reason: signed.error.code })
  if (verification.requireTrusted && !trust.trusted) {
    return refuse({ code: 'verifier_untrusted', reason: trust.reason })
  }
  const { skewSeconds = 60 } = verification
  const parameters = readRequestParameters(decoded.payload, client, { ...verification, skewSeconds })
  return parameters.ok ? ok({ ...parameters.value, client, trust }) : parameters
}

/** §5.10.1: the client identifiers outside and inside are the same text. */
function readRequestObject(
  jwt: string,
  outerClientId: string,
): Result<{ decoded: DecodedJws; client: ClientId }, RequestRefusal> {
  const decoded = decodeJws(jwt, { maxLength: MAX_REQUEST_OBJECT_LENGTH })
  if (!decoded.ok) return refuse({ code: 'request_malformed', reason: decoded.error.code })
  const { header, payload } = decoded.value
  if (header['typ'] !== REQUEST_OBJECT_TYPE) return refuse({ code: 'request_type_wrong' })
  if (payload['client_id'] !== outerClientId) return refuse({ code: 'client_id_differs' })
  const client = parseClientId(outerClientId)
  return client.ok ? ok({ decoded: decoded.value, client: client.value }) : client
}

interface Identity {
  readonly key: PublicJwk
  readonly trust: VerifierTrust
}

/** The key that the prefix says must have signed (§5.9.3), and who vouches for it. */
function identifyClient(
  request: DecodedJws,
  client: ClientId,
  verification: RequestVerification,
): Result<Identity, RequestRefusal> | Promise<Result<Identity, RequestRefusal>> {
  switch (client.prefix) {
    case 'pre_registered':
      return refuse({ code: 'client_not_registered' })
    case 'redirect_uri':
      return refuse({ code: 'client_cannot_sign' })
    case 'decentralized_identifier':
      return identifyByDid(request.header['kid'], client.did, verification)
    case 'x509_san_dns':
    case 'x509_hash':
      return identifyByCertificate(request.header['x5c'], client, verification)
  }
}

/** `kid` selects a verification method of that very DID. Nobody vouches for a DID here. */
async function identifyByDid(
  kid: JsonValue | undefined,
  did: string,
  { didKeys = keyOfDidUrl }: RequestVerification,
): Promise<Result<Identity, RequestRefusal>> {
  if (typeof kid !== 'string' || !kid.startsWith(`${did}#`)) {
    return refuse({ code: 'client_key_unreadable', reason: 'kid_of_another_did' })
  }
  const key = await didKeys(kid, 'authentication')
  if (!key.ok) return refuse({ code: 'client_key_unreadable', reason: key.error.code })
  return ok({ key: key.value, trust: { trusted: false, reason: 'no_certificate' } })
}

type X509ClientId = Extract<ClientId, { prefix: 'x509_san_dns' | 'x509_hash' }>

async function identifyByCertificate(
  x5c: JsonValue | undefined,
  client: X509ClientId,
  verification: RequestVerification,
): Promise<Result<Identity, RequestRefusal>> {
  const chain = readChain(x5c)
  const leafText = chain?.[0]
  if (chain === undefined || leafText === undefined) {
    return refuse({ code: 'client_key_unreadable', reason: 'no_certificate' })
  }
  const leaf = parseX5cEntry(leafText)
  if (!leaf.ok) return refuse({ code: 'client_key_unreadable', reason: leaf.error.code })
  if (!(await isCertificateOf(leaf.value, client, verification))) {
    return refuse({ code: 'client_certificate_differs' })
  }
  const trust = await judgeChain(chain, leaf.value, verification)
  return ok({ key: leaf.value.publicKey, trust })
}

function readChain(x5c: JsonValue | undefined): readonly string[] | undefined {
  if (!isJsonArray(x5c) || !x5c.every((entry) => typeof entry === 'string')) return undefined
  return x5c
}

/** DNS names have no case (RFC 4343); a wildcard names no verifier. */
async function isCertificateOf(
  leaf: Certificate,
  client: X509ClientId,
  { crypto }: RequestVerification,
): Promise<boolean> {
  if (client.prefix === 'x509_hash') return (await certificateHash(leaf.der, crypto)) === client.hash
  const wanted = client.dnsName.toLowerCase()
  return leaf.dnsNames.some((name) => name.toLowerCase() === wanted)
}

async function judgeChain(
  chain: readonly string[],
  leaf: Certificate,
  { anchors, now, crypto }: RequestVerification,
): Promise<VerifierTrust> {
  const verifier = leaf.subject.text
  const path = await validatePath(chain, anchors, now, crypto)
  if (!path.ok) return { trusted: false, verifier, reason: path.error.code }
  return { trusted: true, verifier, anchor: path.value.anchor.subject.text }
}
