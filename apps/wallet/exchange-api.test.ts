import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { json, type Person, startApi, type TestApi } from './testing/api.testing.ts'
import { startTestIssuer, type TestIssuer } from './testing/issuer.testing.ts'
import { onSqlite, withAnchors } from './testing/wallet.testing.ts'

interface Preview {
  readonly id: string
  readonly state: string
  readonly authorization?: { readonly url?: string }
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

  it('an offer for a browser: sent away, told whose answer it is not, brought back', async () => {
    const me = await api.person()
    const offer = issuer.offer({ grant: 'browser' })
    const direct = await api.ask('POST', `${me.wallet}/exchange/useOfferRequest`, {
      headers: { ...me.headers, 'content-type': 'text/plain' },
      body: offer,
    })
    expect(direct.status).toBe(400)
    expect(direct.json()).toMatchObject({ message: expect.stringContaining('exchange/offers') })
    const { id } = (await post(me, 'offers', { offer })).json<Preview>()
    expect((await get(me, `offers/${id}`)).json()).toMatchObject({
      state: 'open',
      authorization: { host: new URL(issuer.url).host },
    })
    const away = await post(me, `offers/${id}/use`, {})
    expect(away.json()).toMatchObject({ state: 'authorizing' })
    const url = away.json<Preview>().authorization?.url ?? ''
    const foreign = await post(me, `offers/${id}/authorized`, { query: 'code=x&state=y' })
    expect(foreign.status).toBe(400)
    expect(foreign.json()).toMatchObject({ error: 'state_unknown' })
    const no = issuer.authorizations.browse(url, { error: 'access_denied', description: 'They said no' })
    const denied = await post(me, `offers/${id}/authorized`, { query: no })
    expect(denied.json()).toMatchObject({
      error: 'authorization_refused',
      message: expect.stringContaining('access_denied, They said no'),
    })
    const anew = (await post(me, `offers/${id}/use`, {})).json<Preview>().authorization?.url ?? ''
    const query = issuer.authorizations.browse(anew)
    const stranger = await api.person()
    expect((await post(stranger, `offers/${id}/authorized`, { query })).status).toBe(404)
    const back = await post(me, `offers/${id}/authorized`, { query })
    expect(back.json()).toMatchObject({ state: 'used', result: { credentials: [{ title: 'Identity' }] } })
    const bad = await post(me, `offers/${id}/use`, { redirectUri: 'javascript:alert(1)' })
    expect(bad.json()).toEqual(back.json())
  })

  it('what an issuer gives without an offer: open, and sent away', async () => {
    const me = await api.person()
    const wanted = { issuer: issuer.url, credentialConfigurationId: 'badge' }
    const opened = await post(me, 'issuances', wanted)
    expect(opened.status).toBe(201)
    const { id } = opened.json<Preview>()
    const bad = await post(me, `offers/${id}/use`, { redirectUri: 'javascript:alert(1)' })
    expect(bad.json()).toMatchObject({ error: 'redirect_uri_unusable' })
    expect((await post(me, `offers/${id}/use`, {})).json()).toMatchObject({ state: 'authorizing' })
    const unknown = await post(me, 'issuances', { ...wanted, credentialConfigurationId: 'nothing' })
    expect(unknown.json()).toMatchObject({ error: 'configuration_unusable' })
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
