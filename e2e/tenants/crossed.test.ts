/**
 * What one tenant has is unknown to the other and to the deployment's own issuer, at every endpoint and on both instances; and at
 * its own it is known, so that none of these refusals is for another reason. The list of endpoints is that of the API document:
 * one that is missing here fails the test.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { openAskingPage, press } from '@countersign/testing/client/browser-authorization'
import { type ApiDocument, type Operation, operationsOf } from '@countersign/testing/client/described-api'
import { type Answer, call, postForm, postJson, sentTo } from '@countersign/testing/client/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bearer,
  credentialAt,
  giveBulk,
  issueAt,
  newTokenAt,
  nonceAt,
  offerAt,
  type Place,
  PROFILE,
  type Things,
  thingsOf,
  tokenAt,
} from './things-of-one.ts'
import { type WrittenTenant, writeTenant } from './written-tenants.ts'

let folder: string
let cluster: Cluster
let tenants: readonly [WrittenTenant, WrittenTenant]
let at: Readonly<Record<'one' | 'other' | 'deployment', Place>>
let things: Things
let operations: readonly Operation[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-crossed-'))
  tenants = [await writeTenant(folder, 'acme'), await writeTenant(folder, 'b-co')]
  cluster = await startCluster({
    ports: 'free',
    wallets: 0,
    verifiers: 0,
    flags: { issuer: [`--tenantsDir=${join(folder, 'tenants')}`] },
  })
  const { issuer } = cluster.urls
  const [one, other] = tenants.map(({ headers, name }) => ({ headers, url: `${issuer}/${name}` }))
  if (one === undefined || other === undefined) throw new Error('there are two')
  at = { one, other, deployment: { url: issuer, headers: {} } }
  things = await thingsOf(at.one)
  const document = await fetch(`${at.one.url}/api.json`)
  operations = operationsOf((await document.json()) as ApiDocument)
})
afterAll(async () => {
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

const get = (place: Place, path: string) => call(place.url + path, { headers: place.headers })
const post = (place: Place, path: string, body: object) => postJson(place.url + path, body, place.headers)

/** Status, and the code where there is one. */
function told(answer: Answer): string {
  const body: unknown = answer.text.startsWith('{') ? JSON.parse(answer.text) : {}
  const error = typeof body === 'object' && body !== null && 'error' in body ? ` ${String(body.error)}` : ''
  return `${answer.status}${error}`
}

const statusOf = async (answer: Promise<Answer>) => told(await answer)
const session = (place: Place, rest = '') =>
  statusOf(get(place, `/openid4vc/session/${things.open.id}${rest}`))

async function followed(place: Place): Promise<string> {
  const stop = new AbortController()
  const url = `${place.url}/openid4vc/session/${things.open.id}/events`
  const answer = await fetch(url, { headers: place.headers, signal: stop.signal })
  stop.abort()
  return String(answer.status)
}

interface Probe {
  readonly ask: (place: Place) => Promise<string>
  readonly here: string
  readonly there: string
}

