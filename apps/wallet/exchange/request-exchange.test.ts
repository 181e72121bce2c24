import type { JsonObject } from '@countersign/core/json'
import { afterEach, describe, expect, it } from 'vitest'
import { deleteCredential } from '../credentials/credentials.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { badge, identity, identityAs, startTestIssuer, type TestIssuer } from '../testing/issuer.testing.ts'
import { startTestVerifier, type TestVerifier } from '../testing/verifier.testing.ts'
import {
  dump,
  newOwner,
  onBothDatabases,
  onSqlite,
  type TestStore,
  withAnchors,
} from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { RequestPreview } from './preview-request.ts'
import { openRequest, rejectRequest, useOpenRequest, viewRequest } from './request-exchange.ts'

const open: (TestIssuer | TestVerifier)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const locales = ['en']

interface Ready {
  readonly wallet: Wallet
  readonly owned: OwnedWallet
  readonly issuer: TestIssuer
  readonly verifier: TestVerifier
  opened(wish?: Parameters<TestVerifier['request']>[0]): Promise<RequestPreview>
}

async function ready(store: TestStore, held: readonly string[] = [identity.id]): Promise<Ready> {
  const [verifier, issuer] = [await startTestVerifier(), await startTestIssuer()]
  open.push(verifier, issuer)
  const wallet = store.instance(withAnchors(verifier.anchors))
  const owned = await newOwner(wallet)
  for (const id of held) {
    const received = await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [id] }) })
    if (!received.ok) throw new Error(received.error.code)
  }
  const opened = async (wish: Parameters<TestVerifier['request']>[0] = {}) => {
    const preview = await openRequest(wallet, owned, verifier.request(wish), locales)
    if (!preview.ok) throw new Error(preview.error.code)
    return preview.value
  }
  return { wallet, owned, issuer, verifier, opened }
}

const dcql = (
  more: JsonObject,
  format = 'dc+sd-jwt',
  meta: JsonObject = { vct_values: [identity.type] },
) => ({
  credentials: [{ id: 'q', format, meta, ...more }],
})

/** The given name is needed, the birth date is not. */
const withChoice = dcql({
  claims: [
    { id: 'name', path: ['given_name'] },
    { id: 'birth', path: ['birthdate'] },
  ],
  claim_sets: [['name', 'birth'], ['name']],
})

const pick = (preview: RequestPreview, optionalClaims: readonly (readonly string[])[] = []) => ({
  id: preview.id,
  locales,
  decision: preview.queries.flatMap(({ queryId, candidates }) =>
    candidates.slice(0, 1).map(({ credentialId }) => ({ queryId, credentialId, optionalClaims })),
  ),
})

const pathsOf = (claims: readonly { readonly path: readonly unknown[] }[] = []) =>
  claims.map(({ path }) => path)

