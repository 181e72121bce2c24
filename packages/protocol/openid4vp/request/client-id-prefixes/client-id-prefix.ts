/**
 * What a prefix of client identifiers is (OpenID4VP 1.0 §5.9): it says how a verifier proves who it is. An entry knows both
 * sides of that proof: how a wallet finds the key that must have signed, and, where verifiers of ours go by it, which
 * identifier a verifier gets. It refuses to know the rest of the request.
 */
import type { JsonObject } from '@countersign/core/json'
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
  /** What is known of the client of a request that nobody signed; absent: its requests have to be signed. */
  readonly trustUnsigned?: VerifierTrust
  /** Where answers may go (§5.9.3); absent: the prefix says nothing of that. */
  acceptsResponseUri?(original: string, responseUri: string): boolean
}

/** A prefix that verifiers of ours can go by. */
export interface ProvablePrefix extends ClientIdPrefix {
  /** The verifier's side: who it is under this prefix, by what it has to show. */
  proofOf(means: VerifierMeans): Awaitable<Result<ClientProof, ClientIdUnproven>>
}

/** What a verifier has to show who it is. */
export interface VerifierMeans {
  /** Signs its requests. */
  readonly signer: Pick<Signer, 'publicJwk' | 'x5c'> & Partial<Pick<Signer, 'keyId'>>
  /** Name of the host that answers are sent to, without a port. */
  readonly host: string
  readonly crypto: Pick<CryptoEngine, 'digestBase64url'>
  /** Where its keys are published: the DID, and the DID URL of the key that signs; absent: its DID is that key. */
  readonly did?: { readonly did: string; readonly keyId: string } | undefined
  /** As what wallets were told of it beforehand. */
  readonly registeredId?: string | undefined
  /** What somebody whom wallets believe says of it (§12): a JWT. */
  readonly attestation?: string | undefined
  /** Epoch seconds. */
  readonly now: () => number
}

export interface ClientProof {
  /** What follows the colon, or how that comes from the address that answers go to. */
  readonly original: string | ((responseUri: string) => string)
  /** Members of the header of each request: how wallets find the key that signed it. Absent: requests are not signed. */
  readonly header?: JsonObject | undefined
}

/** What a verifier lacks to be believed under a prefix. */
export type ClientIdUnproven =
  | { readonly code: 'certificate_missing' }
  | { readonly code: 'certificate_without_host'; readonly host: string }
  | { readonly code: 'registration_missing' }
  | { readonly code: 'attestation_missing' }
  | { readonly code: 'attestation_unusable'; readonly reason: AttestationRefusal['code'] }

/** What a wallet judges a client by. */
export interface ClientEvidence {
  /** Who vouches for verifiers: other anchors than those for issuers. */
  readonly anchors: readonly Certificate[]
  /** Who vouches for those that say who verifiers are (§12); absent: nobody. */
  readonly attesterAnchors?: readonly Certificate[] | undefined
  /** Of whom whoever runs the wallet told it beforehand, by their full client identifiers. */
  readonly known?: ReadonlyMap<string, KnownVerifier> | undefined
  /** Keys of verifiers that are named by a DID; absent: of those whose DID is their key. */
  readonly didKeys?: DidKeyResolver | undefined
  /** Epoch seconds. */
  readonly now: number
  readonly crypto: Pick<CryptoEngine, 'verify' | 'digestBase64url'>
}

/** A verifier that somebody vouches for by naming it. */
export interface KnownVerifier {
  /** For people. */
  readonly name: string
  /** Who named it, for people. */
  readonly anchor: string
  /** With which it signs, where its client identifier says nothing of that. */
  readonly keys: readonly PublicJwk[]
  /** Where its answers go, and nowhere else; absent: anywhere. */
  readonly responseUris?: readonly string[] | undefined
}

export interface ClientIdentity {
  readonly key: PublicJwk
  readonly trust: VerifierTrust
  /** Where answers may go, and nowhere else; absent: nobody says. */
  readonly responseUris?: readonly string[] | undefined
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
  | { readonly code: 'client_attestation_refused'; readonly reason: AttestationRefusal['code'] }

/** Why what somebody says of a verifier does not count (§12). */
export type AttestationRefusal =
  | { readonly code: 'attestation_malformed' }
  | { readonly code: 'attestation_type_wrong' }
  | { readonly code: 'attestation_of_another' }
  | { readonly code: 'attestation_expired' }
  | { readonly code: 'attestation_not_yet_valid' }
  | { readonly code: 'attestation_key_unusable' }
  | { readonly code: 'attestation_signature_refused' }
