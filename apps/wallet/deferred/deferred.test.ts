import { setTimeout as delay } from 'node:timers/promises'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { startDueWork } from '@countersign/service/sessions/due-work'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deleteAccount } from '../account/delete-account.ts'
import { listCredentials } from '../credentials/credentials.ts'
import { openOffer, rejectOffer, useOpenOffer, viewOffer } from '../exchange/offer-exchange.ts'
import { listEvents } from '../history/read-events.ts'
import { shownEvent } from '../history/shown-event.ts'
import { LEASE_SECONDS, leaseDue } from '../receive/deferred-record.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import { badge, identity } from '../testing/issuer.testing.ts'
import { announced, type LaterIssuer, type LaterOptions, startLaterIssuer } from '../testing/later.testing.ts'
import { dump, newOwner, onBothDatabases, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { askByHand, listWaiting } from './deferred-credentials.ts'
import { deferredWork } from './deferred-work.ts'
import { lookAtDeferred } from './look-at-deferred.ts'

const EN = ['en']
const INTERVAL = 30

const issuers: LaterIssuer[] = []
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

async function issuerWith(options: LaterOptions = {}): Promise<LaterIssuer> {
  const issuer = await startLaterIssuer({ interval: INTERVAL, ...options })
  issuers.push(issuer)
  return issuer
}

/** What one instance does once a second. */
async function work(wallet: Wallet): Promise<number> {
  const leases = await leaseDue(wallet, 100)
  for (const lease of leases) await lookAtDeferred(wallet, lease)
  return leases.length
}

/** Tests turn the clock on, and issuers live in the time that is. */
function inOurTime(store: () => TestStore): void {
  beforeEach(() => {
    store().clock.now = Math.floor(Date.now() / 1000)
  })
}

function rows(store: TestStore, owned: OwnedWallet) {
  const { db } = store.database
  return db.selectFrom('deferred_credentials').selectAll().where('wallet_id', '=', owned.id).execute()
}

async function stateOfIssuance(store: TestStore, owned: OwnedWallet): Promise<string | undefined> {
  const { db } = store.database
  const row = await db
    .selectFrom('receptions')
    .select('state')
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  return row?.state
}

/** A wallet that waits for one credential. */
async function waiting(store: TestStore, options: LaterOptions = {}) {
  const wallet = store.instance()
  const owned = await newOwner(wallet)
  const issuer = await issuerWith(options)
  const offer = issuer.offer()
  const opened = await openOffer(wallet, owned, offer, EN)
  const id = opened.ok ? opened.value.id : ''
  const used = await useOpenOffer(wallet, owned, id, {}, EN)
  const events = async () => (await listEvents(wallet, owned, { limit: 50, newestFirst: true })).events
  return { wallet, owned, issuer, offer, id, used, events }
}

onBothDatabases('a credential that its issuer prepares', (store) => {
  inOurTime(store)

  it('is shown as waiting, asked for when it is time, and arrives as on the direct way', async () => {
    const { events, id, issuer, owned, used, wallet } = await waiting(store())
    const { now } = store().clock
    const nextAt = now + INTERVAL
    const shown = { state: 'waiting', title: 'Identity', nextAt, issuer: { url: issuer.url } }
    expect(used).toMatchObject({
      value: { state: 'waiting', deferred: [shown], result: { credentials: [] } },
    })
    expect(await listWaiting(wallet, owned, EN)).toMatchObject([shown])
    expect(await listCredentials(wallet, owned)).toEqual([])
    expect(await stateOfIssuance(store(), owned)).toBe('open')

    store().clock.now = nextAt - 1
    expect(await work(wallet)).toBe(0)
    store().clock.now = nextAt
    expect(await work(wallet)).toBe(1)
    expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({
      value: { state: 'waiting', deferred: [{ nextAt: nextAt + INTERVAL }] },
    })

    issuer.verdict = 'approved'
    store().clock.now += INTERVAL
    expect(await work(wallet)).toBe(1)
    const arrived = await viewOffer(wallet, owned, id, EN)
    expect(arrived).toMatchObject({
      value: { state: 'used', result: { credentials: [{ title: 'Identity' }] } },
    })
    expect(arrived.ok && arrived.value.deferred).toBeUndefined()
    expect(await listWaiting(wallet, owned, EN)).toEqual([])
    expect(issuer.notified.map(({ event }) => event)).toEqual(['credential_accepted'])
    expect((await events()).map(({ action }) => action)).toEqual(['receive'])
    expect(await stateOfIssuance(store(), owned)).toBe('finished')

    store().clock.now += 86_400
    expect(await work(wallet)).toBe(0)
    expect(issuer.questions).toHaveLength(2)
  })

  it('tells an issuer that did not hear it at first', async () => {
    const { issuer, owned, wallet } = await waiting(store())
    issuer.verdict = 'approved'
    issuer.failNext('/notification', 'before', 2)
    store().clock.now += INTERVAL
    await work(wallet)
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
    expect(issuer.notified).toEqual([])
    store().clock.now += 10
    await work(wallet)
    expect(issuer.notified).toHaveLength(1)
    store().clock.now += 3600
    expect(await work(wallet)).toBe(0)
  })

  it('answers whoever takes it up again the same, and cannot be declined any more', async () => {
    const { id, issuer, offer, owned, wallet } = await waiting(store())
    expect(await useOpenOffer(wallet, owned, id, {}, EN)).toMatchObject({ value: { state: 'waiting' } })
    expect(await useOffer(wallet, owned, { offer })).toEqual({ ok: true, value: [] })
    const again = await openOffer(wallet, owned, offer, EN)
    const other = again.ok ? again.value.id : ''
    const decided = { ok: false, error: { code: 'exchange_decided' } }
    expect(await rejectOffer(wallet, owned, id, EN)).toMatchObject(decided)
    expect(await rejectOffer(wallet, owned, other, EN)).toMatchObject(decided)
    expect(await rows(store(), owned)).toHaveLength(1)
    issuer.verdict = 'approved'
    store().clock.now += INTERVAL
    await work(wallet)
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true, value: [{}] })
    expect(await viewOffer(wallet, owned, other, EN)).toMatchObject({ value: { state: 'used' } })
  })

  it('waits beside another one of the same offer that comes later still', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [identity.id, badge.id] }) })
    expect(await rows(store(), owned)).toHaveLength(2)
    const [first] = await listWaiting(wallet, owned, EN)
    issuer.verdict = 'approved'
    store().clock.now += INTERVAL
    const asked = await askByHand(wallet, owned, first?.id ?? '', EN)
    expect(asked).toMatchObject({ value: { state: 'came' } })
    expect(await stateOfIssuance(store(), owned)).toBe('open')
    expect(await work(wallet)).toBe(1)
    expect(await stateOfIssuance(store(), owned)).toBe('finished')
    expect((await listCredentials(wallet, owned)).map(({ held }) => held.type).toSorted()).toEqual(
      [badge.type, identity.type].toSorted(),
    )
    expect(issuer.notified).toHaveLength(2)
  })

  it('is asked for by hand no sooner than its issuer said', async () => {
    const { issuer, owned, wallet } = await waiting(store(), { interval: 3600 })
    const [{ id = '' } = {}] = await rows(store(), owned)
    issuer.verdict = 'approved'
    expect(await askByHand(wallet, owned, id, EN)).toMatchObject({ value: { state: 'waiting' } })
    expect(issuer.questions).toEqual([])
    store().clock.now += 3600
    // Somebody else is just asking.
    const [lease] = await leaseDue(wallet, 1)
    expect(await askByHand(wallet, owned, id, EN)).toMatchObject({ value: { state: 'waiting' } })
    expect(issuer.questions).toEqual([])
    if (lease !== undefined) await lookAtDeferred(wallet, lease)
    expect(await askByHand(wallet, owned, id, EN)).toMatchObject({ value: { state: 'came' } })
    expect(issuer.questions).toHaveLength(1)
    const stranger = await newOwner(wallet)
    expect(await askByHand(wallet, stranger, id, EN)).toEqual({
      ok: false,
      error: { code: 'deferred_unknown' },
    })
  })

  it('goes with its wallet, also while it is asked for', async () => {
    const { issuer, owned, wallet } = await waiting(store())
    issuer.verdict = 'approved'
    const asking = Promise.withResolvers<void>()
    issuer.hold = asking.promise
    store().clock.now += INTERVAL
    const [lease] = await leaseDue(wallet, 1)
    const looking = lease && lookAtDeferred(wallet, lease).catch(() => undefined)
    await eventually('it is asked for', () => issuer.questions.length)
    await deleteAccount(wallet, owned.accountId)
    asking.resolve()
    await looking
    expect(await rows(store(), owned)).toEqual([])
    expect(await listCredentials(wallet, owned)).toEqual([])
    store().clock.now += LEASE_SECONDS + 1
    expect(await work(wallet)).toBe(0)
  })

  it('shows a thief of the database neither transaction nor token', async () => {
    const { issuer, owned, wallet } = await waiting(store(), { refreshes: true })
    store().clock.now += INTERVAL
    await work(wallet)
    const stolen = await dump(store())
    const secrets = [...issuer.questions, ...issuer.goodTokens, issuer.url, identity.type, 'transactionId']
    expect(issuer.questions).toHaveLength(1)
    expect(secrets.filter((secret) => stolen.includes(secret))).toEqual([])
    expect(await rows(store(), owned)).toHaveLength(1)
  })
})

