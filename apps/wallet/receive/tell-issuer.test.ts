import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { afterEach, describe, expect, it } from 'vitest'
import { listCredentials } from '../credentials/credentials.ts'
import {
  badge,
  identity,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing/issuer.testing.ts'
import { dump, newOwner, onBothDatabases, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import type { OwnedWallet } from '../wallet.ts'
import { useOffer } from './receive-credential.ts'
import { deleteReceived } from './tell-issuer.ts'

const issuers: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

async function issuerWith(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options)
  issuers.push(issuer)
  return issuer
}

const told = ({ notified }: TestIssuer) =>
  notified.map(({ configurationId, event }) => `${configurationId} ${event}`).sort()

onBothDatabases('an issuer that takes notifications', (store) => {
  it('hears of every credential that it was stored, once', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer({ configurations: [identity.id, badge.id] })
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true })
    expect(told(issuer)).toEqual(['badge credential_accepted', 'identity credential_accepted'])
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true })
    expect(issuer.notified).toHaveLength(2)
  })

  it('hears of it at the next repeat, from another instance too, where it could not be told', async () => {
    const owned = await newOwner(store().instance())
    const issuer = await issuerWith()
    const offer = issuer.offer()
    issuer.failNext('/notification', 'before', 2)
    const first = await useOffer(store().instance(), owned, { offer })
    expect(first).toMatchObject({ ok: true, value: [{}] })
    expect(issuer.notified).toEqual([])
    expect(await useOffer(store().instance(), owned, { offer })).toEqual(first)
    expect(told(issuer)).toEqual(['identity credential_accepted'])
  })

  it('hears of what was stored where the rest of the offer could not be had', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const refused = { error: 'credential_request_denied' }
    let requests = 0
    const issuer = await issuerWith({
      rewrite: (path, answer) =>
        path === '/credential' && ++requests > 1 ? JSON.stringify(refused) : answer,
    })
    const offer = issuer.offer({ configurations: [identity.id, badge.id] })
    expect((await useOffer(wallet, owned, { offer })).ok).toBe(false)
    expect(told(issuer)).toEqual(['identity credential_accepted'])
  })

  it('hears of a deletion that is for good where it heard of nothing before, and of none that can be taken back', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    issuer.failNext('/notification', 'before', 4)
    await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [identity.id, badge.id] }) })
    const held = await listCredentials(wallet, owned)
    const idOf = (type: string) => held.find((one) => one.held.type === type)?.id ?? ''
    expect(issuer.notified).toEqual([])
    expect(await deleteReceived(wallet, owned, idOf(badge.type), { permanent: false })).toMatchObject({
      ok: true,
    })
    expect(await deleteReceived(wallet, owned, idOf(identity.type), { permanent: true })).toMatchObject({
      ok: true,
    })
    await eventually('the issuer hears of it', () => issuer.notified.length > 0)
    expect(told(issuer)).toEqual(['identity credential_deleted'])
  })
})

/** Issuances of a wallet that still have something to tell with: token and key. */
async function untold({ database }: TestStore, { id }: OwnedWallet) {
  const rows = await database.db
    .selectFrom('receptions')
    .select('id')
    .where('wallet_id', '=', id)
    .where('progress_sealed', 'is not', null)
    .execute()
  return rows.length
}

onBothDatabases('token and key of an issuance', (store) => {
  it('are gone with the last that was to be told', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [identity.id, badge.id] }) })
    await eventually('all is told', () => issuer.notified.length === 2)
    await eventually('nothing is kept', async () => (await untold(store(), owned)) === 0)
  })

  it('are gone when the issuer will not hear of it', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ notificationId: 'made-up' })
    await useOffer(wallet, owned, { offer: issuer.offer() })
    await eventually('nothing is kept', async () => (await untold(store(), owned)) === 0)
  })

  it('are gone when it did not answer five times', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const offer = issuer.offer()
    issuer.failNext('/notification', 'before', 100)
    for (let time = 1; time <= 5; time += 1) {
      expect(await untold(store(), owned)).toBe(time === 1 ? 0 : 1)
      expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true })
    }
    await eventually('nothing is kept', async () => (await untold(store(), owned)) === 0)
    const asked = issuer.asked.length
    await useOffer(wallet, owned, { offer })
    expect(issuer.asked.slice(asked)).not.toContain('/notification')
  })

  it('are not to be read in the database meanwhile, and gone an hour later when anybody receives something', async () => {
    const wallet = store().instance()
    const [owned, somebody] = [await newOwner(wallet), await newOwner(wallet)]
    const issuer = await issuerWith()
    issuer.failNext('/notification', 'before', 2)
    await useOffer(wallet, owned, { offer: issuer.offer() })
    expect(await untold(store(), owned)).toBe(1)
    const text = await dump(store())
    expect([...issuer.tokens, '/notification'].filter((secret) => text.includes(secret))).toEqual([])
    const later = { ...wallet, now: () => store().clock.now + 3601 }
    await useOffer(later, somebody, { offer: issuer.offer() })
    expect(await untold(store(), owned)).toBe(0)
  })
})

onSqlite('no credential is lost over a notification', (store) => {
  it.each([[7], [null], [''], [{}], ['n'.repeat(1025)]])(
    'whose id is %j: nothing is told',
    async (notificationId) => {
      const wallet = store().instance()
      const issuer = await issuerWith({ notificationId })
      const received = await useOffer(wallet, await newOwner(wallet), { offer: issuer.offer() })
      expect(received).toMatchObject({ ok: true, value: [{}] })
      expect(issuer.asked).not.toContain('/notification')
    },
  )

  it('whose id the issuer does not know itself: it is not told again', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ notificationId: 'made-up' })
    const offer = issuer.offer()
    for (let time = 0; time < 2; time++) await useOffer(wallet, owned, { offer })
    expect(issuer.asked.filter((path) => path === '/notification')).toHaveLength(1)
  })

  it('that an issuer never answers: the holder waits two seconds at most', async () => {
    const wallet = store().instance()
    const issuer = await issuerWith({ hangsAt: '/notification' })
    const owned = await newOwner(wallet)
    // The client itself would wait for thirty seconds, twice.
    const received = await takesAtMost(4_000, () => useOffer(wallet, owned, { offer: issuer.offer() }))
    expect(received).toMatchObject({ ok: true, value: [{}] })
  })

  it('whose token is over: it is not sent', async () => {
    const here = store()
    const owned = await newOwner(here.instance())
    const issuer = await issuerWith()
    const offer = issuer.offer()
    issuer.failNext('/notification', 'before', 2)
    await useOffer(here.instance(), owned, { offer })
    const asked = issuer.asked.length
    const later = here.instance({ now: () => here.clock.now + 301 })
    expect(await useOffer(later, owned, { offer })).toMatchObject({ ok: true, value: [{}] })
    expect(issuer.asked.slice(asked)).not.toContain('/notification')
  })
})

describe('a credential that cannot be accepted', () => {
  onSqlite('the issuer hears why', (store) => {
    it.each([
      ['type', /another type/],
      ['key', /not bound/],
    ] as const)('%s', async (cheats, why) => {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const issuer = await issuerWith({ cheats })
      const received = await useOffer(wallet, owned, { offer: issuer.offer() })
      expect(received).toMatchObject({ ok: false, error: { code: 'credential_unacceptable' } })
      expect(issuer.notified).toEqual([
        {
          configurationId: identity.id,
          event: 'credential_failure',
          description: expect.stringMatching(why),
        },
      ])
    })
  })
})
