/** Offers that are taken up in a browser: sent away, brought back, and everything that can come between. */
import type { JsonObject } from '@countersign/core/json'
import { afterEach, expect, it } from 'vitest'
import { listCredentials } from '../credentials/credentials.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { ASKING_SECONDS } from '../receive/redeem-code.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import {
  badge,
  identity,
  type OfferWish,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing/issuer.testing.ts'
import { dump, newOwner, onBothDatabases, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { UseExchanged } from './carry-out-offer.ts'
import {
  bringBackOffer,
  openIssuance,
  openOffer,
  rejectOffer,
  useOpenOffer,
  viewOffer,
} from './offer-exchange.ts'

const EN = ['en']

const open: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

interface Ready {
  readonly wallet: Wallet
  readonly owned: OwnedWallet
  readonly issuer: TestIssuer
  /** Id of an offer that was opened. */
  opened(wish?: OfferWish & { readonly offer?: string }): Promise<string>
  /** Where the browser is sent. */
  sent(id: string, wish?: UseExchanged): Promise<string>
  held(): Promise<number>
}

async function ready(store: TestStore, options: TestIssuerOptions = {}): Promise<Ready> {
  const issuer = await startTestIssuer(options)
  open.push(issuer)
  const wallet = store.instance()
  const owned = await newOwner(wallet)
  return {
    wallet,
    owned,
    issuer,
    async opened({ offer = '', ...wish } = {}) {
      const link = offer === '' ? issuer.offer({ grant: 'browser', ...wish }) : offer
      const preview = await openOffer(wallet, owned, link, EN)
      if (!preview.ok) throw new Error(preview.error.code)
      return preview.value.id
    },
    async sent(id, wish = {}) {
      const used = await useOpenOffer(wallet, owned, id, wish, EN)
      if (!used.ok) throw new Error(used.error.code)
      return used.value.authorization?.url ?? ''
    },
    held: async () => (await listCredentials(wallet, owned)).length,
  }
}

onBothDatabases('an offer that is taken up in a browser', (store) => {
  it('is sent there, comes back on another instance, and is had as any other', async () => {
    const { held, issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened({ configurations: [identity.id, badge.id] })
    const host = new URL(issuer.url).host
    const fresh = await viewOffer(wallet, owned, id, EN)
    expect(fresh).toMatchObject({ value: { state: 'open', authorization: { host } } })
    const before = issuer.asked.length
    const url = await sent(id)
    expect(issuer.asked.slice(before)).toEqual(['/par'])
    expect(Object.keys(Object.fromEntries(new URL(url).searchParams))).toEqual(['client_id', 'request_uri'])
    const away = await viewOffer(wallet, owned, id, EN)
    expect(away).toMatchObject({ value: { state: 'authorizing', authorization: { host } } })
    const query = issuer.authorizations.browse(url)
    const back = await bringBackOffer(store().instance(), owned, id, query, EN)
    expect(back).toMatchObject({
      value: { state: 'used', authorization: undefined, result: { credentials: [{}, {}] } },
    })
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toEqual(back)
    expect(await useOpenOffer(wallet, owned, id, {}, EN)).toEqual(back)
    expect(await held()).toBe(2)
    expect(issuer.authorizations.replayed).toEqual([])
  })

  it('comes back twice at once on two instances: one code, one set of credentials, one answer', async () => {
    const { held, issuer, opened, owned, sent, wallet } = await ready(store(), { strict: true })
    const id = await opened()
    const query = issuer.authorizations.browse(await sent(id))
    const [one, other] = await Promise.all([
      bringBackOffer(wallet, owned, id, query, EN),
      bringBackOffer(store().instance(), owned, id, query, EN),
    ])
    expect(one).toMatchObject({ value: { state: 'used' } })
    expect(other).toMatchObject({ value: { state: 'used' } })
    expect(issuer.authorizations.replayed).toEqual([])
    expect(await held()).toBe(1)
  })

  it('is sent away twice at once on two instances with one state', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const id = await opened()
    const [one, other] = await Promise.all([
      useOpenOffer(wallet, owned, id, {}, EN),
      useOpenOffer(store().instance(), owned, id, {}, EN),
    ])
    expect(one).toMatchObject({ value: { state: 'authorizing' } })
    expect(other).toMatchObject({ value: { state: 'authorizing' } })
    const said = issuer.authorizations.requests.map(({ codeChallenge, senderKey, state }) => [
      codeChallenge,
      senderKey,
      state,
    ])
    expect(new Set(said.map(String)).size).toBe(1)
  })

  it('loses nothing where an instance dies at any of its statements, out and back', async () => {
    const { clock } = store()
    for (const when of ['before', 'after'] as const) {
      const { held, issuer, opened, owned, sent, wallet } = await ready(store())
      const out = await diesEverywhere(async (statement) => {
        const id = await opened()
        const died = await killed(useOpenOffer(dyingAt(wallet, statement, when), owned, id, {}, EN))
        const query = issuer.authorizations.browse(await sent(id))
        expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({ value: { state: 'used' } })
        return { died }
      })
      const back = await diesEverywhere(async (statement) => {
        const id = await opened()
        const before = await held()
        const query = issuer.authorizations.browse(await sent(id))
        const died = await killed(bringBackOffer(dyingAt(wallet, statement, when), owned, id, query, EN))
        const again = await bringBackOffer(wallet, owned, id, query, EN)
        // Whoever died may have been asking: nobody else asks before that is over.
        if (!again.ok) expect(again.error).toEqual({ code: 'token_pending' })
        const later = { ...wallet, now: () => clock.now + ASKING_SECONDS + 1 }
        expect(await bringBackOffer(later, owned, id, query, EN)).toMatchObject({ value: { state: 'used' } })
        expect((await held()) - before).toBe(1)
        return { died }
      })
      expect([out, back].every((places) => places > 6)).toBe(true)
    }
  }, 120_000)

  it('keeps nothing open that a thief could use', async () => {
    const { issuer, opened, sent } = await ready(store())
    const url = await sent(await opened())
    const [request] = issuer.authorizations.requests
    const query = new URLSearchParams(issuer.authorizations.browse(url))
    const stolen = await dump(store())
    for (const secret of [
      request?.state,
      request?.codeChallenge,
      new URL(url).search.slice(-20),
      query.get('code'),
    ])
      expect(stolen).not.toContain(secret)
  })
})

onSqlite('what is asked for', (store) => {
  it('is a request that is bound to a verifier, a key, a client and the page that is come back to', async () => {
    const { issuer, opened, sent, wallet } = await ready(store())
    await sent(await opened())
    const [request] = issuer.authorizations.requests
    expect(request).toMatchObject({
      clientId: 'test-wallet',
      redirectUri: 'http://localhost:7001/authorized',
      codeChallenge: expect.stringMatching(/^[\w-]{43}$/),
      senderKey: expect.stringMatching(/^[\w-]{43}$/),
      issuerState: expect.any(String),
      scope: [identity.id],
    })
    expect(wallet.redirectUri).toBe(request?.redirectUri)
  })

  it.each<[string, TestIssuerOptions, readonly string[], object]>([
    ['by scope where each has its own', {}, [identity.id, badge.id], { scope: [identity.id, badge.id] }],
    [
      'by details where there is no scope',
      { scope: null },
      [badge.id],
      { scope: [], details: [{ configurationId: badge.id }] },
    ],
    [
      'by details where a scope would ask for more than is offered',
      { scope: 'everything' },
      [badge.id],
      { scope: [], details: [{ configurationId: badge.id }] },
    ],
  ])('%s', async (_name, options, configurations, expected) => {
    const { issuer, opened, sent } = await ready(store(), options)
    await sent(await opened({ configurations }))
    expect(issuer.authorizations.requests[0]).toMatchObject(expected)
  })

  it.each([
    ['what serves this issuer alone', {}, undefined],
    ['what may serve others', { namesServer: true }, 'here'],
  ])('with the issuer beside it of %s', async (_name, options, expected) => {
    const bodies: string[] = []
    const { issuer, opened, owned, wallet } = await ready(store(), { scope: null, ...options })
    const { outgoing } = wallet
    const listening: Wallet = {
      ...wallet,
      outgoing: {
        ...outgoing,
        post: (request) => {
          bodies.push(request.body)
          return outgoing.post(request)
        },
      },
    }
    await useOpenOffer(listening, owned, await opened(), {}, EN)
    const [details] = JSON.parse(
      new URLSearchParams(bodies[0]).get('authorization_details') ?? '[]',
    ) as JsonObject[]
    expect(details?.['locations']).toEqual(expected === undefined ? undefined : [issuer.url])
  })

  it('is carried by the browser where nobody takes it before', async () => {
    const { held, issuer, opened, owned, sent, wallet } = await ready(store(), {
      server: { pushed_authorization_request_endpoint: null },
    })
    const id = await opened()
    const url = await sent(id)
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      dpop_jkt: expect.any(String),
    })
    expect(await sent(id)).toBe(url)
    await bringBackOffer(wallet, owned, id, issuer.authorizations.browse(url), EN)
    expect(await held()).toBe(1)
  })

  it('is the same while it is good, and laid down anew when it is over; both may come back', async () => {
    const { clock } = store()
    const { issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened()
    const url = await sent(id)
    expect(await sent(id)).toBe(url)
    clock.now += 56
    const later = await sent(id)
    expect(later).not.toBe(url)
    const [first, second] = issuer.authorizations.requests
    expect(first?.state).not.toBe(second?.state)
    expect(first?.codeChallenge).not.toBe(second?.codeChallenge)
    // Somebody had the page open the whole time.
    const query = issuer.authorizations.browse(url)
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({ value: { state: 'used' } })
  })

  it('comes back to the address of whoever asks, where a browser may be sent there', async () => {
    const { issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened()
    const at = new URL(await sent(id, { redirectUri: 'org.example.app:/back' }))
    expect(issuer.authorizations.requests[0]).toMatchObject({ redirectUri: 'org.example.app:/back' })
    for (const redirectUri of [
      'javascript:alert(1)',
      'http://other.example/',
      'https://a.example/#x',
      'back',
    ])
      expect(await useOpenOffer(wallet, owned, id, { redirectUri }, EN)).toMatchObject({
        error: { code: 'redirect_uri_unusable' },
      })
    const query = issuer.authorizations.browse(at.href)
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({ value: { state: 'used' } })
  })

  it('is nothing where a code is there already', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const id = await opened({ grant: 'both' })
    expect(await useOpenOffer(wallet, owned, id, {}, EN)).toMatchObject({ value: { state: 'used' } })
    expect(issuer.authorizations.requests).toEqual([])
  })
})

onSqlite('without an offer', (store) => {
  it('what an issuer describes is asked for, and had', async () => {
    const { held, issuer, owned, sent, wallet } = await ready(store())
    const wanted = { issuer: issuer.url, configurationId: badge.id }
    const preview = await openIssuance(wallet, owned, wanted, EN)
    if (!preview.ok) throw new Error(preview.error.code)
    const { id } = preview.value
    expect(preview.value).toMatchObject({ state: 'open', credentials: [{ configurationId: badge.id }] })
    const query = issuer.authorizations.browse(await sent(id))
    expect(issuer.authorizations.requests[0]).toMatchObject({ issuerState: undefined, scope: [badge.id] })
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({ value: { state: 'used' } })
    expect(await held()).toBe(1)
    // Once more is one more: nobody gave out something that is good once.
    const again = await openIssuance(wallet, owned, wanted, EN)
    expect(again).toMatchObject({ value: { state: 'open' } })
  })

  it.each([
    ['what it does not describe', 'nothing', 'configuration_unusable'],
    ['an issuer that is none', undefined, 'issuer_malformed'],
  ])('%s is refused', async (_name, configurationId, code) => {
    const { issuer, owned, wallet } = await ready(store())
    const wanted =
      configurationId === undefined
        ? { issuer: 'nowhere', configurationId: badge.id }
        : { issuer: issuer.url, configurationId }
    expect(await openIssuance(wallet, owned, wanted, EN)).toMatchObject({ error: { code } })
  })

  it('an offer that leaves it to the wallet is taken up in a browser', async () => {
    const { opened, owned, wallet } = await ready(store())
    const id = await opened({ grant: 'any' })
    expect(await useOpenOffer(wallet, owned, id, {}, EN)).toMatchObject({ value: { state: 'authorizing' } })
  })
})

onSqlite('what cannot succeed', (store) => {
  it.each<[string, JsonObject, string]>([
    ['codes', { grant_types_supported: ['urn:ietf:params:oauth:grant-type:pre-authorized_code'] }, 'grant'],
    ['a page', { authorization_endpoint: null }, 'endpoint'],
    ['a place to push to', { pushed_authorization_request_endpoint: 'ftp://x/' }, 'endpoint'],
    ['S256', { code_challenge_methods_supported: ['plain'] }, 'code_challenge'],
    [
      'public clients',
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      'client_authentication',
    ],
  ])('where there are no %s is said before anybody looks at it', async (_name, server, reason) => {
    const { issuer, owned, wallet } = await ready(store(), { server })
    const offer = issuer.offer({ grant: 'browser' })
    const refused = { error: { code: 'authorization_unsupported', reason } }
    expect(await openOffer(wallet, owned, offer, EN)).toMatchObject(refused)
    expect(await useOffer(wallet, owned, { offer })).toMatchObject(refused)
    expect(issuer.authorizations.requests).toEqual([])
  })

  it.each<[string, JsonObject]>([
    ['challenges', { code_challenge_methods_supported: null }],
    ['clients', { token_endpoint_auth_methods_supported: null }],
    ['grants', { grant_types_supported: null }],
  ])('is not, where nothing is said of %s', async (_name, server) => {
    const { opened } = await ready(store(), { server })
    expect(await opened()).toEqual(expect.any(String))
  })

  it('a call without a browser says where to go, and begins nothing', async () => {
    const { issuer, owned, wallet } = await ready(store())
    expect(await useOffer(wallet, owned, { offer: issuer.offer({ grant: 'browser' }) })).toMatchObject({
      error: { code: 'authorization_needed' },
    })
    const rows = await store().database.db.selectFrom('receptions').selectAll().execute()
    expect(rows.filter(({ wallet_id }) => wallet_id === owned.id)).toEqual([])
  })
})

onSqlite('an offer that its issuer lets nobody authorize', (store) => {
  it('is over where it is given out no more, and open where it was a mistake', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const refused = { server: { pushed_authorization_request_endpoint: `${issuer.url}/nowhere` } }
    const mistaken = await ready(store(), refused)
    const open = await mistaken.opened()
    expect(await useOpenOffer(mistaken.wallet, mistaken.owned, open, {}, EN)).toMatchObject({
      error: { code: 'issuer_error' },
    })
    expect(await viewOffer(mistaken.wallet, mistaken.owned, open, EN)).toMatchObject({
      value: { state: 'open' },
    })
    const offer = issuer.offer({ grant: 'browser' })
    const id = await opened({ offer })
    issuer.withdraw(offer)
    expect(await useOpenOffer(wallet, owned, id, {}, EN)).toMatchObject({ value: { state: 'over' } })
    expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({
      value: { state: 'over', authorization: undefined },
    })
  })

  it('but of which something came, is not over', async () => {
    const { held, issuer, opened, owned, sent, wallet } = await ready(store(), { denies: badge.id })
    const offer = issuer.offer({ grant: 'browser', configurations: [identity.id, badge.id] })
    const id = await opened({ offer })
    const query = issuer.authorizations.browse(await sent(id))
    issuer.hide(offer)
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({
      error: { code: 'issuer_error', error: 'credential_request_denied' },
    })
    expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({ value: { state: 'unfinished' } })
    expect(await held()).toBe(1)
  })
})

