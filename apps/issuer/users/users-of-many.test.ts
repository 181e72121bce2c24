/** Offers that several take and profiles that are open to wallets, for those who show who they are: each gets what is known of him. */
import type { JsonObject } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import type { HttpService } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { afterEach, describe, expect, it } from 'vitest'
import { sessionView } from '../http/session-view.ts'
import type { KnownProfile } from '../issuer.ts'
import { configurationId, credentialFor, proofOfKey, testIssuer } from '../testing/issuer.testing.ts'
import {
  ada,
  broughtBy,
  callback,
  decision,
  get,
  type OpenTrip,
  offeredIn,
  played,
  sentState,
  servedIssuer,
  tokenOf,
  withUsers,
} from '../testing/user-trip.testing.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

const grace: JsonObject = { given_name: 'Grace', family_name: 'Other', birthdate: '1970-07-07' }
const USER_CLAIMS = { given_name: 'given_name', family_name: 'family_name', birthdate: 'birthdate' }
const QUERY = {
  dcql_query: { credentials: [{ id: 'pid', format: 'dc+sd-jwt', meta: { vct_values: ['urn:x'] } }] },
}

async function stage() {
  const test = testIssuer()
  const sources = played()
  const ownProfiles = new Map<string, KnownProfile>()
  const issuer = { ...withUsers(test.issuer, sources), ownProfiles }
  const at = await servedIssuer(issuer)
  services.push(at)
  const knows = (known: JsonObject) => {
    sources.found = ok({ name: 'Somebody', known })
  }
  /** The profile that is open to wallets, from now on. */
  const open = (more: object, version = 1) => {
    const profile = {
      credentialConfigurationId: configurationId,
      claims: { source: 'constant', data: {} },
      userClaims: USER_CLAIMS,
      authenticationMethod: 'PWD',
      openToWallets: true,
      ...more,
    }
    ownProfiles.set('everybody', { name: 'everybody', version, origin: 'file', profile } as KnownProfile)
  }
  return { test: { ...test, issuer }, at, sources, knows, open }
}

type Stage = Awaited<ReturnType<typeof stage>>

async function loggedIn({ at }: Stage, trip: OpenTrip) {
  return callback(at, trip, await sentState(at, trip))
}

async function presented({ at, sources }: Stage, trip: OpenTrip) {
  await get(at, trip)
  const { pathname, search } = new URL(sources.presentations.at(-1)?.redirectUri ?? '')
  return get(at, trip, `${pathname}${search}&response_code=r`)
}

