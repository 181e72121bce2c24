/**
 * The pages for whoever runs it, against a real cluster: two verifiers, one issuer and two portals behind their balancer, instances
 * that are stopped and started from a page, and beside them what the pages warn of.
 */
import { readFile } from 'node:fs/promises'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { startCaddy } from '@countersign/local-servers/caddy'
import { freePorts } from '@countersign/local-servers/ports'
import { type StopList, startedWhole } from '@countersign/local-servers/stop-list'
import { startChromium } from '@countersign/testing/browser/chromium'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { claims, identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm } from '@countersign/testing/client/http'
import { answerBody, type Held, readRequest, requestUri } from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { startVerifier } from '@countersign/verifier/main'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { answered, credentialCall, granted } from '../issuance/contested.ts'
import { newRequest, pressDecision } from './people.ts'
import { startPortalBeside } from './portal-beside.ts'
import { correlationId, heading } from './portal-steps.ts'

interface World {
  readonly cluster: Cluster
  readonly browser: Browser
  readonly started: StopList
}

let world: World
let watched: WatchedPage
let page: Page
beforeAll(async () => {
  world = await startedWhole(async (started) => {
    const browser = await startChromium()
    started.add(() => browser.close())
    const cluster = await startCluster({ ports: 'free', wallets: 0, issuers: 1, portals: 2, demo: true })
    started.add(() => cluster.stop())
    return { cluster, browser, started }
  })
})
afterAll(() => world?.started.stop())
beforeEach(async () => {
  watched = await watchedPage(world.browser, world.cluster.urls.portal)
  page = watched.page
})
afterEach(() => watched?.close())

const nothing: readonly string[] = []
const bothNames = [['given_name'], ['family_name']]

/** One more portal over the same cluster, which nobody told how to stop an instance; answers where it is. */
async function openBeside(flags: readonly string[]): Promise<string> {
  const { url } = await startPortalBeside(world.cluster, world.started, flags)
  await watched.close()
  watched = await watchedPage(world.browser, url)
  page = watched.page
  return url
}

async function answer(url: string, held: Held): Promise<void> {
  const request = readRequest((await call(requestUri(url))).text)
  expectStatus(await postForm(request.responseUri, await answerBody(request, held, bothNames)), 200)
}

/** Two verifiers that share nothing, behind a balancer: the trap that the pages warn of. */
async function verifiersApart(): Promise<string> {
  const { cluster, started } = world
  const [front = 0, ...ports] = await freePorts(3)
  const url = `http://localhost:${front}`
  for (const [at, port] of ports.entries()) {
    const argv = [
      `--webPort=${port}`,
      `--baseUrl=${url}`,
      `--instance=apart${at + 1}`,
      `--data=${cluster.dataFolder}`,
      `--secretFile=${cluster.secretFile}`,
      '--logLevel=silent',
    ]
    const running = await startVerifier({ argv, env: {}, cwd: cluster.dataFolder, defaultPort: 0 })
    started.add(() => running.close())
  }
  const sites = [{ port: front, upstreams: ports.map((port) => `127.0.0.1:${port}`) }]
  const caddy = await startCaddy({ sites })
  started.add(() => caddy.stop())
  return url
}

const row = (name: string) => page.locator(`tr[data-instance="${name}"]`)
const rowIn = (state: string, name: string) =>
  page.locator(`tr[data-instance="${name}"][data-state="${state}"]`)
const probe = (name: string, tone: string) =>
  page.locator(`.probes [data-probe="${name}"][data-tone="${tone}"]`)

describe('the first page', () => {
  it('says what is ready, and turns good when what was away is back', async () => {
    await page.goto('/')
    for (const name of ['keys', 'sessions', 'address', 'trust']) await probe(name, 'ok').waitFor()
    await page.getByText('Redis, seen by 5 instances').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    watched.expectFailedRequests()
    const [issuer] = world.cluster.services.filter(({ service }) => service === 'issuer')
    await issuer?.kill('SIGKILL')
    await page.getByText('The issuer does not answer.').waitFor()
    await issuer?.restart()
    await probe('keys', 'ok').waitFor()
  })

  it('shows what went on lately, of both kinds, and leads there', async () => {
    await issue(world.cluster.urls.issuer)
    await page.request.post('/api/verifications', { data: { dcql_query: identityQuery } })
    await page.goto('/')
    await page.locator('.entry', { hasText: 'issue ·' }).first().waitFor()
    await page.locator('.entry', { hasText: 'verify ·' }).first().click()
    await heading(page, /^Scan to show/)
  })
})

