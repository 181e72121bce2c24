/** The wallet as an attested client: at pushed requests and token requests, and what it does where a server wants more. */
import { afterEach, describe, expect, it } from 'vitest'
import { deleteBulk, deleteLockedWallets } from '../account/delete-wallets.ts'
import { listCredentials } from '../credentials/credentials.ts'
import { bringBackOffer, openOffer, useOpenOffer } from '../exchange/offer-exchange.ts'
import { useOffer } from '../receive/receive-credential.ts'
import {
  type ClientRules,
  type TestClients,
  type TestProvider,
  testClients,
  testProvider,
} from '../testing/clients.testing.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import { startTestIssuer, type TestIssuer, type TestIssuerOptions } from '../testing/issuer.testing.ts'
import {
  allRows,
  dump,
  newOwner,
  onBothDatabases,
  onSqlite,
  type TestStore,
} from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { attestationFor, openInstance } from './client-instance.ts'

const EN = ['en']
const open: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

interface Ready {
  readonly wallet: Wallet
  readonly owned: OwnedWallet
  readonly issuer: TestIssuer
  readonly clients: TestClients
  readonly by: TestProvider
}

interface Wish extends TestIssuerOptions {
  readonly rules?: ClientRules
  readonly by?: TestProvider
  readonly owned?: OwnedWallet
}

async function ready(
  store: TestStore,
  { rules, by: given, owned: before, ...options }: Wish = {},
): Promise<Ready> {
  const by = given ?? (await testProvider())
  const clients = testClients({ attester: by.signer, ...rules })
  const issuer = await startTestIssuer({ clients, ...options })
  open.push(issuer)
  const wallet = store.instance({ provider: by.provider })
  return { wallet, owned: before ?? (await newOwner(wallet)), issuer, clients, by }
}

/** An offer that is taken up in a browser, by one instance or another. */
async function receive(
  { issuer, owned, wallet }: Pick<Ready, 'issuer' | 'owned' | 'wallet'>,
  other = wallet,
): Promise<string> {
  const preview = await openOffer(wallet, owned, issuer.offer({ grant: 'browser' }), EN)
  if (!preview.ok) return preview.error.code
  const used = await useOpenOffer(wallet, owned, preview.value.id, {}, EN)
  if (!used.ok) return errorOf(used.error)
  const query = issuer.authorizations.browse(used.value.authorization?.url ?? '')
  const back = await bringBackOffer(other, owned, preview.value.id, query, EN)
  return back.ok ? back.value.state : errorOf(back.error)
}

const errorOf = (refusal: { readonly code: string; readonly error?: string }) => refusal.error ?? refusal.code

async function receivePreAuthorized({ issuer, owned, wallet }: Ready): Promise<string> {
  const received = await useOffer(wallet, owned, { offer: issuer.offer() })
  return received.ok ? 'used' : errorOf(received.error)
}

