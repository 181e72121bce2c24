import { issuerTrust } from '@countersign/trust/issuer-trust'
import { afterEach, describe, expect, it } from 'vitest'
import { listCredentials } from '../credentials/credentials.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { badge, identity, issuerChains, startTestIssuer, type TestIssuer } from '../testing/issuer.testing.ts'
import { dump, newOwner, onBothDatabases, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { EXCHANGE_SECONDS, MAX_EXCHANGES } from './exchange-record.ts'
import { openOffer, rejectOffer, useOpenOffer, viewOffer } from './offer-exchange.ts'
import type { OfferPreview } from './preview-offer.ts'

const open: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const EN = ['en']

interface Ready {
  readonly wallet: Wallet
  readonly owned: OwnedWallet
  readonly issuer: TestIssuer
  opened(offer: string): Promise<OfferPreview>
}

async function ready(store: TestStore, options: Parameters<typeof startTestIssuer>[0] = {}): Promise<Ready> {
  const issuer = await startTestIssuer(options)
  open.push(issuer)
  const wallet = store.instance()
  const owned = await newOwner(wallet)
  const opened = async (offer: string) => {
    const preview = await openOffer(wallet, owned, offer, EN)
    if (!preview.ok) throw new Error(preview.error.code)
    return preview.value
  }
  return { wallet, owned, issuer, opened }
}

onBothDatabases('an offer under an id', (store) => {
  it('shows who issues what, takes it up as shown, and answers the same ever after', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer({ configurations: [identity.id, badge.id] }))
    expect(preview).toMatchObject({
      state: 'open',
      issuer: { url: issuer.url, host: new URL(issuer.url).host, trust: { trusted: false } },
      credentials: [
        {
          configurationId: identity.id,
          type: identity.type,
          title: 'Identity',
          look: { backgroundColor: '#123456', textColor: '#ffffff', print: true },
          claims: [{ path: ['family_name'], label: 'Family name' }],
        },
        { configurationId: badge.id },
      ],
      txCode: undefined,
      result: undefined,
    })
    expect(issuer.tokens.size).toBe(0)
    const used = await useOpenOffer(wallet, owned, preview.id, {}, EN)
    expect(used).toMatchObject({
      ok: true,
      value: {
        state: 'used',
        result: {
          credentials: [
            {
              title: 'Identity',
              claims: expect.arrayContaining([expect.objectContaining({ value: 'Ada-planted' })]),
            },
            {},
          ],
        },
      },
    })
    const again = await useOpenOffer(store().instance(), owned, preview.id, {}, EN)
    expect(again).toEqual(used)
    expect(await viewOffer(wallet, owned, preview.id, EN)).toEqual(used)
    expect(await listCredentials(wallet, owned)).toHaveLength(2)
    expect(await rejectOffer(wallet, owned, preview.id, EN)).toMatchObject({
      error: { code: 'exchange_decided', state: 'done' },
    })
  })

  it('asks neither for the offer nor for the metadata again', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer())
    const before = issuer.asked.length
    await useOpenOffer(wallet, owned, preview.id, {}, EN)
    expect(issuer.asked.slice(before)).toEqual(['/token', '/nonce', '/credential', '/notification'])
  })

  it('leaves nothing behind when it is rejected, and is not used after that', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer())
    const before = issuer.asked.length
    const rejected = await rejectOffer(wallet, owned, preview.id, EN)
    expect(rejected).toMatchObject({ ok: true, value: { state: 'rejected', result: undefined } })
    expect(await rejectOffer(wallet, owned, preview.id, EN)).toEqual(rejected)
    expect(await useOpenOffer(wallet, owned, preview.id, {}, EN)).toMatchObject({
      error: { code: 'exchange_decided', state: 'rejected' },
    })
    expect(issuer.asked.length).toBe(before)
    expect(await listCredentials(wallet, owned)).toEqual([])
  })

  it('a wrong transaction code leaves it open, for the right one or for a no', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer({ txCode: '123456' }))
    expect(preview.txCode).toMatchObject({ inputMode: 'numeric', length: 6 })
    expect(await useOpenOffer(wallet, owned, preview.id, {}, EN)).toMatchObject({
      error: { code: 'tx_code_needed' },
    })
    expect(await useOpenOffer(wallet, owned, preview.id, { txCode: '000000' }, EN)).toMatchObject({
      error: { code: 'issuer_error', error: 'invalid_grant' },
    })
    expect(await viewOffer(wallet, owned, preview.id, EN)).toMatchObject({ value: { state: 'open' } })
    expect(await useOpenOffer(wallet, owned, preview.id, { txCode: '123456' }, EN)).toMatchObject({
      value: { state: 'used' },
    })
    const other = await opened(issuer.offer({ txCode: '123456' }))
    await useOpenOffer(wallet, owned, other.id, { txCode: '000000' }, EN)
    expect(await rejectOffer(wallet, owned, other.id, EN)).toMatchObject({ value: { state: 'rejected' } })
  })

  it('used and rejected at once on two instances: one of both', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer())
    const [used, rejected] = await Promise.all([
      useOpenOffer(wallet, owned, preview.id, {}, EN),
      rejectOffer(store().instance(), owned, preview.id, EN),
    ])
    expect([used.ok, rejected.ok].filter(Boolean)).toHaveLength(1)
    expect(await listCredentials(wallet, owned)).toHaveLength(used.ok ? 1 : 0)
  })

  it('used twice at once on two instances: one set of credentials, and one answer', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer())
    const [one, other] = await Promise.all([
      useOpenOffer(wallet, owned, preview.id, {}, EN),
      useOpenOffer(store().instance(), owned, preview.id, {}, EN),
    ])
    expect(one).toMatchObject({ value: { state: 'used' } })
    expect(other).toMatchObject({ value: { state: 'used' } })
    expect(await listCredentials(wallet, owned)).toHaveLength(1)
  })

  it('is nobody else’s, and no more than a day old', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer())
    const stranger = await newOwner(wallet)
    const unknown = { error: { code: 'exchange_unknown' } }
    expect(await viewOffer(wallet, stranger, preview.id, EN)).toMatchObject(unknown)
    expect(await useOpenOffer(wallet, stranger, preview.id, {}, EN)).toMatchObject(unknown)
    expect(await rejectOffer(wallet, stranger, preview.id, EN)).toMatchObject(unknown)
    const { clock } = store()
    const later = { ...wallet, now: () => clock.now + EXCHANGE_SECONDS + 1 }
    expect(await viewOffer(later, owned, preview.id, EN)).toMatchObject(unknown)
  })

  it('is sealed: a stolen database shows neither the code nor the name of the issuer', async () => {
    const { issuer, opened } = await ready(store())
    const offer = issuer.offer()
    await opened(offer)
    const stolen = await dump(store())
    expect(stolen).not.toContain(new URL(issuer.url).host)
    const uri = new URL(offer).searchParams.get('credential_offer_uri') ?? ''
    expect(stolen).not.toContain(uri.split('/').at(-1))
  })
})

