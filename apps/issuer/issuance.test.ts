import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { requestToken } from './authorization/request-token.ts'
import {
  anonymousClient,
  claims,
  configurationId,
  credentialFor,
  nonceOf,
  offered,
  proofOfKey,
  proofOfSender,
  testIssuer,
  tokenFor,
  tokenRequest,
} from './testing/issuer.testing.ts'

const second = 'employee_badge_dc+sd-jwt'
const badge = { given_name: 'Grace', family_name: 'Sample', employer: 'Works', employee_id: 'E1' }

describe('a pre-authorized code', () => {
  it('gives one token to a bearer client, and nothing more', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer)
    expect(await tokenFor(test, code)).toContain('.')
    expect(await tokenFor(test, code)).toBe('code_spent')
  })

  it('gives one token to ten requests at once', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer)
    const answers = await Promise.all(Array.from({ length: 10 }, () => tokenFor(test, code)))
    expect(answers.filter((answer) => answer !== 'code_spent')).toHaveLength(1)
  })

  it('gives the same token again to the same sender key for a minute', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer)
    const key = newKey()
    const first = await tokenFor(test, code, key)
    test.clock.now += 59
    expect(await tokenFor(test, code, key)).toBe(first)
    test.clock.now += 1
    expect(await tokenFor(test, code, key)).toBe('code_spent')
  })

  it('gives nothing to another sender key, nor to a bearer client, once a key has it', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer)
    await tokenFor(test, code, newKey())
    expect(await tokenFor(test, code, newKey())).toBe('code_spent')
    expect(await tokenFor(test, code)).toBe('code_spent')
  })

  it('expires with its offer', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer)
    test.clock.now += 300
    expect(await tokenFor(test, code)).toBe('offer_expired')
  })

  it('cannot be made up', async () => {
    const test = testIssuer()
    const { id, code } = await offered(test.issuer)
    expect(await tokenFor(test, `${id}.${'A'.repeat(43)}`)).toBe('code_unknown')
    expect(await tokenFor(test, `${code}A`)).toBe('code_unknown')
    expect(await tokenFor(test, code.split('.')[0] ?? '')).toBe('code_unknown')
  })

  it('cannot be used as an access token, nor the token as a code', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer)
    const token = await tokenFor(test, code)
    expect(await credentialFor(test, code, await proofOfKey(test, newKey()))).toBe('token_unknown')
    expect(await tokenFor(test, token)).toBe('code_unknown')
  })
})

describe('a transaction code', () => {
  const txCode = { inputMode: 'numeric', length: 4, value: '4711' } as const

  it('may be wrong a few times and then right', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer, { txCode })
    for (const wrong of ['0000', '1111', '2222'])
      expect(await tokenFor(test, code, undefined, wrong)).toBe('tx_code_wrong')
    expect(await tokenFor(test, code, undefined, '4711')).toContain('.')
  })

  it('closes the offer past the limit, for the right one too', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer, { txCode })
    for (let guess = 0; guess < 5; guess++) await tokenFor(test, code, undefined, `000${guess}`)
    expect(await tokenFor(test, code, undefined, '4711')).toBe('session_closed')
  })

  it('counts guesses that come at once', async () => {
    const test = testIssuer()
    const { id, code } = await offered(test.issuer, { txCode })
    await Promise.all(
      Array.from({ length: 20 }, (_, guess) => tokenFor(test, code, undefined, `${1000 + guess}`)),
    )
    expect((await test.issuer.sessions.get(id))?.value).toMatchObject({ state: 'closed', wrongTxCodes: 5 })
  })

  it('must be there when asked for, and must not when it is not', async () => {
    const test = testIssuer()
    expect(await tokenFor(test, (await offered(test.issuer, { txCode })).code)).toBe('tx_code_missing')
    expect(await tokenFor(test, (await offered(test.issuer)).code, undefined, '1234')).toBe(
      'tx_code_unexpected',
    )
  })
})

describe('a DPoP proof', () => {
  it('is good once', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer)
    const dpop = await proofOfSender(test, newKey(), '/token')
    const from = { client: anonymousClient, dpop }
    const request = tokenRequest(code)
    expect(await requestToken(test.issuer, request, from)).toMatchObject({ ok: true })
    expect(await requestToken(test.issuer, request, from)).toMatchObject({
      error: { code: 'dpop_replayed' },
    })
  })

  it('binds the token to its key', async () => {
    const test = testIssuer()
    const sender = newKey()
    const token = await tokenFor(test, (await offered(test.issuer)).code, sender)
    const proof = await proofOfKey(test, newKey())
    expect(await credentialFor(test, token, proof)).toBe('wrong_sender_key')
    expect(await credentialFor(test, token, proof, { sender: newKey() })).toBe('wrong_sender_key')
    expect(await credentialFor(test, token, proof, { sender })).toContain('~')
  })
})

