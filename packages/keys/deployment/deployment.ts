/**
 * One deployment, one identity: all instances seal with the same secret and sign with the same keys under the same
 * key ids. What is configured is used; what is missing is made once in development, and refused by name in production.
 * Knows no service and no store: a shelf says where records are kept, a purpose says what a key is for.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { type ChainRefusal, configuredChain } from '../signers/configured-chain.ts'
import { type KeyRefusal, type PrivateJwk, parsePrivateKey, softwareSigner } from '../signers/software-key.ts'
import { type SecretRefusal, settleSecret } from './deployment-secret.ts'
import {
  type DevelopmentCas,
  type DevelopmentIacas,
  keptCertificate,
  keptDocumentSigner,
  keptKey,
  openDevelopmentCas,
  openDevelopmentIacas,
} from './development-identity.ts'
import {
  identityRecords,
  type RecordMismatch,
  type RecordRefusal,
  type SealedRecords,
  sealedRecords,
} from './identity-records.ts'
import { type IdentityShelf, memoryShelf } from './identity-store.ts'
import type { Sealing } from './sealing.ts'

export interface DeploymentOptions {
  readonly mode: 'development' | 'production'
  /** At least 32 bytes of text from a file, the environment or a key service; white space around it is cut. */
  readonly configuredSecret?: string | undefined
  /** Absent: the identity lives and ends with this process. */
  readonly shelf?: IdentityShelf | undefined
  /** For the operator's log; never carries a secret. */
  warn(message: string): void
  /** Epoch seconds. */
  readonly now: number
}

/** Lower case words joined by hyphens. A key serves one purpose. */
export type SigningPurpose = 'credential-issuer' | 'verifier-request' | 'status-list' | (string & {})

export interface SignerOptions {
  /** Any spelling that `parsePrivateKey` reads. */
  readonly configuredKey?: unknown
  /** A key that lives elsewhere (a token, a key service), opened already; goes before `configuredKey`. */
  readonly configuredSigner?: Signer | undefined
  /** PEM text, or PEM or base64 DER texts, leaf first. */
  readonly configuredCertificates?: string | readonly string[] | undefined
  /** Host names for a development certificate; the host of `baseUrl` is added. */
  readonly dnsNames: readonly string[]
  readonly baseUrl: string
}

export type DeploymentRefusal = SecretRefusal | RecordRefusal

export type SignerRefusal =
  | RecordRefusal
  | { readonly code: 'key_missing'; readonly purpose: string }
  | { readonly code: 'key_invalid'; readonly purpose: string; readonly cause: KeyRefusal }
  | { readonly code: 'certificates_invalid'; readonly purpose: string; readonly cause: ChainRefusal }

export interface Deployment {
  readonly mode: 'development' | 'production'
  readonly sealing: Sealing
  /**
   * The same key, key id and certificate on every instance. A configured key keeps the `kid` of its JWK; without one
   * the key id is the thumbprint. Production without certificates: a signer without `x5c`.
   */
  signer(purpose: SigningPurpose, options: SignerOptions): Promise<Result<Signer, SignerRefusal>>
  /** The development CA, every generation that is valid; empty in production. Standard base64 DER. */
  developmentAnchors(): readonly string[]
  /** The same for document signers of mdocs: the development IACA. */
  developmentIacas(): readonly string[]
  /** For readiness: puts back what an emptied store has lost, and tells when it holds somebody else's identity. */
  assertShared(): Promise<Result<undefined, RecordMismatch>>
}

/** Throws only when the shelf does (a store out of reach, a directory that cannot be written). */
export async function openDeployment(
  options: DeploymentOptions,
): Promise<Result<Deployment, DeploymentRefusal>> {
  const { mode, warn, now } = options
  const shelf = options.shelf ?? memoryShelf()
  if (!options.shelf && mode === 'development') warn('identity is not kept: it ends with this process')
  const records = identityRecords(shelf)
  const sealing = await settleSecret({ ...secretOptions(options), shelf, records, warn })
  if (!sealing.ok) return sealing
  const sealed = sealedRecords(records, sealing.value)
  const development = mode === 'development' ? await openDevelopment(sealed, sealing.value, now) : undefined
  if (development && !development.ok) return development
  return ok({
    mode,
    sealing: sealing.value,
    signer: (purpose, wanted) => openSigner(checkedPurpose(purpose), wanted, development?.value, now),
    developmentAnchors: () => development?.value.cas.anchors ?? [],
    developmentIacas: () => development?.value.iacas.anchors ?? [],
    assertShared: () => records.assertKept(),
  })
}