onSqlite('when it is asked for again', (store) => {
  inOurTime(store)

  it.each([
    [0.2, 5],
    [1, 5],
    [5, 5],
    [30.5, 31],
    [3600, 3600],
    [1e12, 3600],
  ])('is as its issuer says, between five seconds and an hour: %d', async (interval, seconds) => {
    const { owned } = await waiting(store(), { interval })
    expect(await rows(store(), owned)).toMatchObject([{ next_at: store().clock.now + seconds }])
  })

  it('is later each time where it does not say, and soon again when it says', async () => {
    const { issuer, owned, wallet } = await waiting(store(), { interval: null })
    const waits: number[] = []
    for (let time = 0; time < 12; time++) {
      const [row] = await rows(store(), owned)
      waits.push((row?.next_at ?? 0) - store().clock.now)
      store().clock.now = row?.next_at ?? 0
      await work(wallet)
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600])
    issuer.verdict = { status: 202, body: '{"transaction_id":"t","interval":7}' }
    store().clock.now += 3600
    await work(wallet)
    expect(await rows(store(), owned)).toMatchObject([{ next_at: store().clock.now + 7, attempts: 0 }])
  })

  it.each<[string, LaterIssuer['verdict']]>([
    ['has another trouble', { status: 500, body: '{}' }],
    ['has too much to do', { status: 503, body: '' }],
    ['says so as drafts did', { status: 400, body: '{"error":"issuance_pending","interval":5}' }],
    ['refuses with a word of its own', { status: 400, body: '{"error":"invalid_request"}' }],
    ['answers with nothing', { status: 200, body: '{}' }],
    ['answers with no JSON', { status: 200, body: 'soon' }],
    ['answers without a credential', { status: 200, body: '{"credentials":[]}' }],
  ])('is later, and it still comes, where the issuer %s', async (_what, verdict) => {
    const { issuer, owned, wallet } = await waiting(store())
    issuer.verdict = verdict
    for (const seconds of [10, 20, 40]) {
      const [before] = await rows(store(), owned)
      store().clock.now = before?.next_at ?? 0
      expect(await work(wallet)).toBe(1)
      expect(await rows(store(), owned)).toMatchObject([{ next_at: store().clock.now + seconds }])
    }
    issuer.verdict = 'approved'
    store().clock.now += 40
    await work(wallet)
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
  })
})

