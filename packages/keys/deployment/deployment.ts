/**
 * One deployment, one identity: all instances seal with the same secret and sign with the same keys under the same
 * key ids. What is configured is used; what is missing is made once in development, and refused by name in production.
 * Knows no service and no store: a shelf says where records are kept, a purpose says what a key is for.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { isUri } from '@countersign/x509/make/alternative-names'
import { certifiedSigner } from '../signers/certified-signer.ts'
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
  rememberName,
  remembersName,
} from './development-identity.ts'
import type { HttpsIdentity } from './https-identity.ts'
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
  /** Epoch seconds; asked whenever a certificate is made or judged, since a deployment outlives many of them. */
  readonly now: () => number
}

/** Lower case words joined by hyphens. A key serves one purpose. */
export type SigningPurpose = 'credential-issuer' | 'verifier-request' | 'status-list' | (string & {})

export interface SignerOptions {
  /** Who of several under this deployment signs: a key that is made in development is his alone. The deployment itself when absent. */
  readonly owner?: string | undefined
  /** Any spelling that `parsePrivateKey` reads. */
  readonly configuredKey?: unknown
  /** A key that lives elsewhere (a token, a key service), opened already; goes before `configuredKey`. */
  readonly configuredSigner?: Signer | undefined
  /** PEM text, or PEM or base64 DER texts, leaf first. */
  readonly configuredCertificates?: string | readonly string[] | undefined
  /** Host names for a development certificate; the host of `baseUrl` is added. */
  readonly dnsNames: readonly string[]
  readonly baseUrl: string
  /** Another URI by which the signer calls itself, for a development certificate; one that cannot stand there is left out. */
  readonly uri?: string | undefined
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
   * the key id is the thumbprint. Production without certificates: a signer without `x5c`. Under certificates that have
   * ended since it throws `SignerUnavailable`; one that is asked for in development gets new ones before that.
   */
  signer(purpose: SigningPurpose, options: SignerOptions): Promise<Result<Signer, SignerRefusal>>
  /**
   * The development CA, every generation that was valid when it was looked at last; empty in production. Standard base64
   * DER, the same array until another generation begins.
   */
  developmentAnchors(): readonly string[]
  /** The same for document signers of mdocs: the development IACA. */
  developmentIacas(): readonly string[]
  /**
   * In development: notes that something is signed under a DID whose key a caller brought along, so that the deployment
   * believes it. Production notes nothing.
   */
  rememberName(did: string): Promise<Result<unknown, RecordRefusal>>
  /** Whether any instance noted it; never in production. */
  remembersName(did: string): Promise<boolean>
  /**
   * In development: what is shown over https under a name or an address, to those who trust its anchor. Undefined in production,
   * which has certificates of its own. The key is another at every call.
   */
  httpsIdentity(host: string): Promise<Result<HttpsIdentity, RecordRefusal> | undefined>
  /**
   * For readiness: puts back what an emptied store has lost, and tells when it holds somebody else's identity. Goes over to
   * the next generation of the development authorities when its time has come.
   */
  assertShared(): Promise<Result<undefined, RecordMismatch | RecordRefusal>>
}

/** Throws only when the shelf does (a store out of reach, a directory that cannot be written). */
/** One list: whoever remembers what he judged by a list asks whether it is the same. */
const NONE: readonly string[] = []

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
    developmentAnchors: () => development?.value.known().cas.anchors ?? NONE,
    developmentIacas: () => development?.value.known().iacas.anchors ?? NONE,
    rememberName: async (did) => (development ? rememberName(development.value.records, did) : ok(undefined)),
    remembersName: async (did) => (development ? remembersName(development.value.records, did) : false),
    async httpsIdentity(host) {
      if (development === undefined) return undefined
      const { openHttpsIdentity } = await import('./https-identity.ts')
      return openHttpsIdentity(development.value.records, host, now())
    },
    async assertShared() {
      const authorities = await development?.value.current()
      return authorities?.ok === false ? authorities : records.assertKept()
    },
  })
}

function secretOptions({ mode, configuredSecret }: DeploymentOptions) {
  return configuredSecret === undefined ? { mode } : { mode, configuredSecret }
}

interface Authorities {
  readonly cas: DevelopmentCas
  readonly iacas: DevelopmentIacas
}