onBothDatabases('a request under an id', (store) => {
  it('shows who asks for what, and sends exactly what was shown', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened({ query: withChoice })
    expect(preview).toMatchObject({
      state: 'open',
      expired: false,
      satisfiable: true,
      verifier: { host: new URL(verifier.url).host, trust: { trusted: true, anchor: expect.any(String) } },
      alternatives: [{ required: true, options: [{ queryIds: ['q'], satisfiable: true }] }],
      queries: [
        {
          queryId: 'q',
          required: true,
          candidates: [
            {
              title: 'Identity',
              claims: [{ path: ['given_name'], value: 'Ada-planted', needed: 'asked' }],
              optional: [{ path: ['birthdate'], value: '1990-01-01' }],
              notShared: { labels: ['Family name'], more: 0 },
            },
          ],
          unmet: undefined,
        },
      ],
    })
    const used = await useOpenRequest(wallet, owned, pick(preview))
    expect(used).toMatchObject({
      ok: true,
      value: {
        state: 'shared',
        result: {
          dataSent: true,
          redirectUri: expect.stringContaining('https://rp.example/ok'),
          shared: [{ title: 'Identity', claims: [{ path: ['given_name'], value: 'Ada-planted' }] }],
        },
      },
    })
    expect(verifier.disclosed).toHaveLength(1)
    expect(verifier.disclosed[0]).toHaveProperty('given_name')
    expect(verifier.disclosed[0]).not.toHaveProperty('birthdate')
    expect(verifier.disclosed[0]).not.toHaveProperty('family_name')
  })

  it('sends the optional claims that were ticked, and tells them afterwards', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened({ query: withChoice })
    const used = await useOpenRequest(wallet, owned, pick(preview, [['birthdate']]))
    expect(verifier.disclosed[0]).toMatchObject({ given_name: 'Ada-planted', birthdate: '1990-01-01' })
    expect(verifier.disclosed[0]).not.toHaveProperty('family_name')
    const shared = used.ok ? pathsOf(used.value.result?.shared[0]?.claims) : []
    expect(new Set(shared.map(String))).toEqual(new Set(['birthdate', 'given_name']))
  })

  it('answers the same ever after, on every instance, and nothing else', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened({ query: withChoice })
    const used = await useOpenRequest(wallet, owned, pick(preview))
    const second = store().instance(withAnchors(verifier.anchors))
    expect(await useOpenRequest(second, owned, pick(preview))).toEqual(used)
    expect(await viewRequest(second, owned, preview.id, locales)).toEqual(used)
    const decided = { error: { code: 'exchange_decided', state: 'done' } }
    expect(await useOpenRequest(wallet, owned, pick(preview, [['birthdate']]))).toMatchObject(decided)
    expect(await rejectRequest(wallet, owned, { id: preview.id, decision: true, locales })).toMatchObject(
      decided,
    )
    expect(verifier.bodies).toHaveLength(1)
  })

  it('used twice at once on two instances: one answer', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened()
    const second = store().instance(withAnchors(verifier.anchors))
    const both = await Promise.all([
      useOpenRequest(wallet, owned, pick(preview)),
      useOpenRequest(second, owned, pick(preview)),
    ])
    for (const one of both) expect(one).toMatchObject({ value: { state: 'shared' } })
    expect(new Set(verifier.bodies).size).toBe(1)
    expect(verifier.disclosed).toHaveLength(1)
  })

  it('shared and declined at once: one of both', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened()
    const second = store().instance(withAnchors(verifier.anchors))
    const both = await Promise.all([
      useOpenRequest(wallet, owned, pick(preview)),
      rejectRequest(second, owned, { id: preview.id, decision: true, locales }),
    ])
    expect(both.filter(({ ok }) => ok)).toHaveLength(1)
    expect(verifier.disclosed.length + verifier.errors.length).toBe(1)
  })

  it('goes on where an answer was lost, with the same bytes', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened()
    const path = [...new Set(verifier.asked)].map((one) => one.replace('/request/', '/answer/'))[0] ?? ''
    verifier.failNext(path, 'after', 2)
    expect(await useOpenRequest(wallet, owned, pick(preview))).toMatchObject({ ok: false })
    expect(await viewRequest(wallet, owned, preview.id, locales)).toMatchObject({
      value: { state: 'unfinished' },
    })
    expect(await rejectRequest(wallet, owned, { id: preview.id, decision: true, locales })).toMatchObject({
      error: { code: 'exchange_busy' },
    })
    expect(await useOpenRequest(wallet, owned, pick(preview))).toMatchObject({ value: { state: 'shared' } })
    expect(new Set(verifier.bodies).size).toBe(1)
  })

  it('is nobody else’s, and sealed', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened()
    const stranger = await newOwner(wallet)
    const unknown = { error: { code: 'exchange_unknown' } }
    expect(await viewRequest(wallet, stranger, preview.id, locales)).toMatchObject(unknown)
    expect(await useOpenRequest(wallet, stranger, pick(preview))).toMatchObject(unknown)
    await useOpenRequest(wallet, owned, pick(preview))
    const stolen = await dump(store())
    for (const secret of [new URL(verifier.url).host, 'given_name', 'Ada-planted', 'rp.example'])
      expect(stolen).not.toContain(secret)
  })
})

onSqlite('declining', (store) => {
  it('tells the verifier, or nobody', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const [told, silent] = [await opened(), await opened()]
    expect(await rejectRequest(wallet, owned, { id: told.id, decision: true, locales })).toMatchObject({
      value: { state: 'declined', result: { dataSent: false, shared: [], redirectUri: expect.any(String) } },
    })
    expect(verifier.errors).toEqual(['access_denied'])
    const declined = await rejectRequest(wallet, owned, { id: silent.id, decision: false, locales })
    expect(declined).toMatchObject({
      value: { state: 'declined', result: { dataSent: false, redirectUri: undefined } },
    })
    expect(verifier.bodies).toHaveLength(1)
    expect(await useOpenRequest(wallet, owned, pick(silent))).toMatchObject({
      error: { code: 'exchange_decided', state: 'rejected' },
    })
  })
})