onBothDatabases('a credential that does not come', (store) => {
  inOurTime(store)

  it.each<[string, LaterOptions, LaterIssuer['verdict'], object]>([
    [
      'for its issuer refuses',
      {},
      { status: 400, body: '{"error":"credential_request_denied","error_description":"Not on the list"}' },
      { code: 'refused', words: 'Not on the list' },
    ],
    [
      'for its issuer knows nothing of it',
      {},
      { status: 400, body: '{"error":"invalid_transaction_id"}' },
      { code: 'refused', words: 'invalid_transaction_id' },
    ],
    [
      'for its token is not taken any more',
      {},
      { status: 401, body: '{"error":"invalid_token"}' },
      { code: 'token_over' },
    ],
    ['for it is another than was promised', { cheats: 'type' }, 'approved', { code: 'unacceptable' }],
    ['for it is bound to another key', { cheats: 'key' }, 'approved', { code: 'unacceptable' }],
  ])('ends, %s, and the history says so once', async (_what, options, verdict, unissued) => {
    const { events, id, issuer, owned, wallet } = await waiting(store(), options)
    issuer.verdict = verdict
    store().clock.now += INTERVAL
    expect(await work(wallet)).toBe(1)
    expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({
      value: { state: 'used', deferred: [{ state: 'refused', unissued }], result: { credentials: [] } },
    })
    const told = await events()
    expect(told).toHaveLength(1)
    expect(told[0] && shownEvent(told[0], EN)).toMatchObject({
      action: 'receive',
      outcome: 'refused',
      unissued,
      party: { id: issuer.url },
      credentials: [{ id: undefined, title: 'Identity' }],
    })
    expect(await stateOfIssuance(store(), owned)).toBe('finished')
    expect(await listWaiting(wallet, owned, EN)).toEqual([])
    store().clock.now += 86_400
    expect(await work(wallet)).toBe(0)
    expect(issuer.questions).toHaveLength(1)
  })

  it('is given up after ninety days', async () => {
    const { events, issuer, owned, wallet } = await waiting(store())
    store().clock.now += 90 * 86_400 + 1
    issuer.verdict = 'approved'
    await work(wallet)
    expect(issuer.questions).toEqual([])
    expect((await events())[0]?.summary.unissued).toEqual({ code: 'waited_too_long' })
    expect(await rows(store(), owned)).toMatchObject([{ state: 'refused', next_at: null }])
  })

  it('is waited for also when other unfinished issuances are forgotten', async () => {
    const { issuer, owned, wallet } = await waiting(store(), { refreshes: true })
    store().clock.now += 40 * 86_400
    // Somebody receives something, which forgets what is old.
    const direct = await issuerWith()
    direct.failNext('/credential', 'before', 9)
    await useOffer(wallet, owned, { offer: direct.offer() })
    issuer.verdict = 'approved'
    await work(wallet)
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
  })
})

