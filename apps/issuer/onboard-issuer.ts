/**
 * `POST /onboard/issuer`: makes a key and a DID for a caller who wants to bring an issuer key of its own. Nothing of it
 * is kept: the caller sends the key with each issue call.
 */
import { didFromKey } from '@countersign/credential/identifiers/did'
import { bareKey } from '@countersign/credential/jwk'
import { ok, type Result, refuse } from '@countersign/credential/result'
import { generateSoftwareKey, type PrivateJwk } from '@countersign/keys/software'

const algorithms = { secp256r1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512', Ed25519: 'EdDSA' } as const

export type KeyType = keyof typeof algorithms
export const keyTypes = Object.keys(algorithms) as readonly KeyType[]

export interface OnboardedIssuer {
  readonly issuerKey: { readonly type: 'jwk'; readonly jwk: PrivateJwk }
  readonly issuerDid: string
}

export type OnboardRefusal =
  | { readonly code: 'key_type_unsupported'; readonly keyType: string }
  | { readonly code: 'backend_unsupported'; readonly backend: string }
  | { readonly code: 'did_method_unsupported'; readonly method: string }

export interface OnboardIssuer {
  readonly backend: string
  readonly keyType: string
  readonly didMethod: string
}

export function onboardIssuer({
  backend,
  keyType,
  didMethod,
}: OnboardIssuer): Result<OnboardedIssuer, OnboardRefusal> {
  if (backend !== 'jwk') return refuse({ code: 'backend_unsupported', backend })
  if (!isKeyType(keyType)) return refuse({ code: 'key_type_unsupported', keyType })
  if (didMethod !== 'jwk' && didMethod !== 'key')
    return refuse({ code: 'did_method_unsupported', method: didMethod })
  const jwk = generateSoftwareKey(algorithms[keyType])
  return ok({ issuerKey: { type: 'jwk', jwk }, issuerDid: didFromKey(didMethod, bareKey(jwk)) })
}

function isKeyType(text: string): text is KeyType {
  return Object.hasOwn(algorithms, text)
}
