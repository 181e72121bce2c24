import type { JsonObject } from '@countersign/core/json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testEngine, testMac } from '../../oauth/proof-keys.testing.ts'
import { createChallenge, parseNonceResponse, readChallenge, writeNonceResponse } from './nonce.ts'

const mac = testMac('a deployment')
const randomBytes = testEngine.randomBytes
const NOW = 1_700_000_000

const create = (now = NOW) => createChallenge('c_nonce', { now, randomBytes, mac })
const read = (text: string, now = NOW, purpose: 'c_nonce' | 'dpop_nonce' = 'c_nonce') =>
  readChallenge(purpose, text, { now, maxAgeSeconds: 300, mac })

async function codeOf(text: string, now = NOW): Promise<string> {
  const result = await read(text, now)
  return result.ok ? 'genuine' : result.error.code
}

describe('a challenge', () => {
  it('is known on every instance with the same key, with its id and end', async () => {
    const challenge = await create()
    const by = { now: NOW + 299, maxAgeSeconds: 300, mac: testMac('a deployment') }
    const result = await readChallenge('c_nonce', challenge, by)
    expect(result).toEqual({ ok: true, value: { id: challenge.slice(0, 28), expiresAt: NOW + 300 } })
  })

  it('is URL-safe and never the same', async () => {
    const challenges = await Promise.all(Array.from({ length: 200 }, () => create()))
    expect(new Set(challenges.map((text) => text.slice(0, 22))).size).toBe(200)
    expect(challenges.every((text) => /^[\w-]{28}\.[\w-]{43}$/.test(text))).toBe(true)
  })

  it('ends at its age and not before', async () => {
    const challenge = await create()
    expect(await codeOf(challenge, NOW + 299)).toBe('genuine')
    expect(await codeOf(challenge, NOW + 300)).toBe('challenge_expired')
  })

  it('of an instance whose clock is a little ahead is good, of one far ahead it is not', async () => {
    expect(await codeOf(await create(NOW + 60))).toBe('genuine')
    expect(await codeOf(await create(NOW + 61))).toBe('challenge_expired')
  })

  it('of one purpose is unknown for the other, and so is one of another deployment', async () => {
    const challenge = await create()
    expect((await read(challenge, NOW, 'dpop_nonce')).ok).toBe(false)
    const other = await createChallenge('c_nonce', { now: NOW, randomBytes, mac: testMac('another') })
    expect(await codeOf(other)).toBe('challenge_unknown')
  })

  it('with any character changed is unknown, so that no second id has the same life', async () => {
    const challenge = await create()
    for (let at = 0; at < challenge.length; at++) {
      const changed = challenge.slice(0, at) + (challenge[at] === 'A' ? 'B' : 'A') + challenge.slice(at + 1)
      expect(await codeOf(changed)).toBe('challenge_unknown')
    }
    for (const text of [`${challenge}A`, `${challenge}=`, ` ${challenge}`, challenge.slice(0, -1)]) {
      expect(await codeOf(text)).toBe('challenge_unknown')
    }
  })

  it('is not found in any other text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await codeOf(text)).toBe('challenge_unknown')
        expect(await codeOf(`${text.padEnd(28, 'A').slice(0, 28)}.${text}`)).toBe('challenge_unknown')
      }),
    )
  })
})

describe('a nonce response', () => {
  it('is read as it was written', () => {
    expect(parseNonceResponse(writeNonceResponse('n'))).toEqual({ ok: true, value: 'n' })
  })

  it.each<JsonObject>([{}, { c_nonce: 1 }, { c_nonce: '' }, { c_nonce: 'x'.repeat(2049) }])(
    '%j is none',
    (json) => {
      expect(parseNonceResponse(json).ok).toBe(false)
    },
  )
})
