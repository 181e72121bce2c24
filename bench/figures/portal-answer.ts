/**
 * From the moment in which a wallet's answer returned until its result stands on the portal's page. The answer goes to one verifier,
 * the portal whose page is open asks another one alone: what the page hears came through the store. Whoever looks at the page has the
 * slow phone of all page figures. Beside it a reader of the same portal's stream that is no browser.
 */
import { join } from 'node:path'
import type { Cluster, ClusterService } from '@countersign/countersign/cluster/start-cluster'
import { freePort } from '@countersign/local-servers/ports'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { openEventStream } from '@countersign/testing/client/event-stream'
import { issue } from '@countersign/testing/client/flows'
import {
  answerBody,
  type Held,
  identityConfiguration,
  readRequest,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { openClient } from '../load/http-client.ts'
import { pathOf } from '../load/json-text.ts'
import { slowDown } from '../measure/cold-visit.ts'
import { type MeasuredProcess, startMeasured } from '../measure/measured-process.ts'
import { percentile } from '../measure/statistics.ts'
import { figure, type Row } from '../report/figure.ts'
import { COMMAND, untilAnswers } from '../stand/services.ts'
import type { Stand } from '../stand/stand.ts'

/** Milliseconds after the answer returned; negative when it was heard of before. */
interface Delays {
  readonly seen: number
  readonly heard: number
}

export async function portalAnswerFigures(stand: Stand): Promise<readonly Row[]> {
  const cluster = await stand.cluster()
  const [asked, answered] = cluster.services.filter(({ service }) => service === 'verifier')
  if (asked === undefined || answered === undefined) throw new Error('two verifiers are needed')
  const portal = await startPortalOf(cluster, asked)
  const watched = await watchedPage(await stand.browser(), portal.origin)
  try {
    const held = await issue(cluster.urls.issuer)
    const sample = await openSampler({ portal, watched, held, answeredAt: answered.port })
    for (let warm = 0; warm < 3; warm++) await sample()
    const delays: Delays[] = []
    while (delays.length < stand.settings.portalAnswers) delays.push(await sample())
    const problems = watched.problems()
    if (problems.length > 0) throw new Error(problems.join('; '))
    return rowsOf(delays)
  } finally {
    await watched.close()
    await portal.stop()
  }
}

function rowsOf(delays: readonly Delays[]): readonly Row[] {
  const seen = delays.map((one) => one.seen)
  const heard = delays.map((one) => one.heard)
  const of = (what: string, value: number) =>
    figure({ what: `answer → ${what}`, unit: 'ms', measured: [value] })
  return [
    of("portal's page, p50", percentile(seen, 0.5)),
    figure({
      what: "answer → portal's page, p95",
      unit: 'ms',
      measured: [percentile(seen, 0.95)],
      budget: { of: 'measured', relation: 'at_most', bound: 300 },
      note: `${delays.length} answers, after the wallet's POST returned; slowest ${Math.max(...seen).toFixed(0)} ms`,
    }),
    of("portal's stream without a browser, p95", percentile(heard, 0.95)),
  ]
}

interface PortalProcess {
  readonly origin: string
  stop(): Promise<void>
}

/** A further instance of the cluster's portal, which asks this verifier alone. */
async function startPortalOf(cluster: Cluster, verifier: ClusterService): Promise<PortalProcess> {
  const { dataFolder, postgres, redis, secretFile, urls } = cluster
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const running: MeasuredProcess = startMeasured({
    module: COMMAND,
    args: [
      'portal',
      `--webPort=${port}`,
      `--baseUrl=${origin}`,
      '--instance=portal-of-bench',
      `--data=${dataFolder}`,
      `--sessions=${redis?.url}`,
      `--database=${postgres.url}`,
      `--issuerUrl=${urls.issuer}`,
      `--repositoryUrl=${urls.repository}`,
      `--verifierUrl=${verifier.url}`,
      `--webWalletUrl=${urls['web-wallet']}`,
      '--senderRequestsPerSecond=0',
    ],
    env: { COUNTERSIGN_SECRET_FILE: secretFile },
    cwd: dataFolder,
    logFile: join(dataFolder, 'portal-of-bench.log'),
  })
  await untilAnswers(running, port, '/readyz')
  return { origin, stop: () => running.stop() }
}

interface Sampling {
  readonly portal: PortalProcess
  readonly watched: WatchedPage
  readonly held: Held
  /** Port of the verifier that the wallet talks to. */
  readonly answeredAt: number
}

/** On one open page: each request is made by its button, as an operator does who has a queue before the desk. */
async function openSampler({ portal, watched, held, answeredAt }: Sampling): Promise<() => Promise<Delays>> {
  const { page } = watched
  await slowDown(watched)
  await page.goto('/verify')
  await page.getByLabel('From which credential').selectOption({ value: identityConfiguration })
  await page.getByLabel('Given name').check()
  await page.getByLabel('Family name').check()
  const makeRequest = page.getByRole('button', { name: 'Make the request' })
  const makeAnother = page.getByRole('button', { name: 'Ask again' })
  const verifier = openClient(answeredAt)
  return async () => {
    await makeRequest.or(makeAnother).click()
    await page.locator('.status', { hasText: 'Waiting for a wallet' }).waitFor()
    const link = (await page.locator('.copy-line code').textContent()) ?? ''
    const asked = await verifier.send({ method: 'GET', path: pathOf(requestUri(link)), headers: {} })
    const request = readRequest(asked.body)
    await page.locator('.status', { hasText: 'A wallet is reading' }).waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1)
    const stream = await openEventStream(`${portal.origin}/api/verifier/openid4vc/session/${id}/events`)
    await stream.until('state')
    const answer = {
      method: 'POST',
      path: pathOf(request.responseUri),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: await answerBody(request, held, [['given_name'], ['family_name']]),
    } as const
    const seen = page.evaluate<number>(RESULT_SEEN)
    const heard = stream.until('verified').then(now)
    const reply = await verifier.send(answer)
    const returnedAt = now()
    if (reply.status !== 200) throw new Error(`the answer was not taken: ${reply.body}`)
    const delays = { seen: (await seen) - returnedAt, heard: (await heard) - returnedAt }
    stream.close()
    return delays
  }
}

/** The clock of the machine in fractions of a millisecond, as pages read it too. */
const now = (): number => performance.timeOrigin + performance.now()

/** When the result was painted, on the same clock. */
const RESULT_SEEN = `new Promise((resolve) => {
  const painted = () => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => resolve(performance.timeOrigin + performance.now())
    port2.postMessage(0)
  })
  const isThere = () => document.querySelector('.outcome') !== null
  if (isThere()) return painted()
  const observer = new MutationObserver(() => {
    if (!isThere()) return
    observer.disconnect()
    painted()
  })
  observer.observe(document.body, { childList: true, subtree: true })
})`