/** In this order: what spends something comes last. */
const PROBES: Readonly<Record<string, Probe>> = {
  'GET /openid4vc/session/{id}': { ask: (place) => session(place), here: '200', there: '404' },
  'GET /openid4vc/session/{id}/events': { ask: followed, here: '200', there: '404' },
  'GET /openid4vc/session/{id}/callback': {
    ask: (place) => session(place, '/callback'),
    here: '200',
    there: '404',
  },
  'POST /openid4vc/session/{id}/callback/redeliver': {
    ask: (place) => statusOf(post(place, `/openid4vc/session/${things.open.id}/callback/redeliver`, {})),
    here: '200',
    there: '404',
  },
  'GET /openid4vc/sessions': {
    ask: async (place) => String((await get(place, '/openid4vc/sessions')).text.includes(things.open.id)),
    here: 'true',
    there: 'false',
  },
  'GET /openid4vc/credentials/log': {
    ask: async (place) =>
      String((await get(place, '/openid4vc/credentials/log')).text.includes(things.credentialId)),
    here: 'true',
    there: 'false',
  },
  'GET /openid4vc/credentials/{id}': {
    ask: (place) => statusOf(get(place, `/openid4vc/credentials/${things.credentialId}`)),
    here: '200',
    there: '404',
  },
  'GET /openid4vc/credentials': {
    ask: async (place) => {
      const { statusListIndex, statusListUri } = things.place
      const byPlace = new URLSearchParams({ statusListUri, statusListIndex: String(statusListIndex) })
      const found = await Promise.all(
        [`sessionId=${things.issued.id}`, byPlace.toString()].map((query) =>
          get(place, `/openid4vc/credentials?${query}`),
        ),
      )
      return found.map(({ text }) => (JSON.parse(text) as unknown[]).length).join()
    },
    here: '1,1',
    there: '0,0',
  },
  'GET /openid4vc/profiles': {
    ask: async (place) => String((await get(place, '/openid4vc/profiles')).text.includes(things.profile)),
    here: 'true',
    there: 'false',
  },
  'GET /openid4vc/profiles/{name}': {
    ask: (place) => statusOf(get(place, `/openid4vc/profiles/${things.profile}`)),
    here: '200',
    there: '404',
  },
  'POST /openid4vc/profiles/{name}/offers': {
    ask: (place) =>
      statusOf(
        post(place, `/openid4vc/profiles/${things.profile}/offers`, {
          claims: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
        }),
      ),
    here: '200',
    there: '404',
  },
  'GET /api-keys': {
    ask: async (place) => String((await get(place, '/api-keys')).text.includes(things.apiKeyId)),
    here: 'true',
    there: 'false',
  },
  'DELETE /api-keys/{id}': {
    ask: (place) =>
      statusOf(
        call(`${place.url}/api-keys/${things.apiKeyId}`, { method: 'DELETE', headers: place.headers }),
      ),
    here: '204',
    there: '404',
  },
  'POST /openid4vc/profiles/{name}/bulk': {
    ask: (place) => statusOf(giveBulk(place, things.profile)),
    here: '202',
    there: '404',
  },
  'GET /openid4vc/bulk/{id}': {
    ask: (place) => statusOf(get(place, `/openid4vc/bulk/${things.bulkId}`)),
    here: '200',
    there: '404',
  },
  'GET /openid4vc/bulk/{id}/offers': {
    ask: (place) => statusOf(get(place, `/openid4vc/bulk/${things.bulkId}/offers`)),
    here: '200',
    there: '404',
  },
  'DELETE /openid4vc/bulk/{id}': {
    ask: (place) =>
      statusOf(
        call(`${place.url}/openid4vc/bulk/${things.bulkId}`, { method: 'DELETE', headers: place.headers }),
      ),
    here: '200',
    there: '404',
  },
  'GET /openid4vc/offers/{name}': {
    ask: (place) => statusOf(get(place, `/openid4vc/offers/${things.openProfile}`)),
    here: '200',
    there: '404',
  },
  'DELETE /openid4vc/profiles/{name}': {
    ask: (place) =>
      statusOf(
        call(`${place.url}/openid4vc/profiles/${things.profile}`, {
          method: 'DELETE',
          headers: place.headers,
        }),
      ),
    here: '204',
    there: '404',
  },
  'GET /credentialOffer': {
    ask: (place) => statusOf(get(place, `/credentialOffer?id=${things.open.id}`)),
    here: '200',
    there: '404',
  },
  'GET /status/token/{listId}': {
    ask: (place) => statusOf(get(place, `/status/token/${things.listId}`)),
    here: '200',
    there: '404',
  },
  'POST /introspect': {
    ask: async (place) => {
      const form = new URLSearchParams({ token: things.token })
      return String(
        (await postForm(`${place.url}/introspect`, form.toString(), place.headers)).json()['active'],
      )
    },
    here: 'true',
    there: 'false',
  },
  'POST /notification': {
    ask: async (place) => {
      const body = { notification_id: things.issued.notificationId, event: 'credential_accepted' }
      const send = (token: string) => statusOf(postJson(`${place.url}/notification`, body, bearer(token)))
      const own = place === at.one ? things.issued.token : (await newTokenAt(place)).token
      return [await send(things.issued.token), await send(own)].join()
    },
    here: '204,204',
    there: '401 invalid_token,400 invalid_notification_id',
  },
  'POST /deferred_credential': {
    ask: async (place) => {
      const body = { transaction_id: things.deferred.transactionId }
      const send = (token: string) =>
        statusOf(postJson(`${place.url}/deferred_credential`, body, bearer(token)))
      const own = place === at.one ? things.deferred.token : (await newTokenAt(place)).token
      return [await send(things.deferred.token), await send(own)].join()
    },
    here: '202,202',
    there: '401 invalid_token,400 invalid_transaction_id',
  },
  'POST /openid4vc/session/{id}/deferred': {
    ask: (place) =>
      statusOf(
        post(place, `/openid4vc/session/${things.deferred.id}/deferred`, {
          credentialConfigurationId: PROFILE.credentialConfigurationId,
          decision: 'approve',
        }),
      ),
    here: '200',
    there: '404',
  },
  'POST /par': {
    // What was laid down is opened where it was laid down.
    ask: (place) => {
      const query = new URLSearchParams({
        client_id: 'https://wallet.example',
        request_uri: things.requestUri,
      })
      return statusOf(get(place, `/authorize?${query.toString()}`))
    },
    here: '200',
    there: '400',
  },
  'POST /credential': {
    ask: async (place) => {
      const [own, nonce] = [await newTokenAt(place), await nonceAt(place)]
      return [
        await statusOf(credentialAt(place, things.token, nonce)),
        await statusOf(credentialAt(place, own.token, await nonceAt(at.one))),
      ].join()
    },
    here: '200,200',
    there: '401 invalid_token,400 invalid_nonce',
  },
  'POST /token': {
    ask: (place) => statusOf(tokenAt(place, things.open.code)),
    here: '200',
    there: '400 invalid_grant',
  },
  'POST /openid4vc/credentials/status': {
    ask: (place) =>
      statusOf(post(place, '/openid4vc/credentials/status', { ...things.place, status: 'suspended' })),
    here: '200',
    there: '404',
  },
  'POST /openid4vc/credentials/{id}/status': {
    ask: (place) =>
      statusOf(post(place, `/openid4vc/credentials/${things.credentialId}/status`, { status: 'revoked' })),
    here: '200',
    there: '404',
  },
}