onBothDatabases('a token that is over', (store) => {
  inOurTime(store)

  it('is exchanged, and the next one asks and tells', async () => {
    const { issuer, owned, wallet } = await waiting(store(), { refreshes: true })
    const [first] = [...issuer.goodTokens]
    issuer.verdict = 'approved'
    store().clock.now += 86_400
    expect(await work(wallet)).toBe(1)
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
    expect(issuer.told).toEqual(['credential_accepted'])
    expect(issuer.goodTokens.size).toBe(2)
    expect(issuer.questions).toHaveLength(1)
    expect(first).toBeDefined()
  })

  it('is exchanged where its server alone knows that it is over', async () => {
    const { issuer, owned, wallet } = await waiting(store(), { refreshes: true })
    issuer.goodTokens.clear()
    store().clock.now += INTERVAL
    await work(wallet)
    expect(await listWaiting(wallet, owned, EN)).toHaveLength(1)
    expect(issuer.goodTokens.size).toBe(1)
    issuer.verdict = 'approved'
    store().clock.now += INTERVAL
    await work(wallet)
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
    expect(issuer.goodTokens.size).toBe(1)
  })

  it('is exchanged once by several who ask with it at the same time', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ refreshes: true })
    await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [identity.id, badge.id] }) })
    issuer.verdict = 'approved'
    for (let round = 0; round < 4; round++) {
      store().clock.now += 400
      const leases = await leaseDue(wallet, 10)
      const others = store().instance()
      await Promise.all(leases.map((lease, at) => lookAtDeferred(at === 0 ? wallet : others, lease)))
    }
    // A second use of one would have ended both.
    expect(await listCredentials(wallet, owned)).toHaveLength(2)
    expect(await stateOfIssuance(store(), owned)).toBe('finished')
  })

  it('ends it where it is not exchanged', async () => {
    const { events, issuer, wallet } = await waiting(store(), { refreshes: false })
    issuer.verdict = 'approved'
    store().clock.now += 86_400
    await work(wallet)
    expect((await events())[0]?.summary.unissued).toEqual({ code: 'token_over' })
    expect(issuer.questions).toEqual([])
  })
})

