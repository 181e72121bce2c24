/**
 * The did:web that the verifier was given: whether it leads here, and the document that lies there. It has one key, that which signs
 * requests, named by its thumbprint (RFC 7638): another key has another name, so whoever kept the document asks again.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { bareKey } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { type DidDocument, singleKeyDocument } from '@countersign/did/did-document'
import { didWebAt, didWebUrl } from '@countersign/did/did-web'

export interface OwnDid {
  readonly did: string
  /** DID URL of the key. */
  readonly keyId: string
  readonly document: DidDocument
}

export type OwnDidRefusal =
  | { readonly code: 'did_malformed' }
  /** `here` leads to the base URL; undefined: nothing does, an address is no domain and some paths cannot be written. */
  | { readonly code: 'did_leads_elsewhere'; readonly here: string | undefined }

export async function ownDid(
  did: string,
  baseUrl: string,
  { publicJwk }: Pick<Signer, 'publicJwk'>,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<Result<OwnDid, OwnDidRefusal>> {
  const asked = didWebUrl(did)
  if (!asked.ok) return refuse({ code: 'did_malformed' })
  const here = didOf(baseUrl)
  const served = here === undefined ? undefined : didWebUrl(here)
  if (served?.ok !== true || served.value !== asked.value)
    return refuse({ code: 'did_leads_elsewhere', here })
  const key = bareKey(publicJwk)
  const fragment = await jwkThumbprint(key, crypto)
  const document = singleKeyDocument(did, fragment, key, ['authentication', 'assertionMethod'])
  return ok({ did, keyId: `${did}#${fragment}`, document })
}

function didOf(baseUrl: string): string | undefined {
  const { host, pathname } = new URL(baseUrl)
  const did = didWebAt(host, pathname)
  return did.ok ? did.value : undefined
}
