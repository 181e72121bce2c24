/**
 * Keys in the Transit engine of HashiCorp Vault and OpenBao. ECDSA and RSA keys get the digest, made here; an Ed25519
 * key gets the whole text. Every signature names the version of the key that was read at start, so that a rotation
 * in the middle of a day never makes signatures that the published key does not verify.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { ALGORITHM_FACTS } from '../engines/node.ts'
import { SignerUnavailable } from '../signers/signer-unavailable.ts'
import {
  type BackendContext,
  type BackendKey,
  type BackendRefusal,
  checkedPublicKey,
  digestOf,
  isSafeUrl,
  readPublicKey,
  readSecret,
} from './backend.ts'
import type { VaultReference } from './vault-reference.ts'
import { reasonOf, recordOf, type VaultAnswer, type VaultSession, vaultSession } from './vault-session.ts'

export async function openVaultKey(
  reference: VaultReference,
  context: BackendContext,
): Promise<Result<BackendKey, BackendRefusal>> {
  if (!isSafeUrl(new URL(reference.apiUrl), context))
    return refuse({ code: 'insecure_url', backend: 'vault' })
  if (await lacksToken(reference, context)) return refuse({ code: 'login_missing', backend: 'vault' })
  const ask = vaultSession(reference, context)
  const { mount, keyName } = reference
  const answer = await ask('GET', `${mount}/keys/${keyName}`)
  if (answer.status === 404) return refuse({ code: 'key_not_found', backend: 'vault' })
  const data = dataOf(answer)
  const version = reference.keyVersion ?? data.latest_version
  if (typeof version !== 'number') throw new SignerUnavailable('vault', 'answer_malformed')
  const publicJwk = publicKeyOf(data, version)
  if (!publicJwk.ok) return publicJwk
  return ok({
    publicJwk: publicJwk.value,
    sign: (algorithm, bytes) => sign(ask, { path: `${mount}/sign/${keyName}`, version, algorithm }, bytes),
    close: () => undefined,
  })
}

async function lacksToken({ login }: VaultReference, context: BackendContext): Promise<boolean> {
  return login.method === 'token' && (await readSecret('vault', login.token, context)) === undefined
}

function dataOf(answer: VaultAnswer): Readonly<Record<string, unknown>> {
  const data = answer.status === 200 ? recordOf(answer.body.data) : undefined
  if (!data) throw new SignerUnavailable('vault', reasonOf(answer))
  return data
}

/** A symmetric key has times where the others have public keys. */
function publicKeyOf(
  { type, keys }: Readonly<Record<string, unknown>>,
  version: number,
): Result<PublicJwk, BackendRefusal> {
  const versions = recordOf(keys)
  if (versions === undefined || !Object.hasOwn(versions, String(version))) {
    return refuse({ code: 'key_not_found', backend: 'vault' })
  }
  const publicKey = recordOf(versions[String(version)])?.public_key
  if (typeof publicKey !== 'string' || publicKey === '') {
    return refuse({ code: 'key_unsupported', keyType: keyTypeOf(type) })
  }
  if (type !== 'ed25519') return readPublicKey(publicKey)
  return checkedPublicKey({
    kty: 'OKP',
    crv: 'Ed25519',
    x: Buffer.from(publicKey, 'base64').toString('base64url'),
  })
}

function keyTypeOf(type: unknown): string {
  return typeof type === 'string' && /^[\w-]{1,40}$/.test(type) ? type : 'unknown'
}

interface SigningRequest {
  readonly path: string
  readonly version: number
  readonly algorithm: SignatureAlgorithm
}

async function sign(ask: VaultSession, request: SigningRequest, bytes: Uint8Array): Promise<Uint8Array> {
  const answer = await ask('POST', request.path, signingBody(request, bytes))
  // The limit of the listener, 32 MiB as delivered: only Ed25519 sends the text itself.
  if (answer.status === 413) throw new SignerUnavailable('vault', 'data_too_large')
  const { signature } = dataOf(answer)
  const prefix = `vault:v${request.version}:`
  if (typeof signature !== 'string' || !signature.startsWith(prefix)) {
    throw new SignerUnavailable('vault', 'answer_malformed')
  }
  // Both alphabets occur: `jws` marshaling is base64url, everything else standard.
  return new Uint8Array(Buffer.from(signature.slice(prefix.length), 'base64'))
}

function signingBody({ version, algorithm }: SigningRequest, bytes: Uint8Array): object {
  const facts = ALGORITHM_FACTS[algorithm]
  if (facts.kind === 'eddsa') return { input: base64(bytes), key_version: version }
  return {
    input: base64(digestOf(facts, bytes)),
    prehashed: true,
    hash_algorithm: facts.hash.replace('sha', 'sha2-'),
    key_version: version,
    ...(facts.kind === 'ecdsa' ? { marshaling_algorithm: 'jws' } : paddingOf(algorithm)),
  }
}

function paddingOf(algorithm: SignatureAlgorithm): object {
  const isPss = algorithm.startsWith('PS')
  return isPss ? { signature_algorithm: 'pss', salt_length: 'hash' } : { signature_algorithm: 'pkcs1v15' }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
