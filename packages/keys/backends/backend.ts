/**
 * What a place that keeps private keys has to be able to do, so that `openSigner` makes a signer of it: show the public
 * key and sign with it. Everything that is the same for all of them (the algorithm, the trial signature, key id and
 * certificates) is done there. A back end refuses at opening with a value and throws `SignerUnavailable` later.
 */
import { createPublicKey, hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Awaitable } from '@countersign/crypto/engine'
import { bareKey, type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { AlgorithmFacts } from '../engines/node.ts'
import {
  type KeyBackendName,
  SignerUnavailable,
  type UnavailableReason,
} from '../signers/signer-unavailable.ts'
import type { KeyRefusal } from '../signers/software-key.ts'

export interface BackendKey {
  readonly publicJwk: PublicJwk
  /** What the back end lets the key be used for, where it says so. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** JOSE form. The algorithm fits the key. */
  sign(algorithm: SignatureAlgorithm, data: Uint8Array): Awaitable<Uint8Array>
  /** Called once. */
  close(): Awaitable<void>
}

/** How a back end reaches the world; everything can be replaced. */
export interface BackendContext {
  /** Loads a package that the product does not depend on. */
  readonly load: (packageName: string) => Promise<unknown>
  readonly fetch: typeof globalThis.fetch
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Epoch seconds. */
  readonly now: () => number
  /** For one signature altogether, a second try and a login included. */
  readonly timeoutMs: number
  /** Plain http: to other machines. Loopback always may: an agent on the same machine is asked that way. */
  readonly allowHttp: boolean
}

export type BackendRefusal =
  | KeyRefusal
  | {
      readonly code: 'signer_unavailable'
      readonly backend: KeyBackendName
      readonly reason: UnavailableReason
    }
  /** Install this package beside the product: it is not part of it. */
  | { readonly code: 'package_missing'; readonly package: string }
  /** The package, or the native module behind it, does not load. */
  | { readonly code: 'module_unusable'; readonly backend: KeyBackendName }
  | { readonly code: 'insecure_url'; readonly backend: KeyBackendName }
  | { readonly code: 'region_missing'; readonly backend: KeyBackendName }
  /** No token in the reference, its files or the environment. */
  | { readonly code: 'login_missing'; readonly backend: KeyBackendName }
  | { readonly code: 'token_not_found'; readonly backend: KeyBackendName }
  | { readonly code: 'token_ambiguous'; readonly backend: KeyBackendName }
  | { readonly code: 'key_not_found'; readonly backend: KeyBackendName }
  /** Several answer to the reference: which one signs must not be chance. */
  | { readonly code: 'key_ambiguous'; readonly backend: KeyBackendName }

/** Where a secret is: in the reference itself, in a file that may be rewritten at any time, or in the environment. */
export type SecretSource =
  | { readonly text: string }
  | { readonly file: string }
  | { readonly variable: string }

const MAX_SECRET_BYTES = 16_384

/** Without the line end that editors add. `undefined` where there is none; throws for a file that cannot be read. */
export async function readSecret(
  backend: KeyBackendName,
  source: SecretSource,
  { environment }: Pick<BackendContext, 'environment'>,
): Promise<string | undefined> {
  if ('text' in source) return source.text
  if ('variable' in source) return environment[source.variable] || undefined
  const bytes = await readFile(source.file).catch(() => undefined)
  if (bytes === undefined || bytes.length > MAX_SECRET_BYTES) {
    throw new SignerUnavailable(backend, 'secret_unreadable')
  }
  return bytes.toString('utf8').replace(/\r?\n$/, '') || undefined
}

/** A package that is not there is the operator's to install; one that is there and fails is broken. */
export async function loadPackage(
  backend: KeyBackendName,
  name: string,
  { load }: Pick<BackendContext, 'load'>,
): Promise<Result<unknown, BackendRefusal>> {
  try {
    return ok(await load(name))
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
    return refuse(
      isMissing ? { code: 'package_missing', package: name } : { code: 'module_unusable', backend },
    )
  }
}

/** SubjectPublicKeyInfo as DER bytes or PEM text. */
export function readPublicKey(spki: Uint8Array | string): Result<PublicJwk, KeyRefusal> {
  try {
    const key =
      typeof spki === 'string'
        ? createPublicKey({ key: spki, format: 'pem', type: 'spki' })
        : createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    return checkedPublicKey(key.export({ format: 'jwk' }))
  } catch {
    return refuse({ code: 'key_malformed', reason: 'public_key_unreadable' })
  }
}

/** Strict as for any other key: a weak or unknown one is refused whoever keeps it. */
export function checkedPublicKey(jwk: object): Result<PublicJwk, KeyRefusal> {
  const parsed = parsePublicJwk({ ...jwk })
  if (parsed.ok) return ok(bareKey(parsed.value))
  return parsed.error.code === 'jwk_unsupported'
    ? refuse({ code: 'key_unsupported', keyType: 'unknown' })
    : refuse({ code: 'key_malformed', reason: parsed.error.code })
}

/** Hashed here, so that what is signed stays here, has one size everywhere and no limit. */
export function digestOf(
  facts: Exclude<AlgorithmFacts, { readonly kind: 'eddsa' }>,
  data: Uint8Array,
): Uint8Array {
  return hash(facts.hash, data, 'buffer')
}

/** Whether a token may go there. */
export function isSafeUrl(url: URL, { allowHttp }: Pick<BackendContext, 'allowHttp'>): boolean {
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && (allowHttp || isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
