/**
 * Who may present a W3C credential, and with which key: the one in `cnf` or that which `cnf` names (RFC 7800), or that of the DID
 * which the credential is about. A proof that names somebody else is not the holder's, whoever's key signed it.
 */

import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { bareKey, type PublicJwk, parsePublicJwk, sameKey } from '@countersign/crypto/jwk'
import { didFromKey, keyOfDidUrl, resolveDid } from '@countersign/did/did'
import type { DidKeyResolver } from '@countersign/did/did-document'
import type { FormatRefusal, VerifyInput } from '../contract/format.ts'

export interface Holder {
  /** `id` of the subject, where there is one subject; a DID or another URL. */
  readonly subjectId?: string | undefined
  /** Known without asking anybody: `cnf.jwk`, or the key that the DID in `cnf.kid` is, or that of the subject. */
  readonly key?: PublicJwk | undefined
  /** `cnf.kid`, where it names a key of a DID whose document somebody has to look up. */
  readonly keyUrl?: string | undefined
  /** Why `cnf` is of no use; a DID is not tried then, because the issuer has said how the holder is known. */
  readonly unusable?: 'cnf_malformed' | 'cnf_method_unsupported' | 'cnf_key_unusable' | undefined
}

export function readHolder(cnf: JsonValue | undefined, subjectId: string | undefined): Holder {
  const named = subjectId === undefined ? {} : { subjectId }
  if (cnf === undefined) {
    const key = subjectId === undefined ? undefined : selfKey(subjectId)?.key
    return key === undefined ? named : { ...named, key }
  }
  if (!isJsonObject(cnf)) return { ...named, unusable: 'cnf_malformed' }
  return { ...named, ...readConfirmation(cnf) }
}

/** RFC 7800 §3.2, §3.4. A key that is there counts before the name of one. */
function readConfirmation({ jwk, kid }: JsonObject): Omit<Holder, 'subjectId'> {
  if (jwk !== undefined) {
    const key = parsePublicJwk(jwk)
    return key.ok ? { key: key.value } : { unusable: 'cnf_key_unusable' }
  }
  if (typeof kid !== 'string' || !kid.startsWith('did:')) return { unusable: 'cnf_method_unsupported' }
  const key = keyOfDidUrl(kid, 'authentication')
  if (key.ok) return { key: key.value }
  return key.error.code === 'did_method_unsupported' ? { keyUrl: kid } : { unusable: 'cnf_key_unusable' }
}

/** How a holder names itself in a proof. */
export interface HolderName {
  readonly did: string
  /** DID URL of the key. */
  readonly keyId: string
}

/** Refuses a key that is not the holder's. A DID whose key is elsewhere is taken at the word of the signer's key id. */
export function nameSigner(holder: Holder, signer: Signer): Result<HolderName, FormatRefusal> {
  const { key, keyUrl, subjectId, unusable } = holder
  if (unusable !== undefined) return refuse({ code: unusable })
  if (keyUrl !== undefined)
    return signer.keyId === keyUrl
      ? ok({ did: didOf(keyUrl), keyId: keyUrl })
      : refuse({ code: 'holder_key_wrong' })
  if (key !== undefined && !sameKey(key, signer.publicJwk)) return refuse({ code: 'holder_key_wrong' })
  if (subjectId !== undefined) {
    const own = selfKey(subjectId)
    if (own !== undefined && sameKey(own.key, signer.publicJwk))
      return ok({ did: subjectId, keyId: own.keyId })
    if (isKeyOf(signer.keyId, subjectId)) return ok({ did: subjectId, keyId: signer.keyId })
  }
  if (key === undefined) return refuse({ code: 'credential_not_bound' })
  const did = didFromKey('jwk', bareKey(signer.publicJwk))
  return ok({ did, keyId: `${did}#0` })
}

export interface ProofNames {
  readonly keyId?: string | undefined
  /** `iss` and `holder` of the presentation, as far as they are there. */
  readonly holders: readonly string[]
}

/** The key that the proof must be signed with; the refusal is a reason for people. */
export async function findHolderKey(
  holder: Holder,
  names: ProofNames,
  resolve: VerifyInput['holderKeys'],
): Promise<Result<PublicJwk, string>> {
  const { key, unusable } = holder
  if (unusable !== undefined) return refuse(unusable)
  const found = key === undefined ? await askForKey(holder, names, resolve) : ok(key)
  if (!found.ok) return found
  const { keyId } = names
  const named = [...names.holders, ...(keyId?.startsWith('did:') ? [didOf(keyId)] : [])]
  return named.every((name) => isHolder(name, holder, found.value)) ? found : refuse('holder_wrong')
}

async function askForKey(
  { keyUrl, subjectId }: Holder,
  { keyId }: ProofNames,
  resolve: VerifyInput['holderKeys'] = keyOfDidUrl,
): Promise<Result<PublicJwk, string>> {
  if (keyUrl !== undefined) return resolvedBy(resolve, keyUrl)
  if (subjectId === undefined || !subjectId.startsWith('did:')) return refuse('credential_not_bound')
  if (keyId === undefined) return refuse('kid_missing')
  const didUrl = keyId.startsWith('#') ? subjectId + keyId : keyId
  if (!isKeyOf(didUrl, subjectId)) return refuse('holder_wrong')
  return resolvedBy(resolve, didUrl)
}

async function resolvedBy(resolve: DidKeyResolver, didUrl: string): Promise<Result<PublicJwk, string>> {
  const resolved = await resolve(didUrl, 'authentication')
  return resolved.ok ? resolved : refuse(resolved.error.code)
}

/** The subject itself, the DID whose key `cnf` names, or one that is nothing but the holder's key. */
function isHolder(name: string, { keyUrl, subjectId }: Holder, key: PublicJwk): boolean {
  if (name === subjectId || (keyUrl !== undefined && name === didOf(keyUrl))) return true
  const own = selfKey(name)
  return own !== undefined && sameKey(own.key, key)
}

function didOf(didUrl: string): string {
  return didUrl.split('#', 1)[0] ?? ''
}

function isKeyOf(keyId: string, did: string): boolean {
  return did.startsWith('did:') && keyId.startsWith(`${did}#`)
}

/** The key of a DID that is its own key, where it may be used to authenticate. */
function selfKey(did: string): { readonly keyId: string; readonly key: PublicJwk } | undefined {
  const document = did.startsWith('did:') ? resolveDid(did) : undefined
  const keyId = document?.ok ? document.value.authentication?.[0] : undefined
  if (keyId === undefined) return undefined
  const key = keyOfDidUrl(keyId, 'authentication')
  return key.ok ? { keyId, key: key.value } : undefined
}
