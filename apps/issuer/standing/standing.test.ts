/** Offers that several take up, and wallets that come without one: through the use cases, as a browser and a wallet walk them. */
import type { JsonObject } from '@countersign/core/json'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import type { AuthorizationRequest } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import { newKey } from '@countersign/testing/people/keys'
import { receiver } from '@countersign/testing/told-callbacks'
import { describe, expect, it } from 'vitest'
import { decide } from '../authorization/decide-authorization.ts'
import { openPushed } from '../authorization/open-authorization.ts'
import { pushAuthorization } from '../authorization/push-authorization.ts'
import { requestToken } from '../authorization/request-token.ts'
import { sessionView } from '../http/session-view.ts'
import type { Issuer, KnownProfile } from '../issuer.ts'
import { createOffer } from '../offer/create-offer.ts'
import { writeProfile } from '../profiles/profile-calls.ts'
import { newDeployment, onBothDatabases } from '../testing/durable.testing.ts'
import {
  claims,
  configurationId,
  credentialFor,
  offeredInBrowser,
  proofOfKey,
  type TestIssuer,
  testInstances,
  testIssuer,
} from '../testing/issuer.testing.ts'
import { beginIssuance } from './begin-issuance.ts'
import { openProfileFinder, standingOffer } from './standing-offers.ts'

/** What is offered to everybody under the name. */
async function findStandingOffer(issuer: Issuer, name: string) {
  const offer = await standingOffer(issuer, name)
  const ids = offer?.['credential_configuration_ids']
  return Array.isArray(ids) ? { configurationId: ids[0] } : undefined
}

const CLIENT = 'https://wallet.example'
const BACK = 'https://wallet.example/back'

const offeredToMany = ({ issuer }: TestIssuer, maxRedemptions: number, more: object = {}) =>
  offeredInBrowser(issuer, { maxRedemptions, ...more })

interface Opened {
  readonly authorizationId: string
  readonly browser: string
  readonly verifier: string
}

async function opened(test: TestIssuer, change: Partial<AuthorizationRequest>): Promise<Opened | string> {
  const { challenge, verifier } = await createProofKey(nodeCrypto)
  const request = { clientId: CLIENT, redirectUri: BACK, codeChallenge: challenge, scope: [], ...change }
  const client = { form: { client_id: CLIENT }, headers: {}, path: '/par' }
  const pushed = await pushAuthorization(test.issuer, { request, client }, openProfileFinder(test.issuer))
  if (!pushed.ok) return pushed.error.code
  const browser = verifier.slice(0, 20)
  const { requestUri } = pushed.value
  const page = await openPushed(test.issuer, { requestUri, clientId: CLIENT }, browser)
  return page.ok ? { authorizationId: page.value.id, browser, verifier } : page.error.code
}

/** Where the browser is sent with. */
async function approved(
  { issuer }: TestIssuer,
  { authorizationId, browser }: Opened,
  decision: 'approved' | 'denied' = 'approved',
): Promise<Record<string, string>> {
  const decided = await decide(issuer, { authorizationId, browser, decision }, (begun) =>
    beginIssuance(issuer, begun),
  )
  if (!decided.ok) throw new Error(decided.error.code)
  return Object.fromEntries(new URL(decided.value).searchParams)
}

async function tokenOf({ issuer }: TestIssuer, code: string, verifier: string): Promise<string> {
  const answered = await requestToken(
    issuer,
    { grantType: 'authorization_code', code, codeVerifier: verifier, redirectUri: BACK },
    { client: { form: { client_id: CLIENT }, headers: {}, path: '/token' } },
  )
  if (!answered.ok) return `refused: ${answered.error.code}`
  const { access_token: token } = answered.value
  return typeof token === 'string' ? token : 'refused: no token'
}

function there(page: Opened | string): Opened {
  if (typeof page === 'string') throw new Error(page)
  return page
}

/** The token, or why there is none. */
async function redeem(test: TestIssuer, change: Partial<AuthorizationRequest>): Promise<string> {
  const page = await opened(test, change)
  if (typeof page === 'string') return `refused: ${page}`
  const { code, error } = await approved(test, page)
  return code === undefined ? `refused: ${error}` : tokenOf(test, code, page.verifier)
}

