/** Offers for somebody who shows who he is: what is promised to nobody else, what is made of what is known of him, and what is told. */
import { profileBody } from '@countersign/api/issuer/profiles'
import { ok, refuse } from '@countersign/core/result'
import type { HttpService } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { afterEach, describe, expect, it } from 'vitest'
import { collectDeferred } from '../credential/collect-deferred.ts'
import { profileMistakeText } from '../http/answers/wire-profiles.ts'
import { callbackBody } from '../http/callback-body.ts'
import type { Issuer } from '../issuer.ts'
import { profileMistakes } from '../profiles/check-profile.ts'
import { mdocOf, withEverything } from '../testing/issue-calls.testing.ts'
import {
  answerFor,
  configurationId,
  credentialFor,
  proofOfKey,
  proofOfSender,
  type TestIssuer,
  testInstances,
  testIssuer,
} from '../testing/issuer.testing.ts'
import {
  ada,
  callback,
  decision,
  get,
  openedTrip,
  type PlayedSources,
  played,
  sentState,
  servedIssuer,
  tokenOf,
  tokensOf,
  type UserTrip,
  withUsers,
} from '../testing/user-trip.testing.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

interface Stage {
  readonly test: TestIssuer
  readonly at: HttpService
  readonly sources: PlayedSources
}

async function stage(
  sources = played(),
  test = testIssuer(),
  usual?: Readonly<Record<string, string>>,
): Promise<Stage> {
  const issuer = withUsers(test.issuer, sources, usual)
  const at = await servedIssuer(issuer)
  services.push(at)
  return { test: { ...test, issuer }, at, sources }
}

const PATH = '/openid4vc/sdjwt/issue'
const USER_CLAIMS = { given_name: 'given_name', family_name: 'family_name', birthdate: 'birthdate' }
const query = { credentials: [{ id: 'pid', format: 'dc+sd-jwt', meta: { vct_values: ['urn:x'] } }] }

const order = (more: object = {}) => ({
  credentialConfigurationId: configurationId,
  credentialData: {},
  authenticationMethod: 'PWD',
  userClaims: USER_CLAIMS,
  ...more,
})

async function loggedIn({ at }: Stage, trip: UserTrip) {
  return callback(at, trip, await sentState(at, trip))
}

/** What the wallet gets when everybody does what he should: the disclosed claims, or a code of a refusal. */
async function issued(
  { at, test }: Stage,
  trip: UserTrip,
): Promise<Readonly<Record<string, unknown>> | string> {
  const approved = await decision(at, trip)
  expect(approved.statusCode, approved.body).toBe(303)
  const token = await tokenOf(at, trip, String(approved.headers.location))
  const credential = await credentialFor(test, token, await proofOfKey(test, newKey()))
  if (!credential.includes('~')) return credential
  const parts = credential.split('~').slice(1, -1)
  const disclosed = parts.map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown[])
  return Object.fromEntries(disclosed.map(([, name, value]) => [name, value]))
}

const sessionOf = async ({ test }: Stage, { sessionId }: UserTrip) =>
  (await test.issuer.sessions.get(sessionId))?.value

