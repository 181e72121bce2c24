/** Each copy of a card is shown once, whoever shows it, at the same time and after a crash. */
import type { JsonObject } from '@countersign/core/json'
import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findCard } from '../credentials/cards.ts'
import { listCredentials } from '../credentials/credentials.ts'
import { splitDocument } from '../credentials/disclosures.ts'
import { openRequest, useOpenRequest } from '../exchange/request-exchange.ts'
import { usePresentationRequest } from '../present/present-credential.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import {
  badge,
  identity,
  identityAs,
  issuerChains,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing/issuer.testing.ts'
import {
  newOwner,
  onBothDatabases,
  onSqlite,
  type TestStore,
  withAnchors,
} from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { copiesOf } from './copies.ts'

const EN = ['en']
/** Half a second each. */
const ROUNDS = process.env['COUNTERSIGN_EVERY_WAY'] === 'yes' ? 50 : 5
const open: (TestIssuer | TestVerifier)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

interface Held {
  readonly wallet: Wallet
  readonly owned: OwnedWallet
  readonly issuer: TestIssuer
  readonly verifier: TestVerifier
  /** Of the first card. */
  readonly id: string
  /** On whichever instance. */
  answer(requestUrl?: string): ReturnType<typeof usePresentationRequest>
  count(): ReturnType<typeof copiesOf>
}

async function held(
  store: TestStore,
  options: TestIssuerOptions = {},
  configurations: readonly string[] = [identity.id],
): Promise<Held> {
  const [verifier, issuer] = [await startTestVerifier(), await startTestIssuer({ batchSize: 10, ...options })]
  open.push(verifier, issuer)
  const instances = [1, 2].map(() => store.instance(withAnchors(verifier.anchors)))
  const [wallet = store.instance()] = instances
  const owned = await newOwner(wallet)
  const received = await useOffer(wallet, owned, { offer: issuer.offer({ configurations }) })
  if (!received.ok) throw new Error(JSON.stringify(received.error))
  const id = received.value[0]?.id ?? ''
  let turn = 0
  return {
    wallet,
    owned,
    issuer,
    verifier,
    id,
    answer(requestUrl = verifier.request()) {
      turn += 1
      return usePresentationRequest(instances[turn % 2] ?? wallet, owned, { requestUrl })
    },
    count: () => copiesOf(wallet, owned, id),
  }
}

/** Keys that the verifier saw. */
const keysOf = (disclosed: readonly JsonObject[]) => disclosed.map(({ cnf }) => JSON.stringify(cnf))

const times = <T>(count: number, one: () => Promise<T>) => Promise.all(Array.from({ length: count }, one))

