/** A request that wants something authorised: shown whole, authorised by one credential, or refused (OpenID4VP 1.0 §8.4, §8.5). */
import { createHash } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { writeTransactionEntry } from '@countersign/protocol/openid4vp/transaction-data/transaction-data'
import { expect, it } from 'vitest'
import { matchCredentials } from '../present/match-credentials.ts'
import { resolvePresentationRequest, usePresentationRequest } from '../present/present-credential.ts'
import { identity } from '../testing/issuer.testing.ts'
import { onBothDatabases, onSqlite } from '../testing/wallet.testing.ts'
import { locales, pick, ready } from './request-exchange.testing.ts'
import { openRequest, rejectRequest, useOpenRequest, viewRequest } from './request-exchange.ts'

const credential = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  format: 'dc+sd-jwt',
  meta: { vct_values: [identity.type] },
  claims: [{ path: ['given_name'] }],
  ...more,
})
const query = { credentials: [credential('q')] }
const both = { credentials: [credential('one'), credential('two')] }

const payee = 'Shop\u202E<script>alert(1)</script>'
const payment = (more: JsonObject = {}): JsonObject => ({
  type: 'payment_data',
  credential_ids: ['q'],
  payment_data: { payee, currency_amount: { currency: 'EUR', value: '23.58' } },
  ...more,
})
const wish = (entries: readonly JsonObject[], asked: JsonObject = query) => ({
  query: asked,
  more: { transaction_data: entries.map(writeTransactionEntry) },
})

/** By query id, the key-binding JWTs of the last answer. */
function proofsIn(body: string | undefined) {
  const token = JSON.parse(new URLSearchParams(body).get('vp_token') ?? '{}') as Record<string, string[]>
  return Object.fromEntries(
    Object.entries(token).map(([id, presentations]) => [
      id,
      presentations.map((text) => {
        const jws = decodeJws(text.slice(text.lastIndexOf('~') + 1))
        return jws.ok ? jws.value.payload : {}
      }),
    ]),
  )
}

const hashOf = (entry: JsonObject, algorithm = 'sha256') =>
  createHash(algorithm).update(writeTransactionEntry(entry)).digest('base64url')

onBothDatabases('a request that wants something authorised', (store) => {
  it('is shown with all of it, and authorised by what is sent', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened(wish([payment()]))
    // The release before looks for requests alone, and would show this one without what it wants.
    const rows = await wallet.database.db
      .selectFrom('exchanges')
      .select('kind')
      .where('id', '=', preview.id)
      .execute()
    expect(rows).toEqual([{ kind: 'authorisation' }])
    const transactions = [
      {
        type: 'payment_data',
        title: 'Payment',
        queryIds: ['q'],
        fields: [
          { label: 'Payee', value: payee },
          { label: 'Amount', value: '23.58' },
          { label: 'Currency', value: 'EUR' },
        ],
      },
    ]
    expect(preview).toMatchObject({ state: 'open', satisfiable: true, transactions })
    expect(await viewRequest(wallet, owned, preview.id, ['de'])).toMatchObject({
      value: { transactions: [{ title: 'Zahlung', fields: [{ label: 'Empfänger' }, {}, {}] }] },
    })
    const used = await useOpenRequest(wallet, owned, { ...pick(preview), authorise: true })
    expect(used).toMatchObject({ ok: true, value: { state: 'shared', transactions } })
    const { q: [proof] = [] } = proofsIn(verifier.bodies.at(-1))
    expect(proof?.['transaction_data_hashes']).toEqual([hashOf(payment())])
    expect(proof).not.toHaveProperty('transaction_data_hashes_alg')
  })

  it('is not answered by whoever does not say that it is authorised: nothing is sent, and it stays open', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened(wish([payment()]))
    for (const authorise of [undefined, false]) {
      expect(await useOpenRequest(wallet, owned, { ...pick(preview), authorise })).toMatchObject({
        error: { code: 'not_authorised' },
      })
    }
    expect(verifier.bodies).toEqual([])
    expect(await viewRequest(wallet, owned, preview.id, locales)).toMatchObject({ value: { state: 'open' } })
    const used = await useOpenRequest(wallet, owned, { ...pick(preview), authorise: true })
    expect(used).toMatchObject({ value: { state: 'shared' } })
  })

  it('is declined like any other', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened(wish([payment()]))
    const declined = await rejectRequest(wallet, owned, { id: preview.id, decision: true, locales })
    expect(declined).toMatchObject({ value: { state: 'declined' } })
    expect(verifier.errors).toEqual(['access_denied'])
  })
})