describe('the cluster', () => {
  it('tells the way to its control to the portals alone, and not in a line that others can read', async () => {
    const has = async (pid: number, what: 'environ' | 'cmdline') =>
      /DEMO_SOCKET|demoSocket|demo-socket/.test(await readFile(`/proc/${pid}/${what}`, 'utf8'))
    for (const { name, pid, service } of world.cluster.services) {
      expect([name, await has(pid, 'environ')]).toEqual([name, service === 'portal'])
      expect([name, await has(pid, 'cmdline')]).toEqual([name, false])
    }
  })

  it('lets a verification outlive the instance that made it', async () => {
    const held = await issue(world.cluster.urls.issuer)
    await page.goto('/')
    const made = await page.request.post('/api/verifications', { data: { dcql_query: identityQuery } })
    const { id, url } = await made.json()
    await page.goto(`/verify/${id}`)
    await page.locator('.steps .instance').first().waitFor()
    const creator = (await page.locator('.steps .instance').first().textContent()) ?? ''
    const survivor = creator === 'verifier1' ? 'verifier2' : 'verifier1'

    const operator = await watchedPage(world.browser, world.cluster.urls.portal)
    const there = operator.page
    await there.goto('/cluster')
    const button = there.getByRole('button', { name: `Stop ${creator}` })
    await button.click()
    await there.locator(`tr[data-instance="${creator}"][data-state="stopped"]`).waitFor()
    await there.locator(`tr[data-instance="${survivor}"]`, { hasText: 'the last one' }).waitFor()
    const isRunning = world.cluster.services.find(({ name }) => name === creator)?.isRunning()
    expect(isRunning).toBe(false)

    await answer(url, held)
    await page.waitForURL(/\/result$/)
    await page.locator('.outcome[data-tone="ok"]').waitFor()

    // Nobody told the other page that it was stopped: it is not heard, and its lane ends where it was seen last.
    await there
      .locator('.steps li[data-state="failed"]', { hasText: `${creator} stopped` })
      .waitFor({ state: 'attached' })
    const serving = await there.locator('.steps .instance').allTextContents()
    expect(new Set(serving)).toEqual(new Set([creator, survivor]))
    expect(await there.locator('main').textContent()).not.toMatch(/Ada|Example,|1990/)
    expect(await problemsOf(operator, { german: true })).toEqual(nothing)

    await there.getByRole('button', { name: `Start ${creator}` }).click()
    await there.locator(`tr[data-instance="${creator}"][data-state="up"]`).waitFor()
    await operator.close()
  })

  it('shows who is there soon after the start, and drops who was killed, without being told', async () => {
    await openBeside(['--instance=beside'])
    await page.goto('/cluster')
    // The portal that serves the page began with this test.
    await takesAtMost(10_000, () => rowIn('up', 'beside').waitFor())
    for (const name of ['verifier1', 'verifier2', 'issuer1', 'portal1', 'portal2'])
      await rowIn('up', name).waitFor()
    expect(await page.getByRole('button', { name: /^(Stop|Start) / }).count()).toBe(0)
    const killed = world.cluster.services.find(({ name }) => name === 'verifier2')
    await killed?.kill('SIGKILL')
    await takesAtMost(15_000, () => rowIn('silent', 'verifier2').waitFor())
    await page.getByText(/^verifier2 was last heard \d+ seconds ago$/).waitFor()
    await killed?.restart()
    await rowIn('up', 'verifier2').waitFor()
    expect(await row('verifier2').count()).toBe(1)
  })

  it('warns of instances that keep sessions for themselves, and so does the first page', async () => {
    await openBeside([`--verifierUrl=${await verifiersApart()}`])
    // Of a session that one of them lists the other knows nothing.
    watched.expectFailedRequests()
    await page.goto('/')
    await probe('sessions', 'bad')
      .getByText(/^2 instances keep sessions in their own memory/)
      .waitFor()
    await page.goto('/cluster')
    await page.getByRole('heading', { name: '2 instances keep sessions for themselves' }).waitFor()
    expect(await problemsOf(watched)).toEqual(nothing)
  })
})

describe('sessions', () => {
  it('are listed a page at a time, by what they have come to', async () => {
    await page.goto('/sessions')
    const begin = () => page.request.post('/api/verifications', { data: { dcql_query: identityQuery } })
    await Promise.all(Array.from({ length: 22 }, begin))
    await eventually('all are listed', async () => {
      const listed = await page.request.get('/api/verifier/openid4vc/sessions?limit=100')
      return (await listed.json()).sessions.length > 21
    })
    await page.reload()
    const entries = page.locator('.entry')
    await entries.nth(19).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    const first = await entries.first().getAttribute('href')
    await page.getByRole('button', { name: 'Older' }).click()
    await page.getByRole('button', { name: 'Newer' }).waitFor()
    expect(await entries.first().getAttribute('href')).not.toBe(first)
    await page.getByLabel('State').selectOption('Verified')
    await page.waitForURL(/state=verified/)
    await eventually('only those are shown', async () => {
      const states = await page.locator('.entry .badge').allTextContents()
      return states.length > 0 && states.every((state) => state === 'Verified')
    })
    await page.getByRole('button', { name: 'Issuances' }).click()
    await page.locator('.entry', { hasText: 'issue ·' }).first().waitFor()
    expect(watched.problems()).toEqual(nothing)
  })
})

