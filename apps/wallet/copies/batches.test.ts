/** Several credentials of one content, asked for at once (OpenID4VCI 1.0 §3.3.2). */
import { isJsonArray, type JsonObject, parseJsonObject } from '@countersign/core/json'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { keyThumbprint } from '@countersign/keys/signers/software-key'
import { afterEach, expect, it } from 'vitest'
import { deleteCredential, listCredentials } from '../credentials/credentials.ts'
import { listDids } from '../dids/dids.ts'
import { listKeys } from '../keys/keys.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import {
  badge,
  identity,
  identityAs,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing/issuer.testing.ts'
import { allRows, dump, newOwner, onBothDatabases, type TestStore } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { copiesOf } from './copies.ts'

const issuers: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

async function issuerWith(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await startTestIssuer({ batchSize: 10, ...options })
  issuers.push(issuer)
  return issuer
}

async function begun(store: TestStore, options: TestIssuerOptions = {}, more: Partial<Wallet> = {}) {
  const wallet = store.instance(more)
  return { wallet, owned: await newOwner(wallet), issuer: await issuerWith(options) }
}

/** The copies of the one card that there is. */
async function countOf(wallet: Wallet, owned: OwnedWallet) {
  const [card] = await listCredentials(wallet, owned)
  return card && copiesOf(wallet, owned, card.id)
}

/** What the issuer sends is changed by this. */
const changed =
  (
    change: (credentials: readonly string[]) => readonly string[],
  ): NonNullable<TestIssuerOptions['rewrite']> =>
  (path, answer) => {
    const json = path === '/credential' ? parseJsonObject(answer) : undefined
    if (json?.ok !== true || !isJsonArray(json.value['credentials'])) return answer
    const sent = json.value['credentials'] as readonly { readonly credential: string }[]
    const credentials = change(sent.map(({ credential }) => credential))
    return JSON.stringify({ ...json.value, credentials: credentials.map((credential) => ({ credential })) })
  }

const proofKeys = (proofs: readonly { readonly thumbprint: string }[]) =>
  new Set(proofs.map(({ thumbprint }) => thumbprint))

