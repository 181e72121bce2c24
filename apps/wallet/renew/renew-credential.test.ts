/** More of a card, with the refresh token of its issuance. */
import type { JsonObject } from '@countersign/core/json'
import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { copiesOf } from '../copies/copies.ts'
import { deleteCredential, listCredentials } from '../credentials/credentials.ts'
import { deleteKey, listKeys } from '../keys/keys.ts'
import { usePresentationRequest } from '../present/present-credential.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import {
  badge,
  identity,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing/issuer.testing.ts'
import {
  allRows,
  dump,
  newOwner,
  onBothDatabases,
  type TestStore,
  withAnchors,
} from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { refillCopies, renewCredential } from './renew-credential.ts'

const open: (TestIssuer | TestVerifier)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

// The clock of the issuer is another one, and what is signed must be of its time.
const LEASE_ENDS = { leased_until: 0 }
const PAUSE_ENDS = { next_at: 0 }

async function after(end: typeof LEASE_ENDS | typeof PAUSE_ENDS, { database }: Wallet, owned: OwnedWallet) {
  await database.db.updateTable('renewals').set(end).where('wallet_id', '=', owned.id).execute()
}

/** What happens in the background, on a machine that does much else. */
const eventually = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 20_000 })

interface Held {
  readonly wallet: Wallet
  readonly owned: OwnedWallet
  readonly issuer: TestIssuer
  readonly verifier: TestVerifier
  readonly offer: string
  readonly id: string
  show(times: number): Promise<void>
  count(): ReturnType<typeof copiesOf>
}

async function held(
  store: TestStore,
  options: TestIssuerOptions = {},
  configurations: readonly string[] = [identity.id],
): Promise<Held> {
  const verifier = await startTestVerifier()
  const issuer = await startTestIssuer({ batchSize: 10, refreshes: true, ...options })
  open.push(verifier, issuer)
  const wallet = store.instance(withAnchors(verifier.anchors))
  const owned = await newOwner(wallet)
  const offer = issuer.offer({ configurations })
  const received = await useOffer(wallet, owned, { offer })
  if (!received.ok) throw new Error(JSON.stringify(received.error))
  const id = received.value.find(({ held: { type } }) => type === identity.type)?.id ?? ''
  return {
    wallet,
    owned,
    issuer,
    verifier,
    offer,
    id,
    async show(times) {
      for (let time = 0; time < times; time++)
        expect(await usePresentationRequest(wallet, owned, { requestUrl: verifier.request() })).toMatchObject(
          { value: { accepted: true } },
        )
    },
    count: () => copiesOf(wallet, owned, id),
  }
}

const keysOf = (disclosed: readonly JsonObject[]) => disclosed.map(({ cnf }) => JSON.stringify(cnf))