function secretOptions({ mode, configuredSecret }: DeploymentOptions) {
  return configuredSecret === undefined ? { mode } : { mode, configuredSecret }
}

interface Development {
  readonly records: SealedRecords
  readonly cas: DevelopmentCas
  readonly iacas: DevelopmentIacas
}

async function openDevelopment(
  records: SealedRecords,
  sealing: Sealing,
  now: number,
): Promise<Result<Development, RecordRefusal>> {
  const cas = await openDevelopmentCas(records, `Countersign development CA ${sealing.fingerprint}`, now)
  if (!cas.ok) return cas
  const iacas = await openDevelopmentIacas(records, `Countersign IACA ${sealing.fingerprint}`, now)
  return iacas.ok ? ok({ records, cas: cas.value, iacas: iacas.value }) : iacas
}

async function openSigner(
  purpose: string,
  options: SignerOptions,
  development: Development | undefined,
  now: number,
): Promise<Result<Signer, SignerRefusal>> {
  if (options.configuredSigner) {
    return withCertificates(purpose, options.configuredSigner, options, development, now)
  }
  const key = await signingKey(purpose, options, development)
  if (!key.ok) return key
  const x5c = await certificatesFor(purpose, key.value, options, development, now)
  if (!x5c.ok) return x5c
  return ok(softwareSigner(key.value, { keyId: key.value.kid, x5c: x5c.value }))
}

async function withCertificates(
  purpose: string,
  signer: Signer,
  options: SignerOptions,
  development: Development | undefined,
  now: number,
): Promise<Result<Signer, SignerRefusal>> {
  const made = await certificatesFor(purpose, signer.publicJwk, options, development, now)
  if (!made.ok) return made
  const { algorithm, keyId, publicJwk } = signer
  const x5c = made.value ?? signer.x5c
  return ok({ algorithm, keyId, publicJwk, sign: (data) => signer.sign(data), x5c })
}

async function signingKey(
  purpose: string,
  { configuredKey }: SignerOptions,
  development: Development | undefined,
): Promise<Result<PrivateJwk, SignerRefusal>> {
  if (configuredKey === undefined) {
    return development ? keptKey(development.records, purpose) : refuse({ code: 'key_missing', purpose })
  }
  const key = parsePrivateKey(configuredKey)
  return key.ok ? key : refuse({ code: 'key_invalid', purpose, cause: key.error })
}

async function certificatesFor(
  purpose: string,
  key: PublicJwk,
  options: SignerOptions,
  development: Development | undefined,
  now: number,
): Promise<Result<readonly string[] | undefined, SignerRefusal>> {
  const { configuredCertificates: configured } = options
  if (configured !== undefined && configured.length > 0) {
    const chain = configuredChain(configured, key, now)
    return chain.ok ? chain : refuse({ code: 'certificates_invalid', purpose, cause: chain.error })
  }
  if (!development) return ok(undefined)
  if (DOCUMENT_SIGNERS.includes(purpose)) {
    const signer = await keptDocumentSigner(development.records, development.iacas.active, key, now)
    if (signer.ok) return ok([signer.value])
    return refuse(signer.error.code === 'key_unsupported' ? unfit(purpose, key) : signer.error)
  }
  const wish = { purpose, publicJwk: key, dnsNames: hostNames(options), uris: [options.baseUrl] }
  const made = await keptCertificate(development.records, development.cas.active, wish, now)
  return made.ok ? ok([made.value]) : made
}

function unfit(purpose: string, key: PublicJwk): SignerRefusal {
  const keyType = key.kty === 'RSA' ? key.kty : key.crv
  return { code: 'key_invalid', purpose, cause: { code: 'key_unsupported', keyType } }
}

/** Their certificates follow ISO/IEC 18013-5 annex B. */
const DOCUMENT_SIGNERS: readonly string[] = ['document-signer', 'caller-document-signer']

/** Sorted, so that two instances that list the same names differently share one certificate. */
function hostNames({ dnsNames, baseUrl }: SignerOptions): readonly string[] {
  const names = [...dnsNames, new URL(baseUrl).hostname].map((name) => name.toLowerCase())
  return [...new Set(names)].sort()
}

/** It becomes part of a record name and of a certificate's subject. */
function checkedPurpose(purpose: string): string {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(purpose)) throw new Error('not a signing purpose')
  return purpose
}
