/**
 * An instance is killed between every pair of steps, and the flow completes on the other. What changes something is not sent twice by the
 * balancer: in the moment before it notices, the client sends it once more. Every way of presenting: `e2e/presentation/killed-ways.test.ts`.
 */
import {
  type Cluster,
  type ClusterService,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import { openAskingPage, press, queryOf } from '@countersign/testing/client/browser-authorization'
import { claims, identityQuery, issuanceSteps, issue, sendPatiently } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  identityConfiguration,
  readRequest,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import {
  credentialsOf,
  newWalletUser,
  present,
  receive,
  type Send,
} from '@countersign/testing/client/wallet-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free' })
})
afterAll(() => cluster?.stop())

function instancesOf(service: 'issuer' | 'verifier' | 'wallet'): readonly ClusterService[] {
  return cluster.services.filter((one) => one.service === service)
}

function named(name: string): ClusterService {
  const found = cluster.services.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no instance ${name}`)
  return found
}

/** Behind each of which an instance may be gone: a wallet asks issuers and verifiers. */
function balancers(): readonly string[] {
  const { wallet, issuer, verifier } = cluster.urls
  return [wallet, issuer, verifier]
}

const onceMore: Send = (call) => sendPatiently(call, 1, balancers())

/** Kills whoever served the step before, with SIGKILL, and brings it back when the flow is over. */
async function withKillBefore(
  step: string,
  flow: (options: {
    before: (step: string) => Promise<void>
    after: (step: string, answer: Answer) => void
  }) => Promise<void>,
): Promise<string> {
  let lastServedBy = ''
  let killed: ClusterService | undefined
  await flow({
    before: async (current) => {
      if (current !== step) return
      killed = named(lastServedBy)
      await killed.kill('SIGKILL')
    },
    after: (_step, answer) => {
      lastServedBy = answer.instance
    },
  })
  if (killed === undefined) throw new Error(`nothing was killed before ${step}`)
  await killed.restart()
  return killed.name
}

describe('the instance that served the last step is killed', () => {
  it.each(issuanceSteps.slice(1))('before the issuance step "%s": the credential is issued', async (step) => {
    const killed = await withKillBefore(step, async (options) => {
      expect((await issue(cluster.urls.issuer, { ...options, retries: 1 })).credential).toContain('~')
    })
    expect(killed).toMatch(/^issuer/)
  })
})

const browserSteps = ['offer', 'open', 'send away', 'page', 'yes', 'back'] as const

/** An offer that is taken up at the issuer's page, by a wallet that is sent there and comes back. */
async function authorizedInBrowser({ after, before }: Parameters<Parameters<typeof withKillBefore>[1]>[0]) {
  const { issuer, wallet } = cluster.urls
  const user = await newWalletUser(wallet)
  const headers = { authorization: `Bearer ${user.token}` }
  const at = `${wallet}/wallet-api/wallet/${user.wallet}/exchange/offers`
  const step = async (name: (typeof browserSteps)[number], send: () => Promise<Answer>, status: number) => {
    await before(name)
    const answer = expectStatus(await onceMore(send), status)
    after(name, answer)
    return answer
  }
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }
  const offered = await step(
    'offer',
    () => postJson(`${issuer}/openid4vc/sdjwt/issue`, { ...order, authenticationMethod: 'NONE' }),
    200,
  )
  const opened = await step('open', () => postJson(at, { offer: offered.text }, headers), 201)
  const exchange = `${at}/${String(opened.json()['id'])}`
  const away = await step('send away', () => postJson(`${exchange}/use`, {}, headers), 200)
  const { url = '' } = away.json()['authorization'] as { url?: string }
  await before('page')
  const page = await onceMorePage(url)
  after('page', page.answer)
  const sent = await step('yes', () => press(page, 'approve'), 303)
  const query = queryOf(sent)
  const back = await step('back', () => postJson(`${exchange}/authorized`, { query }, headers), 200)
  expect(back.json()['state']).toBe('used')
  expect(await credentialsOf(user)).toHaveLength(1)
}

async function onceMorePage(url: string) {
  await onceMore(() => call(url))
  return openAskingPage(url)
}

describe('of an offer that is taken up in a browser, the instance that served the last step is killed', () => {
  it.each(browserSteps.slice(1))('before "%s": the credential is had, once', async (step) => {
    await withKillBefore(step, authorizedInBrowser)
  })
})

describe('the instance that took an answer is killed', () => {
  it('before the browser is back: its code is exchanged at the other', async () => {
    const verifier = cluster.urls.verifier
    const held = await issue(cluster.urls.issuer)
    const headers = { accept: 'application/json', successredirecturi: 'https://shop.example/done' }
    const query = { dcql_query: identityQuery, sameDevice: 'required' }
    const started = (await postJson(`${verifier}/openid4vc/verify`, query, headers)).json()
    const request = readRequest((await call(requestUri(String(started['url'])))).text)
    const body = await answerBody(request, held, [['given_name'], ['family_name']])
    const taken = await postForm(request.responseUri, body)
    const victim = named(taken.instance)
    await victim.kill('SIGKILL')
    const responseCode = new URL(String(taken.json()['redirect_uri'])).searchParams.get('response_code')
    const address = `${verifier}/openid4vc/session/${String(started['id'])}/returned`
    const returned = await onceMore(() => postJson(address, { responseCode }))
    expect([returned.status, returned.json()['state']]).toEqual([200, 'verified'])
    expect(returned.instance).not.toBe(taken.instance)
    await victim.restart()
  })
})

describe('every instance of a service but one is killed in turn', () => {
  it.each(['issuer', 'verifier', 'wallet'] as const)(
    "between the steps of the wallets' walk: %s",
    async (service) => {
      for (const victim of instancesOf(service)) {
        const user = await newWalletUser(cluster.urls.wallet)
        const credentialData = { given_name: 'Ada', family_name: 'Example' }
        const order = { credentialConfigurationId: identityConfiguration, credentialData }
        const offer = await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, order)
        const request = await postJson(`${cluster.urls.verifier}/openid4vc/verify`, {
          dcql_query: identityQuery,
        })
        await victim.kill('SIGKILL')
        const [credential] = await receive(user, offer.text, onceMore)
        await present(user, request.text, [credential?.id ?? ''], onceMore)
        expect(await credentialsOf(user)).toHaveLength(1)
        await victim.restart()
      }
    },
  )
})
