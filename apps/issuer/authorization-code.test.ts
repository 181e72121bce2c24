/** The authorization code flow through the issuer's use cases: who may take up what, what a retry gets, and what nobody gets twice. */
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { GrantRequest } from '@countersign/protocol/oauth/grants/grants'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import type { AuthorizationRequest } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { decide } from './authorization/decide-authorization.ts'
import { introspectToken } from './authorization/introspect-token.ts'
import { openPushed } from './authorization/open-authorization.ts'
import { pushAuthorization } from './authorization/push-authorization.ts'
import { requestToken } from './authorization/request-token.ts'
import { revokeToken } from './authorization/revoke-token.ts'
import { createOffer } from './offer/create-offer.ts'
import { beginIssuance } from './standing/begin-issuance.ts'
import { openProfileFinder } from './standing/standing-offers.ts'
import {
  claims,
  configurationId,
  credentialFor,
  offeredInBrowser,
  proofOfKey,
  proofOfSender,
  type TestIssuer,
  testIssuer,
} from './testing/issuer.testing.ts'

const CLIENT = 'https://wallet.example'
const BACK = 'https://wallet.example/back'
const badge = {
  configurationId: 'employee_badge_dc+sd-jwt',
  claims: { given_name: 'Grace', family_name: 'Sample', employer: 'Works', employee_id: 'E1' },
}

interface Taker {
  readonly test: TestIssuer
  readonly issuerState: string
  readonly issuanceId: string
}

async function takerOf(test: TestIssuer, credentials = [{ configurationId, claims }]): Promise<Taker> {
  const { code, id, issuerState } = await offeredInBrowser(test.issuer, { credentials })
  expect(code).toBe('')
  return { test, issuanceId: id, issuerState }
}

/** What a wallet keeps between laying its request down and asking for the token. */
interface Trip {
  readonly verifier: string
  readonly requestUri: string
}

const named = (clientId: string) => ({ form: { client_id: clientId }, headers: {}, path: '/token' })

async function push(
  { test, issuerState }: Taker,
  change: Partial<AuthorizationRequest> = {},
  key?: Signer,
): Promise<Trip | string> {
  const { challenge, verifier } = await createProofKey(nodeCrypto)
  const request = {
    clientId: CLIENT,
    redirectUri: BACK,
    state: 'a state',
    codeChallenge: challenge,
    scope: [],
    issuerState,
    ...change,
  }
  const dpop = key && (await proofOfSender(test, key, '/par'))
  const client = { form: { client_id: CLIENT }, headers: {}, path: '/par' }
  const pushed = await pushAuthorization(
    test.issuer,
    { request, client, dpop },
    openProfileFinder(test.issuer),
  )
  return pushed.ok ? { verifier, requestUri: pushed.value.requestUri } : pushed.error.code
}

/** Opens the page in a browser; the id of the authorization, or the refusal. */
async function open({ test }: Taker, { requestUri }: Trip, browser = 'browser-1', clientId = CLIENT) {
  const opened = await openPushed(test.issuer, { requestUri, clientId }, browser)
  return opened.ok ? { authorizationId: opened.value.id, browser } : opened.error.code
}

/** Where the browser is sent, as its query; or the refusal. */
async function answer(
  { test }: Taker,
  opened: { authorizationId: string; browser: string },
  decision: 'approved' | 'denied' = 'approved',
): Promise<Record<string, string> | string> {
  const decided = await decide(test.issuer, { ...opened, decision }, (begun) =>
    beginIssuance(test.issuer, begun),
  )
  if (!decided.ok) return decided.error.code
  expect(decided.value.startsWith(`${BACK}?`)).toBe(true)
  return Object.fromEntries(new URL(decided.value).searchParams)
}

async function token(
  { test }: Taker,
  { code = '', verifier }: { readonly code?: string | undefined; readonly verifier: string },
  {
    key,
    clientId = CLIENT,
    redirectUri = BACK,
  }: { key?: Signer; clientId?: string; redirectUri?: string } = {},
): Promise<string> {
  const dpop = key && (await proofOfSender(test, key, '/token'))
  const answered = await requestToken(
    test.issuer,
    {
      grantType: 'authorization_code',
      code,
      codeVerifier: verifier,
      redirectUri,
    },
    { client: named(clientId), dpop },
  )
  if (!answered.ok) return answered.error.code
  const { access_token: accessToken } = answered.value
  return typeof accessToken === 'string' ? accessToken : ''
}

function done<T extends object>(value: T | string): T {
  if (typeof value === 'string') throw new Error(value)
  return value
}

