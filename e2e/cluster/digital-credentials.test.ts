/**
 * The shop of `docs/digital-credentials.md` as it stands there, in a real browser whose wallet is the test's: the page asks through the
 * Digital Credentials API (OpenID4VP 1.0 appendix A), two verifiers take turns, and what the wallet says is made by our own protocol
 * code. And answers that are brought twice, to one and to the other.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '@countersign/core/json'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { freePorts } from '@countersign/local-servers/ports'
import { type Program, startProgram, untilReady } from '@countersign/local-servers/process/program'
import { answerWith, errorAnswer } from '@countersign/protocol/openid4vp/response/authorization-response'
import { startChromium } from '@countersign/testing/browser/chromium'
import { callWallet, type OfferedRequest } from '@countersign/testing/client/browser-wallet'
import type { CalledWallet } from '@countersign/testing/client/called-wallet'
import { identityQuery, issue, sendPatiently } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import { type Held, presentation } from '@countersign/testing/client/protocol-wallet'
import { issueAs, mdocKind, presentAs } from '@countersign/testing/forging/credential-kinds'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyOfDeployment } from '../deployment-keys.ts'

let cluster: Cluster
let folder: string
let browser: Browser
let held: Held
let shop: Program
/** The same server under the name that it expects, and under another. */
let origin: string
let elsewhere: string

beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0 })
  held = await issue(cluster.urls.issuer)
  folder = await mkdtemp(join(tmpdir(), 'countersign-digital-credentials-'))
  const [port = 0] = await freePorts(1)
  origin = `http://localhost:${port}`
  elsewhere = `http://127.0.0.1:${port}`
  const document = await readFile(new URL('../../docs/digital-credentials.md', import.meta.url), 'utf8')
  await writeFile(join(folder, 'server.mjs'), fenced(document, 'js'))
  await writeFile(join(folder, 'index.html'), fenced(document, 'html'))
  shop = startProgram({
    program: process.execPath,
    args: ['server.mjs'],
    cwd: folder,
    env: { PATH: process.env['PATH'], ORIGIN: origin, VERIFIER: cluster.urls.verifier },
    logFile: join(folder, 'shop.log'),
  })
  const isThere = async () => (await fetch(origin).catch(() => undefined))?.status === 200
  await untilReady(shop, 'the shop', isThere)
  browser = await startChromium()
})
afterAll(async () => {
  await browser?.close()
  await shop?.stop()
  await cluster?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

function fenced(document: string, language: string): string {
  const [, code = ''] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(document) ?? []
  return code
}

interface Visit {
  readonly page: Page
  readonly requests: readonly OfferedRequest[]
  /** Clicks, and reads what the page says then. */
  shown(): Promise<string | null>
  /** Sets what the browser's wallet does: the protocol of Chromium for tests of this API. */
  wallet(behavior: Readonly<Record<string, unknown>>): Promise<void>
}

/** The page, with the request that its server began. */
async function visit(url: string): Promise<Visit> {
  const page = await browser.newPage()
  const begun = page.waitForResponse((response) => response.url() === `${url}/begin`)
  await page.goto(`${url}/`)
  const { requests } = (await (await begun).json()) as { requests: readonly OfferedRequest[] }
  const chromium: CDPSession = await page.context().newCDPSession(page)
  const behave = chromium.send.bind(chromium) as (name: string, values: object) => Promise<unknown>
  return {
    page,
    requests,
    wallet: async (behavior) => {
      await behave('DigitalCredentials.setVirtualWalletBehavior', behavior)
    },
    shown: async () => {
      await page.click('button:not([disabled])')
      await page.waitForFunction(`document.querySelector('output').textContent !== ''`)
      return page.textContent('output')
    },
  }
}

async function calledBy({ requests }: Pick<Visit, 'requests'>, protocol: string, at = origin) {
  const request = requests.find((one) => one.protocol === protocol)
  if (request === undefined) throw new Error(`not offered: ${protocol}`)
  return callWallet(request, at)
}

async function shownBy(wallet: CalledWallet, disclose = [['given_name']]): Promise<JsonObject> {
  const { audience: clientId, nonce } = wallet.binding
  const presented = await presentation({ clientId, nonce }, held, disclose)
  return wallet.answer(answerWith({}, new Map(wallet.queryIds.map((id) => [id, [presented]]))))
}

describe('the shop of the documents', () => {
  it.each(['openid4vp-v1-signed', 'openid4vp-v1-unsigned'])(
    'greets whoever shows a name, by %s',
    async (protocol) => {
      const visited = await visit(origin)
      const response = await shownBy(await calledBy(visited, protocol))
      expect(Object.keys(response)).toEqual(['response'])
      await visited.wallet({ action: 'respond', protocol, response })
      expect(await visited.shown()).toBe('Hello Ada')
      await visited.page.close()
    },
  )

  it('lets whoever declines go, in the wallet and before it', async () => {
    const visited = await visit(origin)
    await visited.wallet({ action: 'decline' })
    expect(await visited.shown()).toBe('Nothing was shown: NotAllowedError')
    const wallet = await calledBy(visited, 'openid4vp-v1-signed')
    const response = await wallet.answer(errorAnswer({}, 'access_denied'))
    await visited.wallet({ action: 'respond', protocol: wallet.protocol, response })
    await visited.page.evaluate(`document.querySelector('output').textContent = ''`)
    expect(await visited.shown()).toBe('Another time, then')
    await visited.page.close()
  })

  it('is shown nothing that counts at another origin: a wallet refuses what is signed, the verifier the rest', async () => {
    const visited = await visit(elsewhere)
    await expect(calledBy(visited, 'openid4vp-v1-signed', elsewhere)).rejects.toThrow('expected_origins')
    const response = await shownBy(await calledBy(visited, 'openid4vp-v1-unsigned', elsewhere))
    await visited.wallet({ action: 'respond', protocol: 'openid4vp-v1-unsigned', response })
    expect(await visited.shown()).toMatch(/^That did not work: The presentation cannot be accepted/)
    await visited.page.close()
  })

  it('is told of what its browser made up', async () => {
    const visited = await visit(origin)
    await visited.wallet({
      action: 'respond',
      protocol: 'openid4vp-v1-multisigned',
      response: { error: 'x' },
    })
    expect(await visited.shown()).toMatch(/^That did not work: .*protocol must be one/)
    await visited.page.close()
  })
})

describe('a page of its own', () => {
  it('asks for a driving licence in the protocol that some browsers speak alone', async () => {
    const page = await browser.newPage()
    await page.goto(`${origin}/`)
    const body = { dcql_query: { credentials: [mdocKind.query] }, expected_origins: [origin] }
    const headers = { responsemode: 'dc_api.jwt' }
    const started = expectStatus(
      await postJson(`${cluster.urls.verifier}/openid4vc/verify`, body, headers),
      200,
    )
    const { digital, id } = started.json() as unknown as { id: string; digital: Pick<Visit, 'requests'> }
    const wallet = await calledBy(digital, 'org-iso-mdoc')
    const { audience, encryptionInfo, nonce } = wallet.binding
    const request = { clientId: audience, nonce, responseUri: '' }
    const licence = await presentAs(mdocKind, { request }, await newLicence(), { encryptionInfo })
    const response = await wallet.answer(answerWith({}, new Map([['asked', [licence]]])))
    const chromium = await page.context().newCDPSession(page)
    const behave = chromium.send.bind(chromium) as (name: string, values: object) => Promise<unknown>
    const behavior = { action: 'respond', protocol: 'org-iso-mdoc', response }
    await behave('DigitalCredentials.setVirtualWalletBehavior', behavior)
    // The page posts to the verifier itself.
    await page.evaluate(askingScript(digital, `${cluster.urls.verifier}/openid4vc/verify/${id}`))
    await page.click('button:not([disabled])')
    await page.waitForFunction(`document.querySelector('output').textContent !== ''`)
    expect(await page.textContent('output')).toBe('200 {}')
    const result = (await call(`${cluster.urls.verifier}/openid4vc/session/${id}`)).json()
    expect(result).toMatchObject({ state: 'verified', credentials: [{ format: 'mso_mdoc' }] })
    await page.close()
  })
})

async function newLicence(): Promise<Held> {
  const secret = (await readFile(cluster.secretFile, 'utf8')).trim()
  const kept = { folder: cluster.dataFolder, baseUrl: cluster.urls.issuer, secret }
  return issueAs(mdocKind, await keyOfDeployment(kept, 'document-signer'))
}

function askingScript(digital: object, url: string): string {
  return `document.querySelector('button').onclick = async () => {
    const { data, protocol } = await navigator.credentials.get({ digital: ${JSON.stringify(digital)} })
    const body = JSON.stringify({ data, protocol })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(${JSON.stringify(url)}, { method: 'POST', headers, body })
    document.querySelector('output').textContent = answer.status + ' ' + (await answer.text())
  }`
}

interface Begun extends Pick<Visit, 'requests'> {
  readonly id: string
  /** That began it. */
  readonly instance: string
}

async function begin(mode = 'dc_api.jwt'): Promise<Begun> {
  const body = { dcql_query: identityQuery, expected_origins: ['https://shop.example'] }
  const started = await postJson(`${cluster.urls.verifier}/openid4vc/verify`, body, { responsemode: mode })
  const { digital, id } = expectStatus(started, 200).json() as unknown as {
    readonly id: string
    readonly digital: Pick<Visit, 'requests'>
  }
  return { id, instance: started.instance, requests: digital.requests }
}

async function credentialFor(begun: Pick<Visit, 'requests'>): Promise<JsonObject> {
  const wallet = await calledBy(begun, 'openid4vp-v1-signed', 'https://shop.example')
  return { protocol: wallet.protocol, data: await shownBy(wallet, [['given_name'], ['family_name']]) }
}

const bring = (id: string, credential: JsonObject): Promise<Answer> =>
  postJson(`${cluster.urls.verifier}/openid4vc/verify/${id}`, credential)

describe.each(['dc_api', 'dc_api.jwt'])('an answer by %s', (mode) => {
  it('that is brought ten times at once to two verifiers is taken once, and heard ten times', async () => {
    const { id, requests } = await begin(mode)
    const credential = await credentialFor({ requests })
    const answers = await Promise.all(Array.from({ length: 10 }, () => bring(id, credential)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 {}']))
    expect(new Set(answers.map(({ instance }) => instance)).size).toBe(2)
    const events = await call(`${cluster.urls.verifier}/openid4vc/session/${id}/events`)
    expect(events.text.match(/event: verified/g)).toHaveLength(1)
  })

  it('is one of two that are brought at once', async () => {
    const { id, requests } = await begin(mode)
    const credentials = [await credentialFor({ requests }), await credentialFor({ requests })]
    const answers = await Promise.all(credentials.map((one) => bring(id, one)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
  })

  it('fits the request that any verifier shows again', async () => {
    const { id } = await begin(mode)
    for (const _ of [1, 2]) {
      const again = await call(`${cluster.urls.verifier}/openid4vc/session/${id}/digital-request`)
      const { requests } = expectStatus(again, 200).json() as unknown as Pick<Visit, 'requests'>
      const wallet = await calledBy({ requests }, 'openid4vp-v1-unsigned', 'https://shop.example')
      const declined = await wallet.answer(errorAnswer({}, 'access_denied'))
      expect((await bring(id, { protocol: wallet.protocol, data: declined })).status).toBe(200)
    }
    const { attempts, state } = (await call(`${cluster.urls.verifier}/openid4vc/session/${id}`)).json()
    expect([state, attempts]).toEqual(['created', [expect.objectContaining({ kind: 'declined' })]])
  })

  it('is taken by the other verifier when the one that began is killed, and heard again when it is back', async () => {
    const { id, instance, requests } = await begin(mode)
    const credential = await credentialFor({ requests })
    const victim = cluster.services.find(({ name }) => name === instance)
    if (victim === undefined) throw new Error(`nobody is called ${instance}`)
    await victim.kill('SIGKILL')
    const taken = await sendPatiently(() => bring(id, credential), 1, [cluster.urls.verifier])
    expect([taken.status, taken.text]).toEqual([200, '{}'])
    await victim.restart()
    const url = `${victim.url}/openid4vc/verify/${id}`
    const again = await postJson(url, credential)
    expect([again.status, again.text]).toEqual([200, '{}'])
  })

  it('is not posted as a form', async () => {
    const { id } = await begin(mode)
    const posted = await postForm(`${cluster.urls.verifier}/openid4vc/verify/${id}`, `state=${id}&error=x`)
    expect([posted.status, posted.json()['error']]).toEqual([400, 'invalid_request'])
  })
})
