import { describe, expect, it } from 'vitest'
import { createProofKey, fitsChallenge, isCodeChallenge, isCodeVerifier } from './pkce.ts'
import { testEngine } from './proof-keys.testing.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

describe('a proof key', () => {
  it('fits its challenge, as in the specification', async () => {
    expect(await fitsChallenge(VERIFIER, CHALLENGE, testEngine)).toBe(true)
    expect(await fitsChallenge(`${VERIFIER.slice(0, -1)}K`, CHALLENGE, testEngine)).toBe(false)
    expect(await fitsChallenge(CHALLENGE, CHALLENGE, testEngine)).toBe(false)
  })

  it('is new each time, and of the shape that servers ask for', async () => {
    const [one, other] = [await createProofKey(testEngine), await createProofKey(testEngine)]
    expect(one.verifier).not.toBe(other.verifier)
    expect(isCodeVerifier(one.verifier) && isCodeChallenge(one.challenge)).toBe(true)
    expect(await fitsChallenge(one.verifier, one.challenge, testEngine)).toBe(true)
  })

  it.each<[string, boolean]>([
    ['a'.repeat(43), true],
    [`${'a'.repeat(124)}-._~`, true],
    ['a'.repeat(42), false],
    ['a'.repeat(129), false],
    [`${'a'.repeat(43)}+`, false],
    [`${'a'.repeat(43)} `, false],
  ])('verifier %s: %s', (text, expected) => {
    expect(isCodeVerifier(text)).toBe(expected)
  })
})