onSqlite('what was decided', (store) => {
  it.each<readonly [string, object, object]>([
    [
      'an optional claim that nobody asks for',
      { optionalClaims: [['family_name']] },
      { code: 'optional_claim_unknown' },
    ],
    ['an alternative that there is not', { alternative: 1 }, { code: 'alternative_unknown' }],
    ['a credential that does not answer', { credentialId: 'urn:uuid:none' }, { code: 'not_a_candidate' }],
    ['a query that there is not', { queryId: 'other' }, { code: 'not_a_candidate' }],
  ])('%s: nothing is sent, and the request stays open', async (_, change, error) => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened({ query: withChoice })
    const wrong = pick(preview)
    const decision = wrong.decision.map((one) => ({ ...one, ...change }))
    expect(await useOpenRequest(wallet, owned, { ...wrong, decision })).toMatchObject({ error })
    expect(verifier.bodies).toEqual([])
    expect(await useOpenRequest(wallet, owned, pick(preview))).toMatchObject({ value: { state: 'shared' } })
  })

  it('the same card twice is a mistake, not two', async () => {
    const { opened, owned, wallet } = await ready(store())
    const preview = await opened()
    const { decision, ...rest } = pick(preview)
    expect(
      await useOpenRequest(wallet, owned, { ...rest, decision: [...decision, ...decision] }),
    ).toMatchObject({
      error: { code: 'selection_repeated' },
    })
  })

  it('of two claims either of which will do, the holder picks one', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const claims = [
      { id: 'a', path: ['given_name'] },
      { id: 'b', path: ['birthdate'] },
    ]
    const preview = await opened({ query: dcql({ claims, claim_sets: [['a'], ['b']] }) })
    const [candidate] = preview.queries[0]?.candidates ?? []
    expect(pathsOf(candidate?.claims)).toEqual([['given_name']])
    expect(candidate?.optional).toEqual([])
    expect(candidate?.alternatives).toMatchObject([{ alternative: 1, claims: [{ path: ['birthdate'] }] }])
    const decision = pick(preview).decision.map((one) => ({ ...one, alternative: 1 }))
    await useOpenRequest(wallet, owned, { id: preview.id, decision, locales })
    expect(verifier.disclosed[0]).toHaveProperty('birthdate')
    expect(verifier.disclosed[0]).not.toHaveProperty('given_name')
  })

  it('of two cards the one that was picked is sent', async () => {
    const { opened, owned, verifier, wallet } = await ready(store(), [identity.id, identity.id])
    const preview = await opened()
    const candidates = preview.queries[0]?.candidates ?? []
    expect(candidates).toHaveLength(2)
    const decision = candidates
      .slice(1)
      .map(({ credentialId }) => ({ queryId: 'q', credentialId, optionalClaims: [] }))
    expect(await useOpenRequest(wallet, owned, { id: preview.id, decision, locales })).toMatchObject({
      value: { state: 'shared' },
    })
    expect(verifier.disclosed).toHaveLength(1)
  })

  it('a refusal of the verifier says that data was sent, and what', async () => {
    const { opened, owned, wallet } = await ready(store())
    const preview = await opened({ refuse: true })
    const refused = await useOpenRequest(wallet, owned, pick(preview))
    expect(refused).toMatchObject({
      value: {
        state: 'refused',
        result: {
          dataSent: true,
          refusal: { status: 400, error: 'access_denied' },
          shared: [{ claims: [{ path: ['given_name'] }] }],
        },
      },
    })
  })

  it('too late: nothing is sent, and it says so', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened()
    const late = { ...wallet, now: () => store().clock.now + 600 }
    expect(await viewRequest(late, owned, preview.id, locales)).toMatchObject({ value: { expired: true } })
    expect(await useOpenRequest(late, owned, pick(preview))).toMatchObject({
      error: { code: 'request_over' },
    })
    expect(verifier.bodies).toEqual([])
  })

  it('a card that was deleted in between is not sent', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened()
    const decided = pick(preview)
    await deleteCredential(wallet, owned, decided.decision[0]?.credentialId ?? '', { permanent: false })
    expect(await useOpenRequest(wallet, owned, decided)).toMatchObject({ error: { code: 'not_a_candidate' } })
    expect(verifier.bodies).toEqual([])
  })
})