onBothDatabases('encrypted, where the issuer wants it so', (store) => {
  inOurTime(store)

  it('is each question, with a key of its own', async () => {
    const { issuer, owned, wallet } = await waiting(store(), { encryption: announced() })
    for (const verdict of ['pending', 'approved'] as const) {
      issuer.verdict = verdict
      store().clock.now += INTERVAL
      await work(wallet)
    }
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
    expect(issuer.bodies).toHaveLength(3)
    expect(issuer.bodies.every((body) => body.startsWith('ey'))).toBe(true)
    expect(new Set(issuer.recipients.map(({ key }) => key.x)).size).toBe(3)
  })

  it('no answer in the clear is taken', async () => {
    let isHostile = false
    const { issuer, owned, wallet } = await waiting(store(), {
      encryption: {
        ...announced(),
        sends: (answer, to) => (isHostile ? answer : joseJwe.encrypt(answer, to)),
      },
    })
    isHostile = true
    issuer.verdict = 'approved'
    store().clock.now += INTERVAL
    await work(wallet)
    expect(await listCredentials(wallet, owned)).toEqual([])
    expect(await listWaiting(wallet, owned, EN)).toHaveLength(1)
    isHostile = false
    store().clock.now += INTERVAL
    await work(wallet)
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
  })
})

onBothDatabases('several instances', (store) => {
  inOurTime(store)

  it('ask for each of fifty, ten times, once', async () => {
    const wallet = store().instance()
    const issuer = await issuerWith()
    for (let at = 0; at < 50; at++) {
      const owned = await newOwner(wallet)
      await useOffer(wallet, owned, { offer: issuer.offer() })
    }
    const both = [store().instance(), store().instance()]
    for (let round = 1; round <= 10; round++) {
      store().clock.now += INTERVAL
      await Promise.all(
        both.map(async (instance) => {
          for (;;) {
            const leases = await leaseDue(instance, 7)
            if (leases.length === 0) break
            await Promise.all(leases.map((lease) => lookAtDeferred(instance, lease)))
          }
        }),
      )
      expect(issuer.questions).toHaveLength(50 * round)
    }
    const times = Map.groupBy(issuer.questions, (transaction) => transaction)
    expect(times.size).toBe(50)
    expect([...times.values()].every((all) => all.length === 10)).toBe(true)
  })

  it.each<[string, LaterIssuer['verdict'], LaterIssuer['verdict'], number]>([
    ['that brings it', 'approved', 'approved', 1],
    [
      'that brings it to whoever came first',
      'approved',
      { status: 400, body: '{"error":"invalid_transaction_id"}' },
      0,
    ],
    ['that says to wait', { status: 202, body: '{"transaction_id":"t","interval":3000}' }, 'approved', 1],
    ['that ends it', { status: 400, body: '{"error":"credential_request_denied"}' }, 'approved', 1],
  ])(
    'write nothing after a pause longer than the lease, of an answer %s',
    async (_what, first, second, held) => {
      const { events, issuer, owned, wallet } = await waiting(store())
      const paused = Promise.withResolvers<void>()
      issuer.verdict = first
      store().clock.now += INTERVAL
      const [lease] = await leaseDue(wallet, 1)
      if (lease === undefined) throw new Error('nothing is due')
      // It has the answer, and stands still.
      const sleeping = { ...wallet, outgoing: standingStill(wallet, paused.promise) }
      const looking = lookAtDeferred(sleeping, lease)
      await eventually('the first one asks', () => issuer.questions.length === 1)

      store().clock.now += LEASE_SECONDS + 1
      issuer.verdict = second
      expect(await work(store().instance())).toBe(1)
      const before = await rows(store(), owned)
      const told = (await events()).length
      paused.resolve()
      await looking
      expect(await rows(store(), owned)).toEqual(before)
      expect(await listCredentials(wallet, owned)).toHaveLength(held)
      expect(await events()).toHaveLength(told)
    },
  )

  it('write nothing after such a pause also where nobody has taken it over', async () => {
    const { events, issuer, owned, wallet } = await waiting(store())
    const paused = Promise.withResolvers<void>()
    issuer.verdict = 'approved'
    store().clock.now += INTERVAL
    const [lease] = await leaseDue(wallet, 1)
    if (lease === undefined) throw new Error('nothing is due')
    const looking = lookAtDeferred({ ...wallet, outgoing: standingStill(wallet, paused.promise) }, lease)
    await eventually('it asks', () => issuer.questions.length === 1)
    store().clock.now += LEASE_SECONDS
    paused.resolve()
    await looking
    expect(await listCredentials(wallet, owned)).toEqual([])
    expect(await events()).toEqual([])
    expect(await work(wallet)).toBe(1)
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
  })

  it('begin and stop with their service', async () => {
    const { issuer, owned, wallet } = await waiting(store())
    issuer.verdict = 'approved'
    const quiet = { info: () => {}, warn: () => {} }
    const working = startDueWork({ ...deferredWork(wallet), log: quiet, everyMs: 5 })
    store().clock.now += INTERVAL
    await eventually('it came', async () => (await listCredentials(wallet, owned)).length)
    await working.close()
    const next = await waiting(store())
    store().clock.now += INTERVAL
    await delay(50)
    expect(next.issuer.questions).toEqual([])
  })
})