describe('an offer is refused', () => {
  const cases: readonly [string, object, RegExp][] = [
    ['for an ID token', { authenticationMethod: 'ID_TOKEN' }, /ID_TOKEN is not supported/],
    ['with a query and a log-in', { vpRequest: { dcql_query: query } }, /vpRequest.*goes with.*VP_TOKEN/],
    ['without a query', { authenticationMethod: 'VP_TOKEN' }, /vpRequest.*is needed/],
    [
      'with two queries',
      { authenticationMethod: 'VP_TOKEN', vpRequest: { dcql_query: query, request_credentials: ['x'] } },
      /exactly one/,
    ],
    [
      'with a query of what it is not',
      { authenticationMethod: 'VP_TOKEN', vpRequest: { dcql_query: { credentials: [] } } },
      /dcql_query is not valid/,
    ],
    [
      'with a term of the verifier that is not chosen',
      { authenticationMethod: 'VP_TOKEN', vpRequest: { dcql_query: query, sameDevice: 'allowed' } },
      /sameDevice: not supported/,
    ],
    ["by walt.id's name of the query", { vpRequestValue: 'x' }, /vpRequestValue: not supported: vpRequest/],
    ['with claims of nobody', { authenticationMethod: 'NONE' }, /userClaims.*goes with/],
    ['with claims of nobody, pre-authorized', { authenticationMethod: undefined }, /userClaims.*goes with/],
    ['with a transaction code', { txCodeValue: '123456' }, /txCode.*goes with PRE_AUTHORIZED/],
    [
      'with a claim that the type does not have',
      { userClaims: { shoe_size: 'shoe_size' } },
      /userClaims names shoe_size/,
    ],
    ['with a place that is none', { userClaims: { given_name: '//' } }, /JSON Pointer/],
    ['with what fails whoever comes', { userClaims: { given_name: 'x' } }, /does not fit/],
  ]
  it.each(cases)('%s', async (_name, change, message) => {
    const { at } = await stage()
    const answer = await at.app.inject({ method: 'POST', url: PATH, payload: order(change) })
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
      400,
      expect.stringMatching(message),
    ])
  })

  it('with all that contradicts in it at once', async () => {
    const { at } = await stage()
    const payload = order({
      authenticationMethod: 'NONE',
      vpRequest: { dcql_query: query },
      txCodeValue: '1234',
    })
    const answer = await at.app.inject({ method: 'POST', url: PATH, payload })
    for (const member of ['txCode', 'vpRequest', 'userClaims']) expect(answer.body).toContain(member)
  })

  it.each([
    ['PWD', /userLogin of the configuration/],
    ['VP_TOKEN', /verifierUrl of the configuration/],
  ])('by %s where nothing is configured', async (authenticationMethod, message) => {
    const at = await servedIssuer(testIssuer().issuer)
    services.push(at)
    const vpRequest = authenticationMethod === 'VP_TOKEN' ? { dcql_query: query } : undefined
    const payload = order({ authenticationMethod, vpRequest })
    const answer = await at.app.inject({ method: 'POST', url: PATH, payload })
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringMatching(message)])
  })
})

describe('what is promised', () => {
  it('is not in the session before it is known to whom', async () => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order({ credentialData: { given_name: 'Nobody' } }))
    expect(await sessionOf(on, trip)).toMatchObject({
      authentication: { method: 'PWD' },
      promised: [{ heldBack: { claims: { given_name: 'Nobody' }, userClaims: USER_CLAIMS } }],
    })
    const session = await sessionOf(on, trip)
    const [promised] = session?.state === 'offered' ? session.promised : []
    expect(promised).not.toHaveProperty('claims')
  })

  it('is made of what is known, over what the call says; what nobody says is left out', async () => {
    const on = await stage(
      played({ ...ada, birthdate: null, address: { locality: 'Berlin' }, list: ['a', 'Countess'] }),
    )
    const userClaims = { ...USER_CLAIMS, given_name: '/list/1', birthdate: 'birthdate' }
    const trip = await openedTrip(
      on.at,
      PATH,
      order({ userClaims, credentialData: { birthdate: '1970-01-01' } }),
    )
    await loggedIn(on, trip)
    expect(await issued(on, trip)).toEqual({
      given_name: 'Countess',
      family_name: 'Example',
      birthdate: '1970-01-01',
    })
  })

  it('takes from the provider what the configuration says where the offer says nothing', async () => {
    const on = await stage(played({ ...ada, nick: 'Countess' }), testIssuer(), {
      ...USER_CLAIMS,
      given_name: 'nick',
    })
    const trip = await openedTrip(on.at, PATH, order({ userClaims: undefined }))
    await loggedIn(on, trip)
    expect(await issued(on, trip)).toMatchObject({ given_name: 'Countess' })
  })

  it('is forgotten with the last credential', async () => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order())
    await loggedIn(on, trip)
    const approved = await decision(on.at, trip)
    expect((await on.test.issuer.users.get(trip.authorization))?.value).toEqual({
      claims: { [configurationId]: ada },
    })
    const token = await tokenOf(on.at, trip, String(approved.headers.location))
    const proof = await proofOfKey(on.test, newKey())
    const credential = await credentialFor(on.test, token, proof)
    expect(await on.test.issuer.users.get(trip.authorization)).toBeUndefined()
    // The answer that was lost is there all the same.
    expect(await credentialFor(on.test, token, proof)).toBe(credential)
  })

  it('is issued to nobody where it is lost who he is', async () => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order())
    await loggedIn(on, trip)
    const approved = await decision(on.at, trip)
    const token = await tokenOf(on.at, trip, String(approved.headers.location))
    await on.test.issuer.users.remove(trip.authorization)
    expect(await credentialFor(on.test, token, await proofOfKey(on.test, newKey()))).toBe('user_unknown')
  })

  it('is no code for a request that an instance of the release before laid down and decided', async () => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order())
    const found = await on.test.issuer.authorizations.get(trip.authorization)
    if (found === undefined) throw new Error('no request')
    const { authentication: _unknown, ...before } = found.value
    await on.test.issuer.authorizations.compareAndSet(trip.authorization, found.version, before)
    const answer = await decision(on.at, trip)
    expect(String(answer.headers.location)).toContain('error=access_denied')
    expect(await sessionOf(on, trip)).not.toHaveProperty('code')
  })
})