onBothDatabases('a batch', (store) => {
  it('is one card with a copy for each of its keys, none of which is known elsewhere', async () => {
    const { issuer, owned, wallet } = await begun(store())
    const received = await useOffer(wallet, owned, { offer: issuer.offer() })
    expect(received).toMatchObject({ ok: true, value: [{ held: { type: identity.type } }] })
    expect(await countOf(wallet, owned)).toEqual({ unused: 10, total: 10 })
    expect(proofKeys(issuer.proofs).size).toBe(10)
    expect(new Set(issuer.proofs.map(({ nonce }) => nonce)).size).toBe(1)
    expect(issuer.asked.filter((path) => path === '/nonce')).toHaveLength(1)
    const dids = await listDids(wallet, owned)
    for (const { holderKey } of issuer.proofs)
      expect(JSON.stringify(dids)).not.toContain((holderKey as { x: string }).x)
    const known = await listKeys(wallet, owned)
    expect(known).toHaveLength(1)
    expect(known[0]?.credentials).toBe(0)
  })

  it('has keys and contents that a stolen database does not show', async () => {
    const { issuer, owned, wallet } = await begun(store())
    await useOffer(wallet, owned, { offer: issuer.offer() })
    const stolen = await dump(store())
    for (const credential of issuer.signed) expect(stolen).not.toContain(credential.slice(0, 100))
    for (const { holderKey, thumbprint } of issuer.proofs) {
      expect(stolen).not.toContain(thumbprint)
      expect(stolen).not.toContain((holderKey as { x: string }).x)
    }
    expect(stolen).not.toContain('planted')
  })

  it.each([
    [2, 10, 2],
    [10, 3, 3],
    [1000, 50, 50],
  ])(
    'of an issuer who gives %i has no more than %i that the wallet wants: %i',
    async (batchSize, wanted, count) => {
      const { issuer, owned, wallet } = await begun(store(), { batchSize }, { batchCopies: wanted })
      await useOffer(wallet, owned, { offer: issuer.offer() })
      expect(await countOf(wallet, owned)).toEqual({ unused: count, total: count })
      expect(issuer.proofs).toHaveLength(count)
    },
  )

  it.each<[string, TestIssuerOptions, Partial<Wallet>]>([
    ['whose issuer gives one at a time', { batchSize: 1 }, {}],
    ['of a wallet that wants none', {}, { batchCopies: 1 }],
    ['that is bound to DIDs alone', { bindingMethods: ['did:key'] }, {}],
  ])('is none for a card %s', async (_name, options, more) => {
    const { issuer, owned, wallet } = await begun(store(), options, more)
    const received = await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [identity.id] }) })
    expect(received).toMatchObject({ ok: true })
    expect(await countOf(wallet, owned)).toBeUndefined()
    expect(issuer.proofs).toHaveLength(1)
    expect((await listKeys(wallet, owned))[0]?.credentials).toBe(1)
  })

  it('is none where the holder chose whom the issuer knows him as', async () => {
    const { issuer, owned, wallet } = await begun(store())
    const [chosen] = await listDids(wallet, owned)
    const received = await useOffer(wallet, owned, { offer: issuer.offer(), did: chosen?.did })
    expect(received).toMatchObject({ ok: true })
    expect(issuer.proofs).toHaveLength(1)
    expect(await countOf(wallet, owned)).toBeUndefined()
  })

  it.each<FormatId>(['mso_mdoc', 'jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'])(
    'is had in the format %s',
    async (format) => {
      const { issuer, owned, wallet } = await begun(store())
      const { id } = identityAs[format as keyof typeof identityAs]
      const received = await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [id] }) })
      expect(received).toMatchObject({ ok: true })
      expect(await countOf(wallet, owned)).toEqual({ unused: 10, total: 10 })
    },
  )

  it('is taken in any order, and where fewer come than were asked for', async () => {
    const rewrite = changed((credentials) => credentials.toReversed().slice(0, 4))
    const { issuer, owned, wallet } = await begun(store(), { rewrite })
    expect(await useOffer(wallet, owned, { offer: issuer.offer() })).toMatchObject({ ok: true })
    expect(await countOf(wallet, owned)).toEqual({ unused: 4, total: 4 })
  })

  it.each<[string, string, (issuer: TestIssuer) => (all: readonly string[]) => readonly string[]]>([
    [
      'key_repeated',
      'has one twice',
      () =>
        ([first = '', ...rest]) => [first, ...rest, first],
    ],
    ['key_repeated', 'has two for one key', () => (all) => [...all.slice(0, 9), all[0] ?? '']],
    ['binding', 'has one of somebody else', (other) => (all) => [...all.slice(0, 9), other.signed[0] ?? '']],
    ['unreadable', 'has one that cannot be read', () => (all) => [...all.slice(0, 9), 'x.y.z~']],
  ])('is refused whole as %s where it %s, and the issuer hears it', async (reason, _name, change) => {
    const other = await issuerWith()
    const stranger = await newOwner(store().instance())
    await useOffer(store().instance(), stranger, { offer: other.offer() })
    const { issuer, owned, wallet } = await begun(store(), { rewrite: changed(change(other)) })
    const received = await useOffer(wallet, owned, { offer: issuer.offer() })
    expect(received).toMatchObject({ error: { code: 'credential_unacceptable', reason } })
    expect(await listCredentials(wallet, owned)).toEqual([])
    expect(issuer.notified.map(({ event }) => event)).toEqual(['credential_failure'])
  })

  it('is refused where one says something else than the first', async () => {
    let names = 0
    const claims = {
      get claims(): JsonObject {
        names += 1
        return { given_name: names === 7 ? 'Eve' : 'Ada' }
      },
      selectivelyDisclosable: [['given_name']],
    }
    const { issuer, owned, wallet } = await begun(store(), { claims })
    const received = await useOffer(wallet, owned, { offer: issuer.offer() })
    expect(received).toMatchObject({
      error: { code: 'credential_unacceptable', reason: 'content_differs' },
    })
    expect(await listCredentials(wallet, owned)).toEqual([])
    expect(issuer.notified).toMatchObject([
      { event: 'credential_failure', description: expect.stringContaining('same') },
    ])
  })

  it('is asked for with fresh proofs of the same keys when the nonce is not taken any more', async () => {
    const { issuer, owned, wallet } = await begun(store())
    const offer = issuer.offer()
    issuer.failNext('/credential', 'before', 2)
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: false })
    const asked = await sentKeys(store(), wallet, owned)
    expect(asked.size).toBe(10)
    issuer.forgetNonces()
    expect(await useOffer(store().instance(), owned, { offer })).toMatchObject({ ok: true })
    expect(proofKeys(issuer.proofs)).toEqual(asked)
    expect(issuer.signed).toHaveLength(10)
  })

  it('of six calls at once is one', async () => {
    const { issuer, owned, wallet } = await begun(store())
    const offer = issuer.offer({ configurations: [identity.id, badge.id] })
    const all = await Promise.all(
      Array.from({ length: 6 }, () => useOffer(store().instance(), owned, { offer })),
    )
    for (const one of all) expect(one).toEqual(all[0])
    expect(all[0]).toMatchObject({ ok: true })
    expect(issuer.signed).toHaveLength(20)
    const cards = await listCredentials(wallet, owned)
    expect(cards).toHaveLength(2)
    for (const { id } of cards) expect(await copiesOf(wallet, owned, id)).toEqual({ unused: 10, total: 10 })
  })

  it('goes with its card, and stays while that can be restored', async () => {
    const { issuer, owned, wallet } = await begun(store(), { refreshes: true })
    await useOffer(wallet, owned, { offer: issuer.offer() })
    const [card] = await listCredentials(wallet, owned)
    const id = card?.id ?? ''
    const left = async () => {
      const { credential_copies: copies = [], renewals = [] } = await allRows(store())
      const ofWallet = (row: Readonly<Record<string, unknown>>) => row['wallet_id'] === owned.id
      return [copies.filter(ofWallet).length, renewals.filter(ofWallet).length]
    }
    expect(await left()).toEqual([10, 1])
    await deleteCredential(wallet, owned, id, { permanent: false })
    expect(await left()).toEqual([10, 1])
    await deleteCredential(wallet, owned, id, { permanent: true })
    expect(await left()).toEqual([0, 0])
  })
})

