import { decodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  digestOf,
  disclosureOf,
  forge,
  holder,
  issueInput,
  NONCE,
  NOW,
  verifyInput,
} from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import type { VerifyInput } from '../contract/format.ts'
import { issueSdJwtVc } from '../sd-jwt-vc/issue.ts'
import { presentSdJwtVc } from '../sd-jwt-vc/present.ts'
import { verifySdJwtVc } from '../sd-jwt-vc/verify.ts'

/** Written with spaces, so that writing it again would change it. */
const payment = disclosureOf('{ "type": "payment", "amount": 12, "credential_ids": ["pid"] }')
const consent = disclosureOf('{"type":"consent"}')
const strong = disclosureOf('{"type":"payment","transaction_data_hashes_alg":["sha-512","sha-384"]}')
const either = disclosureOf('{"type":"payment","transaction_data_hashes_alg":["sha-512","sha-256"]}')
const foreign = disclosureOf('{"type":"payment","transaction_data_hashes_alg":["blake2s-256"]}')

async function presented(transactionData: readonly string[]): Promise<string> {
  const credential = await issueSdJwtVc(issueInput(), nodeEngine)
  if (!credential.ok) throw new Error(credential.error.code)
  const binding = { signer: holder, audience: AUDIENCE, nonce: NONCE, issuedAt: NOW, transactionData }
  const result = await presentSdJwtVc({ credential: credential.value, disclose: [], binding }, nodeEngine)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

async function bindingOf(presentation: string, transactionData?: readonly string[]) {
  const binding: VerifyInput['binding'] = { audience: AUDIENCE, nonce: NONCE, transactionData }
  const { checks } = await verifySdJwtVc(verifyInput(presentation, { binding }), nodeEngine)
  return checks[4]?.detail ?? checks[4]?.outcome
}

function proofOf(presentation: string): JsonObject {
  const jws = decodeJws(presentation.slice(presentation.lastIndexOf('~') + 1))
  if (!jws.ok) throw new Error(jws.error.code)
  return jws.value.payload
}

describe('transaction data in a presentation', () => {
  it('is hashed as the text that was received, with sha-256 unless asked otherwise', async () => {
    const proof = proofOf(await presented([payment, consent]))
    expect(proof.transaction_data_hashes).toEqual([await digestOf(payment), await digestOf(consent)])
    expect(proof).not.toHaveProperty('transaction_data_hashes_alg')
  })

  it('is hashed as one of the entries asks, and says so', async () => {
    const proof = proofOf(await presented([strong]))
    expect(proof.transaction_data_hashes_alg).toBe('sha-384')
    expect(proof.transaction_data_hashes).toEqual([await nodeEngine.digestBase64url('sha-384', strong)])
    expect(proofOf(await presented([either, consent])).transaction_data_hashes_alg).toBe('sha-256')
  })

  it('leaves no trace where there is none', async () => {
    expect(Object.keys(proofOf(await presented([])))).toEqual(['iat', 'aud', 'nonce', 'sd_hash'])
  })

  it.each([
    ['hashes that cannot be made', [foreign], 'transaction_data_hash_unsupported'],
    ['entries that no one hash serves', [strong, consent], 'transaction_data_hash_unsupported'],
    ['an entry that is no base64url', ['a+b='], 'transaction_data_malformed'],
    ['an entry that is no object', [disclosureOf('[]')], 'transaction_data_malformed'],
    [
      'an empty list of hashes',
      [disclosureOf('{"transaction_data_hashes_alg":[]}')],
      'transaction_data_malformed',
    ],
    ['too many entries', Array(33).fill(consent), 'transaction_data_too_large'],
  ])('is refused for %s', async (_what, entries, code) => {
    await expect(presented(entries)).rejects.toThrow(code)
  })
})

describe('a verifier that asked for transaction data', () => {
  it.each([[[payment]], [[payment, consent]], [[payment, payment]], [[strong]], [[either, consent]]])(
    'is content with all of it: case %#',
    async (entries) => {
      const presentation = await presented(entries)
      expect(await bindingOf(presentation, entries)).toBe('passed')
      expect(await bindingOf(presentation, entries.toReversed())).toBe('passed')
    },
  )

  it.each<[string, readonly string[], readonly string[], string]>([
    ['nothing', [], [payment], 'transaction_data_missing'],
    ['another transaction', [consent], [payment], 'transaction_data_wrong'],
    ['less than everything', [payment], [payment, consent], 'transaction_data_wrong'],
    ['more than was asked', [payment, consent], [payment], 'transaction_data_wrong'],
    ['two instead of one twice', [payment, consent], [payment, payment], 'transaction_data_wrong'],
    ['one twice instead of two', [payment, payment], [payment, consent], 'transaction_data_wrong'],
    [
      'the same, written otherwise',
      [disclosureOf({ type: 'consent', x: 1 })],
      [consent],
      'transaction_data_wrong',
    ],
    ['a hash that it did not offer', [payment], [strong], 'transaction_data_hash_not_accepted'],
  ])('refuses a proof of %s', async (_what, sent, asked, detail) => {
    expect(await bindingOf(await presented(sent), asked)).toBe(detail)
  })

  it.each<[string, (hash: string) => JsonObject, string]>([
    ['hashes that are one text', (hash) => ({ transaction_data_hashes: hash }), 'transaction_data_malformed'],
    ['no hashes', () => ({ transaction_data_hashes: [] }), 'transaction_data_wrong'],
    ['a hash that is no text', () => ({ transaction_data_hashes: [1] }), 'transaction_data_wrong'],
    [
      'a hash nobody knows',
      (hash) => ({ transaction_data_hashes: [hash], transaction_data_hashes_alg: 'md5' }),
      'transaction_data_hash_unsupported',
    ],
    [
      'hashes without end',
      (hash) => ({ transaction_data_hashes: Array(100).fill(hash) }),
      'transaction_data_malformed',
    ],
    [
      'a hash of another kind',
      (hash) => ({ transaction_data_hashes: [hash.slice(0, 20)] }),
      'transaction_data_wrong',
    ],
  ])('refuses %s', async (_what, members, detail) => {
    const presentation = await forge({ keyBinding: members(await digestOf(payment)) })
    expect(await bindingOf(presentation, [payment])).toBe(detail)
  })

  it('refuses the hash of what is encoded in an entry', async () => {
    const decoded = await nodeEngine.digestBase64url('sha-256', decodeBase64url(payment) ?? '')
    const presentation = await forge({ keyBinding: { transaction_data_hashes: [decoded] } })
    expect(await bindingOf(presentation, [payment])).toBe('transaction_data_wrong')
  })

  it('that asked for none takes a proof with some', async () => {
    expect(await bindingOf(await presented([payment]))).toBe('passed')
  })
})