describe('a credential for somebody who is known', () => {
  it.each([
    ['nobody is told', {}],
    ['somebody is told', { statuscallbackuri: 'https://shop.example/told' }],
  ])('that another has to agree to is made of what is known of him, where %s', async (_who, headers) => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order({ issuanceType: 'DEFERRED' }), headers)
    await loggedIn(on, trip)
    const approved = await decision(on.at, trip)
    const accessToken = await tokenOf(on.at, trip, String(approved.headers.location))
    const later = await answerFor(on.test, accessToken, await proofOfKey(on.test, newKey()))
    const { transaction_id: transactionId = '' } = (later.ok ? later.value : {}) as {
      transaction_id?: string
    }
    const agreed = { credentialConfigurationId: configurationId, decision: 'approve' }
    const url = `/openid4vc/session/${trip.sessionId}/deferred`
    expect((await on.at.app.inject({ method: 'POST', url, payload: agreed })).statusCode).toBe(200)
    const collected = await collectDeferred(on.test.issuer, { accessToken }, transactionId)
    expect(collected.ok && JSON.stringify(collected.value)).toContain('~')
    expect(await on.test.issuer.users.get(trip.authorization)).toBeUndefined()
  })

  it('is issued once more with a token that was refreshed', async () => {
    const test = testIssuer({ settings: { refreshTokenTtlSeconds: 86_400 } })
    const on = await stage(played(), test)
    const trip = await openedTrip(on.at, PATH, order())
    await loggedIn(on, trip)
    const approved = await decision(on.at, trip)
    const sender = newKey()
    const { proof } = await proofOfSender(test, sender, '/token')
    const location = String(approved.headers.location)
    const first = await tokensOf(on.at, trip, { code: location, proof })
    const credential = await credentialFor(on.test, first.access_token, await proofOfKey(test, newKey()), {
      sender,
    })
    expect(credential).toContain('~')
    test.clock.now += 80_000
    const again = await proofOfSender(test, sender, '/token')
    const next = await tokensOf(on.at, trip, { refresh: first.refresh_token, proof: again.proof })
    const renewed = await credentialFor(on.test, next.access_token, await proofOfKey(test, newKey()), {
      sender,
    })
    expect(renewed).toContain('~')
    expect(renewed).not.toBe(credential)
  })

  it('goes into the elements of an mdoc, by their namespaces', async () => {
    const test = withEverything(testIssuer())
    const on = await stage(played({ name: { family: 'Lovelace' } }), test)
    const example = test.issuer.types.get('org.iso.18013.5.1.mDL')?.example ?? {}
    const mdoc = {
      credentialConfigurationId: 'org.iso.18013.5.1.mDL',
      mdocData: example,
      authenticationMethod: 'PWD',
      userClaims: { '/org.iso.18013.5.1/family_name': '/name/family' },
    }
    const trip = await openedTrip(on.at, '/openid4vc/mdoc/issue', mdoc)
    await loggedIn(on, trip)
    const approved = await decision(on.at, trip)
    const token = await tokenOf(on.at, trip, String(approved.headers.location))
    const configuration = 'org.iso.18013.5.1.mDL'
    const credential = await credentialFor(on.test, token, await proofOfKey(on.test, newKey()), {
      configuration,
    })
    expect(mdocOf(credential).elements).toMatchObject({ family_name: 'Lovelace' })
  })
})

