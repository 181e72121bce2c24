/**
 * Offers by the thousand over two instances, PostgreSQL and Redis: whoever makes them is killed, and another one goes on where it
 * stood. Each row has one offer, and what is told of the job only grows.
 */
import {
  type Cluster,
  type ClusterService,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import { claims } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** More in `npm run test:long`. */
const ROWS = Number(process.env['COUNTERSIGN_BULK_ROWS'] ?? 3000)
const KILLED_AT = [0.1, 0.4, 0.7].map((part) => Math.floor(part * ROWS))

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0, verifiers: 0, issuers: 2 })
})
afterAll(() => cluster?.stop())

interface Job {
  readonly id: string
  readonly state: string
  readonly rows: number
  readonly offered: number
  readonly failed: number
}

interface Told {
  readonly row: number
  readonly externalId: string
  readonly sessionId: string
  readonly url: string
}

function* rows(): Generator<string> {
  for (let at = 1; at <= ROWS; at += 1)
    yield `${JSON.stringify({ externalId: `holder-${at}`, claims: { ...claims, given_name: `Ada ${at}` } })}\n`
}

/** At whichever instance is there. */
async function patiently(path: string): Promise<Answer> {
  for (;;) {
    const answer = await call(`${cluster.urls.issuer}${path}`).catch(() => undefined)
    if (answer?.status === 200) return answer
  }
}

/** Each of the two is killed and comes back, so that whoever holds the job is one of them. */
async function killed(victim: ClusterService): Promise<void> {
  await victim.kill('SIGKILL')
  await victim.restart()
}

it(`a bulk of ${ROWS} rows is offered to the end while instances are killed: none is lost, none is doubled`, async () => {
  const profile = { credentialConfigurationId: identityConfiguration }
  expectStatus(
    await call(`${cluster.urls.issuer}/openid4vc/profiles/many`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(profile),
    }),
    201,
  )
  const answer = await fetch(`${cluster.urls.issuer}/openid4vc/profiles/many/bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/jsonl', sessionttl: '86400' },
    body: [...rows()].join(''),
  })
  const taken = (await answer.json()) as Job
  expect([answer.status, taken.rows]).toEqual([202, ROWS])

  let done = 0
  const seen = async () => {
    const job = (await patiently(`/openid4vc/bulk/${taken.id}`)).json() as unknown as Job
    expect(job.offered + job.failed).toBeGreaterThanOrEqual(done)
    done = job.offered + job.failed
    return job
  }
  /** However long it takes, as long as it goes on. */
  const until = async (isReached: (job: Job) => boolean) => {
    let job = await seen()
    while (!isReached(job)) {
      const before = done
      await eventually('more is offered, or it has ended', async () => {
        job = await seen()
        return isReached(job) || done > before
      })
    }
  }
  for (const [turn, at] of KILLED_AT.entries()) {
    await until(({ offered }) => offered >= at)
    const victim = cluster.services.filter(({ service }) => service === 'issuer')[turn % 2]
    if (victim !== undefined) await killed(victim)
  }
  await until(({ state }) => state === 'completed')
  expect(await seen()).toMatchObject({ rows: ROWS, offered: ROWS, failed: 0 })

  const { text } = await patiently(`/openid4vc/bulk/${taken.id}/offers`)
  const offers = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Told)
  expect(offers.map(({ externalId }) => externalId)).toEqual(
    Array.from({ length: ROWS }, (_, at) => `holder-${at + 1}`),
  )
  const ids = new Set(offers.map(({ sessionId }) => sessionId))
  expect(ids.size).toBe(ROWS)
  // The list lacks what a killed instance had not put there yet.
  expect([...(await sessionsMade())].filter((id) => !ids.has(id))).toEqual([])
})

/** As the operator's list has them, page by page: nobody's besides those that were told. */
async function sessionsMade(): Promise<ReadonlySet<string>> {
  const made = new Set<string>()
  for (let path = '/openid4vc/sessions?limit=100'; ; ) {
    const page = (await patiently(path)).json() as {
      readonly sessions: readonly { readonly id: string }[]
      readonly next?: string
    }
    for (const { id } of page.sessions) made.add(id)
    if (page.next === undefined) return made
    path = `/openid4vc/sessions?limit=100&before=${encodeURIComponent(page.next)}`
  }
}