/** Whoever asks gets his answer and does not look at it before `until`. */
function standingStill({ outgoing }: Wallet, until: Promise<void>): Wallet['outgoing'] {
  return {
    ...outgoing,
    post: async (request) => {
      const answer = await outgoing.post(request)
      await until
      return answer
    },
  }
}

describe.each(['before', 'after'] as const)('an instance that dies %s any of its statements', (when) => {
  onBothDatabases('while it is told to come again', (store) => {
    inOurTime(store)

    it('waits for it once', async () => {
      const wallet = store().instance()
      const issuer = await issuerWith()
      const places = await diesEverywhere(async (statement) => {
        const owned = await newOwner(wallet)
        const offer = issuer.offer()
        const opened = await openOffer(wallet, owned, offer, EN)
        const id = opened.ok ? opened.value.id : ''
        const died = await killed(useOpenOffer(dyingAt(wallet, statement, when), owned, id, {}, EN))
        expect(await useOpenOffer(wallet, owned, id, {}, EN)).toMatchObject({ value: { state: 'waiting' } })
        expect(await rows(store(), owned)).toHaveLength(1)
        return { died }
      })
      expect(places).toBeGreaterThan(10)
    })
  })

  onBothDatabases('while it asks', (store) => {
    inOurTime(store)

    it.each<[LaterIssuer['verdict'], number]>([
      ['approved', 1],
      [{ status: 400, body: '{"error":"credential_request_denied"}' }, 0],
    ])('gets it, or tells its end, once: %j', async (verdict, count) => {
      const wallet = store().instance()
      const places = await diesEverywhere(async (statement) => {
        store().clock.now = Math.floor(Date.now() / 1000)
        const { events, id, issuer, owned } = await waiting(store(), { refreshes: true })
        issuer.verdict = verdict
        // The token is over too.
        store().clock.now += 400
        const died = await killed(
          (async () => {
            const dying = dyingAt(wallet, statement, when)
            for (const lease of await leaseDue(dying, 1)) await lookAtDeferred(dying, lease)
          })(),
        )
        // A token that was exchanged and not written down is lost: this server takes a second use for a theft.
        const isLost = issuer.goodTokens.size > 1 && (await work(wallet)) === 0
        store().clock.now += LEASE_SECONDS + 1
        await work(wallet)
        store().clock.now += 3600
        await work(wallet)
        const credentials = await listCredentials(wallet, owned)
        const entries = await events()
        expect(entries).toHaveLength(1)
        const isTokenOver = entries[0]?.summary.unissued?.code === 'token_over'
        expect(credentials).toHaveLength(isTokenOver ? 0 : count)
        if (isTokenOver) expect(isLost).toBe(true)
        if (credentials.length > 0) expect(new Set(issuer.told)).toEqual(new Set(['credential_accepted']))
        expect(await stateOfIssuance(store(), owned)).toBe('finished')
        expect(await viewOffer(wallet, owned, id, EN)).toMatchObject({ value: { state: 'used' } })
        return { died }
      })
      expect(places).toBeGreaterThan(10)
    })
  })
})