onBothDatabases('copies of a card', (store) => {
  beforeEach(() => {
    store().clock.now = Math.floor(Date.now() / 1000)
  })

  it('are fetched anew after an answer that leaves less than a third, and nobody waits for it', async () => {
    const { count, issuer, owned, show, verifier, wallet } = await held(store())
    await show(6)
    expect(await count()).toEqual({ unused: 4, total: 10 })
    expect(issuer.tokens.size).toBe(1)
    await show(1)
    await eventually(async () => expect(await count()).toEqual({ unused: 13, total: 13 }))
    expect(issuer.tokens.size).toBe(2)
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
    await show(9)
    expect(new Set(keysOf(verifier.disclosed)).size).toBe(16)
    await eventually(async () => expect(await count()).toEqual({ unused: 14, total: 14 }))
  })

  it('are fetched by one of ten at once', async () => {
    const { count, id, issuer, owned, show, wallet } = await held(store(), { refreshes: true })
    await show(6)
    issuer.failNext('/.well-known/openid-credential-issuer', 'unavailable', 3)
    await show(1)
    await eventually(async () => expect((await renewalOf(store(), owned))?.['failures']).toBe(1))
    await after(PAUSE_ENDS, wallet, owned)
    await Promise.all(Array.from({ length: 10 }, () => refillCopies(store().instance(), owned, [id])))
    expect(await count()).toEqual({ unused: 13, total: 13 })
    expect(issuer.tokens.size).toBe(2)
    expect(issuer.signed).toHaveLength(20)
  })

  it('are not asked for again at once where it went wrong, and by hand they are', async () => {
    const { count, id, issuer, owned, show, wallet } = await held(store())
    await show(6)
    issuer.failNext('/token', 'unavailable', 3)
    await show(1)
    await eventually(async () => expect((await renewalOf(store(), owned))?.['failures']).toBe(1))
    const asked = issuer.asked.length
    await refillCopies(wallet, owned, [id])
    expect(issuer.asked).toHaveLength(asked)
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ ok: true, value: { id } })
    expect(await count()).toEqual({ unused: 10, total: 10 })
    expect(await renewalOf(store(), owned)).toMatchObject({ failures: 0, leased_until: null })
  })

  it('wait longer each time', async () => {
    const { id, issuer, owned, show, wallet } = await held(store())
    await show(6)
    issuer.failNext('/token', 'unavailable', 1000)
    await show(1)
    await eventually(async () => expect((await renewalOf(store(), owned))?.['failures']).toBe(1))
    const pauses: number[] = []
    for (let failures = 1; failures <= 3; failures++) {
      const { next_at: next } = (await renewalOf(store(), owned)) ?? {}
      pauses.push(Number(next) - store().clock.now)
      store().clock.now = Number(next)
      await refillCopies(wallet, owned, [id])
    }
    expect(pauses).toEqual([60, 120, 240])
  })

  it('of before are gone where the new ones say something else, and the card says what they do', async () => {
    let name = 'Ada'
    const claims = {
      get claims(): JsonObject {
        return { given_name: name }
      },
      selectivelyDisclosable: [['given_name']],
    }
    const { count, owned, show, verifier, wallet } = await held(store(), { claims })
    await show(6)
    name = 'Ada Maria'
    await show(1)
    await eventually(async () => expect(await count()).toEqual({ unused: 10, total: 10 }))
    expect(await listCredentials(wallet, owned)).toMatchObject([
      { held: { claims: { given_name: 'Ada Maria' } } },
    ])
    await show(1)
    expect(verifier.disclosed.at(-1)).toMatchObject({ given_name: 'Ada Maria' })
  })

  it('are not what a stolen database shows, nor is what they are asked for with', async () => {
    const { id, issuer, offer, owned, wallet } = await held(store())
    await renewCredential(wallet, owned, id)
    const stolen = await dump(store())
    for (const token of issuer.tokens) expect(stolen).not.toContain(token)
    const code = offer.split('%2F').at(-1) ?? ''
    expect(code.length).toBeGreaterThan(10)
    expect(stolen).not.toContain(code)
  })
})

async function renewalOf(store: TestStore, owned: OwnedWallet) {
  const { renewals = [] } = await allRows(store)
  return renewals.find(({ wallet_id: id }) => id === owned.id)
}

