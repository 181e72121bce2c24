/**
 * Client identifiers with their prefixes (OpenID4VP 1.0 §5.9). The prefix says how the verifier proves who it is, so
 * one that is not known here is refused and never read as a name: `origin:` is reserved (§5.9.3), and a prefix whose
 * proof nobody checks would be no proof. Compared and bound to is always the full text (§14.10).
 */
import { decodeBase64, decodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Awaitable, CryptoEngine } from '@countersign/crypto/engine'

/** `full` is the identifier as it stands on the wire, prefix included. */
export type ClientId = { readonly full: string } & (
  | { readonly prefix: 'pre_registered' }
  | { readonly prefix: 'redirect_uri'; readonly uri: string }
  | { readonly prefix: 'x509_san_dns'; readonly dnsName: string }
  /** Unpadded base64url of the SHA-256 of the leaf certificate's DER. */
  | { readonly prefix: 'x509_hash'; readonly hash: string }
  | { readonly prefix: 'decentralized_identifier'; readonly did: string }
)

export type ClientIdRefusal =
  | { readonly code: 'client_id_malformed' }
  | { readonly code: 'client_id_prefix_unsupported'; readonly prefix: string }

/** Room for a `did:jwk`. */
const MAX_LENGTH = 2_048

const VISIBLE_ASCII = /^[\x21-\x7e]+$/
const DNS_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const DID = /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/

export function parseClientId(full: string): Result<ClientId, ClientIdRefusal> {
  if (full.length > MAX_LENGTH || !VISIBLE_ASCII.test(full)) return refuse({ code: 'client_id_malformed' })
  const colon = full.indexOf(':')
  if (colon < 0) return ok({ full, prefix: 'pre_registered' })
  return parsePrefixed(full, full.slice(0, colon), full.slice(colon + 1))
}

function parsePrefixed(full: string, prefix: string, rest: string): Result<ClientId, ClientIdRefusal> {
  switch (prefix) {
    case 'redirect_uri':
      return URL.canParse(rest) ? ok({ full, prefix, uri: rest }) : refuse({ code: 'client_id_malformed' })
    case 'x509_san_dns':
      return DNS_NAME.test(rest)
        ? ok({ full, prefix, dnsName: rest })
        : refuse({ code: 'client_id_malformed' })
    case 'x509_hash':
      return isSha256(rest) ? ok({ full, prefix, hash: rest }) : refuse({ code: 'client_id_malformed' })
    case 'decentralized_identifier':
      return DID.test(rest) ? ok({ full, prefix, did: rest }) : refuse({ code: 'client_id_malformed' })
    default:
      return refuse({ code: 'client_id_prefix_unsupported', prefix })
  }
}

function isSha256(text: string): boolean {
  return decodeBase64url(text)?.length === 32
}

/**
 * The client identifier that a certificate gives (HAIP 1.0 §5). `leaf` is the first entry of `x5c`, standard base64.
 * Throws on what is no base64: the certificate is the deployment's own.
 */
export async function x509HashClientId(
  leaf: string,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<string> {
  const der = decodeBase64(leaf)
  if (der === undefined) throw new Error('the leaf certificate is not standard base64')
  return `x509_hash:${await certificateHash(der, crypto)}`
}

/** What `x509_hash:` carries for a certificate in DER. */
export function certificateHash(
  der: Uint8Array,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Awaitable<string> {
  return crypto.digestBase64url('sha-256', der)
}
