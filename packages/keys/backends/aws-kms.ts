/**
 * Keys in AWS KMS, through the vendor's client, which is loaded when a reference asks for it and installed by whoever
 * uses it (`@aws-sdk/client-kms`): finding out who we are on AWS is more than a few requests. KMS signs digests; its
 * Ed25519 keys sign whole messages of at most 4096 bytes, shorter than many a credential, and are refused.
 */

import { defined } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { joseFromDer } from '@countersign/crypto/ecdsa-der'
import { fits } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { withTimeSignal } from '@countersign/event-loop/time-limit'
import { ALGORITHM_FACTS } from '../engines/node.ts'
import { SignerUnavailable, type UnavailableReason, within } from '../signers/signer-unavailable.ts'
import type { AwsKmsReference } from './aws-kms-reference.ts'
import {
  type BackendContext,
  type BackendKey,
  type BackendRefusal,
  digestOf,
  isSafeUrl,
  loadPackage,
  readPublicKey,
} from './backend.ts'

/** What we use of the client: https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/client/kms/ */
interface KmsPackage {
  readonly KMSClient: new (options: object) => KmsClient
  readonly GetPublicKeyCommand: new (input: { readonly KeyId: string }) => object
  readonly SignCommand: new (input: SignInput) => object
}

interface KmsClient {
  send(
    command: object,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<Readonly<Record<string, unknown>>>
  destroy(): void
}

interface SignInput {
  readonly KeyId: string
  readonly Message: Uint8Array
  readonly MessageType: 'DIGEST'
  readonly SigningAlgorithm: string
}

const PACKAGE_NAME = '@aws-sdk/client-kms'

export async function openAwsKmsKey(
  reference: AwsKmsReference,
  context: BackendContext,
): Promise<Result<BackendKey, BackendRefusal>> {
  const { environment } = context
  const region = reference.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION
  if (!region) return refuse({ code: 'region_missing', backend: 'aws-kms' })
  if (reference.endpoint !== undefined && !isSafeUrl(new URL(reference.endpoint), context)) {
    return refuse({ code: 'insecure_url', backend: 'aws-kms' })
  }
  const loaded = await loadPackage('aws-kms', PACKAGE_NAME, context)
  if (!loaded.ok) return loaded
  if (!isKmsPackage(loaded.value)) return refuse({ code: 'module_unusable', backend: 'aws-kms' })
  const kms = loaded.value
  const client = new kms.KMSClient(clientOptions(reference, region))
  const opened = await openKey(kms, client, reference, context).catch((error: unknown) => {
    client.destroy()
    throw error
  })
  if (!opened.ok) client.destroy()
  return opened
}

/** The second attempt is the client's own: it knows which errors pass. */
function clientOptions({ endpoint, credentials }: AwsKmsReference, region: string): object {
  return defined({ region, maxAttempts: 2, endpoint, credentials })
}

async function openKey(
  kms: KmsPackage,
  client: KmsClient,
  { keyId }: AwsKmsReference,
  context: BackendContext,
): Promise<Result<BackendKey, BackendRefusal>> {
  const answer = await ask(client, new kms.GetPublicKeyCommand({ KeyId: keyId }), context)
  if (answer === 'not_found') return refuse({ code: 'key_not_found', backend: 'aws-kms' })
  if (answer === 'unsupported') return unsupported(undefined)
  const {
    KeyId: arn,
    KeyUsage: usage,
    KeySpec: spec,
    PublicKey: spki,
    SigningAlgorithms: algorithms,
  } = answer
  if (usage !== 'SIGN_VERIFY' || !Array.isArray(algorithms)) return unsupported(spec)
  const algorithmNames = SUPPORTED_NAMES.filter(([, name]) => algorithms.includes(name))
  if (algorithmNames.length === 0) return unsupported(spec)
  if (typeof arn !== 'string' || !(spki instanceof Uint8Array)) {
    throw new SignerUnavailable('aws-kms', 'answer_malformed')
  }
  const publicJwk = readPublicKey(spki)
  if (!publicJwk.ok) return publicJwk
  return ok({
    publicJwk: publicJwk.value,
    algorithms: algorithmNames.map(([one]) => one).filter((one) => fits(one, publicJwk.value)),
    // By its ARN from here on: an alias may be turned to another key while we run.
    sign: (algorithm, data) => sign(kms, client, { arn, algorithm, context }, data),
    close: () => client.destroy(),
  })
}

function unsupported(spec: unknown): Result<BackendKey, BackendRefusal> {
  const keyType = typeof spec === 'string' && /^\w{1,40}$/.test(spec) ? spec : 'unknown'
  return refuse({ code: 'key_unsupported', keyType })
}

interface Signing {
  readonly arn: string
  readonly algorithm: SignatureAlgorithm
  readonly context: BackendContext
}

async function sign(
  kms: KmsPackage,
  client: KmsClient,
  { arn, algorithm, context }: Signing,
  data: Uint8Array,
): Promise<Uint8Array> {
  const facts = ALGORITHM_FACTS[algorithm]
  const name = SUPPORTED_ALGORITHMS[algorithm]
  if (facts.kind === 'eddsa' || name === undefined) throw new Error('not an algorithm of this key')
  const input: SignInput = {
    KeyId: arn,
    Message: digestOf(facts, data),
    MessageType: 'DIGEST',
    SigningAlgorithm: name,
  }
  const answer = await ask(client, new kms.SignCommand(input), context)
  if (typeof answer === 'string') throw new SignerUnavailable('aws-kms', 'refused')
  const { Signature: signature } = answer
  const jose =
    signature instanceof Uint8Array && facts.kind === 'ecdsa'
      ? joseFromDer(signature, facts.width)
      : signature
  if (!(jose instanceof Uint8Array)) throw new SignerUnavailable('aws-kms', 'answer_malformed')
  return new Uint8Array(jose)
}

/** The PSS salts of KMS are as long as the hash, as JOSE wants them. */
const SUPPORTED_ALGORITHMS: Readonly<Partial<Record<SignatureAlgorithm, string>>> = {
  ES256: 'ECDSA_SHA_256',
  ES384: 'ECDSA_SHA_384',
  ES512: 'ECDSA_SHA_512',
  ES256K: 'ECDSA_SHA_256',
  RS256: 'RSASSA_PKCS1_V1_5_SHA_256',
  RS384: 'RSASSA_PKCS1_V1_5_SHA_384',
  RS512: 'RSASSA_PKCS1_V1_5_SHA_512',
  PS256: 'RSASSA_PSS_SHA_256',
  PS384: 'RSASSA_PSS_SHA_384',
  PS512: 'RSASSA_PSS_SHA_512',
}

const SUPPORTED_NAMES = Object.entries(SUPPORTED_ALGORITHMS) as readonly (readonly [
  SignatureAlgorithm,
  string,
])[]

async function ask(
  client: KmsClient,
  command: object,
  { timeoutMs }: BackendContext,
): Promise<Readonly<Record<string, unknown>> | 'not_found' | 'unsupported'> {
  return withTimeSignal(timeoutMs, async (abortSignal) => {
    try {
      return await within(abortSignal, 'aws-kms', client.send(command, { abortSignal }))
    } catch (error) {
      if (error instanceof SignerUnavailable) throw error
      if (nameOf(error) === 'NotFoundException') return 'not_found'
      // A symmetric key has no public one.
      if (nameOf(error) === 'UnsupportedOperationException') return 'unsupported'
      throw new SignerUnavailable('aws-kms', abortSignal.aborted ? 'timeout' : reasonOf(error))
    }
  })
}

/** By name alone: messages of the service hold account numbers and key ids. */
function reasonOf(error: unknown): UnavailableReason {
  const name = nameOf(error)
  if (Object.hasOwn(REASONS, name)) return REASONS[name] ?? 'refused'
  const status = statusOf(error)
  if (status === undefined) return 'unreachable'
  return status >= 500 ? 'failing' : 'refused'
}

const REASONS: Readonly<Record<string, UnavailableReason>> = {
  TimeoutError: 'timeout',
  AbortError: 'timeout',
  RequestTimeout: 'timeout',
  ThrottlingException: 'rate_limited',
  TooManyRequestsException: 'rate_limited',
  LimitExceededException: 'rate_limited',
  AccessDeniedException: 'denied',
  AccessDenied: 'denied',
  CredentialsProviderError: 'login_refused',
  UnrecognizedClientException: 'login_refused',
  InvalidClientTokenId: 'login_refused',
  InvalidSignatureException: 'login_refused',
  SignatureDoesNotMatch: 'login_refused',
  ExpiredTokenException: 'login_refused',
  DependencyTimeoutException: 'failing',
  KMSInternalException: 'failing',
  KeyUnavailableException: 'failing',
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

function statusOf(error: unknown): number | undefined {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined
  return typeof status === 'number' ? status : undefined
}

function isKmsPackage(value: unknown): value is KmsPackage {
  if (typeof value !== 'object' || value === null) return false
  return ['KMSClient', 'GetPublicKeyCommand', 'SignCommand'].every(
    (name) => typeof Reflect.get(value, name) === 'function',
  )
}