/** As far as the code, with everybody doing what he should. */
async function codeFor(taker: Taker, change: Partial<AuthorizationRequest> = {}, key?: Signer) {
  const trip = done(await push(taker, change, key))
  const { code } = done(await answer(taker, done(await open(taker, trip))))
  return { code, verifier: trip.verifier }
}

const state = async ({ issuanceId, test }: Taker) => (await test.issuer.sessions.get(issuanceId))?.value

describe('an offer that is taken up in a browser', () => {
  it('leads to its credential: laid down, opened, approved, exchanged', async () => {
    const taker = await takerOf(testIssuer())
    const key = newKey()
    const trip = done(await push(taker, {}, key))
    const back = done(await answer(taker, done(await open(taker, trip))))
    expect(back).toEqual({ code: expect.any(String), state: 'a state', iss: 'https://issuer.example' })
    const accessToken = await token(taker, { code: back['code'], verifier: trip.verifier }, { key })
    const proof = await proofOfKey(taker.test, newKey())
    expect(await credentialFor(taker.test, accessToken, proof, { sender: key })).toMatch(/~$/)
    const { events } = done((await state(taker)) ?? 'gone')
    expect(events.map(({ type }) => type)).toEqual([
      'offered',
      'authorized',
      'token_issued',
      'credential_issued',
      'completed',
    ])
  })

  it('gives what was asked for, by scope or by details, and no more', async () => {
    const both = [{ configurationId, claims }, badge]
    const asked: readonly [Partial<AuthorizationRequest>, readonly string[] | string][] = [
      [{}, [configurationId, badge.configurationId]],
      [{ scope: ['employee_badge'] }, [badge.configurationId]],
      [{ scope: ['openid', 'employee_badge', 'nonsense'] }, [badge.configurationId]],
      [{ details: [{ configurationId }] }, [configurationId]],
      [
        { details: [{ configurationId }], scope: ['employee_badge'] },
        [configurationId, badge.configurationId],
      ],
      [{ scope: ['openid'] }, 'scope_unknown'],
      [{ details: [{ configurationId }, { configurationId: 'other' }] }, 'details_unknown'],
    ]
    for (const [change, expected] of asked) {
      const taker = await takerOf(testIssuer(), both)
      const pushed = await push(taker, change)
      if (typeof pushed === 'string') {
        expect(pushed).toBe(expected)
        continue
      }
      const { code } = done(await answer(taker, done(await open(taker, pushed))))
      await token(taker, { code, verifier: pushed.verifier })
      expect((await state(taker))?.configurationIds, JSON.stringify(change)).toEqual(expected)
    }
  })

  it.each<[string, Partial<AuthorizationRequest>, string]>([
    ['without the state of an offer', { issuerState: undefined }, 'offer_needed'],
    ['with a state that nobody gave', { issuerState: 'made.up' }, 'issuer_state_unknown'],
    ['as another client than it says', { clientId: 'https://other.example' }, 'client_differs'],
    ['for another key than it proves', { senderKey: 'x'.repeat(43) }, 'sender_key_differs'],
  ])('is not laid down %s', async (_name, change, code) => {
    const taker = await takerOf(testIssuer())
    expect(await push(taker, change, newKey())).toBe(code)
  })

  it('is not one whose code lies in the offer, whatever state is named, nor one that is over', async () => {
    const test = testIssuer()
    const taker = await takerOf(test)
    const created = await createOffer(test.issuer, {
      credentials: [{ configurationId, claims }],
      byValue: false,
    })
    const id = created.ok ? created.value.id : ''
    const forged = taker.issuerState.replace(taker.issuanceId, id)
    expect(await push({ ...taker, issuerState: forged })).toBe('issuer_state_unknown')
    test.clock.now += 300
    expect(await push(taker)).toBe('issuer_state_unknown')
  })
})

describe('the name of a request that was laid down', () => {
  it('may be opened again and elsewhere until somebody decides; the last browser does', async () => {
    const taker = await takerOf(testIssuer())
    const trip = done(await push(taker))
    const first = done(await open(taker, trip, 'browser-1'))
    const second = done(await open(taker, trip, 'browser-2'))
    expect(await answer(taker, first)).toBe('other_browser')
    expect(done(await answer(taker, second))).toHaveProperty('code')
    expect(await open(taker, trip, 'browser-2')).toBe('authorization_decided')
  })

  it('is for its client alone, has an end, and cannot be made up', async () => {
    const taker = await takerOf(testIssuer())
    const trip = done(await push(taker))
    expect(await open(taker, trip, 'b', 'https://other.example')).toBe('client_differs')
    expect(await open(taker, { ...trip, requestUri: `${trip.requestUri}x` })).toBe('request_uri_unknown')
    expect(await open(taker, { ...trip, requestUri: 'https://wallet.example/request' })).toBe(
      'request_uri_unknown',
    )
    taker.test.clock.now += 90
    expect(await open(taker, trip)).toBe('authorization_over')
  })
})