describe('what happened', () => {
  it('is told: who he was shown to be by which way, and what he said', async () => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order())
    const state = await sentState(on.at, trip)
    for (let times = 0; times < 3; times += 1) await callback(on.at, trip, state)
    await decision(on.at, trip)
    const session = await sessionOf(on, trip)
    expect(session?.events.map(({ detail, type }) => [type, detail])).toEqual([
      ['offered', undefined],
      ['opened', undefined],
      ['authorization_authenticated', 'PWD'],
      ['authorized', 'https://wallet.example'],
    ])
    expect(JSON.stringify(session?.events)).not.toContain('Ada')
    const [, , event] = session?.events ?? []
    if (session === undefined || event === undefined) throw new Error('no event')
    expect(callbackBody(on.test.issuer)(session, event)).toMatchObject({
      type: 'authorization_authenticated',
      data: {},
      session: { authenticationMethod: 'PWD' },
    })
  })

  it.each([
    ['login_denied', refuse({ code: 'login_denied' } as const), 'did+not+log+in'],
    ['user_claims_unfit', ok({ known: { given_name: 'Ada' } }), 'does+not+make+the+credential'],
  ])('is told with the reason where he is not let in: %s', async (reason, found, description) => {
    const on = await stage({ ...played(), found })
    const trip = await openedTrip(on.at, PATH, order())
    const answer = await loggedIn(on, trip)
    expect(answer.statusCode).toBe(303)
    expect(String(answer.headers.location)).toContain(description)
    expect((await sessionOf(on, trip))?.events.at(-1)).toMatchObject({
      type: 'authorization_denied',
      detail: reason,
    })
    // The offer is there for another try.
    expect((await sessionOf(on, trip))?.state).toBe('offered')
  })
})

describe('two instances', () => {
  it('ask a provider once for one code, however often the browser comes', async () => {
    const [instances, sources] = [testInstances(), played()]
    const [first, second] = [
      await stage(sources, instances.instance()),
      await stage(sources, instances.instance()),
    ]
    const trip = await openedTrip(first.at, PATH, order())
    const state = await sentState(second.at, trip)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => callback((index % 2 === 0 ? first : second).at, trip, state)),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 303))
    expect(sources.asked).toBe(1)
  })

  it('let a browser try again whose provider was away', async () => {
    const on = await stage({ ...played(), found: refuse({ code: 'user_source_away', reason: 'timeout' }) })
    const trip = await openedTrip(on.at, PATH, order())
    const state = await sentState(on.at, trip)
    expect((await callback(on.at, trip, state)).statusCode).toBe(503)
    on.sources.found = ok({ known: ada })
    expect((await callback(on.at, trip, state)).statusCode).toBe(303)
  })
})

describe('a page', () => {
  it('shows who is asked, as foreign text', async () => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order())
    expect(trip.cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/)
    await loggedIn(on, trip)
    const page = await get(on.at, trip)
    expect(page.body).toContain('<dd id="user"><bdi>Ada &#60;b&#62;</bdi></dd>')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect((await get(on.at, trip, trip.address, { 'accept-language': 'de' })).body).toContain(
      'Angemeldet als',
    )
  })

  it('leads to the wallet, without a script, and asks the verifier once for all who load it', async () => {
    const on = await stage({ ...played(), found: refuse({ code: 'presentation_open' }) })
    const vpRequest = { dcql_query: query, purpose: 'To know you' }
    const trip = await openedTrip(
      on.at,
      PATH,
      order({ authenticationMethod: 'VP_TOKEN', vpRequest, userClaims: undefined, credentialData: ada }),
    )
    const pages = [await get(on.at, trip), await get(on.at, trip)]
    for (const { body, statusCode } of pages) {
      expect(statusCode).toBe(200)
      expect(body).toContain('href="openid4vp://authorize?x=1&#38;id=verification-1"')
      expect(body).not.toContain('<script')
    }
    expect(on.sources.presentations).toEqual([
      {
        request: vpRequest,
        ttlSeconds: 690,
        redirectUri: expect.stringMatching(
          /^https:\/\/issuer\.example\/authorize\/presentation-callback\?state=[\w.-]{89}$/,
        ),
      },
    ])
  })

  it('of a presentation that failed begins another', async () => {
    const on = await stage({ ...played(), found: refuse({ code: 'user_not_shown', reason: 'rejected' }) })
    const vpRequest = { dcql_query: query }
    const trip = await openedTrip(
      on.at,
      PATH,
      order({ authenticationMethod: 'VP_TOKEN', vpRequest, userClaims: undefined, credentialData: ada }),
    )
    await get(on.at, trip)
    expect((await get(on.at, trip)).body).toContain('id=verification-2')
  })

  it.each([
    ['without the cookie', (trip: UserTrip) => ({ ...trip, cookie: '' })],
    [
      'with the cookie of another request',
      (trip: UserTrip) => ({ ...trip, cookie: `authorization-${trip.authorization}=AAAAAAAAAAAAAAAAAAAAAA` }),
    ],
    [
      'of a request that there is not',
      (trip: UserTrip) => ({ ...trip, address: `/authorize/continue?authorization=${'a'.repeat(22)}` }),
    ],
    [
      'of a name that is none',
      (trip: UserTrip) => ({ ...trip, address: '/authorize/continue?authorization=..' }),
    ],
  ])('is refused %s', async (_name, change) => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order())
    const page = await get(on.at, change(trip))
    expect([page.statusCode, page.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8'])
    expect(page.headers['set-cookie']).toBeUndefined()
  })

  it('comes too late', async () => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order())
    const state = await sentState(on.at, trip)
    on.test.clock.now += 690
    expect((await callback(on.at, trip, state)).statusCode).toBe(400)
    expect(on.sources.asked).toBe(0)
  })

  it('is of a browser that opened the request again: who it was before is nobody', async () => {
    const on = await stage()
    const trip = await openedTrip(on.at, PATH, order())
    await loggedIn(on, trip)
    const known = await on.test.issuer.authorizations.get(trip.authorization)
    expect(known?.value).toMatchObject({ user: { name: 'Ada <b>' } })
    const stolen: UserTrip = { ...trip, cookie: `authorization-${trip.authorization}=x` }
    expect((await decision(on.at, stolen)).statusCode).toBe(400)
  })
})