async function viewOf({ clock, issuer }: TestIssuer, id: string) {
  const session = await issuer.sessions.get(id)
  if (session === undefined) throw new Error(`there is no session ${id}`)
  return sessionView(session.value, clock.now)
}

const isRefused = (token: string) => token.startsWith('refused: ')

describe('an offer that several take up', () => {
  it('is taken up as often as it says, each time in an issuance of its own, and ends with the last', async () => {
    const test = testIssuer()
    const { id, issuerState } = await offeredToMany(test, 3)
    expect((await viewOf(test, id)).redemptions).toEqual({ max: 3, taken: 0, sessions: [] })
    for (let turn = 1; turn <= 3; turn += 1) {
      const token = await redeem(test, { issuerState })
      expect(await credentialFor(test, token, await proofOfKey(test, newKey()))).toContain('~')
      expect((await viewOf(test, id)).redemptions?.taken).toBe(turn)
    }
    const offer = await viewOf(test, id)
    expect(offer).toMatchObject({ state: 'closed', reason: 'redeemed' })
    expect(new Set(offer.redemptions?.sessions).size).toBe(3)
    for (const one of offer.redemptions?.sessions ?? [])
      expect(await viewOf(test, one)).toMatchObject({ state: 'completed', parent: id })
    expect((await test.issuer.sessions.get(id))?.value).not.toHaveProperty('promised')
    expect(await redeem(test, { issuerState })).toBe('refused: issuer_state_unknown')
  })

  it('keeps the place of who said yes for as long as his code is good, and no longer', async () => {
    const test = testIssuer()
    const { id, issuerState } = await offeredToMany(test, 2)
    const [away, other] = [
      there(await opened(test, { issuerState })),
      there(await opened(test, { issuerState })),
    ]
    const { code = '' } = await approved(test, away)
    expect(isRefused(await redeem(test, { issuerState }))).toBe(false)
    expect(await approved(test, other)).toMatchObject({ error: 'access_denied' })
    test.clock.now += 60
    expect(await tokenOf(test, code, away.verifier)).toBe('refused: code_expired')
    expect(isRefused(await redeem(test, { issuerState }))).toBe(false)
    expect((await viewOf(test, id)).state).toBe('closed')
  })

  it('of fifty who say yes ten times at once has one for the last place', async () => {
    const { instance } = testInstances()
    const instances = Array.from({ length: 10 }, instance)
    const [first] = instances
    if (first === undefined) throw new Error('there is no instance')
    const { id, issuerState } = await offeredToMany(first, 2)
    expect(isRefused(await redeem(first, { issuerState }))).toBe(false)
    const at = (turn: number) => instances[turn % 10] ?? first
    const pages = await Promise.all(
      Array.from({ length: 50 }, async (_, turn) => there(await opened(at(turn), { issuerState }))),
    )
    const answers = await Promise.all(
      pages.flatMap((page) => Array.from({ length: 10 }, (_, turn) => approved(at(turn), page))),
    )
    const codes = new Set(answers.flatMap(({ code }) => code ?? []))
    expect(codes.size).toBe(1)
    const owner = pages.find((_, turn) => answers[turn * 10]?.['code'] !== undefined)
    const [code = ''] = codes
    const tokens = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => tokenOf(at(turn), code, owner?.verifier ?? '')),
    )
    expect(tokens.filter((token) => !isRefused(token)).length).toBeGreaterThanOrEqual(1)
    expect(await viewOf(first, id)).toMatchObject({ state: 'closed', redemptions: { max: 2, taken: 2 } })
  })

  it('has a place for each of fifty who say yes at once', async () => {
    const { instance } = testInstances()
    const instances = Array.from({ length: 2 }, instance)
    const [first] = instances
    if (first === undefined) throw new Error('there is no instance')
    const { id, issuerState } = await offeredToMany(first, 60)
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, turn) => redeem(instances[turn % 2] ?? first, { issuerState })),
    )
    expect(tokens.filter(isRefused)).toEqual([])
    expect((await viewOf(first, id)).redemptions?.taken).toBe(50)
  })

  it('gives the same issuance to a decision that comes again, also after a crash before it began', async () => {
    const test = testIssuer()
    const { id, issuerState } = await offeredToMany(test, 5)
    const page = there(await opened(test, { issuerState }))
    let isDown = true
    const sessions: Issuer['sessions'] = {
      ...test.issuer.sessions,
      create: async (...made) => {
        if (isDown) throw new Error('the instance died')
        return test.issuer.sessions.create(...made)
      },
    }
    const dying = { ...test, issuer: { ...test.issuer, sessions } }
    await expect(approved(dying, page)).rejects.toThrow('died')
    isDown = false
    const [{ code = '' }, again] = [await approved(dying, page), await approved(test, page)]
    expect(again['code']).toBe(code)
    expect(isRefused(await tokenOf(test, code, page.verifier))).toBe(false)
    expect((await viewOf(test, id)).redemptions).toMatchObject({ taken: 1 })
  })

  it('counts nobody whose code is not his, and nobody who says no', async () => {
    const test = testIssuer()
    const { id, issuerState } = await offeredToMany(test, 2)
    const page = there(await opened(test, { issuerState }))
    const { code = '' } = await approved(test, page)
    expect(await tokenOf(test, code, 'x'.repeat(43))).toBe('refused: code_not_yours')
    const no = there(await opened(test, { issuerState }))
    expect(await approved(test, no, 'denied')).toMatchObject({ error: 'access_denied' })
    expect((await viewOf(test, id)).redemptions).toMatchObject({ taken: 0 })
    expect(isRefused(await tokenOf(test, code, page.verifier))).toBe(false)
  })

  it('tells the receiver of the offer of each issuance under its own id', async () => {
    const told = receiver()
    const test = testIssuer({ told })
    const callback = { uri: 'https://shop.example/told' }
    const { id, issuerState } = await offeredToMany(test, 2, { callback })
    await redeem(test, { issuerState })
    const [one = ''] = (await viewOf(test, id)).redemptions?.sessions ?? []
    const session = (await test.issuer.sessions.get(one))?.value
    expect([session?.callback?.uri, session?.parent]).toEqual([callback.uri, id])
    expect(session?.events.map(({ type }) => type)).toEqual(['offered', 'authorized', 'token_issued'])
  })

  it('is none where a pre-authorized code would be for one', async () => {
    const { issuer } = testIssuer()
    const order = { credentials: [{ configurationId, claims }], byValue: false, maxRedemptions: 2 }
    expect(await createOffer(issuer, order)).toMatchObject({ error: { code: 'redemptions_not_taken' } })
    expect((await createOffer(issuer, { ...order, maxRedemptions: 1 })).ok).toBe(true)
  })
})