describe('a decision', () => {
  it('is answered again, with the same code', async () => {
    const taker = await takerOf(testIssuer())
    const opened = done(await open(taker, done(await push(taker))))
    const first = await answer(taker, opened)
    expect(await answer(taker, opened)).toEqual(first)
    expect(await answer(taker, opened, 'denied')).toBe('authorization_decided')
  })

  it('of twenty at once is one', async () => {
    const taker = await takerOf(testIssuer())
    const opened = done(await open(taker, done(await push(taker))))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        answer(taker, opened, index % 2 === 0 ? 'approved' : 'denied'),
      ),
    )
    const given = answers.filter((one) => typeof one !== 'string')
    expect(new Set(given.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(answers.filter((one) => one === 'authorization_decided')).toHaveLength(20 - given.length)
  })

  it('of two who have the same offer: the first has it, the second may come when the first does not', async () => {
    const taker = await takerOf(testIssuer())
    const trips = [done(await push(taker)), done(await push(taker))]
    const [one, other] = await Promise.all(trips.map(async (trip) => done(await open(taker, trip))))
    const back = done(await answer(taker, one ?? { authorizationId: '', browser: '' }))
    expect(back).toHaveProperty('code')
    const second = other ?? { authorizationId: '', browser: '' }
    expect(await answer(taker, second)).toMatchObject({ error: 'access_denied', state: 'a state' })
    taker.test.clock.now += 60
    expect(await token(taker, { code: back['code'], verifier: trips[0]?.verifier ?? '' })).toBe(
      'code_expired',
    )
    const late = done(await answer(taker, second))
    expect(await token(taker, { code: late['code'], verifier: trips[1]?.verifier ?? '' })).toContain('.')
  })

  it('may be no, and leaves the offer to whoever says yes', async () => {
    const taker = await takerOf(testIssuer())
    const opened = done(await open(taker, done(await push(taker))))
    expect(await answer(taker, opened, 'denied')).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: 'a state',
      iss: 'https://issuer.example',
    })
    expect((await state(taker))?.events.map(({ type }) => type)).toEqual(['offered', 'authorization_denied'])
    expect(await codeFor(taker)).toHaveProperty('code')
  })
})

describe('an authorization code', () => {
  it.each<[string, Parameters<typeof token>[2] & { verifier?: string }, string]>([
    ['as another client', { clientId: 'https://other.example' }, 'code_not_yours'],
    ['from another address', { redirectUri: 'https://wallet.example/other' }, 'code_not_yours'],
    ['with another verifier', { verifier: 'v'.repeat(43) }, 'code_not_yours'],
  ])('gives nothing %s, and is not burnt by it', async (_name, change, refusal) => {
    const taker = await takerOf(testIssuer())
    const { code, verifier } = await codeFor(taker)
    expect(await token(taker, { code, verifier: change.verifier ?? verifier }, change)).toBe(refusal)
    expect(await token(taker, { code, verifier })).toContain('.')
  })

  it('that names a key is for that key alone', async () => {
    const taker = await takerOf(testIssuer())
    const key = newKey()
    const had = await codeFor(taker, {}, key)
    expect(await token(taker, had, { key: newKey() })).toBe('wrong_sender_key')
    expect(await token(taker, had)).toBe('wrong_sender_key')
    expect(await token(taker, had, { key })).toContain('.')
  })

  it('gives one token to fifty at once, and the same again to the key that has it', async () => {
    const taker = await takerOf(testIssuer())
    const had = await codeFor(taker)
    const key = newKey()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => token(taker, had, index % 2 === 0 ? { key } : {})),
    )
    const tokens = answers.filter((one) => one !== 'code_spent')
    expect(new Set(tokens).size).toBe(1)
  })

  it('that comes again with another verifier ends the token that it gave', async () => {
    const taker = await takerOf(testIssuer())
    const had = await codeFor(taker)
    const accessToken = await token(taker, had)
    expect(await token(taker, { ...had, verifier: 'v'.repeat(43) })).toBe('code_spent')
    expect(await credentialFor(taker.test, accessToken, await proofOfKey(taker.test, newKey()))).toBe(
      'session_closed',
    )
    expect(await state(taker)).toMatchObject({ state: 'closed', reason: 'code_replayed' })
  })

  it.each(['', 'made.up', `${'a'.repeat(22)}.${'b'.repeat(22)}.${'c'.repeat(43)}`])(
    'cannot be made up: %s',
    async (code) => {
      const taker = await takerOf(testIssuer())
      expect(await token(taker, { code, verifier: 'v'.repeat(43) })).toBe('code_unknown')
    },
  )
})

