/**
 * `POST /onboard/issuer`: makes a key and a DID for a caller who wants to bring an issuer key of its own. Nothing of it
 * is kept: the caller sends the key with each issue call, and shows the document of a did:web on its own host.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { didWebAt } from '@countersign/did/did-web'
import {
  generateKeyOfType,
  type PrivateJwk,
  SOFTWARE_KEY_TYPES,
  type SoftwareKeyType,
} from '@countersign/keys/signers/software-key'

export const keyTypes = Object.keys(SOFTWARE_KEY_TYPES) as readonly SoftwareKeyType[]

export interface OnboardedIssuer {
  readonly issuerKey: { readonly type: 'jwk'; readonly jwk: PrivateJwk }
  readonly issuerDid: string
}

export type OnboardRefusal =
  | { readonly code: 'key_type_unsupported'; readonly keyType: string }
  | { readonly code: 'backend_unsupported'; readonly backend: string }
  | { readonly code: 'did_method_unsupported'; readonly method: string }
  /** Domain and path of a did:web: the host is missing, or nobody could resolve what they make. */
  | { readonly code: 'did_place_unusable' }

export interface OnboardIssuer {
  readonly backend: string
  readonly keyType: string
  readonly did: DidOrder
}

export interface DidOrder {
  readonly method: string
  /** Whether a did:key is written as EBSI has it for natural persons. */
  readonly useJwkJcsPub?: boolean | undefined
  /** The host of a did:web, with its port where it has one. */
  readonly domain?: string | undefined
  /** Where a did:web is below its host; at the root when absent. */
  readonly path?: string | undefined
}

export async function onboardIssuer({
  backend,
  keyType,
  did,
}: OnboardIssuer): Promise<Result<OnboardedIssuer, OnboardRefusal>> {
  if (backend !== 'jwk') return refuse({ code: 'backend_unsupported', backend })
  if (!isKeyType(keyType)) return refuse({ code: 'key_type_unsupported', keyType })
  const nameOf = didNames(did)
  if (!nameOf.ok) return nameOf
  const jwk = await generateKeyOfType(keyType)
  return ok({ issuerKey: { type: 'jwk', jwk }, issuerDid: nameOf.value(bareKey(jwk)) })
}

/** The order is judged before the key is made, which may cost seconds. */
function didNames(order: DidOrder): Result<(key: PublicJwk) => string, OnboardRefusal> {
  const { domain, method, path, useJwkJcsPub } = order
  switch (method) {
    case 'jwk':
      return ok((key) => didFromKey('jwk', key))
    case 'key':
      return ok((key) => didFromKey('key', key, useJwkJcsPub ? 'jwk_jcs' : 'multicodec'))
    case 'web': {
      const did = didWebAt(domain ?? '', path)
      return did.ok ? ok(() => did.value) : refuse({ code: 'did_place_unusable' })
    }
    default:
      return refuse({ code: 'did_method_unsupported', method })
  }
}

function isKeyType(text: string): text is SoftwareKeyType {
  return Object.hasOwn(SOFTWARE_KEY_TYPES, text)
}
