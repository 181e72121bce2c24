import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { json, type Person, startApi, type TestApi } from './testing/api.testing.ts'
import { startTestIssuer, type TestIssuer } from './testing/issuer.testing.ts'
import { onSqlite, withAnchors } from './testing/wallet.testing.ts'

interface Preview {
  readonly id: string
  readonly state: string
  readonly queries: readonly {
    readonly queryId: string
    readonly candidates: readonly {
      readonly credentialId: string
      readonly claims: readonly { label: string }[]
    }[]
  }[]
}

onSqlite('what a page opens over HTTP', (store) => {
  let api: TestApi
  let issuer: TestIssuer
  let verifier: TestVerifier

  beforeAll(async () => {
    ;[issuer, verifier] = [await startTestIssuer(), await startTestVerifier()]
    api = await startApi(store().instance(withAnchors(verifier.anchors)))
  })
  afterAll(async () => {
    await Promise.all([issuer.close(), verifier.close(), api.close()])
  })

  const post = (
    { headers, wallet }: Person,
    path: string,
    body: object,
    more: Record<string, string> = {},
  ) => {
    const sent = json(body)
    return api.ask('POST', `${wallet}/exchange/${path}`, {
      ...sent,
      headers: { ...sent.headers, ...headers, ...more },
    })
  }
  const get = ({ headers, wallet }: Person, path: string, more: Record<string, string> = {}) =>
    api.ask('GET', `${wallet}/exchange/${path}`, { headers: { ...headers, ...more } })

  it('an offer: open, reload in another language, use with the right code, and again', async () => {
    const me = await api.person()
    const opened = await post(me, 'offers', { offer: issuer.offer({ txCode: '1234' }) })
    expect(opened.status).toBe(201)
    const { id } = opened.json<Preview>()
    const german = await get(me, `offers/${id}`, { 'accept-language': 'de-DE,de;q=0.9,en;q=0.5' })
    expect(german.json()).toMatchObject({ credentials: [{ title: 'Ausweis' }], txCode: { length: 4 } })
    const wrong = await post(me, `offers/${id}/use`, { txCode: '0000' })
    expect(wrong.status).toBe(400)
    expect(wrong.json()).toMatchObject({
      error: 'invalid_grant',
      message: expect.stringContaining('transaction code'),
    })
    const missing = await post(me, `offers/${id}/use`, {})
    expect(missing.json()).toMatchObject({
      error: 'tx_code_needed',
      message: expect.stringContaining('code'),
    })
    const used = await post(me, `offers/${id}/use`, { txCode: '1234' })
    expect(used.json()).toMatchObject({ state: 'used', result: { credentials: [{ title: 'Identity' }] } })
    expect((await post(me, `offers/${id}/use`, { txCode: '1234' })).json()).toEqual(used.json())
    const late = await post(me, `offers/${id}/reject`, {})
    expect(late.status).toBe(409)
    expect(late.json()).toMatchObject({ error: 'exchange_decided' })
  })

  it('a request: open, share, and what was shared', async () => {
    const me = await api.person()
    const offer = (await post(me, 'offers', { offer: issuer.offer() })).json<Preview>()
    await post(me, `offers/${offer.id}/use`, {})
    const opened = await post(me, 'requests', { request: verifier.request() })
    expect(opened.status).toBe(201)
    const { id, queries } = opened.json<Preview>()
    expect(verifier.bodies).toEqual([])
    await get(me, `requests/${id}`)
    expect(verifier.bodies).toEqual([])
    const selections = queries.flatMap(({ candidates, queryId }) =>
      candidates.map(({ credentialId }) => ({ queryId, credentialId })),
    )
    const shared = await post(me, `requests/${id}/use`, { selections })
    expect(shared.json()).toMatchObject({
      state: 'shared',
      result: {
        dataSent: true,
        shared: [{ claims: [{ value: 'Ada-planted' }] }],
        at: expect.stringMatching(/Z$/),
      },
    })
    const declined = await post(me, `requests/${id}/reject`, { answer: true })
    expect(declined.status).toBe(409)
  })

  it('shows nobody what another has open', async () => {
    const [me, other] = [await api.person(), await api.person()]
    const { id } = (await post(me, 'offers', { offer: issuer.offer() })).json<Preview>()
    for (const asked of [
      get(other, `offers/${id}`),
      post(other, `offers/${id}/use`, {}),
      get(other, `requests/${id}`),
    ])
      expect((await asked).status).toBe(404)
    expect((await get({ ...other, wallet: me.wallet }, `offers/${id}`)).status).toBe(404)
  })
})