/** Keys of the proofs in the request that lies in the one unfinished issuance. */
async function sentKeys(store: TestStore, { columns }: Wallet, owned: OwnedWallet): Promise<Set<string>> {
  const { receptions = [] } = await allRows(store)
  const row = receptions.find(({ wallet_id: id }) => id === owned.id)
  const progress = JSON.parse(
    columns.open(['receptions', String(row?.['id']), 'progress'], String(row?.['progress_sealed'])),
  ) as { requests: Record<string, string> }
  const body = JSON.parse(Object.values(progress.requests)[0] ?? '{}') as { proofs: { jwt: string[] } }
  return new Set(
    body.proofs.jwt.map((proof) => {
      const decoded = decodeJws(proof)
      if (!decoded.ok) throw new Error(decoded.error.code)
      return keyThumbprint(decoded.value.header['jwk'] as never)
    }),
  )
}

for (const when of ['before', 'after'] as const)
  onBothDatabases(`an instance that dies ${when} any statement while a batch comes`, (store) => {
    it('asks for the same keys again, and loses no copy', async () => {
      const { issuer, owned, wallet } = await begun(store(), { refreshes: true })
      const places = await diesEverywhere(async (statement) => {
        const offer = issuer.offer()
        const [signed, held] = [issuer.signed.length, (await listCredentials(wallet, owned)).length]
        const died = await killed(useOffer(dyingAt(wallet, statement, when), owned, { offer }))
        const received = await useOffer(wallet, owned, { offer })
        if (!received.ok) throw new Error(JSON.stringify(received.error))
        expect(received.value).toHaveLength(1)
        expect(issuer.signed.length - signed).toBe(10)
        expect((await listCredentials(wallet, owned)).length - held).toBe(1)
        const [{ id } = { id: '' }] = received.value
        expect(await copiesOf(wallet, owned, id)).toEqual({ unused: 10, total: 10 })
        return { died }
      })
      expect(places).toBeGreaterThan(10)
    })
  })