/** The disclosed claims of what comes of a yes; a text where it is refused. */
async function issued({ at, test }: Stage, trip: OpenTrip): Promise<JsonObject | string> {
  const answer = await decision(at, trip)
  const location = String(answer.headers.location)
  if (answer.statusCode !== 303) return `${answer.statusCode}`
  const error = new URL(location).searchParams.get('error')
  if (error !== null) return error
  const token = await tokenOf(at, trip, location)
  const credential = await credentialFor(test, token, await proofOfKey(test, newKey()))
  const parts = credential.split('~').slice(1, -1)
  const disclosed = parts.map(
    (part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as [string, string, string],
  )
  return Object.fromEntries(disclosed.map(([, name, value]) => [name, value]))
}

async function viewOf({ test }: Stage, id: string) {
  const session = await test.issuer.sessions.get(id)
  if (session === undefined) throw new Error(`there is no session ${id}`)
  return sessionView(session.value, test.clock.now)
}

async function issuanceOf({ test }: Stage, { authorization }: OpenTrip) {
  const id = (await test.issuer.authorizations.get(authorization))?.value.issuanceId ?? ''
  return (await test.issuer.sessions.get(id))?.value
}

const offer = (more: object = {}) => ({
  credentialConfigurationId: configurationId,
  credentialData: {},
  authenticationMethod: 'PWD',
  userClaims: USER_CLAIMS,
  maxRedemptions: 2,
  ...more,
})
const PATH = '/openid4vc/sdjwt/issue'

describe('an offer that several take who show who they are', () => {
  it.each([
    ['PWD', {}, loggedIn],
    ['VP_TOKEN', { vpRequest: QUERY }, presented],
  ] as const)(
    'by %s gives each what is known of him, and nobody else anything',
    async (method, more, shows) => {
      const on = await stage()
      const order = offer({ authenticationMethod: method, ...more })
      const { id, issuerState } = await offeredIn(on.at, PATH, order)
      const brought = async () => broughtBy(on.at, { issuer_state: issuerState })
      const [one, two, late] = [await brought(), await brought(), await brought()]
      on.knows(ada)
      await shows(on, one)
      on.knows(grace)
      await shows(on, two)
      await shows(on, late)
      expect((await viewOf(on, id)).redemptions).toMatchObject({ taken: 0 })
      expect(await issued(on, one)).toEqual(ada)
      expect(await issued(on, two)).toEqual(grace)
      expect(await issued(on, late)).toBe('access_denied')
      expect(await viewOf(on, id)).toMatchObject({ state: 'closed', reason: 'redeemed' })
      const session = await issuanceOf(on, one)
      expect([session?.parent, session?.authentication?.method]).toEqual([id, method])
      expect(session?.events.map(({ detail, type }) => [type, detail]).slice(0, 3)).toEqual([
        ['offered', undefined],
        ['authorization_authenticated', method],
        ['authorized', 'https://wallet.example'],
      ])
      // Nobody is known any more.
      for (const { authorization } of [one, two, late])
        expect(await on.test.issuer.users.get(authorization)).toBeUndefined()
    },
  )

  it('has no place for who has not shown it, and for who is not let in', async () => {
    const on = await stage()
    const { id, issuerState } = await offeredIn(on.at, PATH, offer())
    const [nobody, unfit] = [
      await broughtBy(on.at, { issuer_state: issuerState }),
      await broughtBy(on.at, { issuer_state: issuerState }),
    ]
    expect(await issued(on, nobody)).toMatch(/^4/)
    on.knows({ ...ada, birthdate: 'never' })
    expect(String((await loggedIn(on, unfit)).headers.location)).toMatch(/error=access_denied/)
    expect((await on.test.issuer.sessions.get(id))?.value.redemptions).toEqual({
      max: 2,
      pending: [],
      taken: [],
    })
    expect(await issuanceOf(on, unfit)).toBeUndefined()
  })

  it('gives a decision that comes again the same code, and tells once who he is', async () => {
    const on = await stage()
    const { issuerState } = await offeredIn(on.at, PATH, offer())
    const trip = await broughtBy(on.at, { issuer_state: issuerState })
    await loggedIn(on, trip)
    const [first, again] = [await decision(on.at, trip), await decision(on.at, trip)]
    expect(again.headers.location).toBe(first.headers.location)
    const types = (await issuanceOf(on, trip))?.events.map(({ type }) => type)
    expect(types).toEqual(['offered', 'authorization_authenticated', 'authorized'])
  })
})

describe('a profile that is open to wallets for those who show who they are', () => {
  const asked = ({ test }: Stage) => ({
    scope: test.issuer.types.get(configurationId)?.configuration.scope ?? '',
  })

  it.each([
    ['PWD', {}, loggedIn],
    ['VP_TOKEN', { vpRequest: QUERY }, presented],
  ] as const)('by %s gives each what is known of him', async (method, more, shows) => {
    const on = await stage()
    on.open({ authenticationMethod: method, ...more })
    for (const person of [ada, grace]) {
      on.knows(person)
      const trip = await broughtBy(on.at, asked(on))
      await shows(on, trip)
      expect(await issuanceOf(on, trip)).toBeUndefined()
      expect(await issued(on, trip)).toEqual(person)
      expect(await issuanceOf(on, trip)).toMatchObject({
        state: 'completed',
        profile: { name: 'everybody', version: 1 },
        authentication: { method },
      })
    }
  })

  it('begins nothing for who has not shown it, says no, or makes no credential', async () => {
    const on = await stage()
    on.open({})
    const [nobody, no, unfit] = [
      await broughtBy(on.at, asked(on)),
      await broughtBy(on.at, asked(on)),
      await broughtBy(on.at, asked(on)),
    ]
    expect(await issued(on, nobody)).toMatch(/^4/)
    await loggedIn(on, no)
    expect(String((await decision(on.at, no, 'deny')).headers.location)).toMatch(/error=access_denied/)
    on.knows({ ...ada, birthdate: 'never' })
    expect(String((await loggedIn(on, unfit)).headers.location)).toMatch(/error=access_denied/)
    for (const trip of [nobody, no, unfit]) expect(await issuanceOf(on, trip)).toBeUndefined()
  })

  it.each([
    ['asks for something else', { userClaims: { ...USER_CLAIMS, given_name: 'family_name' } }],
    ['asks another way', { authenticationMethod: 'VP_TOKEN', vpRequest: QUERY }],
    [
      'asks nobody any more',
      { authenticationMethod: 'NONE', userClaims: undefined, claims: { source: 'constant', data: grace } },
    ],
  ])('that %s since he showed it gives him nothing', async (_what, change) => {
    const on = await stage()
    on.open({})
    const trip = await broughtBy(on.at, asked(on))
    await loggedIn(on, trip)
    on.open(change, 2)
    expect(await issued(on, trip)).toBe('access_denied')
    expect(await issuanceOf(on, trip)).toBeUndefined()
  })

  it('that asked nobody when he came gives him nothing when it asks', async () => {
    const on = await stage()
    on.open({
      authenticationMethod: 'NONE',
      userClaims: undefined,
      claims: { source: 'constant', data: ada },
    })
    const trip = await broughtBy(on.at, asked(on))
    on.open({}, 2)
    expect(await issued(on, trip)).toBe('access_denied')
    expect(await issuanceOf(on, trip)).toBeUndefined()
  })
})