describe('issued credentials', () => {
  const entry = (at: number) => page.locator('.entry').nth(at)

  it('are suspended, reinstated, and revoked after a question', async () => {
    for (const given_name of ['Grace', 'Joan'])
      await issue(world.cluster.urls.issuer, { claims: { ...claims, given_name } })
    await page.goto('/credentials')
    await entry(1).waitFor()
    expect(await page.locator('main').textContent()).not.toMatch(/Grace|Joan|1990/)
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)

    await entry(0)
      .getByRole('button', { name: /^Suspend / })
      .click()
    await entry(0).getByText('Suspended', { exact: true }).waitFor()
    await entry(0)
      .getByRole('button', { name: /^Reinstate / })
      .click()
    await entry(0).getByText('Valid', { exact: true }).waitFor()

    await entry(1)
      .getByRole('button', { name: /^Revoke / })
      .click()
    const question = page.getByRole('dialog')
    await question.getByRole('button', { name: 'Keep it' }).click()
    expect(await entry(1).getByText('Valid', { exact: true }).count()).toBe(1)
    await entry(1)
      .getByRole('button', { name: /^Revoke / })
      .click()
    expect(await problemsOf(watched)).toEqual(nothing)
    await pressDecision(page, 'Revoke it')
    await entry(1).getByText('Revoked', { exact: true }).waitFor()
    expect(await entry(1).getByRole('button').count()).toBe(0)

    await page.getByLabel('Status').selectOption('Revoked')
    await eventually(
      'the revoked one alone is shown',
      async () => (await page.locator('.entry').count()) === 1,
    )
    await page.getByLabel('Issued until').fill('2020-01-01')
    await page.getByText('There is no such credential.').waitFor()
    expect(watched.problems()).toEqual(nothing)
  })

  it('are one entry where they are copies of one another, and all are changed at once', async () => {
    const { issuer } = world.cluster.urls
    const whose = await granted(issuer)
    await answered(await credentialCall(issuer, whose, [newKey(), newKey(), newKey()]), 200)
    const copies = page.locator('.entry', { hasText: '3 copies on this page' })
    await page.goto('/credentials')
    await copies.waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await copies.getByRole('button', { name: /^Suspend / }).click()
    await copies.getByText('Suspended', { exact: true }).waitFor()
    await page.reload()
    await copies.getByText('Suspended', { exact: true }).waitFor()
    expect(await copies.count()).toBe(1)
    expect(watched.problems()).toEqual(nothing)
  })
})

describe('trust', () => {
  it('names whom the verifier believes, until when, and the keys of both', async () => {
    await page.goto('/trust')
    await page.getByRole('heading', { name: 'Whom the verifier believes' }).waitFor()
    await page.getByRole('heading', { name: 'development CA' }).waitFor()
    await page.getByText('1 is believed').first().click()
    await page
      .getByText(/^Authority · until /)
      .first()
      .waitFor()
    await page.getByText('No credential comes to it.').waitFor()
    await page.getByRole('heading', { name: 'Documents (mdoc)' }).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
  })
})

describe('when the store is away', () => {
  it('pages say so, with what support looks for, and come back without a reload', async () => {
    const { redis, services, urls } = world.cluster
    const verifier = services.find(({ service }) => service === 'verifier')
    if (redis === undefined || verifier === undefined) throw new Error('this cluster has both')
    const held = await issue(urls.issuer)
    const [decided, open] = [await newRequest(world, identityQuery), await newRequest(world, identityQuery)]
    await answer(decided.url, held)
    // Without a balancer, which would answer in its place.
    const origin = await openBeside(['--sessions=memory:', `--verifierUrl=${verifier.url}`])
    const [result, request] = [watched, await watchedPage(world.browser, origin)]
    const visits = [result, request]
    for (const visit of visits) visit.expectFailedRequests()
    redis.signal('SIGSTOP')
    try {
      await result.page.goto(`/verify/${decided.id}/result`)
      await request.page.goto(`/verify/${open.id}`)
      for (const visit of visits) {
        await heading(visit.page, 'The service does not answer')
        await visit.page.getByText(/^We try again by ourselves in \d/).waitFor()
        await visit.page.getByRole('link', { name: 'To the first page' }).waitFor()
        expect(await correlationId(visit.page)).toMatch(/^[\w-]{8,}$/)
      }
      expect(await problemsOf(result, { german: true })).toEqual(nothing)
    } finally {
      redis.signal('SIGCONT')
    }
    await heading(result.page, /^Verified/)
    await heading(request.page, /^Scan to show/)
    await request.close()
  })
})
