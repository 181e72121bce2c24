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

async function confirmedBy(presentation: string, transactionData?: readonly string[]) {
  const binding: VerifyInput['binding'] = { audience: AUDIENCE, nonce: NONCE, transactionData }
  const { checks, confirmed } = await verifySdJwtVc(verifyInput(presentation, { binding }), nodeEngine)
  expect(checks[4]?.outcome).toBe('passed')
  return confirmed?.ok === true ? confirmed.value : confirmed?.error
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
    'is told of all of it, in whatever order: case %#',
    async (entries) => {
      const presentation = await presented(entries)
      const all = entries.map((_, at) => at)
      expect(await confirmedBy(presentation, entries)).toEqual(all)
      const reversed = await confirmedBy(presentation, entries.toReversed())
      expect(new Set(reversed as number[])).toEqual(new Set(all))
    },
  )

  it.each<[string, readonly string[], readonly string[], readonly number[]]>([
    ['nothing', [], [payment], []],
    ['the first of two', [payment], [payment, consent], [0]],
    ['the second of two', [consent], [payment, consent], [1]],
    ['nothing, where nothing may be', [], [], []],
  ])('is told of %s', async (_what, sent, asked, confirmed) => {
    expect(await confirmedBy(await presented(sent), asked)).toEqual(confirmed)
  })

  it.each<[string, readonly string[], readonly string[], string]>([
    ['another transaction', [consent], [payment], 'confirmed_otherwise'],
    ['more than was asked', [payment, consent], [payment], 'confirmed_otherwise'],
    ['two instead of one twice', [payment, consent], [payment, payment], 'confirmed_otherwise'],
    ['one twice instead of two', [payment, payment], [payment, consent], 'confirmed_otherwise'],
    ['anything where nothing may be', [payment], [], 'confirmed_otherwise'],
    [
      'the same, written otherwise',
      [disclosureOf({ type: 'consent', x: 1 })],
      [consent],
      'confirmed_otherwise',
    ],
    ['a hash that it did not offer', [payment], [strong], 'confirmed_otherwise'],
  ])('refuses a proof of %s', async (_what, sent, asked, detail) => {
    expect(await confirmedBy(await presented(sent), asked)).toBe(detail)
  })

  it('refuses the right hash by an algorithm that it did not offer', async () => {
    const hash = await nodeEngine.digestBase64url('sha-256', strong)
    const presentation = await forge({ keyBinding: { transaction_data_hashes: [hash] } })
    expect(await confirmedBy(presentation, [strong])).toBe('hash_not_accepted')
  })

  it.each<[string, (hash: string) => JsonObject, string]>([
    ['hashes that are one text', (hash) => ({ transaction_data_hashes: hash }), 'hashes_malformed'],
    ['no hashes', () => ({ transaction_data_hashes: [] }), 'hashes_malformed'],
    ['a hash that is no text', () => ({ transaction_data_hashes: [1] }), 'confirmed_otherwise'],
    [
      'a hash nobody knows',
      (hash) => ({ transaction_data_hashes: [hash], transaction_data_hashes_alg: 'md5' }),
      'hash_unsupported',
    ],
    [
      'hashes without end',
      (hash) => ({ transaction_data_hashes: Array(100).fill(hash) }),
      'hashes_malformed',
    ],
    [
      'a hash of another kind',
      (hash) => ({ transaction_data_hashes: [hash.slice(0, 20)] }),
      'confirmed_otherwise',
    ],
  ])('refuses %s', async (_what, members, detail) => {
    const presentation = await forge({ keyBinding: members(await digestOf(payment)) })
    expect(await confirmedBy(presentation, [payment])).toBe(detail)
  })

  it('refuses the hash of what is encoded in an entry', async () => {
    const decoded = await nodeEngine.digestBase64url('sha-256', decodeBase64url(payment) ?? '')
    const presentation = await forge({ keyBinding: { transaction_data_hashes: [decoded] } })
    expect(await confirmedBy(presentation, [payment])).toBe('confirmed_otherwise')
  })

  it('that asked for none does not look', async () => {
    expect(await confirmedBy(await presented([payment]))).toBeUndefined()
  })
})
