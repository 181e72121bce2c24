/**
 * An answer whose status list is away is taken; whoever took it dies, and nobody reads the session again. The instance that
 * is left looks at what is due and decides, as soon as the list is back.
 */
import {
  type Cluster,
  type ClusterService,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import { openEventStream } from '@countersign/testing/client/event-stream'
import { identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import { answerBody, readRequest, requestUri } from '@countersign/testing/client/protocol-wallet'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, expect, it } from 'vitest'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0, issuers: 1 })
})
afterAll(() => cluster?.stop())

function named(name: string): ClusterService {
  const found = cluster.services.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no instance ${name}`)
  return found
}

/** The path of a link, on a certain instance. */
function on({ url }: ClusterService, link: string): string {
  return url + new URL(link).pathname
}

/** Steps from one state to another that the instance itself wrote, from its figures: to ask for the session would be to read it. */
async function stepsOf({ url }: ClusterService, from: string, to: string): Promise<number> {
  const { text } = expectStatus(await call(`${url}/metrics`), 200)
  const series = text.split('\n').find((line) => {
    const labels = ['kind="verification"', `from="${from}"`, `to="${to}"`]
    return (
      line.startsWith('countersign_session_transitions_total{') && labels.every((one) => line.includes(one))
    )
  })
  return Number(series?.split(' ').at(-1) ?? 0)
}

it('an answer that nobody can judge yet outlives the instance that took it, and is decided by the other unasked', async () => {
  const [taker, other, issuer] = [named('verifier1'), named('verifier2'), named('issuer1')]
  const held = await issue(cluster.urls.issuer)
  await issuer.kill('SIGKILL')
  const started = await postJson(
    `${taker.url}/openid4vc/verify`,
    { dcql_query: identityQuery },
    { accept: 'application/json' },
  )
  const { id, url } = started.json() as { id: string; url: string }
  const request = readRequest((await call(on(taker, requestUri(url)))).text)
  const body = await answerBody(request, held, [['given_name'], ['family_name']])
  expectStatus(await postForm(on(taker, request.responseUri), body), 200)
  expect(await stepsOf(taker, 'requested', 'answered')).toBe(1)
  await taker.kill('SIGKILL')

  await issuer.restart()
  await eventually('the other decides', async () => (await stepsOf(other, 'answered', 'verified')) === 1)
  const session = expectStatus(await call(`${other.url}/openid4vc/session/${id}`), 200).json()
  expect(session['verificationResult']).toBe(true)
  const stream = await openEventStream(`${other.url}/openid4vc/session/${id}/events`)
  await stream.ended
  expect(stream.events.filter((event) => event.id).map((event) => event.event)).toEqual([
    'created',
    'requested',
    'answered',
    'verified',
  ])
  // The wallet never heard of all this: the same answer once more gets the same reply.
  expectStatus(await postForm(on(other, request.responseUri), body), 200)
  await taker.restart()
})
