/**
 * Client identifiers with their prefixes (OpenID4VP 1.0 §5.9). The prefix says how the verifier proves who it is, so
 * one that is not in the list is refused and never read as a name: `origin:` is reserved (§5.9.3), and a prefix whose
 * proof nobody checks would be no proof. Compared and bound to is always the full text (§14.10). One more prefix is a
 * file in `client-id-prefixes/` and an entry of a list here.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type {
  ClientIdPrefix,
  ClientIdUnproven,
  ClientProof,
  KnownVerifier,
  ProvablePrefix,
  VerifierMeans,
} from './client-id-prefixes/client-id-prefix.ts'
import { decentralizedIdentifier } from './client-id-prefixes/decentralized-identifier.ts'
import { preRegistered } from './client-id-prefixes/pre-registered.ts'
import { redirectUri } from './client-id-prefixes/redirect-uri.ts'
import { verifierAttestation } from './client-id-prefixes/verifier-attestation.ts'
import { x509Hash } from './client-id-prefixes/x509-hash.ts'
import { x509SanDns } from './client-id-prefixes/x509-san-dns.ts'

/** What verifiers of ours can be configured to go by. */
const PROVABLE = [
  x509Hash,
  x509SanDns,
  decentralizedIdentifier,
  verifierAttestation,
  redirectUri,
  preRegistered,
] as const satisfies readonly ProvablePrefix[]

/** What a wallet understands in front of a colon: a registered name has none. */
const PREFIXES: readonly ClientIdPrefix[] = PROVABLE.filter((entry) => entry !== preRegistered)

export type ProvablePrefixName = (typeof PROVABLE)[number]['name']

export const PROVABLE_PREFIX_NAMES = PROVABLE.map(({ name }) => name)

export interface ClientId {
  /** The identifier as it stands on the wire, prefix included. */
  readonly full: string
  readonly prefix: ClientIdPrefix
  /** What follows the colon, and the whole text where there is none. */
  readonly original: string
}

export type { ClientIdUnproven, KnownVerifier }

export type ClientIdRefusal =
  | { readonly code: 'client_id_malformed' }
  | { readonly code: 'client_id_prefix_unsupported'; readonly prefix: string }

/** Room for a `did:jwk`. */
const MAX_LENGTH = 2_048

const VISIBLE_ASCII = /^[\x21-\x7e]+$/

export function parseClientId(full: string): Result<ClientId, ClientIdRefusal> {
  if (full.length > MAX_LENGTH || !VISIBLE_ASCII.test(full)) return refuse({ code: 'client_id_malformed' })
  const colon = full.indexOf(':')
  if (colon < 0) return ok({ full, prefix: preRegistered, original: full })
  const name = full.slice(0, colon)
  const original = full.slice(colon + 1)
  const prefix = PREFIXES.find((entry) => entry.name === name)
  if (prefix === undefined) return refuse({ code: 'client_id_prefix_unsupported', prefix: name })
  return prefix.acceptsOriginal(original)
    ? ok({ full, prefix, original })
    : refuse({ code: 'client_id_malformed' })
}

/** Who a verifier is under a prefix. */
export interface VerifierClient {
  /** In full. */
  clientIdFor(responseUri: string): string
  /** Members of the header of each request that it signs; absent: its requests are not signed. */
  readonly header: ClientProof['header']
}

/** What a verifier is under one prefix, or what it lacks. */
export async function clientOf(
  name: ProvablePrefixName,
  means: VerifierMeans,
): Promise<Result<VerifierClient, ClientIdUnproven>> {
  const prefix: ProvablePrefix | undefined = PROVABLE.find((entry) => entry.name === name)
  if (prefix === undefined) throw new Error(`no verifier goes by the prefix ${name}`)
  const proof = await prefix.proofOf(means)
  if (!proof.ok) return proof
  const { header, original } = proof.value
  const full = (text: string) => (name === preRegistered.name ? text : `${name}:${text}`)
  return ok({
    clientIdFor: (responseUri) => full(typeof original === 'string' ? original : original(responseUri)),
    header,
  })
}