onBothDatabases('a copy', (store) => {
  beforeEach(() => {
    store().clock.now = Math.floor(Date.now() / 1000)
  })

  it('is in one answer, until there is none that nobody has seen; then that seen longest ago is', async () => {
    const { answer, count, verifier } = await held(store())
    for (let shown = 0; shown < 10; shown++) {
      expect(await count()).toEqual({ unused: 10 - shown, total: 10 })
      expect(await answer()).toMatchObject({ value: { accepted: true } })
      store().clock.now += 1
    }
    const keys = keysOf(verifier.disclosed)
    expect(new Set(keys).size).toBe(10)
    expect(await count()).toEqual({ unused: 0, total: 10 })
    // In the order in which they were shown, and round again.
    for (let again = 0; again < 11; again++) {
      expect(await answer()).toMatchObject({ value: { accepted: true } })
      store().clock.now += 1
    }
    expect(keysOf(verifier.disclosed).slice(10)).toEqual([...keys, keys[0]])
  })

  it('is shared by no two of ten answers at once on two instances', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { answer, count, verifier } = await held(store())
      const answers = await times(10, () => answer())
      for (const one of answers) expect(one).toMatchObject({ value: { accepted: true } })
      expect(new Set(keysOf(verifier.disclosed)).size).toBe(10)
      expect(await count()).toEqual({ unused: 0, total: 10 })
    }
  })

  it('is not missing where more is asked at once than there is', async () => {
    const { answer, verifier } = await held(store(), { batchSize: 3 })
    const answers = await times(12, () => answer())
    for (const one of answers) expect(one).toMatchObject({ value: { accepted: true } })
    const seen = Map.groupBy(keysOf(verifier.disclosed), (key) => key)
    expect([...seen.values()].map((of) => of.length)).toEqual([4, 4, 4])
  })

  it('is used up once by a call that is made again, and by six at once', async () => {
    const { answer, count, verifier } = await held(store())
    const requestUrl = verifier.request()
    for (const one of await times(6, () => answer(requestUrl)))
      expect(one).toMatchObject({ value: { accepted: true } })
    await answer(requestUrl)
    expect(new Set(verifier.bodies).size).toBe(1)
    expect(await count()).toEqual({ unused: 9, total: 10 })
  })

  it('is the same bytes when the answer is sent again, and none is used by one that cannot be made', async () => {
    const { answer, count, verifier } = await held(store())
    const requestUrl = verifier.request()
    verifier.failNext(`/answer/${requestUrl.split('%2F').at(-1)}`, 'after', 3)
    expect(await answer(requestUrl)).toMatchObject({ ok: false })
    expect(await answer(requestUrl)).toMatchObject({ value: { accepted: true } })
    expect(new Set(verifier.bodies).size).toBe(1)
    expect(verifier.bodies.length).toBeGreaterThan(1)
    expect(await count()).toEqual({ unused: 9, total: 10 })
    expect(await answer(verifier.request({ claims: ['not_in_it'] }))).toMatchObject({ ok: false })
    expect(await count()).toEqual({ unused: 9, total: 10 })
  })

  it('is another one for a request that was refused and is answered otherwise', async () => {
    const { answer, count, owned, verifier, wallet, id } = await held(store())
    const requestUrl = verifier.request({ refuse: true })
    expect(await answer(requestUrl)).toMatchObject({ value: { accepted: false } })
    const otherwise = { requestUrl, selectedCredentials: [id] }
    await usePresentationRequest(wallet, owned, otherwise)
    expect(await count()).toEqual({ unused: 8, total: 10 })
  })

  it('is another one for each query that one answer shows it for', async () => {
    const { answer, count, verifier } = await held(store())
    const asked = (queryId: string, name: string) => ({
      id: queryId,
      format: 'dc+sd-jwt',
      meta: { vct_values: [identity.type] },
      claims: [{ path: [name] }],
    })
    const query = { credentials: [asked('a', 'given_name'), asked('b', 'family_name')] }
    expect(await answer(verifier.request({ query }))).toMatchObject({ value: { accepted: true } })
    expect(new Set(keysOf(verifier.disclosed)).size).toBe(2)
    expect(await count()).toEqual({ unused: 8, total: 10 })
  })

  it('is taken of each card where a query wants several', async () => {
    const { count, issuer, owned, verifier, wallet } = await held(store())
    await useOffer(wallet, owned, { offer: issuer.offer() })
    const both = (await listCredentials(wallet, owned)).map((card) => card.id)
    const meta = { vct_values: [identity.type] }
    const query = { credentials: [{ id: 'q', format: 'dc+sd-jwt', meta, multiple: true }] }
    const wish = { requestUrl: verifier.request({ query }), selectedCredentials: both }
    expect(await usePresentationRequest(wallet, owned, wish)).toMatchObject({ value: { accepted: true } })
    expect(verifier.disclosed).toHaveLength(2)
    expect(new Set(keysOf(verifier.disclosed)).size).toBe(2)
    expect(await count()).toEqual({ unused: 9, total: 10 })
  })

  it('of an mdoc is signed for with its own key', async () => {
    const { answer, count, verifier } = await held(store(), {}, [identityAs.mso_mdoc.id])
    const query = {
      credentials: [
        {
          id: 'q',
          format: 'mso_mdoc',
          meta: { doctype_value: identityAs.mso_mdoc.type },
          claims: [{ path: ['org.test', 'given_name'] }],
        },
      ],
    }
    for (let shown = 1; shown <= 3; shown++) {
      expect(await answer(verifier.request({ query }))).toMatchObject({ value: { accepted: true } })
      expect(await count()).toEqual({ unused: 10 - shown, total: 10 })
    }
  })

  it.each(['jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'] as const)(
    'in the format %s is signed for with its own key',
    async (format) => {
      const { answer, count, verifier } = await held(store(), {}, [identityAs[format].id])
      const meta = { type_values: [['IdentityCard']] }
      const query = {
        credentials: [{ id: 'q', format, meta, claims: [{ path: ['credentialSubject', 'given_name'] }] }],
      }
      for (let shown = 1; shown <= 3; shown++) {
        expect(await answer(verifier.request({ query }))).toMatchObject({ value: { accepted: true } })
        expect(await count()).toEqual({ unused: 10 - shown, total: 10 })
      }
      expect(new Set(verifier.disclosed.map((one) => JSON.stringify(one))).size).toBeGreaterThan(1)
    },
  )

  it('discloses what was picked on the card, whose disclosures are others', async () => {
    const { issuer, id, owned, verifier, wallet } = await held(store())
    const card = (await listCredentials(wallet, owned)).find((one) => one.id === id)
    const { disclosures = '' } = splitDocument(card?.content ?? '')
    const family = disclosures
      .split('~')
      .find((text) => Buffer.from(text, 'base64url').toString().includes('family_name'))
    const picked = { requestUrl: verifier.request(), disclosures: { [id]: [family ?? ''] } }
    expect(await usePresentationRequest(wallet, owned, picked)).toMatchObject({ value: { accepted: true } })
    expect(verifier.disclosed).toMatchObject([{ given_name: 'Ada-planted', family_name: 'Example-planted' }])
    expect(issuer.signed).toHaveLength(10)
  })
})