onBothDatabases('an attested wallet', (store) => {
  it('shows the same key when it pushes a request and when it asks for a token, on whichever instance', async () => {
    const given = await ready(store())
    const other = store().instance({ provider: given.by.provider })
    expect(await receive(given, other)).toBe('used')
    const { shown } = given.clients
    expect(shown.map(({ path }) => path)).toEqual(['/par', '/token'])
    expect(new Set(shown.map(({ thumbprint }) => thumbprint)).size).toBe(1)
    expect(new Set(shown.map(({ pop }) => pop?.['jti'])).size).toBe(2)
    const [{ attestation } = {}] = shown
    const { exp, iat, ...claims } = attestation ?? {}
    expect(claims).toEqual({
      iss: 'http://localhost:7001',
      sub: 'test-wallet',
      cnf: { jwk: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) } },
    })
    expect(Number(exp) - Number(iat)).toBe(3600)
    // One attestation is enough for both.
    expect(shown[1]?.attestation).toEqual(attestation)
  })

  it('is one instance, however many ask at once', async () => {
    const { by, owned } = await ready(store())
    const place = { walletId: owned.id, server: 'https://server.example' }
    const instances = Array.from({ length: 20 }, () => store().instance({ provider: by.provider }))
    const opened = await Promise.all(
      instances.map(async (wallet) => {
        const instance = await openInstance(wallet, place, 'ES256')
        return { key: instance.signer.keyId, jwt: await attestationFor(wallet, by.provider, instance) }
      }),
    )
    expect(new Set(opened.map(({ key }) => key)).size).toBe(1)
    const rows = (await allRows(store()))['client_instances'] ?? []
    expect(rows.filter(({ wallet_id }) => wallet_id === owned.id)).toHaveLength(1)
  })

  it('is no reason why a release before could not delete its wallet', async () => {
    const { by, owned, wallet } = await ready(store())
    await attestationFor(
      wallet,
      by.provider,
      await openInstance(wallet, { walletId: owned.id, server: 'https://server.example' }, 'ES256'),
    )
    await wallet.database.db.deleteFrom('wallet_dids').where('wallet_id', '=', owned.id).execute()
    await wallet.database.db.deleteFrom('wallet_keys').where('wallet_id', '=', owned.id).execute()
    await wallet.database.db.deleteFrom('wallets').where('id', '=', owned.id).execute()
    const rows = (await allRows(store()))['client_instances'] ?? []
    expect(rows.filter(({ wallet_id }) => wallet_id === owned.id)).toEqual([])
  })

  it('goes with its wallet, and a dump shows neither key nor attestation', async () => {
    const given = await ready(store())
    expect(await receive(given)).toBe('used')
    const { owned, wallet } = given
    const instance = await openInstance(wallet, { walletId: owned.id, server: given.issuer.url }, 'ES256')
    const text = await dump(store())
    for (const secret of [instance.signer.publicJwk, instance.attestation?.jwt, given.issuer.url].map(textOf))
      expect(text).not.toContain(secret)
    await deleteBulk(wallet, [owned.id])
    await wallet.database.inTransaction((transaction) => deleteLockedWallets(transaction, [owned.id]))
    const rows = (await allRows(store()))['client_instances'] ?? []
    expect(rows.filter(({ wallet_id }) => wallet_id === owned.id)).toEqual([])
  })
})

function textOf(secret: unknown): string {
  if (typeof secret === 'string') return secret
  const { x } = secret as { readonly x: string }
  return x
}

onSqlite('what an attested wallet shows', (store) => {
  it('has nothing in common at two servers by which it could be known again', async () => {
    const by = await testProvider()
    const rules: ClientRules = { challenges: 'endpoint' }
    const one = await ready(store(), { by, rules })
    const other = await ready(store(), { by, rules, owned: one.owned })
    for (const given of [one, other]) expect(await receive(given)).toBe('used')
    const values = ({ clients }: Ready) =>
      clients.shown.flatMap(({ attestation, challenge, pop, thumbprint }) => [
        thumbprint,
        challenge,
        pop?.['jti'],
        JSON.stringify(attestation?.['cnf']),
      ])
    const seen = new Set(values(one))
    expect(seen).not.toContain(undefined)
    expect(values(other).filter((value) => seen.has(value))).toEqual([])
    // What is the same is the same for all wallets of this provider (OpenID4VCI 1.0 §15.4.4).
    expect(new Set([...one.clients.shown, ...other.clients.shown].map(({ clientId }) => clientId))).toEqual(
      new Set(['test-wallet']),
    )
  })

  it('is another key for each wallet at one server', async () => {
    const given = await ready(store())
    const neighbour = await newOwner(given.wallet)
    expect(await receive(given)).toBe('used')
    expect(await receive({ ...given, owned: neighbour })).toBe('used')
    expect(new Set(given.clients.shown.map(({ thumbprint }) => thumbprint)).size).toBe(2)
  })

  it('is nothing where anonymous clients are welcome, and its attestation where they are not', async () => {
    const welcome = await ready(store(), {
      server: { 'pre-authorized_grant_anonymous_access_supported': true },
      rules: { takesPublic: true },
    })
    expect(await receivePreAuthorized(welcome)).toBe('used')
    expect(welcome.clients.shown).toEqual([{ path: '/token', clientId: undefined }])
    const strict = await ready(store())
    expect(await receivePreAuthorized(strict)).toBe('used')
    expect(strict.clients.shown).toMatchObject([{ path: '/token', clientId: 'test-wallet' }])
    expect(strict.clients.shown[0]?.thumbprint).toBeDefined()
  })
})