onSqlite('every format', (store) => {
  const asked = [
    ['dc+sd-jwt', identity.id, { vct_values: [identity.type] }, []],
    ['mso_mdoc', identityAs.mso_mdoc.id, { doctype_value: identityAs.mso_mdoc.type }, ['org.test']],
    ['jwt_vc_json', identityAs.jwt_vc_json.id, { type_values: [['IdentityCard']] }, ['credentialSubject']],
    ['vc+jwt', identityAs['vc+jwt'].id, { type_values: [['IdentityCard']] }, ['credentialSubject']],
    ['vc+sd-jwt', identityAs['vc+sd-jwt'].id, { type_values: [['IdentityCard']] }, ['credentialSubject']],
  ] as const

  it.each(asked)(
    '%s: what is shown before is what is sent, and what is told after',
    async (format, id, meta, above) => {
      const { opened, owned, verifier, wallet } = await ready(store(), [id])
      const claims = [
        { id: 'name', path: [...above, 'given_name'] },
        { id: 'birth', path: [...above, 'birthdate'] },
      ]
      const query = dcql({ claims, claim_sets: [['name', 'birth'], ['name']] }, format, meta)
      const preview = await opened({ query })
      const [candidate] = preview.queries[0]?.candidates ?? []
      const used = await useOpenRequest(wallet, owned, pick(preview))
      expect(used).toMatchObject({ ok: true, value: { state: 'shared' } })
      const shared = used.ok ? used.value.result?.shared[0]?.claims : undefined
      expect(pathsOf(shared)).toEqual(pathsOf(candidate?.claims))
      expect(shared).toEqual(expect.arrayContaining([expect.objectContaining({ value: 'Ada-planted' })]))
      const withholds = format === 'dc+sd-jwt' || format === 'vc+sd-jwt' || format === 'mso_mdoc'
      expect(JSON.stringify(verifier.disclosed[0]).includes('1990-01-01')).toBe(!withholds)
      expect(pathsOf(candidate?.optional)).toEqual(withholds ? [[...above, 'birthdate']] : [])
      const anyway = candidate?.claims.filter(({ needed }) => needed === 'with_credential') ?? []
      expect(anyway.length > 0).toBe(!withholds)
    },
  )
})

onSqlite('why nothing answers', (store) => {
  const unmetOf = async (held: readonly string[], query: JsonObject, later = 0) => {
    const { owned, verifier, wallet } = await ready(store(), held)
    const at = { ...wallet, now: () => store().clock.now + later }
    const preview = await openRequest(at, owned, verifier.request({ query }), locales)
    if (!preview.ok) throw new Error(preview.error.code)
    expect(preview.value.satisfiable).toBe(false)
    return preview.value.queries[0]?.unmet
  }
  const name = (values?: readonly string[]) =>
    dcql({ claims: [{ path: ['given_name'], ...(values !== undefined && { values: [...values] }) }] })

  it('nothing of the type', async () => {
    expect(await unmetOf([badge.id], name())).toMatchObject({
      reason: 'none_held',
      wanted: {
        types: [identity.type],
        title: 'Identity',
        claims: [{ path: ['given_name'], label: 'Given name' }],
      },
      near: [],
    })
  })

  it('a format that nobody here speaks', async () => {
    expect(await unmetOf([], dcql({}, 'ldp_vc', {}))).toMatchObject({ reason: 'format' })
  })

  it('a claim that the card lacks', async () => {
    expect(await unmetOf([identity.id], dcql({ claims: [{ path: ['email'] }] }))).toMatchObject({
      reason: 'claim_missing',
      near: [{ title: 'Identity', reason: 'claim_missing', claim: { path: ['email'], label: 'Email' } }],
    })
  })

  it('a claim that says something else', async () => {
    expect(await unmetOf([identity.id], name(['Grace']))).toMatchObject({
      reason: 'value_differs',
      near: [{ reason: 'value_differs', claim: { path: ['given_name'] } }],
    })
  })

  it('an issuer that the verifier does not take', async () => {
    const authorities = [{ type: 'aki', values: ['s9tIpPmhxdiuNkHMEWNpYim8S8Y'] }]
    expect(await unmetOf([identity.id], dcql({ trusted_authorities: authorities }))).toMatchObject({
      reason: 'issuer',
      near: [{ reason: 'issuer' }],
    })
  })
})

