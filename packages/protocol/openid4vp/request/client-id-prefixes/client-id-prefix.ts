/**
 * What a prefix of client identifiers is (OpenID4VP 1.0 §5.9): it says how a verifier proves who it is. An entry knows both
 * sides of that proof: how a wallet finds the key that must have signed, and, where verifiers of ours go by it, which
 * identifier a verifier gets. It refuses to know the rest of the request.
 */
import type { Result } from '@countersign/core/result'
import type { Awaitable, CryptoEngine, Signer } from '@countersign/crypto/engine'
import type { DecodedJws } from '@countersign/crypto/jose/jws'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { DidKeyResolver } from '@countersign/did/did-document'
import type { Certificate } from '@countersign/x509/certificate'

export interface ClientIdPrefix {
  /** As it stands in front of the colon. */
  readonly name: string
  /** Whether this may follow the colon: the specification's `orig_client_id`. */
  acceptsOriginal(original: string): boolean
  /** The wallet's side: the key that must have signed the request, and who vouches for whom it names. */
  identify(
    request: Pick<DecodedJws, 'header'>,
    original: string,
    evidence: ClientEvidence,
  ): Awaitable<Result<ClientIdentity, ClientRefusal>>
  /** Where answers may go (§5.9.3); absent: the prefix says nothing of that. */
  acceptsResponseUri?(original: string, responseUri: string): boolean
}

/** A prefix that verifiers of ours can go by. */
export interface ProvablePrefix extends ClientIdPrefix {
  /** The verifier's side: what follows the colon, by what it signs requests with and where its answers go. */
  originalOf(signer: Pick<Signer, 'x5c'>, place: VerifierPlace): Awaitable<Result<string, ClientIdUnproven>>
}

export interface VerifierPlace {
  /** Name of the host that answers are sent to, without a port. */
  readonly host: string
  readonly crypto: Pick<CryptoEngine, 'digestBase64url'>
}

/** What a verifier lacks to be believed under a prefix. */
export type ClientIdUnproven =
  | { readonly code: 'certificate_missing' }
  | { readonly code: 'certificate_without_host'; readonly host: string }

/** What a wallet judges a client by. */
export interface ClientEvidence {
  /** Who vouches for verifiers: other anchors than those for issuers. */
  readonly anchors: readonly Certificate[]
  /** Keys of verifiers that are named by a DID; absent: of those whose DID is their key. */
  readonly didKeys?: DidKeyResolver | undefined
  /** Epoch seconds. */
  readonly now: number
  readonly crypto: Pick<CryptoEngine, 'verify' | 'digestBase64url'>
}

export interface ClientIdentity {
  readonly key: PublicJwk
  readonly trust: VerifierTrust
}

/** `verifier` is the subject of the certificate: what its issuer says, so believable as far as it is trusted. */
export type VerifierTrust =
  | { readonly trusted: true; readonly verifier: string; readonly anchor: string }
  | { readonly trusted: false; readonly verifier?: string | undefined; readonly reason: string }

export type ClientRefusal =
  | { readonly code: 'client_not_registered' }
  | { readonly code: 'client_cannot_sign' }
  | { readonly code: 'client_key_unreadable'; readonly reason: string }
  /** The certificate is not the one that the client identifier names. */
  | { readonly code: 'client_certificate_differs' }