onSqlite('a server that wants more of an attested wallet', (store) => {
  it.each<[string, ClientRules, readonly (string | undefined)[]]>([
    [
      'gives challenges out: each is used once',
      { challenges: 'endpoint' },
      ['/challenge', '/par', '/challenge', '/token'],
    ],
    ['asks for them in answers', { challenges: 'header' }, ['/par', '/par', '/token', '/token']],
    ['asks for a fresher attestation', { staleAttestations: 1 }, ['/par', '/par', '/token']],
    [
      'asks for one after the other',
      { challenges: 'header', staleAttestations: 1 },
      ['/par', '/par', '/par', '/token', '/token'],
    ],
  ])('%s', async (_name, rules, asked) => {
    const given = await ready(store(), { rules })
    expect(await receive(given)).toBe('used')
    const paths = ['/challenge', '/par', '/token']
    expect(given.issuer.asked.filter((path) => paths.includes(path))).toEqual(asked)
  })

  it('is not asked for ever', async () => {
    const given = await ready(store(), { rules: { challenges: 'never' } })
    expect(await receive(given)).toBe('use_attestation_challenge')
    expect(given.issuer.asked.filter((path) => path === '/par')).toHaveLength(2)
    const old = await ready(store(), { rules: { staleAttestations: 9 } })
    expect(await receive(old)).toBe('use_fresh_attestation')
    expect(old.issuer.asked.filter((path) => path === '/par')).toHaveLength(2)
  })

  it('and DPoP nonces as well gets both', async () => {
    const given = await ready(store(), {
      rules: { challenges: 'header' },
      dpopNonces: { refusal: 'use_dpop_nonce', once: true },
    })
    expect(await receive(given)).toBe('used')
  })
})

onSqlite('a server that believes nobody who attests this wallet', (store) => {
  it.each(['invalid_client', 'invalid_client_attestation'] as const)(
    'is come to as a public client where it takes those (%s), and goes on with that',
    async (refusal) => {
      const stranger = (await testProvider()).signer
      const given = await ready(store(), { rules: { attester: stranger, takesPublic: true, refusal } })
      const other = store().instance({ provider: given.by.provider })
      expect(await receive(given, other)).toBe('used')
      const bare = { clientId: 'test-wallet' }
      expect(given.clients.shown).toEqual([
        { path: '/par', ...bare },
        { path: '/token', ...bare },
      ])
      // It was not asked to believe it twice.
      expect(given.issuer.asked.filter((path) => path === '/token')).toHaveLength(1)
    },
  )

  it('is told by its own word where it takes nobody else, and the code is not gone', async () => {
    const by = await testProvider()
    const stranger = (await testProvider()).signer
    const clients = testClients({ attester: stranger })
    const given = await ready(store(), { by, clients, strict: true })
    const offer = given.issuer.offer()
    const attempt = () => useOffer(given.wallet, given.owned, { offer })
    expect(await attempt()).toMatchObject({ error: { error: 'invalid_client_attestation' } })
    expect(given.issuer.tokens.size).toBe(0)
  })

  it('since the request was pushed does not get the code from a public client', async () => {
    const attester = await testProvider()
    const given = await ready(store(), { rules: { takesPublic: true }, by: attester })
    const stranger = await testProvider()
    const other = store().instance({ provider: stranger.provider })
    // The wallet's provider has another key since: what is kept is made anew, and the server does not believe it.
    expect(await receive(given, other)).toBe('invalid_client_attestation')
    expect(given.clients.shown.map(({ path }) => path)).toEqual(['/par'])
  })
})