for (const when of ['before', 'after'] as const)
  onBothDatabases(`an instance that dies ${when} any statement while it shows a copy`, (store) => {
    beforeEach(() => {
      store().clock.now = Math.floor(Date.now() / 1000)
    })

    it('uses one for the answer, and none for what was not written down', async () => {
      const { count, owned, verifier, wallet } = await held(store(), { batchSize: 50 })
      const places = await diesEverywhere(async (statement) => {
        const requestUrl = verifier.request()
        const [before, bodies] = [await count(), verifier.bodies.length]
        const died = await killed(
          usePresentationRequest(dyingAt(wallet, statement, when), owned, { requestUrl }),
        )
        expect(await usePresentationRequest(wallet, owned, { requestUrl })).toMatchObject({
          value: { accepted: true },
        })
        expect(new Set(verifier.bodies.slice(bodies)).size).toBe(1)
        expect((before?.unused ?? 0) - ((await count())?.unused ?? 0)).toBe(1)
        return { died }
      })
      expect(places).toBeGreaterThan(5)
      expect(new Set(keysOf(verifier.disclosed)).size).toBe(places + 1)
    })
  })

onSqlite('the preview of a request', (store) => {
  beforeEach(() => {
    store().clock.now = Math.floor(Date.now() / 1000)
  })

  it('says before when a copy would be shown again', async () => {
    const { owned, verifier, wallet } = await held(store(), { batchSize: 2 }, [identity.id, badge.id])
    const preview = async () => {
      const opened = await openRequest(wallet, owned, verifier.request(), EN)
      if (!opened.ok) throw new Error(opened.error.code)
      return opened.value
    }
    for (const reused of [undefined, undefined, true, true]) {
      const { id, queries } = await preview()
      const [candidate] = queries.flatMap(({ candidates }) => candidates)
      expect(candidate?.reused).toBe(reused)
      const picked = [{ queryId: 'q', credentialId: candidate?.credentialId ?? '', optionalClaims: [] }]
      const used = await useOpenRequest(wallet, owned, { id, decision: picked, locales: EN })
      expect(used).toMatchObject({ value: { state: 'shared' } })
      store().clock.now += 1
    }
  })

  it('uses no copy, nor does looking at the card, in any format', async () => {
    const formats = [identity, ...Object.values(identityAs)].map(({ id }) => id)
    const { owned, wallet } = await held(store(), {}, formats)
    const trust = issuerTrust(issuerChains)
    const judging = {
      ...wallet,
      issuers: { trust, statusLists: {} as never, listAnchors: () => [] },
    }
    for (const { id } of await listCredentials(wallet, owned)) {
      const card = await findCard(judging, owned, id, EN)
      expect(card).toMatchObject({
        value: { bound: true, copies: { unused: 10, total: 10 }, trust: { trusted: true } },
      })
      expect(await copiesOf(wallet, owned, id)).toEqual({ unused: 10, total: 10 })
    }
  })
})