onSqlite('what comes back', (store) => {
  const twist = (query: string, change: (parameters: URLSearchParams) => void) => {
    const parameters = new URLSearchParams(query)
    change(parameters)
    return parameters.toString()
  }

  it.each<[string, (parameters: URLSearchParams) => void, string]>([
    ['with another state', (query) => query.set('state', `${query.get('state')}x`), 'state_unknown'],
    ['with no state', (query) => query.delete('state'), 'state_unknown'],
    ['with an empty state', (query) => query.set('state', ''), 'state_unknown'],
    ['with two states', (query) => query.append('state', 'x'), 'parameter_repeated'],
    ['with two codes', (query) => query.append('code', 'x'), 'parameter_repeated'],
    ['of another server', (query) => query.set('iss', 'https://other.example'), 'issuer_wrong'],
    ['of nobody in particular', (query) => query.delete('iss'), 'issuer_missing'],
    ['with nothing in it', (query) => query.delete('code'), 'code_missing'],
  ])('%s changes nothing, and the right one is still taken', async (_name, change, code) => {
    const { issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened()
    const query = issuer.authorizations.browse(await sent(id))
    const before = issuer.asked.length
    expect(await bringBackOffer(wallet, owned, id, twist(query, change), EN)).toMatchObject({
      error: { code },
    })
    expect(issuer.asked.length).toBe(before)
    expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({ value: { state: 'authorizing' } })
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({ value: { state: 'used' } })
  })

  it('of a server that does not say who it is, is taken', async () => {
    const { issuer, opened, owned, sent, wallet } = await ready(store(), {
      server: { authorization_response_iss_parameter_supported: null },
    })
    const id = await opened()
    const query = twist(issuer.authorizations.browse(await sent(id)), (parameters) =>
      parameters.delete('iss'),
    )
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({ value: { state: 'used' } })
  })

  it('for another exchange, for another account or before anybody went, is nobody’s', async () => {
    const { issuer, opened, owned, sent, wallet } = await ready(store())
    const [id, other] = [await opened(), await opened()]
    const query = issuer.authorizations.browse(await sent(id))
    const unknown = { error: { code: 'state_unknown' } }
    expect(await bringBackOffer(wallet, owned, other, query, EN)).toMatchObject(unknown)
    await sent(other)
    expect(await bringBackOffer(wallet, owned, other, query, EN)).toMatchObject(unknown)
    const stranger = await newOwner(wallet)
    expect(await bringBackOffer(wallet, stranger, id, query, EN)).toMatchObject({
      error: { code: 'exchange_unknown' },
    })
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({ value: { state: 'used' } })
  })

  it('with a no tells it in the server’s words, once, and leaves the offer as it was', async () => {
    const { held, issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened()
    const no = { error: 'access_denied', description: 'The user said no' }
    const query = issuer.authorizations.browse(await sent(id), no)
    const { host } = new URL(issuer.url)
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toEqual({
      ok: false,
      error: { code: 'authorization_refused', host, ...no },
    })
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({
      error: { code: 'state_unknown' },
    })
    expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({ value: { state: 'open' } })
    const yes = issuer.authorizations.browse(await sent(id))
    expect(await bringBackOffer(wallet, owned, id, yes, EN)).toMatchObject({ value: { state: 'used' } })
    expect(await held()).toBe(1)
  })

  it('with an error that is none has a name of ours', async () => {
    const { issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened()
    const query = issuer.authorizations.browse(await sent(id), { error: 'no "way"\n' })
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({
      error: { error: 'unknown_error' },
    })
  })

  it('with a code that the server does not take begins anew', async () => {
    const { issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened()
    const query = twist(issuer.authorizations.browse(await sent(id)), (parameters) =>
      parameters.set('code', 'forged'),
    )
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({
      error: { code: 'issuer_error', error: 'invalid_grant' },
    })
    expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({ value: { state: 'open' } })
    const again = issuer.authorizations.browse(await sent(id))
    expect(await bringBackOffer(wallet, owned, id, again, EN)).toMatchObject({ value: { state: 'used' } })
  })

  it('to an issuer that is away is kept, and gone on with', async () => {
    const { held, issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened()
    const query = issuer.authorizations.browse(await sent(id))
    issuer.failNext('/token', 'unavailable', 2)
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({
      error: { code: 'outgoing_unavailable' },
    })
    expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({ value: { state: 'unfinished' } })
    expect(await useOpenOffer(wallet, owned, id, {}, EN)).toMatchObject({ value: { state: 'used' } })
    expect(await held()).toBe(1)
  })

  it('after the offer was declined is not taken', async () => {
    const { held, issuer, opened, owned, sent, wallet } = await ready(store())
    const id = await opened()
    const query = issuer.authorizations.browse(await sent(id))
    expect(await rejectOffer(wallet, owned, id, EN)).toMatchObject({ value: { state: 'rejected' } })
    expect(await bringBackOffer(wallet, owned, id, query, EN)).toMatchObject({
      error: { code: 'exchange_decided', state: 'rejected' },
    })
    expect(await held()).toBe(0)
  })
})