/** They name nothing of anybody's, or are the same as another that is asked. */
const WITHOUT_IDS = [
  /^POST \/onboard\//,
  /^POST \/openid4vc\/(sdjwt|jwt|mdoc)\/issue(Batch)?$/,
  /^GET \/\.well-known\//,
  /^GET \/(trust|audit)$/,
  /^POST \/(nonce|challenge|revoke|api-keys)$/,
  /^PUT \/openid4vc\//,
  /^GET \/status\/bitstring\//,
]

it('every endpoint of the API document is asked, but those that name nothing', () => {
  const missing = operations
    .map(({ name }) => name)
    .filter((name) => PROBES[name] === undefined && !WITHOUT_IDS.some((one) => one.test(name)))
  expect(missing).toEqual([])
})

describe('with what another tenant has', () => {
  it.each(['other', 'deployment'] as const)(
    'nothing is found at %s, whichever instance is asked',
    async (where) => {
      for (const { url } of cluster.services.filter(({ service }) => service === 'issuer')) {
        const origins = new Map([[cluster.urls.issuer, url]])
        for (const [name, probe] of Object.entries(PROBES))
          expect(await sentTo(origins, () => probe.ask(at[where])), `${name} at ${url}`).toBe(probe.there)
      }
    },
  )

  it('everything is found at its own', async () => {
    const last = 'DELETE /openid4vc/profiles/{name}'
    const names = [...Object.keys(PROBES).filter((name) => name !== last), last]
    const found: string[] = []
    for (const name of names) found.push(`${name}: ${await PROBES[name]?.ask(at.one)}`)
    expect(found).toEqual(names.map((name) => `${name}: ${PROBES[name]?.here}`))
  })

  it('a token that is taken back at another is good where it was given', async () => {
    const { token } = await newTokenAt(at.one)
    const form = new URLSearchParams({ token }).toString()
    expect((await postForm(`${at.other.url}/revoke`, form)).status).toBe(200)
    expect(await statusOf(credentialAt(at.one, token, await nonceAt(at.one)))).toBe('200')
    expect((await postForm(`${at.one.url}/revoke`, form)).status).toBe(200)
    expect(await statusOf(credentialAt(at.one, token, await nonceAt(at.one)))).toBe('401 invalid_token')
  })

  it('the page of a tenant, its form and its cookie are below its path', async () => {
    const query = new URLSearchParams({ client_id: 'https://wallet.example', request_uri: things.requestUri })
    const page = await openAskingPage(`${at.one.url}/authorize?${query.toString()}`)
    expect(page.action).toBe(`${at.one.url}/authorize/decision`)
    expect(page.answer.headers.get('set-cookie')).toContain('; Path=/acme/authorize;')
    expect(page.answer.text).toContain('The company acme')
    expect((await press({ ...page, action: `${at.other.url}/authorize/decision` }, 'approve')).status).toBe(
      400,
    )
    const back = new URL((await press(page, 'approve')).headers.get('location') ?? '')
    expect(back.searchParams.get('iss')).toBe(at.one.url)
  })

  it('the same Idempotency-Key is another call', async () => {
    const key = { 'idempotency-key': 'order-1' }
    const [first, again] = [await issueAt(at.one, {}, key), await issueAt(at.one, {}, key)]
    expect(again.text).toBe(first.text)
    const other = await issueAt(at.other, {}, key)
    expect(other.status).toBe(200)
    expect(other.text).not.toBe(first.text)
    expect(other.headers.get('idempotent-replayed')).toBeNull()
  })

  it('a profile of the same name is another', async () => {
    const put = (place: Place, validityDays: number) =>
      call(`${place.url}/openid4vc/profiles/same`, {
        method: 'PUT',
        headers: { ...place.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ ...PROFILE, validityDays }),
      })
    expect([(await put(at.one, 1)).status, (await put(at.other, 2)).status]).toEqual([201, 201])
    const read = await get(at.one, '/openid4vc/profiles/same')
    expect(read.json()).toMatchObject({ version: 1, profile: { validityDays: 1 } })
  })
})

describe('the management API', () => {
  it('of a tenant opens by its own key alone, at every endpoint', async () => {
    const management = operations.filter(({ name }) =>
      // What is offered to everybody is open to everybody.
      /^\w+ \/(openid4vc\/(?!offers\/)|onboard\/|api-keys|audit|trust)/.test(name),
    )
    expect(management.length).toBeGreaterThan(20)
    for (const { method, path } of management) {
      const url = at.other.url + path.replace(/\{[^}]+\}/g, 'x')
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: '{}' }
      for (const headers of [{}, at.one.headers]) {
        const answer = await call(url, {
          method,
          headers: { ...headers, 'content-type': 'application/json' },
          ...body,
        })
        expect(answer.status, `${method} ${path}`).toBe(401)
      }
    }
  })

  it('of the deployment knows offers of its own alone', async () => {
    const own = await offerAt(at.deployment)
    expect((await get(at.deployment, `/openid4vc/session/${own.id}`)).status).toBe(200)
    expect((await get(at.one, `/openid4vc/session/${own.id}`)).status).toBe(404)
  })
})