onSqlite('an offer under an id', (store) => {
  it('that was taken up elsewhere is not rejected', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const offer = issuer.offer()
    const preview = await opened(offer)
    await useOffer(wallet, owned, { offer })
    expect(await rejectOffer(wallet, owned, preview.id, EN)).toMatchObject({
      error: { code: 'exchange_decided', state: 'done' },
    })
    expect(await viewOffer(wallet, owned, preview.id, EN)).toMatchObject({
      value: { state: 'used', result: { credentials: [{ title: 'Identity' }] } },
    })
  })

  it('whose code was used by somebody else is over, and says so ever after', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const offer = issuer.offer()
    const preview = await opened(offer)
    await useOffer(wallet, await newOwner(wallet), { offer })
    const over = { value: { state: 'over', result: undefined } }
    expect(await useOpenOffer(wallet, owned, preview.id, {}, EN)).toMatchObject(over)
    expect(await viewOffer(wallet, owned, preview.id, EN)).toMatchObject(over)
    expect(await useOpenOffer(wallet, owned, preview.id, {}, EN)).toMatchObject(over)
    expect(await listCredentials(wallet, owned)).toEqual([])
  })

  it('whose transaction code was wrong stays open, until its issuer gives it out no more', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const offer = issuer.offer({ txCode: '123456' })
    const preview = await opened(offer)
    expect(await useOpenOffer(wallet, owned, preview.id, { txCode: '000000' }, EN)).toMatchObject({
      error: { code: 'issuer_error', error: 'invalid_grant' },
    })
    expect(await viewOffer(wallet, owned, preview.id, EN)).toMatchObject({ value: { state: 'open' } })
    issuer.withdraw(offer)
    expect(await useOpenOffer(wallet, owned, preview.id, { txCode: '000000' }, EN)).toMatchObject({
      value: { state: 'over' },
    })
  })

  it('says who vouches for what came of it', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer())
    const knows = {
      ...wallet,
      issuers: { trust: issuerTrust(issuerChains), statusLists: noLists, listAnchors: () => [] },
    }
    expect(await useOpenOffer(knows, owned, preview.id, {}, EN)).toMatchObject({
      value: { result: { credentials: [{ trust: { trusted: true, anchor: expect.any(String) } }] } },
    })
    expect(await viewOffer(wallet, owned, preview.id, EN)).toMatchObject({
      value: {
        result: { credentials: [{ trust: { trusted: false, reason: 'no_trusted_issuers_configured' } }] },
      },
    })
  })

  it('names who vouches for the address before anything is there, and nobody for a certificate of another', async () => {
    for (const namesAddress of [true, false]) {
      const { issuer, owned, wallet } = await ready(store(), { namesAddress })
      const knows = {
        ...wallet,
        issuers: { trust: issuerTrust(issuerChains), statusLists: noLists, listAnchors: () => [] },
      }
      const preview = await openOffer(knows, owned, issuer.offer(), EN)
      expect(preview).toMatchObject({
        value: {
          issuer: {
            trust: namesAddress
              ? { trusted: true, name: issuer.url, anchor: expect.any(String) }
              : { trusted: false, reason: 'not_known_by_address' },
          },
        },
      })
    }
  })

  it('speaks the language of its reader', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const preview = await opened(issuer.offer())
    expect(await viewOffer(wallet, owned, preview.id, ['de-AT'])).toMatchObject({
      value: { credentials: [{ title: 'Ausweis', claims: [{ label: 'Nachname' }] }] },
    })
  })

  it('keeps the newest, as many as fit', async () => {
    const { issuer, opened, owned, wallet } = await ready(store())
    const { clock } = store()
    const first = await opened(issuer.offer({ byValue: true }))
    for (let made = 0; made < MAX_EXCHANGES; made++) {
      clock.now += 1
      await opened(issuer.offer({ byValue: true }))
    }
    expect(await viewOffer(wallet, owned, first.id, EN)).toMatchObject({
      error: { code: 'exchange_unknown' },
    })
    const kept = await store()
      .database.db.selectFrom('exchanges')
      .select('id')
      .where('wallet_id', '=', owned.id)
      .execute()
    expect(kept).toHaveLength(MAX_EXCHANGES)
  })
})

describe('names that mean harm', () => {
  onSqlite('of an issuer', (store) => {
    it('are text like any other', async () => {
      const title = '<img src=x onerror=alert(1)>\u202Eevil'
      const { issuer, opened } = await ready(store(), {
        rewrite: (path, answer) =>
          path === '/.well-known/openid-credential-issuer'
            ? answer.replaceAll('"name":"Identity"', `"name":${JSON.stringify(title)}`)
            : answer,
      })
      const preview = await opened(issuer.offer())
      expect(preview.credentials[0]?.title).toBe(title)
    })
  })
})

const noLists = {
  get: async () => {
    throw new Error('no list is asked for here')
  },
} as unknown as NonNullable<Wallet['issuers']>['statusLists']