const scope = (test: TestIssuer) => [test.issuer.types.get(configurationId)?.configuration.scope ?? '']
const open = {
  credentialConfigurationId: configurationId,
  claims: { source: 'constant' as const, data: claims },
  authenticationMethod: 'NONE' as const,
  openToWallets: true as const,
}
const known = (name: string, profile: object = open): KnownProfile =>
  ({ name, version: 1, origin: 'file', profile }) as KnownProfile

function withProfiles(test: TestIssuer, ...profiles: readonly KnownProfile[]): TestIssuer {
  const ownProfiles = new Map(profiles.map((profile) => [profile.name, profile]))
  return { ...test, issuer: { ...test.issuer, ownProfiles } }
}

describe('a wallet without an offer', () => {
  it.each([
    ['scope', (test: TestIssuer) => ({ scope: scope(test) })],
    ['authorization_details', () => ({ details: [{ configurationId }] })],
  ])('gets by %s what a profile is open for, in an issuance that begins with the yes', async (_, asks) => {
    const test = withProfiles(testIssuer(), known('everybody'))
    const made: string[] = []
    const sessions: Issuer['sessions'] = {
      ...test.issuer.sessions,
      create: (id, ...rest) => {
        made.push(id)
        return test.issuer.sessions.create(id, ...rest)
      },
    }
    const watched = { ...test, issuer: { ...test.issuer, sessions } }
    const page = there(await opened(watched, asks(test)))
    expect(made).toEqual([])
    const { code = '' } = await approved(watched, page)
    expect((await approved(watched, page))['code']).toBe(code)
    expect(made).toHaveLength(1)
    expect(isRefused(await tokenOf(watched, code, page.verifier))).toBe(false)
    expect(await viewOf(watched, made[0] ?? '')).toMatchObject({
      state: 'token_issued',
      profile: { name: 'everybody', version: 1 },
    })
  })

  it('gets nothing where nothing is open, where two are, and where it asks for two things', async () => {
    const test = testIssuer()
    const asks = { scope: scope(test) }
    const badge = 'employee_badge_dc+sd-jwt'
    const { openToWallets: _open, ...closed } = open
    for (const profiles of [[], [known('closed', closed)], [known('one'), known('two')]])
      expect(await opened(withProfiles(test, ...profiles), asks)).toBe('offer_needed')
    expect(await opened(withProfiles(test, known('one')), { scope: ['nothing'] })).toBe('offer_needed')
    expect(await opened(withProfiles(test, known('one')), {})).toBe('offer_needed')
    const both = withProfiles(test, known('one'), known('two', { ...open, credentialConfigurationId: badge }))
    const details = [{ configurationId }, { configurationId: badge }]
    expect(await opened(both, { details })).toBe('one_at_a_time')
    expect(typeof (await opened(both, { details: details.slice(0, 1) }))).toBe('object')
  })

  it('gets nothing when the profile is closed before somebody says yes, and makes nothing by saying no', async () => {
    const test = testIssuer()
    const openTest = withProfiles(test, known('one'))
    const page = there(await opened(openTest, { scope: scope(test) }))
    const no = there(await opened(openTest, { scope: scope(test) }))
    expect(await approved(openTest, no, 'denied')).toMatchObject({ error: 'access_denied' })
    expect(await approved(withProfiles(test), page)).toMatchObject({ error: 'access_denied' })
    expect((await test.issuer.index.page({ createdAt: test.clock.now + 1 }, 10)).length).toBe(0)
  })

  it('finds an offer for everybody by the profile and by what it issues', async () => {
    const test = withProfiles(
      testIssuer(),
      known('one'),
      known('given', { credentialConfigurationId: configurationId }),
    )
    expect(await findStandingOffer(test.issuer, 'one')).toEqual({ configurationId })
    expect(await findStandingOffer(test.issuer, configurationId)).toEqual({ configurationId })
    for (const name of ['given', 'nobody', 'employee_badge_dc+sd-jwt', '__proto__', ''])
      expect(await findStandingOffer(test.issuer, name), name).toBeUndefined()
  })
})

