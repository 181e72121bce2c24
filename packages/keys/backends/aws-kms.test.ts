import { createPublicKey } from 'node:crypto'
import { now } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { openSigner } from '../open-signer.ts'
import { generateSoftwareKey } from '../signers/software-key.ts'

const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1'
const jwk = generateSoftwareKey('ES256')
const spki = new Uint8Array(
  createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({ type: 'spki', format: 'der' }),
)
const publicKey = {
  KeyId: arn,
  KeyUsage: 'SIGN_VERIFY',
  KeySpec: 'ECC_NIST_P256',
  PublicKey: spki,
  SigningAlgorithms: ['ECDSA_SHA_256'],
}

type Answer = Readonly<Record<string, unknown>> | Error

/** The vendor's client as far as we use it, with the answers that are given. */
function client(answers: { readonly key: Answer; readonly signature?: Answer }) {
  const seen: { options?: object; destroyed: number; inputs: unknown[] } = { destroyed: 0, inputs: [] }
  class Command {
    readonly input: unknown
    constructor(input: unknown) {
      this.input = input
    }
  }
  class SignCommand extends Command {}
  class KMSClient {
    constructor(options: object) {
      seen.options = options
    }
    async send(command: Command) {
      seen.inputs.push(command.input)
      const answer = command instanceof SignCommand ? (answers.signature ?? {}) : answers.key
      if (answer instanceof Error) throw answer
      return answer
    }
    destroy() {
      seen.destroyed += 1
    }
  }
  return { seen, load: async () => ({ KMSClient, SignCommand, GetPublicKeyCommand: Command }) }
}

async function outcome(answers: Parameters<typeof client>[0], reference: unknown = `aws-kms:${arn}`) {
  const { seen, load } = client(answers)
  const result = await openSigner(reference, { load, environment: {}, now })
  return { seen, error: result.ok ? 'opened' : result.error }
}

function serviceError(name: string, status?: number): Error {
  const error = new Error(`User: arn:aws:iam::111122223333:user/secret is not authorised with AKIASECRET`)
  error.name = name
  return Object.assign(error, status === undefined ? {} : { $metadata: { httpStatusCode: status } })
}

describe('AWS KMS', () => {
  it.each([
    ['AccessDeniedException', 400, 'denied'],
    ['DisabledException', 400, 'refused'],
    ['KMSInvalidStateException', 400, 'refused'],
    ['ThrottlingException', 400, 'rate_limited'],
    ['ExpiredTokenException', 400, 'login_refused'],
    ['UnrecognizedClientException', 400, 'login_refused'],
    ['CredentialsProviderError', undefined, 'login_refused'],
    ['KMSInternalException', 500, 'failing'],
    ['UnknownError', 503, 'failing'],
    ['TimeoutError', undefined, 'timeout'],
    ['Error', undefined, 'unreachable'],
    ['__proto__', 400, 'refused'],
  ])('is unavailable for %s, and nothing of its message is repeated', async (name, status, reason) => {
    const error = serviceError(name, status)
    for (const answers of [{ key: error }, { key: publicKey, signature: error }]) {
      const { error: refusal, seen } = await outcome(answers)
      expect(refusal).toEqual({ code: 'signer_unavailable', backend: 'aws-kms', reason })
      expect(seen.destroyed).toBe(1)
    }
  })

  it.each([
    [serviceError('NotFoundException', 400), { code: 'key_not_found', backend: 'aws-kms' }],
    [serviceError('UnsupportedOperationException', 400), { code: 'key_unsupported', keyType: 'unknown' }],
    [
      { ...publicKey, KeyUsage: 'KEY_AGREEMENT', SigningAlgorithms: undefined },
      { code: 'key_unsupported', keyType: 'ECC_NIST_P256' },
    ],
    // It takes messages of 4096 bytes at most: a credential may be longer.
    [
      { ...publicKey, KeySpec: 'ECC_NIST_EDWARDS25519', SigningAlgorithms: ['ED25519_SHA_512'] },
      { code: 'key_unsupported', keyType: 'ECC_NIST_EDWARDS25519' },
    ],
    [
      { ...publicKey, PublicKey: spki.slice(1) },
      { code: 'key_malformed', reason: 'public_key_unreadable' },
    ],
    [
      { ...publicKey, PublicKey: 'text' },
      { code: 'signer_unavailable', backend: 'aws-kms', reason: 'answer_malformed' },
    ],
  ])('refuses a key that it cannot use', async (key, error) => {
    const { error: refusal, seen } = await outcome({ key })
    expect(refusal).toEqual(error)
    expect(seen.destroyed).toBe(1)
  })

  it.each([
    [{}, 'signer_unavailable'],
    [{ Signature: 'text' }, 'signer_unavailable'],
    // r‖s where DER belongs; DER of the wrong width; a zero.
    [{ Signature: new Uint8Array(64).fill(1) }, 'signer_unavailable'],
    [{ Signature: Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 0) }, 'signer_unavailable'],
    [{ Signature: Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1) }, 'trial_signature_invalid'],
  ])('is not believed with the signature %j', async (signature, code) => {
    expect((await outcome({ key: publicKey, signature })).error).toMatchObject({ code })
  })

  it('is asked for a digest, by the ARN that the key answered with', async () => {
    const { seen } = await outcome({ key: publicKey }, 'aws-kms:alias/a?region=eu-central-1')
    expect(seen.inputs[0]).toEqual({ KeyId: 'alias/a' })
    expect(seen.inputs[1]).toMatchObject({
      KeyId: arn,
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
      Message: { length: 32 },
    })
    expect(seen.options).toEqual({ region: 'eu-central-1', maxAttempts: 2 })
  })
})