describe('a token that can be refreshed', () => {
  const refreshable = () => testIssuer({ settings: { refreshTokenTtlSeconds: 86_400 } })

  async function tokens(taker: Taker, key: Signer) {
    const had = await codeFor(taker, {}, key)
    return answered(
      taker,
      { grantType: 'authorization_code', code: had.code ?? '', codeVerifier: had.verifier },
      key,
    )
  }

  async function answered({ test }: Taker, grant: GrantRequest, key: Signer, clientId = CLIENT) {
    const dpop = await proofOfSender(test, key, '/token')
    const answer = await requestToken(test.issuer, grant, { client: named(clientId), dpop })
    return answer.ok ? (answer.value as unknown as Tokens) : answer.error.code
  }

  interface Tokens {
    readonly access_token: string
    readonly refresh_token: string
  }

  const refreshed = (taker: Taker, { refresh_token: refreshToken }: Tokens, key: Signer, clientId?: string) =>
    answered(taker, { grantType: 'refresh_token', refreshToken }, key, clientId)

  it('gives the credential once more, to another holder key, and each refresh token once', async () => {
    const taker = await takerOf(refreshable())
    const [key, { test }] = [newKey(), taker]
    const first = done(await tokens(taker, key))
    const credential = async () =>
      credentialFor(test, first.access_token, await proofOfKey(test, newKey()), { sender: key })
    expect(await credential()).toMatch(/~$/)
    test.clock.now += 700
    expect(await credential()).toBe('token_expired')
    const second = done(await refreshed(taker, first, key))
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(await credential()).toMatch(/~$/)
    const third = done(await refreshed(taker, second, key))
    expect(await refreshed(taker, first, key)).toBe('code_spent')
    expect(await refreshed(taker, third, key)).toBe('session_closed')
    expect(await credential()).toBe('session_closed')
  })

  it('is for its key and its client alone', async () => {
    const taker = await takerOf(refreshable())
    const key = newKey()
    const first = done(await tokens(taker, key))
    expect(await refreshed(taker, first, newKey())).toBe('wrong_sender_key')
    expect(await refreshed(taker, first, key, 'https://other.example')).toBe('code_not_yours')
    expect(await refreshed(taker, { ...first, refresh_token: first.access_token }, key)).toBe('code_unknown')
    expect(done(await refreshed(taker, first, key))).toHaveProperty('refresh_token')
  })

  it('of fifty requests at once gives one answer, and the same again while nothing is issued', async () => {
    const taker = await takerOf(refreshable())
    const key = newKey()
    const first = done(await tokens(taker, key))
    const answers = await Promise.all(Array.from({ length: 50 }, () => refreshed(taker, first, key)))
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(answers[0]).toHaveProperty('refresh_token')
  })

  it('is nothing that a bearer client gets, nor anybody where it is not configured', async () => {
    const [taker, plain] = [await takerOf(refreshable()), await takerOf(testIssuer())]
    expect(await tokens(plain, newKey())).not.toHaveProperty('refresh_token')
    const had = await codeFor(taker)
    expect(await token(taker, had)).toContain('.')
    expect(await state(taker)).not.toHaveProperty('grant.refresh')
  })

  it('says what it is good for until it is given back', async () => {
    const taker = await takerOf(refreshable())
    const { issuer, clock } = taker.test
    const first = done(await tokens(taker, newKey()))
    const both = [first.access_token, first.refresh_token]
    const active = () => Promise.all(both.map(async (one) => (await introspectToken(issuer, one))['active']))
    expect(await introspectToken(issuer, first.access_token)).toMatchObject({
      active: true,
      token_type: 'DPoP',
      client_id: CLIENT,
      exp: clock.now + 600,
      cnf: { jkt: expect.any(String) },
      issuance: taker.issuanceId,
    })
    expect(await introspectToken(issuer, first.refresh_token)).toMatchObject({ exp: clock.now + 86_400 })
    expect(await active()).toEqual([true, true])
    expect(await introspectToken(issuer, 'made.up')).toEqual({ active: false })
    await revokeToken(issuer, 'made.up')
    await revokeToken(issuer, first.refresh_token)
    expect(await active()).toEqual([false, false])
  })
})