onSqlite('what is authorised', (store) => {
  const sent = async (entries: readonly JsonObject[], asked: JsonObject = both) => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened(wish(entries, asked))
    const used = await useOpenRequest(wallet, owned, { ...pick(preview), authorise: true })
    expect(used).toMatchObject({ value: { state: 'shared' } })
    const proofs = proofsIn(verifier.bodies.at(-1))
    return Object.fromEntries(
      Object.entries(proofs).map(([id, [proof]]) => [id, proof?.['transaction_data_hashes']]),
    )
  }

  it('is by one of the credentials that it names, the first of them', async () => {
    const entry = payment({ credential_ids: ['two', 'one'] })
    expect(await sent([entry])).toEqual({ one: undefined, two: [hashOf(entry)] })
  })

  it('may be several things, by one credential or by several', async () => {
    const first = payment({ credential_ids: ['one'] })
    const second = payment({
      credential_ids: ['one', 'two'],
      payment_data: { ...(payment().payment_data as JsonObject), payee: 'B' },
    })
    const third = payment({ credential_ids: ['two'], transaction_data_hashes_alg: ['sha-512'] })
    expect(await sent([first, second])).toEqual({ one: [hashOf(first), hashOf(second)], two: undefined })
    expect(await sent([first, third])).toEqual({ one: [hashOf(first)], two: [hashOf(third, 'sha512')] })
  })

  it('is by one credential where several are sent for the same query', async () => {
    const several = { credentials: [credential('q', { multiple: true })] }
    const { opened, owned, verifier, wallet } = await ready(store(), [identity.id, identity.id])
    const preview = await opened(wish([payment()], several))
    const decision = (preview.queries[0]?.candidates ?? []).map(({ credentialId }) => ({
      queryId: 'q',
      credentialId,
      optionalClaims: [],
    }))
    expect(decision).toHaveLength(2)
    const used = await useOpenRequest(wallet, owned, { id: preview.id, locales, decision, authorise: true })
    expect(used).toMatchObject({ value: { state: 'shared' } })
    const { q = [] } = proofsIn(verifier.bodies.at(-1))
    expect(q.map((proof) => proof['transaction_data_hashes'])).toEqual([[hashOf(payment())], undefined])
  })
})

onSqlite('transaction data that is not understood', (store) => {
  it.each<[string, readonly JsonObject[], JsonObject, string]>([
    ['an unknown type', [payment({ type: 'urn:example:x' })], query, 'type_unknown'],
    ['a member that nobody would see', [payment({ tip: 5 })], query, 'member_unknown'],
    ['a credential that is not asked for', [payment({ credential_ids: ['x'] })], query, 'credential_unknown'],
    [
      'hashes nobody here makes',
      [payment({ transaction_data_hashes_alg: ['md5'] })],
      query,
      'hash_unsupported',
    ],
    ['one good entry and a bad one', [payment(), payment({ tip: 5 })], query, 'member_unknown'],
    [
      'an mdoc, which cannot say it',
      [payment()],
      {
        credentials: [
          credential('q', {
            format: 'mso_mdoc',
            meta: { doctype_value: 'd' },
            claims: [{ path: ['n', 'c'] }],
          }),
        ],
      },
      'format_cannot_confirm',
    ],
  ])(
    'is refused before anything is shown, and the verifier is told: %s',
    async (_what, entries, asked, code) => {
      const { owned, verifier, wallet } = await ready(store())
      const opened = await openRequest(wallet, owned, verifier.request(wish(entries, asked)), locales)
      expect(opened).toMatchObject({ error: { code: 'transaction_data_invalid', fault: { code } } })
      expect(verifier.errors).toEqual(['invalid_transaction_data'])
      expect(verifier.disclosed).toEqual([])
    },
  )

  it('is refused also where the verifier does not hear it', async () => {
    const { owned, verifier, wallet } = await ready(store())
    const url = verifier.request(wish([payment({ tip: 5 })]))
    const isAway = {
      ...wallet,
      outgoing: {
        ...wallet.outgoing,
        post: async () => ({ ok: false, error: { code: 'outgoing_unreachable', host: 'v' } }) as never,
      },
    }
    expect(await openRequest(isAway, owned, url, locales)).toMatchObject({
      error: { code: 'transaction_data_invalid' },
    })
    expect(verifier.bodies).toEqual([])
  })
})

onSqlite('a program that answers for its owner', (store) => {
  it('is shown what there is to authorise, and has to say that it is', async () => {
    const { owned, verifier, wallet } = await ready(store())
    const requestUrl = verifier.request(wish([payment()]))
    expect(await resolvePresentationRequest(wallet, requestUrl)).toMatchObject({
      value: { transactionData: [{ members: { payment_data: { payee } } }] },
    })
    expect(await matchCredentials(wallet, owned, requestUrl)).toMatchObject({ value: [{}] })
    expect(await usePresentationRequest(wallet, owned, { requestUrl })).toMatchObject({
      error: { code: 'not_authorised' },
    })
    expect(verifier.bodies).toEqual([])
    const accepted = await usePresentationRequest(wallet, owned, { requestUrl, authorise: true })
    expect(accepted).toMatchObject({ value: { accepted: true } })
    expect(proofsIn(verifier.bodies[0])['q']?.[0]?.['transaction_data_hashes']).toEqual([hashOf(payment())])
  })
})
