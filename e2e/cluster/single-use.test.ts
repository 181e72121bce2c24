/** What may be used once is used once over all instances, and an honest retry gets its answer again. */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { claims, identityQuery, issue } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  credentialOf,
  type Held,
  identityConfiguration,
  keyProof,
  offerUri,
  type ParsedOffer,
  readOffer,
  readRequest,
  requestCredential,
  requestNonce,
  requestToken,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { many } from './many.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0 })
})
afterAll(() => cluster?.stop())

const identity = { credentialConfigurationId: identityConfiguration, credentialData: claims }
const badge = {
  credentialConfigurationId: 'employee_badge_dc+sd-jwt',
  credentialData: { given_name: 'Grace', family_name: 'Sample', employer: 'Works', employee_id: 'E1' },
}

async function newOffer(order: unknown = identity, path = 'issue'): Promise<ParsedOffer> {
  const offered = expectStatus(await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/${path}`, order), 200)
  return readOffer((await call(offerUri(offered.text))).json())
}

async function newToken(): Promise<{ offer: ParsedOffer; accessToken: string }> {
  const offer = await newOffer()
  const token = expectStatus(await requestToken(offer, {}), 200)
  return { offer, accessToken: String(token.json()['access_token']) }
}

async function newNonce(): Promise<string> {
  return String((await requestNonce(cluster.urls.issuer)).json()['c_nonce'])
}

function times<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make))
}

function errors(answers: readonly Answer[]): readonly unknown[] {
  return [
    ...new Set(answers.filter((answer) => answer.status !== 200).map((answer) => answer.json()['error'])),
  ]
}

describe('a pre-authorized code', () => {
  it('50 codes with 10 simultaneous token requests each give 50 tokens', async () => {
    const tokens = await many(50, 2, async () => {
      const offer = await newOffer()
      const answers = await times(10, () => requestToken(offer, {}))
      expect(errors(answers)).toEqual(['invalid_grant'])
      return answers.filter((answer) => answer.status === 200).map((answer) => answer.json()['access_token'])
    })
    expect(tokens.map((given) => given.length)).toEqual(tokens.map(() => 1))
    expect(new Set(tokens.flat()).size).toBe(50)
  })

  it('five times in a row gives one token', async () => {
    const offer = await newOffer()
    const statuses: number[] = []
    for (let turn = 0; turn < 5; turn++) statuses.push((await requestToken(offer, {})).status)
    expect(statuses).toEqual([200, 400, 400, 400, 400])
  })

  it('with one DPoP key ten times at once gives one token, ten times', async () => {
    const offer = await newOffer()
    const sender = { dpopKey: newKey() }
    const answers = await times(10, () => requestToken(offer, sender))
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200))
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1)
  })

  it('whose token led to a credential gives its own key nothing more, on either instance', async () => {
    const offer = await newOffer()
    const sender = { dpopKey: newKey() }
    const token = expectStatus(await requestToken(offer, sender), 200)
    expect((await requestToken(offer, sender)).text).toBe(token.text)
    const accessToken = String(token.json()['access_token'])
    const request = {
      accessToken,
      configurationId: identityConfiguration,
      proof: await keyProof(offer.issuer, await newNonce(), newKey()),
    }
    // The last token requests race the credential: whatever they were told, none is told anything afterwards.
    await Promise.all([
      requestCredential(offer.issuer, sender, request).then((answer) => expectStatus(answer, 200)),
      ...Array.from({ length: 4 }, () => requestToken(offer, sender)),
    ])
    const answers = await times(4, () => requestToken(offer, sender))
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 400])
    expect(errors(answers)).toEqual(['invalid_grant'])
  })

  it('with ten DPoP keys at once gives one token to one key', async () => {
    const offer = await newOffer()
    const answers = await times(10, () => requestToken(offer, { dpopKey: newKey() }))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect(errors(answers)).toEqual(['invalid_grant'])
  })
})

describe('a transaction code', () => {
  const protectedOffer = () =>
    newOffer({ ...identity, txCode: { input_mode: 'numeric', length: 4 }, txCodeValue: '4711' })

  it('wrong three times and then right gives one token', async () => {
    const offer = await protectedOffer()
    for (const guess of ['0000', '1111', '2222']) {
      const answer = await requestToken(offer, {}, guess)
      expect([answer.status, answer.json()['error']]).toEqual([400, 'invalid_grant'])
    }
    expect((await requestToken(offer, {}, '4711')).status).toBe(200)
    expect((await requestToken(offer, {}, '4711')).status).toBe(400)
  })

  it('past the limit closes the offer, however the guesses are spread', async () => {
    const offer = await protectedOffer()
    await many(20, 10, (index) => requestToken(offer, {}, `${1000 + index}`))
    const answer = await requestToken(offer, {}, '4711')
    expect([answer.status, answer.json()['error']]).toEqual([400, 'invalid_grant'])
  })
})

describe('a nonce', () => {
  it('with one token and ten simultaneous identical requests gives one credential, and the same bytes later', async () => {
    const { offer, accessToken } = await newToken()
    const proof = await keyProof(offer.issuer, await newNonce(), newKey())
    const request = { accessToken, configurationId: identityConfiguration, proof }
    const answers = await times(10, () => requestCredential(offer.issuer, {}, request))
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200))
    expect(new Set(answers.map(credentialOf)).size).toBe(1)
    expect((await requestCredential(offer.issuer, {}, request)).text).toBe(answers[0]?.text)
  })

  it('with ten different proofs at once gives one credential', async () => {
    const distinct = await many(10, 2, async () => {
      const { offer, accessToken } = await newToken()
      const nonce = await newNonce()
      const proofs = await times(10, () => keyProof(offer.issuer, nonce, newKey()))
      const answers = await Promise.all(
        proofs.map((proof) =>
          requestCredential(offer.issuer, {}, { accessToken, configurationId: identityConfiguration, proof }),
        ),
      )
      expect(errors(answers)).toEqual(['invalid_nonce'])
      return new Set(answers.filter((answer) => answer.status === 200).map(credentialOf)).size
    })
    expect(distinct).toEqual(distinct.map(() => 1))
  })

  it('spent, with another proof, is invalid', async () => {
    const { offer, accessToken } = await newToken()
    const nonce = await newNonce()
    const ask = async () =>
      requestCredential(
        offer.issuer,
        {},
        {
          accessToken,
          configurationId: identityConfiguration,
          proof: await keyProof(offer.issuer, nonce, newKey()),
        },
      )
    expect((await ask()).status).toBe(200)
    const second = await ask()
    expect([second.status, second.json()['error']]).toEqual([400, 'invalid_nonce'])
  })
})

describe('an offer', () => {
  it('of two configurations gives both', async () => {
    const offer = await newOffer([identity, badge], 'issueBatch')
    expect(offer.configurationIds).toHaveLength(2)
    const token = await requestToken(offer, {})
    const accessToken = String(token.json()['access_token'])
    for (const configurationId of offer.configurationIds) {
      const proof = await keyProof(offer.issuer, await newNonce(), newKey())
      const answer = await requestCredential(offer.issuer, {}, { accessToken, configurationId, proof })
      expect(answer.status).toBe(200)
    }
  })

  it('may be fetched twice', async () => {
    const offered = await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, identity)
    const [first, second] = [await call(offerUri(offered.text)), await call(offerUri(offered.text))]
    expect([first.status, first.text]).toEqual([200, second.text])
  })
})

describe('a DPoP proof', () => {
  it('used on one instance is refused on the other', async () => {
    const { dpop } = await dpopHeader()
    const [first, second] = cluster.services.filter((service) => service.service === 'issuer')
    const form =
      'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code&pre-authorized_code=x.y'
    const before = await postForm(`${first?.url}/token`, form, { dpop })
    expect(before.json()['error']).toBe('invalid_grant')
    const after = await postForm(`${second?.url}/token`, form, { dpop })
    expect(after.json()['error']).toBe('invalid_dpop_proof')
  })

  async function dpopHeader() {
    const { createDpopProof } = await import('@countersign/protocol/oauth/dpop')
    const { nodeCrypto } = await import('@countersign/keys/engines/node')
    const now = Math.floor(Date.now() / 1000)
    const url = `${cluster.urls.issuer}/token`
    return {
      dpop: await createDpopProof(
        { signer: newKey(), method: 'POST', url, now, jti: crypto.randomUUID() },
        nodeCrypto,
      ),
    }
  }
})

describe('an answer to a presentation request', () => {
  let held: Held
  beforeAll(async () => {
    held = await issue(cluster.urls.issuer)
  })

  async function newRequest() {
    const headers = { accept: 'application/json' }
    const started = await postJson(
      `${cluster.urls.verifier}/openid4vc/verify`,
      { dcql_query: identityQuery },
      headers,
    )
    const { id, url } = started.json() as { id: string; url: string }
    return { id, url, request: readRequest((await call(requestUri(url))).text) }
  }

  it('posted ten times at once through both gives one decision and one event', async () => {
    const { id, request } = await newRequest()
    const body = await answerBody(request, held, [['given_name'], ['family_name']])
    const answers = await times(10, () => postForm(request.responseUri, body))
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(200)
    const events = await call(`${cluster.urls.verifier}/openid4vc/session/${id}/events`)
    expect(events.text.match(/event: verified/g)).toHaveLength(1)
  })

  it('again with the identical body: the same answer; with a different one: refused', async () => {
    const { id, request } = await newRequest()
    const disclosed = [['given_name'], ['family_name']]
    const body = await answerBody(request, held, disclosed)
    const first = await postForm(request.responseUri, body)
    const again = await postForm(request.responseUri, body)
    expect([again.status, again.text]).toEqual([first.status, first.text])
    const other = await postForm(request.responseUri, await answerBody(request, held, disclosed))
    expect([other.status, other.json()['error']]).toEqual([400, 'invalid_request'])
    const result = await call(`${cluster.urls.verifier}/openid4vc/session/${id}`)
    expect(result.json()['verificationResult']).toBe(true)
  })

  it('two different ones at once: one is accepted', async () => {
    const { request } = await newRequest()
    const bodies = await times(2, () => answerBody(request, held, [['given_name'], ['family_name']]))
    const answers = await Promise.all(bodies.map((body) => postForm(request.responseUri, body)))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 400]))
  })

  it('needs a request that may be fetched twice', async () => {
    const { url, request } = await newRequest()
    const again = readRequest((await call(requestUri(url))).text)
    expect(again).toEqual(request)
  })

  it('brings a response code that is exchanged once, of twenty at once through both', async () => {
    const verifiers = cluster.services.filter(({ service }) => service === 'verifier')
    const rounds = await many(10, 2, async () => {
      const { id, code } = await sentBack()
      const waiting = await call(`${cluster.urls.verifier}/openid4vc/session/${id}`)
      expect(waiting.json()).toMatchObject({ state: 'answered', returned: false })
      expect(waiting.text).not.toContain('"Ada"')
      const exchange = (url = '') =>
        postJson(`${url}/openid4vc/session/${id}/returned`, { responseCode: code })
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) => exchange(verifiers[at % verifiers.length]?.url)),
      )
      const [won, ...others] = answers.toSorted((a, b) => a.status - b.status)
      expect(won?.json()).toMatchObject({ state: 'verified', returned: true })
      expect(new Set(others.map(({ status }) => status))).toEqual(new Set([409]))
      return won?.status
    })
    expect(rounds).toEqual(rounds.map(() => 200))
    expect(verifiers).toHaveLength(2)
  })

  async function sentBack() {
    const { id, url } = (
      await postJson(
        `${cluster.urls.verifier}/openid4vc/verify`,
        { dcql_query: identityQuery, sameDevice: 'required' },
        { accept: 'application/json', successredirecturi: 'https://shop.example/done' },
      )
    ).json() as { id: string; url: string }
    const request = readRequest((await call(requestUri(url))).text)
    const body = await answerBody(request, held, [['given_name'], ['family_name']])
    const [first, again] = await times(2, () => postForm(request.responseUri, body))
    expect(again?.text).toBe(first?.text)
    const address = new URL(String(first?.json()['redirect_uri']))
    return { id, code: address.searchParams.get('response_code') ?? '' }
  }
})
