/**
 * One line of configuration becomes a signer: software key, PKCS#11 token, HashiCorp Vault or AWS KMS. Private keys stay
 * where they are. Whatever answers has to sign a trial text that the public key it showed verifies, so that a pair
 * that does not belong together is found at start; from then on the signer throws `SignerUnavailable` and nothing else.
 */
import { readFile } from 'node:fs/promises'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { algorithmOf, bareKey, fits, type PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { BackendContext, BackendKey, BackendRefusal } from './backends/backend.ts'
import { type KeyReference, parseKeyReference } from './backends/key-reference.ts'
import type { ReferenceRefusal } from './backends/reference-parameters.ts'
import { parseSerialisedKey } from './backends/serialised-key.ts'
import { nodeCrypto } from './engines/node.ts'
import { type ChainRefusal, configuredChain } from './signers/configured-chain.ts'
import { type KeyBackendName, SignerUnavailable } from './signers/signer-unavailable.ts'
import { keyThumbprint, type PrivateJwk, softwareSigner } from './signers/software-key.ts'

export interface OpenSignerOptions {
  /** Default: the `kid` of a JWK, else the RFC 7638 thumbprint, equal wherever the same key is opened. */
  readonly keyId?: string
  /** As an operator configures them: PEM text, or PEM or base64 DER texts, leaf first; they have to be the key's. */
  readonly certificates?: string | readonly string[]
  /** Loads `pkcs11js` or `@aws-sdk/client-kms`; default `import()`. */
  readonly load?: (packageName: string) => Promise<unknown>
  readonly fetch?: typeof globalThis.fetch
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Epoch seconds. */
  readonly now: () => number
  /** For one signature, logins and a repetition included. Default 5000. */
  readonly timeoutMs?: number
  /** Plain http: to other machines. Default false. */
  readonly allowHttp?: boolean
}

export interface OpenedSigner extends Signer {
  readonly backend: KeyBackendName
  /** Sessions and connections end; signing afterwards throws. A second time does nothing. */
  close(): Promise<void>
}

export type OpenSignerRefusal =
  | ReferenceRefusal
  | BackendRefusal
  | { readonly code: 'file_unreadable' }
  /** The key cannot, or may not, sign with the algorithm that the reference asks for. */
  | { readonly code: 'algorithm_unfit'; readonly algorithms: readonly SignatureAlgorithm[] }
  | { readonly code: 'trial_signature_invalid'; readonly backend: KeyBackendName }
  | ChainRefusal

/** `reference`: a text as in `backends/key-reference.ts`, or a serialised key as an object. */
export async function openSigner(
  reference: unknown,
  options: OpenSignerOptions,
): Promise<Result<OpenedSigner, OpenSignerRefusal>> {
  const context = contextOf(options)
  const parsed = parseKeyReference(reference)
  const resolved = parsed.ok ? await fromFile(parsed.value) : parsed
  if (!resolved.ok) return resolved
  const found = resolved.value
  const key = await openKey(found, context)
  if (!key.ok) return key
  const signer = await settle(key.value, found, options, context)
  if (!signer.ok) await key.value.close()
  return signer
}

function contextOf(options: OpenSignerOptions): BackendContext {
  return {
    load: options.load ?? ((name) => import(name)),
    fetch: options.fetch ?? globalThis.fetch,
    environment: options.environment ?? process.env,
    now: options.now,
    timeoutMs: options.timeoutMs ?? 5000,
    allowHttp: options.allowHttp ?? false,
  }
}

type OpenableReference = Exclude<KeyReference, { readonly backend: 'file' }>

const MAX_FILE_BYTES = 16_384

/** The file holds PEM, a JWK or a serialised key. */
async function fromFile(reference: KeyReference): Promise<Result<OpenableReference, OpenSignerRefusal>> {
  if (reference.backend !== 'file') return ok(reference)
  const bytes = await readFile(reference.path).catch(() => undefined)
  if (bytes === undefined || bytes.length > MAX_FILE_BYTES) return refuse({ code: 'file_unreadable' })
  const key = parseSerialisedKey(bytes.toString('utf8'))
  if (!key.ok) return key
  return ok(reference.algorithm === undefined ? key.value : { ...key.value, algorithm: reference.algorithm })
}

/** What is not configured is not loaded. */
async function openKey(
  reference: OpenableReference,
  context: BackendContext,
): Promise<Result<BackendKey, BackendRefusal>> {
  try {
    switch (reference.backend) {
      case 'software':
        return ok(softwareKey(reference.key))
      case 'pkcs11':
        return await (await import('./backends/pkcs11.ts')).openPkcs11Key(reference, context)
      case 'vault':
        return await (await import('./backends/vault-transit.ts')).openVaultKey(reference, context)
      case 'aws-kms':
        return await (await import('./backends/aws-kms.ts')).openAwsKmsKey(reference, context)
    }
  } catch (error) {
    return unavailable(error)
  }
}

function unavailable(error: unknown): Result<never, BackendRefusal> {
  if (!(error instanceof SignerUnavailable) || error.backend === 'certificate') throw error
  return refuse({ code: 'signer_unavailable', backend: error.backend, reason: error.reason })
}

function softwareKey(key: PrivateJwk): BackendKey {
  let signer: Signer | undefined
  return {
    publicJwk: bareKey(key),
    sign(algorithm, data) {
      signer ??= softwareSigner(key.kty === 'RSA' ? { ...key, alg: algorithm } : key)
      return signer.sign(data)
    },
    close: () => undefined,
  }
}

async function settle(
  key: BackendKey,
  reference: OpenableReference,
  options: OpenSignerOptions,
  context: BackendContext,
): Promise<Result<OpenedSigner, OpenSignerRefusal>> {
  const algorithm = algorithmFor(key, reference)
  if (!algorithm.ok) return algorithm
  const { certificates } = options
  const chain =
    certificates === undefined ? undefined : configuredChain(certificates, key.publicJwk, context.now())
  if (chain && !chain.ok) return chain
  const keyId = options.keyId ?? namedKid(reference) ?? keyThumbprint(key.publicJwk)
  const signer: OpenedSigner = {
    backend: reference.backend,
    keyId,
    algorithm: algorithm.value,
    publicJwk: key.publicJwk,
    x5c: chain?.value,
    ...closable(key, reference.backend, algorithm.value),
  }
  const trial = await trialSignature(signer)
  return trial.ok ? ok(signer) : trial
}

function namedKid(reference: OpenableReference): string | undefined {
  return reference.backend === 'software' ? reference.key.kid : undefined
}

/** A key on a curve has one algorithm. An RSA key has six: what was asked for, what it says itself, RS256. */
function algorithmFor(
  { publicJwk, algorithms }: BackendKey,
  reference: OpenableReference,
): Result<SignatureAlgorithm, OpenSignerRefusal> {
  const labelled: PublicJwk = reference.backend === 'software' ? reference.key : publicJwk
  const algorithm = reference.algorithm ?? algorithmOf(labelled)
  const isAllowed = algorithms?.includes(algorithm) ?? true
  return isAllowed && fits(algorithm, publicJwk)
    ? ok(algorithm)
    : refuse({ code: 'algorithm_unfit', algorithms: algorithms ?? [algorithmOf(publicJwk)] })
}

function closable(
  key: BackendKey,
  backend: KeyBackendName,
  algorithm: SignatureAlgorithm,
): Pick<OpenedSigner, 'sign' | 'close'> {
  let isClosed = false
  return {
    sign(data) {
      if (isClosed) throw new SignerUnavailable(backend, 'closed')
      return key.sign(algorithm, typeof data === 'string' ? Buffer.from(data) : data)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await key.close()
    },
  }
}

async function trialSignature(signer: OpenedSigner): Promise<Result<undefined, OpenSignerRefusal>> {
  const { algorithm, publicJwk, backend } = signer
  const text = 'Whoever signs this shows that it holds the private key.'
  try {
    const signature = await signer.sign(text)
    const isValid = nodeCrypto.verify(algorithm, publicJwk, text, signature)
    return isValid ? ok(undefined) : refuse({ code: 'trial_signature_invalid', backend })
  } catch (error) {
    return unavailable(error)
  }
}
