/**
 * The question that formats ask about an issuer, and its answer: whose signature counts is decided by a source of trust that
 * formats know by this port alone. Nothing here reads a certificate or asks the network.
 */
import type { Result } from '@countersign/core/result'
import type { Awaitable } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { ProfileFault } from '@countersign/x509/certificate-profile'
import type { SignerJurisdiction } from '@countersign/x509/signer-jurisdiction'
import type { SignerProfile } from './format-facts.ts'
import type { FormatId } from './format-id.ts'

/** How a credential says who signed it. */
export interface IssuerKeyReference {
  readonly purpose: 'issuer'
  readonly format: FormatId
  readonly signerProfile: SignerProfile
  readonly credentialType: string
  readonly algorithm: SignatureAlgorithm
  /** JOSE `x5c`, leaf first. */
  readonly x5c?: readonly string[] | undefined
  /** JOSE `kid`; a DID URL where the issuer is a DID. */
  readonly keyId?: string | undefined
  /** What the credential calls its issuer: a claim, until a source of trust vouches for it. */
  readonly issuer?: string | undefined
  /** When it was signed, where the credential says so by the signer's word alone (mdoc `signed`); epoch seconds. */
  readonly signedAt?: number | undefined
}

export interface TrustedKey {
  readonly key: PublicJwk
  /** Whom this leads to, for people: subject of the anchor, or the pinned key's name. */
  readonly anchor: string
  /** Where that was configured: a file, a list with its provider. */
  readonly source?: string | undefined
  /**
   * Who signed, as far as the source vouches for it: the DID or URL that it knows the issuer by, the name that the
   * certificate confirms, otherwise the certificate's subject. Absent where there is no such name.
   */
  readonly issuer?: string | undefined
  /** What the signer's certificate stands for; absent where there is none. */
  readonly jurisdiction?: TrustedJurisdiction | undefined
  /** Epoch seconds: whoever remembers this decision asks again after it. Absent: nothing says when it ends. */
  readonly trustedUntil?: number | undefined
}

export interface TrustedJurisdiction extends SignerJurisdiction {
  /** The source holds every type of credential to it, not those alone whose standard does. */
  readonly bindsAllTypes?: boolean | undefined
}

/** A key that could be read but that leads to no anchor still lets the signature be checked and explained. */
export type TrustRefusal =
  | { readonly code: 'no_key_reference' }
  | { readonly code: 'key_unreadable'; readonly reason: string }
  /** Of an issuer who is believed, and whose key cannot be had for the moment: nothing is known of the signature. */
  | { readonly code: 'key_unavailable'; readonly reason: string }
  | {
      readonly code: 'untrusted'
      readonly reason: string
      readonly key: PublicJwk
      /** What a page needs that explains the refusal to an operator. */
      readonly details?: UntrustedDetails | undefined
    }

export type IssuerTrust = (
  reference: IssuerKeyReference,
  now: number,
) => Awaitable<Result<TrustedKey, TrustRefusal>>

/**
 * Whom one list of trusted entities vouches for, whatever other sources say, by the address that it is fetched from. Undefined: no
 * such list is configured; `key_unavailable`: it is not there at the moment.
 */
export type ListTrust = (url: string) => IssuerTrust | undefined

/**
 * What stands behind a refusal, for the page that explains it to an operator: whose certificate is at fault, and which anchor
 * would be needed. Names in it are what strangers wrote into certificates: text, never markup.
 */
export interface UntrustedDetails {
  /** The certificate that the reason is about; absent where none could be read. */
  readonly subject?: string | undefined
  /** Who issued it: for `anchor_unknown` the subject of the certificate that is missing. */
  readonly issuer?: string | undefined
  /** base64url; for `anchor_unknown` the subject key identifier of the certificate that is missing. */
  readonly authorityKeyId?: string | undefined
  /** Serial number of the certificate, hexadecimal. */
  readonly serial?: string | undefined
  /** Epoch seconds. */
  readonly notBefore?: number | undefined
  readonly notAfter?: number | undefined
  /** Place in the chain, the leaf being 0; the anchor follows the last. */
  readonly position?: number | undefined
  /** Name of the anchor that the chain leads to and that does not count on this occasion. */
  readonly anchor?: string | undefined
  /** Everything in which a certificate departs from its profile. */
  readonly faults?: readonly ProfileFault[] | undefined
}