onBothDatabases('a profile that is open to wallets', (database) => {
  it('is one for each configuration, and found by it', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    const find = () => findStandingOffer(issuer, configurationId)
    const write = async (name: string, profile: JsonObject) => {
      const written = await writeProfile(issuer, name, profile as never, undefined)
      return written.ok ? 'written' : written.error
    }
    expect(await find()).toBeUndefined()
    // Also by the name that walt.id has for it.
    expect(await write('one', { ...open, credentialConfigurationId: 'identity_credential_vc+sd-jwt' })).toBe(
      'written',
    )
    expect(await find()).toEqual({ configurationId })
    expect(await write('two', open)).toEqual({ code: 'profile_open_taken', by: 'one' })
    expect(await write('one', { ...open, validityDays: 2 })).toBe('written')
    const { openToWallets: _open, ...closed } = open
    expect(await write('one', closed)).toBe('written')
    expect(await find()).toBeUndefined()
    expect(await write('two', open)).toBe('written')
    expect(await find()).toEqual({ configurationId })
  })

  it.each([
    [
      'a pre-authorized code',
      { ...open, authenticationMethod: 'PRE_AUTHORIZED' as const },
      'open_needs_browser',
    ],
    ['claims that a caller brings', { ...open, claims: { source: 'given' as const } }, 'open_needs_claims'],
    [
      'a pre-authorized code for several',
      { credentialConfigurationId: configurationId, claims: { source: 'given' as const }, maxRedemptions: 2 },
      'redemptions_not_taken',
    ],
  ])('is refused with %s', async (_, profile, code) => {
    const issuer = newDeployment(database()).instance()
    const written = await writeProfile(issuer, 'wrong', profile, undefined)
    expect(written).toMatchObject({ error: { code: 'profile_mistaken', mistakes: [{ code }] } })
  })
})