describe('a nonce', () => {
  it('gives one credential to ten identical requests at once, and the same bytes afterwards', async () => {
    const test = testIssuer()
    const token = await tokenFor(test, (await offered(test.issuer)).code)
    const proof = await proofOfKey(test, newKey())
    const answers = await Promise.all(Array.from({ length: 10 }, () => credentialFor(test, token, proof)))
    expect(new Set(answers).size).toBe(1)
    expect(await credentialFor(test, token, proof)).toBe(answers[0])
  })

  it('gives one credential to ten different proofs at once', async () => {
    const test = testIssuer()
    const token = await tokenFor(test, (await offered(test.issuer)).code)
    const nonce = await nonceOf(test)
    const proofs = await Promise.all(Array.from({ length: 10 }, () => proofOfKey(test, newKey(), nonce)))
    const answers = await Promise.all(proofs.map((proof) => credentialFor(test, token, proof)))
    expect(answers.filter((answer) => answer.includes('~'))).toHaveLength(1)
    expect(new Set(answers.filter((answer) => !answer.includes('~')))).toEqual(new Set(['nonce_spent']))
  })

  it('is spent for every other proof', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer, {
      credentials: [
        { configurationId, claims },
        { configurationId: second, claims: badge },
      ],
    })
    const token = await tokenFor(test, code)
    const nonce = await nonceOf(test)
    const holder = newKey()
    await credentialFor(test, token, await proofOfKey(test, holder, nonce))
    test.clock.now += 1
    const other = await proofOfKey(test, holder, nonce)
    expect(await credentialFor(test, token, other)).toBe('nonce_spent')
    expect(await credentialFor(test, token, other, { configuration: second })).toBe('nonce_spent')
  })

  it('expires, and cannot be made up', async () => {
    const test = testIssuer()
    const token = await tokenFor(test, (await offered(test.issuer)).code)
    expect(await credentialFor(test, token, await proofOfKey(test, newKey(), 'made-up'))).toBe(
      'challenge_unknown',
    )
    const old = await nonceOf(test)
    const stranger = testIssuer()
    expect(await credentialFor(test, token, await proofOfKey(test, newKey(), await nonceOf(stranger)))).toBe(
      'challenge_unknown',
    )
    test.clock.now += 299
    const proof = await proofOfKey(test, newKey(), old)
    test.clock.now += 1
    expect(['challenge_expired', 'token_expired']).toContain(await credentialFor(test, token, proof))
  })
})

describe('an offer of two configurations', () => {
  it('gives both, one each', async () => {
    const test = testIssuer()
    const { id, code } = await offered(test.issuer, {
      credentials: [
        { configurationId, claims },
        { configurationId: second, claims: badge },
      ],
    })
    const token = await tokenFor(test, code)
    expect(await credentialFor(test, token, await proofOfKey(test, newKey()))).toContain('~')
    expect(
      await credentialFor(test, token, await proofOfKey(test, newKey()), { configuration: second }),
    ).toContain('~')
    const session = (await test.issuer.sessions.get(id))?.value
    expect(session?.state).toBe('completed')
    expect(session).not.toHaveProperty('promised')
    expect(session?.events.map((event) => event.type)).toEqual([
      'offered',
      'token_issued',
      'credential_issued',
      'credential_issued',
      'completed',
    ])
  })
})

describe('a credential that was issued', () => {
  it('is given again to a fresh proof of the same key, and to no other key', async () => {
    const test = testIssuer()
    const token = await tokenFor(test, (await offered(test.issuer)).code)
    const holder = newKey()
    const first = await credentialFor(test, token, await proofOfKey(test, holder))
    expect(await credentialFor(test, token, await proofOfKey(test, holder))).toBe(first)
    expect(await credentialFor(test, token, await proofOfKey(test, newKey()))).toBe('already_issued')
  })

  it('was not part of the offer: nothing', async () => {
    const test = testIssuer()
    const token = await tokenFor(test, (await offered(test.issuer)).code)
    const proof = await proofOfKey(test, newKey())
    expect(await credentialFor(test, token, proof, { configuration: second })).toBe('not_offered')
    expect(await credentialFor(test, token, proof, { configuration: 'nothing' })).toBe(
      'configuration_unknown',
    )
  })
})

describe('a token', () => {
  it('ends', async () => {
    const test = testIssuer()
    const token = await tokenFor(test, (await offered(test.issuer)).code)
    test.clock.now += 300
    expect(await credentialFor(test, token, await proofOfKey(test, newKey()))).toBe('token_expired')
  })
})
