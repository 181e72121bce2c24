/** Events follow the session, not the instance. */

import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { openEventStream } from '@countersign/testing/client/event-stream'
import { identityQuery, issue, verify } from '@countersign/testing/client/flows'
import { type Answer, call, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  type Held,
  offerUri,
  readOffer,
  readRequest,
  requestToken,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let cluster: Cluster
let held: Held
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0 })
  held = await issue(cluster.urls.issuer)
})
afterAll(() => cluster?.stop())

function verifiers(): readonly [string, string] {
  const [first, second] = cluster.services.filter(({ service }) => service === 'verifier')
  if (first === undefined || second === undefined) throw new Error('two verifiers are needed')
  return [first.url, second.url]
}

async function started(): Promise<{ id: string; url: string }> {
  const headers = { accept: 'application/json' }
  const answer = await postJson(
    `${cluster.urls.verifier}/openid4vc/verify`,
    { dcql_query: identityQuery },
    headers,
  )
  return answer.json() as { id: string; url: string }
}

/** The path of a link, on a certain instance. */
function on(instance: string, link: string): string {
  return instance + new URL(link).pathname
}

describe('a subscriber on one instance', () => {
  it('sees a flow that runs on the other, as it happens', async () => {
    const [here, there] = verifiers()
    const { id, url } = await started()
    const stream = await openEventStream(`${here}/openid4vc/session/${id}/events`)
    await stream.until('created')
    const request = readRequest((await call(on(there, requestUri(url)))).text)
    await takesAtMost(1500, () => stream.until('requested'))
    const body = await answerBody(request, held, [['given_name'], ['family_name']])
    const answered = await postForm(on(there, request.responseUri), body)
    expect([answered.status, answered.instance]).toEqual([200, 'verifier2'])
    await takesAtMost(1500, () => stream.until('verified'))
    await stream.ended
    expect(stream.instance).toBe('verifier1')
    expect(stream.events.filter(({ id: sequence }) => sequence).map(({ id: sequence }) => sequence)).toEqual([
      '1',
      '2',
      '3',
    ])
  })

  it('that reconnects elsewhere with Last-Event-ID misses nothing and gets nothing twice', async () => {
    const [here, there] = verifiers()
    const { id, url } = await started()
    const first = await openEventStream(`${here}/openid4vc/session/${id}/events`)
    const last = await first.until('created')
    first.close()
    const request = readRequest((await call(on(there, requestUri(url)))).text)
    await postForm(
      on(there, request.responseUri),
      await answerBody(request, held, [['given_name'], ['family_name']]),
    )
    const second = await openEventStream(`${there}/openid4vc/session/${id}/events`, last.id)
    await second.ended
    expect(second.events.filter((event) => event.id).map((event) => event.event)).toEqual([
      'requested',
      'verified',
    ])
  })

  it('whose instance is killed goes on at another', async () => {
    const [, there] = verifiers()
    const { id, url } = await started()
    const victim = cluster.services.find(({ name }) => name === 'verifier1')
    const first = await openEventStream(`${victim?.url}/openid4vc/session/${id}/events`)
    const last = await first.until('created')
    await victim?.kill('SIGKILL')
    await first.ended
    const request = readRequest((await call(on(there, requestUri(url)))).text)
    const second = await openEventStream(`${cluster.urls.verifier}/openid4vc/session/${id}/events`, last.id)
    await postForm(
      on(there, request.responseUri),
      await answerBody(request, held, [['given_name'], ['family_name']]),
    )
    await second.until('verified')
    expect(second.events.filter((event) => event.id).map((event) => event.event)).toEqual([
      'requested',
      'verified',
    ])
    await victim?.restart()
  })

  it('of an issuance sees what happens on the other issuer', async () => {
    const [here, there] = cluster.services.filter(({ service }) => service === 'issuer')
    const order = {
      credentialConfigurationId: 'identity_credential_dc+sd-jwt',
      credentialData: { given_name: 'A', family_name: 'B' },
    }
    const offered = await postJson(`${there?.url}/openid4vc/sdjwt/issue`, order, {
      accept: 'application/json',
    })
    const { id, url } = offered.json() as { id: string; url: string }
    const stream = await openEventStream(`${here?.url}/openid4vc/session/${id}/events`)
    await stream.until('offered')
    const offer = readOffer((await call(offerUri(url))).json())
    await requestToken(offer, {})
    await takesAtMost(3000, () => stream.until('token_issued'))
    stream.close()
  })
})

describe('the line of a session says which instance wrote each event', () => {
  /** By the name of the step. */
  function served() {
    const by: Record<string, string> = {}
    let first: Answer | undefined
    return {
      by,
      firstAnswer: () => first,
      after: (step: string, answer: Answer) => {
        first ??= answer
        by[step] = answer.instance
      },
    }
  }

  async function lineOf(url: string): Promise<readonly (readonly [string, string])[]> {
    const stream = await openEventStream(url)
    await stream.ended
    return stream.events
      .filter(({ id }) => id !== undefined)
      .map(({ data }) => JSON.parse(data) as { type: string; servedBy: string })
      .map(({ type, servedBy }) => [type, servedBy])
  }

  it('of an issuance, from the offer to the acceptance', async () => {
    const { after, by, firstAnswer } = served()
    await issue(cluster.urls.issuer, { after })
    const fetched = readOffer((await call(offerUri(firstAnswer()?.text ?? ''))).json())
    const [id = ''] = fetched.code.split('.')
    expect(await lineOf(`${cluster.urls.issuer}/openid4vc/session/${id}/events`)).toEqual([
      ['offered', by['offer']],
      ['opened', by['fetch offer']],
      ['token_issued', by['token']],
      ['credential_issued', by['credential']],
      ['completed', by['credential']],
      ['accepted', by['notification']],
    ])
  })

  it('of a verification', async () => {
    const { after, by } = served()
    const { id } = await verify(cluster.urls.verifier, held, { after })
    expect(await lineOf(`${cluster.urls.verifier}/openid4vc/session/${id}/events`)).toEqual([
      ['created', by['start']],
      ['requested', by['request']],
      ['verified', by['answer']],
    ])
  })
})