describe('who asks', () => {
  onSqlite('a verifier', (store) => {
    it('by its own words, which nobody vouches for, and why', async () => {
      const { opened } = await ready(store())
      const name = 'Example Shop\u202E<script>alert(1)</script>'
      const preview = await opened({
        more: {
          client_metadata: { client_name: name, 'client_name#de': 'Laden', logo_uri: 'javascript:alert(1)' },
          verifier_info: [
            { format: 'registration_cert', data: { purpose: [{ lang: 'en', value: 'To sell' }] } },
          ],
        },
      })
      expect(preview.verifier.name).toBe(name)
      expect(preview.verifier.logo).toBeUndefined()
      expect(preview.purpose).toEqual({ text: 'To sell', source: 'verifier_info' })
    })

    it('that nobody vouches for is named by the address that the answer goes to', async () => {
      const { owned, verifier, wallet } = await ready(store())
      const strange = { ...wallet, verifiers: { anchors: () => [], required: false } }
      expect(await openRequest(strange, owned, verifier.request(), locales)).toMatchObject({
        value: {
          verifier: {
            host: new URL(verifier.url).host,
            trust: { trusted: false, reason: expect.any(String) },
          },
          purpose: undefined,
        },
      })
    })

    it('that asks for everything is shown with everything', async () => {
      const { opened } = await ready(store())
      const preview = await opened({ claims: ['given_name', 'family_name', 'birthdate'] })
      const [candidate] = preview.queries[0]?.candidates ?? []
      expect(candidate?.claims.map(({ needed }) => needed)).toEqual(['asked', 'asked', 'asked'])
      expect(candidate?.notShared).toEqual({ labels: [], more: 0 })
    })
  })
})

onSqlite('several credentials', (store) => {
  const sets = (required: boolean): JsonObject => ({
    credentials: [
      {
        id: 'id',
        format: 'dc+sd-jwt',
        meta: { vct_values: [identity.type] },
        claims: [{ path: ['given_name'] }],
      },
      {
        id: 'badge',
        format: 'dc+sd-jwt',
        meta: { vct_values: [badge.type] },
        claims: [{ path: ['given_name'] }],
      },
    ],
    credential_sets: required
      ? [{ options: [['id'], ['badge']] }]
      : [{ options: [['id']] }, { options: [['badge']], required: false }],
  })
  const only = (preview: RequestPreview, ...ids: readonly string[]) => ({
    id: preview.id,
    locales,
    decision: pick(preview).decision.filter(({ queryId }) => ids.includes(queryId)),
  })

  it('either card will do: the one that was picked is sent', async () => {
    const { opened, owned, verifier, wallet } = await ready(store(), [identity.id, badge.id])
    const preview = await opened({ query: sets(true) })
    expect(preview.alternatives).toEqual([
      {
        required: true,
        options: [
          { queryIds: ['id'], satisfiable: true },
          { queryIds: ['badge'], satisfiable: true },
        ],
      },
    ])
    expect(preview.queries.map(({ required }) => required)).toEqual([false, false])
    expect(await useOpenRequest(wallet, owned, only(preview, 'id', 'badge'))).toMatchObject({
      error: { code: 'selection_not_needed', queryId: 'badge' },
    })
    expect(await useOpenRequest(wallet, owned, only(preview, 'badge'))).toMatchObject({
      value: { result: { shared: [{ queryId: 'badge' }] } },
    })
    expect(verifier.disclosed).toMatchObject([{ vct: badge.type }])
  })

  it('what is not required is sent only where it was picked', async () => {
    const { opened, owned, verifier, wallet } = await ready(store(), [identity.id, badge.id])
    const [without, both] = [await opened({ query: sets(false) }), await opened({ query: sets(false) })]
    await useOpenRequest(wallet, owned, only(without, 'id'))
    expect(verifier.disclosed).toMatchObject([{ vct: identity.type }])
    await useOpenRequest(wallet, owned, only(both, 'id', 'badge'))
    expect(verifier.disclosed.slice(1)).toMatchObject([{ vct: identity.type }, { vct: badge.type }])
  })
})