interface Development {
  readonly records: SealedRecords
  /** Those of this moment: an authority that nears its end gives way to its next generation while the process runs. */
  current(): Promise<Result<Authorities, RecordRefusal>>
  /** Those of the last look. */
  known(): Authorities
}

async function openDevelopment(
  records: SealedRecords,
  sealing: Sealing,
  now: () => number,
): Promise<Result<Development, RecordRefusal>> {
  const opened = await openAuthorities(records, sealing, now())
  if (!opened.ok) return opened
  let known = opened.value
  return ok({
    records,
    known: () => known,
    async current() {
      const { cas, iacas } = known
      if (now() < Math.min(cas.renewAt, iacas.renewAt)) return ok(known)
      const renewed = await openAuthorities(records, sealing, now())
      if (renewed.ok) known = renewed.value
      return renewed
    },
  })
}

async function openAuthorities(
  records: SealedRecords,
  { fingerprint }: Sealing,
  now: number,
): Promise<Result<Authorities, RecordRefusal>> {
  const cas = await openDevelopmentCas(records, `Countersign development CA ${fingerprint}`, now)
  if (!cas.ok) return cas
  const iacas = await openDevelopmentIacas(records, `Countersign IACA ${fingerprint}`, now)
  return iacas.ok ? ok({ cas: cas.value, iacas: iacas.value }) : iacas
}

async function openSigner(
  purpose: string,
  options: SignerOptions,
  development: Development | undefined,
  now: () => number,
): Promise<Result<Signer, SignerRefusal>> {
  const bare = await bareSigner(purpose, options, development)
  if (!bare.ok) return bare
  const made = await certificatesFor(purpose, bare.value.publicJwk, options, development, now())
  if (!made.ok) return made
  const { algorithm, keyId, publicJwk } = bare.value
  const x5c = made.value ?? bare.value.x5c
  const sign: Signer['sign'] = (data) => bare.value.sign(data)
  return ok(certifiedSigner({ algorithm, keyId, publicJwk, x5c, sign }, now))
}

async function bareSigner(
  purpose: string,
  options: SignerOptions,
  development: Development | undefined,
): Promise<Result<Signer, SignerRefusal>> {
  if (options.configuredSigner) return ok(options.configuredSigner)
  const key = await signingKey(purpose, options, development)
  return key.ok ? ok(softwareSigner(key.value, { keyId: key.value.kid })) : key
}

async function signingKey(
  purpose: string,
  { configuredKey, owner }: SignerOptions,
  development: Development | undefined,
): Promise<Result<PrivateJwk, SignerRefusal>> {
  if (configuredKey === undefined) {
    if (development === undefined) return refuse({ code: 'key_missing', purpose })
    return keptKey(
      development.records,
      owner === undefined ? purpose : `of.${checkedOwner(owner)}.${purpose}`,
    )
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
  const authorities = await development.current()
  if (!authorities.ok) return authorities
  const { cas, iacas } = authorities.value
  if (DOCUMENT_SIGNERS.includes(purpose)) {
    const signer = await keptDocumentSigner(development.records, iacas.active, key, now)
    if (signer.ok) return ok([signer.value])
    return refuse(signer.error.code === 'key_unsupported' ? unfit(purpose, key) : signer.error)
  }
  const wish = { purpose, publicJwk: key, dnsNames: hostNames(options), uris: ownUris(options) }
  const made = await keptCertificate(development.records, cas.active, wish, now)
  return made.ok ? ok([made.value]) : made
}

function unfit(purpose: string, key: PublicJwk): SignerRefusal {
  const keyType = key.kty === 'RSA' ? key.kty : key.crv
  return { code: 'key_invalid', purpose, cause: { code: 'key_unsupported', keyType } }
}

/** Their certificates follow ISO/IEC 18013-5 annex B. */
const DOCUMENT_SIGNERS: readonly string[] = ['document-signer', 'caller-document-signer']

function ownUris({ baseUrl, uri }: SignerOptions): readonly string[] {
  return uri === undefined || !isUri(uri) ? [baseUrl] : [baseUrl, uri]
}

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

function checkedOwner(owner: string): string {
  if (!/^[a-z0-9-]{1,40}$/.test(owner)) throw new Error('not an owner of keys')
  return owner
}
