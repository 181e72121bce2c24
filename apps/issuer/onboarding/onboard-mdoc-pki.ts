/**
 * `POST /onboard/iso-mdl/iacas` and `/onboard/iso-mdl/document-signers`: the keys and certificates that a caller who
 * issues mdocs needs (ISO/IEC 18013-5 annex B). Nothing of them is kept.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { bareKey } from '@countersign/crypto/jwk'
import {
  generateKeyOfType,
  type PrivateJwk,
  type SoftwareKeyType,
  softwareSigner,
} from '@countersign/keys/signers/software-key'
import type { AlternativeName } from '@countersign/x509/make/alternative-names'
import type { CertificateRequestRefusal, MadeCertificate } from '@countersign/x509/make/certificate-request'
import { type MdocPkiCrypto, makeDocumentSigner, makeIaca } from '@countersign/x509/make/iso-mdl'
import type { CallerKeys } from '../issuer.ts'

export interface CertificateOrder {
  readonly country: string
  readonly commonName: string
  readonly stateOrProvinceName?: string | undefined
  readonly organizationName?: string | undefined
  readonly issuerAlternativeName?: AlternativeName | undefined
  readonly crlDistributionPointUri?: string | undefined
  /** Epoch seconds. */
  readonly notBefore?: number | undefined
  readonly notAfter?: number | undefined
}

export interface KeyOrder {
  readonly backend: string
  readonly keyType: string
}

export interface Certified {
  readonly key: { readonly type: 'jwk'; readonly jwk: PrivateJwk }
  readonly made: MadeCertificate
}

export type MdocPkiRefusal =
  | CertificateRequestRefusal
  | { readonly code: 'backend_unsupported'; readonly backend: string }
  | { readonly code: 'key_type_unsupported'; readonly keyType: string }
  | { readonly code: 'iaca_key_unusable'; readonly reason: string }

type Made = Promise<Result<Certified, MdocPkiRefusal>>

/** When it is, and the engine that gives serial numbers and key identifiers. */
export interface CertificateMaking {
  /** Epoch seconds. */
  readonly now: number
  readonly crypto: MdocPkiCrypto
}

export async function onboardIaca(
  order: CertificateOrder,
  wantedKey: KeyOrder,
  { crypto, now }: CertificateMaking,
): Made {
  const key = await makeKey(wantedKey)
  if (!key.ok) return key
  const { issuerAlternativeName = {}, ...rest } = order
  const request = { ...rest, issuerAlternativeName, key: softwareSigner(key.value), now }
  const made = await makeIaca(request, crypto)
  return certified(key.value, made)
}

export interface IacaSigner {
  /** The key as the call for the IACA answered it, serialised. */
  readonly key: JsonObject
  readonly pem: string
}

export async function onboardDocumentSigner(
  order: CertificateOrder,
  wantedKey: KeyOrder,
  iaca: IacaSigner,
  { crypto, now, openKey }: CertificateMaking & { readonly openKey: CallerKeys['open'] },
): Made {
  const iacaKey = await openKey(iaca.key)
  if (!iacaKey.ok) return refuse({ code: 'iaca_key_unusable', reason: iacaKey.error.code })
  const key = await makeKey(wantedKey)
  if (!key.ok) return key
  const issuer = { iacaKey: iacaKey.value, iacaPem: iaca.pem }
  const request = { ...order, ...issuer, publicJwk: bareKey(key.value), now }
  const made = await makeDocumentSigner(request, crypto)
  return certified(key.value, made)
}

function certified(
  jwk: PrivateJwk,
  made: Result<MadeCertificate, CertificateRequestRefusal>,
): Result<Certified, MdocPkiRefusal> {
  return made.ok ? ok({ key: { type: 'jwk', jwk }, made: made.value }) : made
}

/** The curves of ISO/IEC 18013-5 annex B that this stack has keys of. */
export const documentKeyTypes: readonly string[] = [
  'secp256r1',
  'secp384r1',
  'secp521r1',
] satisfies SoftwareKeyType[]

async function makeKey({ backend, keyType }: KeyOrder): Promise<Result<PrivateJwk, MdocPkiRefusal>> {
  if (backend !== 'jwk') return refuse({ code: 'backend_unsupported', backend })
  if (!isKeyType(keyType)) return refuse({ code: 'key_type_unsupported', keyType })
  return ok(await generateKeyOfType(keyType))
}

function isKeyType(text: string): text is SoftwareKeyType {
  return documentKeyTypes.includes(text)
}