describe('a profile', () => {
  const profile = {
    credentialConfigurationId: configurationId,
    authenticationMethod: 'PWD',
    userClaims: USER_CLAIMS,
    claims: { source: 'constant', data: { birthdate: '1970-01-01' } },
  } as const

  const withProfile = (issuer: Issuer, change: object = {}): Issuer => ({
    ...issuer,
    ownProfiles: new Map([
      ['members', { name: 'members', version: 1, origin: 'file', profile: { ...profile, ...change } }],
    ]),
  })

  it.each<[string, object, Partial<Issuer>, RegExp]>([
    ['a log-in that nobody has', {}, { userLogin: undefined }, /userLogin of the configuration/],
    ['a claim that the type does not have', { userClaims: { size: 'x' } }, {}, /userClaims names size/],
    [
      'claims of the user and of a register',
      { claims: { source: 'webhook', url: 'https://register.example' } },
      {},
      /^userClaims: does not go with/,
    ],
    [
      'a query that is none',
      { authenticationMethod: 'VP_TOKEN', vpRequest: { dcql_query: {} } },
      {},
      /dcql_query is not valid/,
    ],
  ])('is not written with %s', async (_name, change, lacking, message) => {
    const issuer = { ...withUsers(testIssuer().issuer, played()), ...lacking }
    const parsed = profileBody.safeParse({ ...profile, ...change })
    const told = parsed.success
      ? (await profileMistakes(issuer, parsed.data)).map(profileMistakeText)
      : parsed.error.issues.map(({ message: text, path }) => `${path.join('.')}: ${text}`)
    expect(told).toEqual([expect.stringMatching(message)])
  })

  it('asks who comes', async () => {
    const test = testIssuer()
    const on = await stage(played(), { ...test, issuer: withProfile(test.issuer) })
    const trip = await openedTrip(on.at, '/openid4vc/profiles/members/offers', {})
    await loggedIn(on, trip)
    expect(await issued(on, trip)).toMatchObject({ given_name: 'Ada', birthdate: '1990-01-01' })
  })

  it.each([
    ['nobody', { authenticationMethod: 'NONE' }, /userClaims: goes with/],
    ['a wallet for nothing', { authenticationMethod: 'VP_TOKEN' }, /vpRequest: is needed/],
    ['a log-in with a code', { txCodeValue: '123456' }, /txCode: goes with/],
  ])('is not made to ask %s by an offer', async (_name, overrides, message) => {
    const test = testIssuer()
    const on = await stage(played(), { ...test, issuer: withProfile(test.issuer) })
    const answer = await on.at.app.inject({
      method: 'POST',
      url: '/openid4vc/profiles/members/offers',
      payload: { overrides },
    })
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
      400,
      expect.stringMatching(message),
    ])
  })
})