onBothDatabases('a card that is issued anew', (store) => {
  beforeEach(() => {
    store().clock.now = Math.floor(Date.now() / 1000)
  })

  it('is the same card with all of it new', async () => {
    const { count, id, issuer, owned, show, verifier, wallet } = await held(store())
    await show(2)
    const [before] = await listCredentials(wallet, owned)
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ ok: true, value: { id } })
    const [after, ...more] = await listCredentials(wallet, owned)
    expect(more).toEqual([])
    expect(after?.content).not.toBe(before?.content)
    expect(after?.addedAt).toBe(before?.addedAt)
    expect(await count()).toEqual({ unused: 10, total: 10 })
    await show(2)
    expect(new Set(keysOf(verifier.disclosed)).size).toBe(4)
    await eventually(() =>
      expect(issuer.notified.filter(({ event }) => event === 'credential_accepted')).toHaveLength(2),
    )
  })

  it('is renewed as often as somebody likes, and its offer is still taken up', async () => {
    const { id, offer, owned, wallet } = await held(store())
    for (let time = 0; time < 3; time++)
      expect(await renewCredential(wallet, owned, id)).toMatchObject({ ok: true })
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ value: [{ id }] })
    const { receptions = [] } = await allRows(store())
    // That of the offer and the last one.
    expect(receptions.filter(({ wallet_id: of }) => of === owned.id)).toHaveLength(2)
  })

  it('may be one of several of an offer, which the others are not touched by', async () => {
    const { id, issuer, owned, wallet } = await held(store(), {}, [identity.id, badge.id])
    const cards = await listCredentials(wallet, owned)
    const other = cards.find((card) => card.id !== id)
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ ok: true })
    const now = await listCredentials(wallet, owned)
    expect(now.find((card) => card.id === other?.id)?.content).toBe(other?.content)
    expect(await renewCredential(wallet, owned, other?.id ?? '')).toMatchObject({ ok: true })
    expect(issuer.signed).toHaveLength(40)
    await deleteCredential(wallet, owned, id, { permanent: true })
    expect(await renewCredential(wallet, owned, other?.id ?? '')).toMatchObject({ ok: true })
    await deleteCredential(wallet, owned, other?.id ?? '', { permanent: true })
    expect(await renewalOf(store(), owned)).toBeUndefined()
  })

  it('is one credential for the same key where there are no copies', async () => {
    const { count, id, issuer, owned, wallet } = await held(store(), { batchSize: 1 })
    const [before] = await listCredentials(wallet, owned)
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ ok: true })
    const [after] = await listCredentials(wallet, owned)
    expect(after?.held.holderKey).toEqual(before?.held.holderKey)
    expect(after?.keyId).toBe(before?.keyId)
    expect(after?.content).not.toBe(before?.content)
    expect(await count()).toBeUndefined()
    expect(issuer.signed).toHaveLength(2)
  })

  it('needs no key of the wallet where it has copies', async () => {
    const { id, owned, wallet } = await held(store())
    const [key] = await listKeys(wallet, owned)
    const { db } = wallet.database
    await db.updateTable('wallets').set({ default_did: null }).where('id', '=', owned.id).execute()
    await db.deleteFrom('wallet_dids').where('wallet_id', '=', owned.id).execute()
    expect(await deleteKey(wallet, owned, key?.id ?? '')).toMatchObject({ ok: true })
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ ok: true })
  })

  it('is none where the issuer gave nothing to ask with, or it is another wallet’s', async () => {
    const { id, owned, wallet } = await held(store(), { refreshes: false })
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ error: { code: 'not_renewable' } })
    const other = await held(store())
    expect(await renewCredential(wallet, owned, other.id)).toMatchObject({
      error: { code: 'credential_unknown' },
    })
  })

  it('is none any more once the issuer takes the refresh token no longer', async () => {
    const { count, id, issuer, offer, owned, wallet } = await held(store())
    issuer.withdraw(offer)
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ error: { code: 'not_renewable' } })
    const asked = issuer.asked.length
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ error: { code: 'not_renewable' } })
    expect(issuer.asked).toHaveLength(asked)
    expect(await count()).toEqual({ unused: 10, total: 10 })
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: false })
  })

  it('stays as it is where what comes is not kept, and the issuer hears of it', async () => {
    let isForged = false
    const rewrite = (path: string, answer: string) =>
      isForged && path === '/credential' ? answer.replace('"credential":"', '"credential":"x') : answer
    const { count, id, issuer, owned, wallet } = await held(store(), { rewrite })
    const before = await listCredentials(wallet, owned)
    isForged = true
    expect(await renewCredential(wallet, owned, id)).toMatchObject({
      error: { code: 'credential_unacceptable', reason: 'unreadable' },
    })
    expect(issuer.notified.at(-1)).toMatchObject({ event: 'credential_failure' })
    expect(await listCredentials(wallet, owned)).toEqual(before)
    expect(await count()).toEqual({ unused: 10, total: 10 })
    isForged = false
    expect(await renewCredential(wallet, owned, id)).toMatchObject({ ok: true })
  })

  it('is refused while somebody else asks for it', async () => {
    const { id, issuer, owned, wallet } = await held(store())
    const renewed = await Promise.all([1, 2, 3].map(() => renewCredential(wallet, owned, id)))
    expect(renewed.filter(({ ok }) => ok)).toHaveLength(1)
    expect(renewed.filter(({ ok }) => !ok)).toMatchObject([
      { error: { code: 'renewal_pending' } },
      { error: { code: 'renewal_pending' } },
    ])
    expect(issuer.tokens.size).toBe(2)
  })
})

for (const when of ['before', 'after'] as const)
  onBothDatabases(`an instance that dies ${when} any statement while it asks for more`, (store) => {
    beforeEach(() => {
      store().clock.now = Math.floor(Date.now() / 1000)
    })

    it('loses neither the refresh token nor a copy, and asks for no more than it takes', async () => {
      const { count, id, issuer, owned, wallet } = await held(store())
      const places = await diesEverywhere(async (statement) => {
        const died = await killed(renewCredential(dyingAt(wallet, statement, when), owned, id))
        await after(LEASE_ENDS, wallet, owned)
        expect(await renewCredential(wallet, owned, id)).toMatchObject({ ok: true, value: { id } })
        expect((await count())?.unused).toBe(10)
        expect(await listCredentials(wallet, owned)).toHaveLength(1)
        return { died }
      })
      expect(places).toBeGreaterThan(8)
      expect(issuer.tokens.size).toBeLessThanOrEqual(2 * (places + 1) + 1)
    })
  })