describe('a server that has no way of authentication in common with the wallet', () => {
  onSqlite('is not asked for anything', (store) => {
    it.each<[string, Wish & { readonly unattested?: boolean }]>([
      ['takes secrets', { server: { token_endpoint_auth_methods_supported: ['client_secret_basic'] } }],
      [
        'takes other signatures of attesters',
        { server: { client_attestation_signing_alg_values_supported: ['PS256'] } },
      ],
      [
        'takes other signatures of clients',
        { server: { client_attestation_pop_signing_alg_values_supported: ['EdDSA'] } },
      ],
      ['takes attested ones, and this one nobody attests', { unattested: true }],
    ])('and %s', async (_name, { unattested = false, ...wish }) => {
      const given = await ready(store(), wish)
      const wallet = unattested ? store().instance() : given.wallet
      const refusal = {
        ok: false,
        error: { code: 'authorization_unsupported', reason: 'client_authentication' },
      }
      for (const grant of ['browser', 'pre-authorized'] as const) {
        const offer = given.issuer.offer({ grant })
        expect(await openOffer(wallet, given.owned, offer, EN)).toEqual(refusal)
      }
      expect(await useOffer(wallet, given.owned, { offer: given.issuer.offer() })).toEqual(refusal)
      expect(given.issuer.asked.filter((path) => path === '/par' || path === '/token')).toEqual([])
    })
  })
})

onSqlite('an attestation', (store) => {
  it('gives way to the next before it ends, and when its provider changes; the key stays', async () => {
    const at = { now: store().clock.now }
    const by = await testProvider({ now: () => at.now })
    const wallet = store().instance({ provider: by.provider, now: () => at.now })
    const owned = await newOwner(wallet)
    const place = { walletId: owned.id, server: 'https://server.example' }
    const look = async (provider = by.provider) => {
      const instance = await openInstance(wallet, place, 'ES256')
      return { key: instance.signer.keyId, jwt: await attestationFor(wallet, provider, instance) }
    }
    const first = await look()
    at.now += 2699
    expect(await look()).toEqual(first)
    at.now += 1
    const second = await look()
    expect(second).toEqual({ key: first.key, jwt: expect.not.stringContaining(first.jwt) })
    expect(await look()).toEqual(second)
    const successor = await testProvider({ now: () => at.now })
    const third = await look(successor.provider)
    expect(third.key).toBe(first.key)
    expect(third.jwt).not.toBe(second.jwt)
    expect(await look(successor.provider)).toEqual(third)
  })

  it('outlives whoever works with it, wherever that one dies: one key, one set of credentials', async () => {
    const count = await diesEverywhere(async (statement) => {
      const given = await ready(store(), { rules: { challenges: 'header' } })
      const { clients, issuer, owned, wallet } = given
      const preview = await openOffer(wallet, owned, issuer.offer({ grant: 'browser' }), EN)
      if (!preview.ok) throw new Error(preview.error.code)
      const { id } = preview.value
      const died = await killed(useOpenOffer(dyingAt(wallet, statement, 'after'), owned, id, {}, EN))
      const used = await useOpenOffer(store().instance({ provider: given.by.provider }), owned, id, {}, EN)
      if (!used.ok) throw new Error(used.error.code)
      const query = issuer.authorizations.browse(used.value.authorization?.url ?? '')
      const back = await bringBackOffer(wallet, owned, id, query, EN)
      expect(back).toMatchObject({ value: { state: 'used' } })
      expect(new Set(clients.shown.map(({ thumbprint }) => thumbprint)).size).toBe(1)
      expect(await listCredentials(wallet, owned)).toHaveLength(1)
      return { died }
    })
    expect(count).toBeGreaterThan(5)
  })
})
