/**
 * An instance is killed between every pair of steps, and the flow completes on the other. What changes something is not sent twice by the
 * balancer: in the moment before it notices, the client sends it once more. Every way of presenting: `e2e/presentation/killed-ways.test.ts`.
 */
import {
  type Cluster,
  type ClusterService,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import { identityQuery, issuanceSteps, issue, sendPatiently } from '@countersign/testing/client/flows'
import { type Answer, call, postForm, postJson } from '@countersign/testing/client/http'
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
