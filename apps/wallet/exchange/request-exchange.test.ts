import type { JsonObject } from '@countersign/core/json'
import { expect, it } from 'vitest'
import { deleteCredential } from '../credentials/credentials.ts'
import { badge, identity } from '../testing/issuer.testing.ts'
import { dump, newOwner, onBothDatabases, onSqlite, withAnchors } from '../testing/wallet.testing.ts'
import type { RequestPreview } from './preview-request.ts'
import { dcql, locales, pathsOf, pick, ready, withChoice } from './request-exchange.testing.ts'
import { openRequest, rejectRequest, useOpenRequest, viewRequest } from './request-exchange.ts'

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

  it('at the time that was shown it is over, and one that has just come is not', async () => {
    const { owned, verifier, wallet } = await ready(store())
    const at = (later: number) => ({ ...wallet, now: () => store().clock.now + later })
    const opened = await openRequest(at(330), owned, verifier.request(), locales)
    if (!opened.ok) throw new Error(opened.error.code)
    const { expiresAt, id } = opened.value
    expect(expiresAt).toBe(store().clock.now + 340)
    expect(await viewRequest(at(339), owned, id, locales)).toMatchObject({ value: { expired: false } })
    expect(await viewRequest(at(340), owned, id, locales)).toMatchObject({ value: { expired: true } })
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
