/**
 * Every way in which the portal asks: how the wallet answers, who the verifier is to it, where the request is, through the browser
 * (OpenID4VP 1.0 appendix A, with Chromium's own wallet for tests), and with something to authorise (§8.4).
 */
import { decodeJws } from '@countersign/crypto/jose/jws'
import { answerWith, errorAnswer } from '@countersign/protocol/openid4vp/response/authorization-response'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { callWallet, type OfferedRequest } from '@countersign/testing/client/browser-wallet'
import { identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  type Held,
  identityConfiguration,
  presentation,
  readRequest,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, receive } from '@countersign/testing/client/wallet-api'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { newOffer } from './people.ts'
import { heading, shownLink, status } from './portal-steps.ts'
import { openPortalWorld, type PortalWorld } from './portal-world.ts'

let world: PortalWorld
let held: Held
beforeAll(async () => {
  world = await openPortalWorld(inject('stageCluster'))
  held = await issue(world.cluster.urls.issuer)
})
afterAll(() => world?.stop())

let watched: WatchedPage
let page: Page
beforeEach(async () => {
  watched = await world.open()
  page = watched.page
})
afterEach(() => watched?.close())

const nothing: readonly string[] = []
const bothNames = [['given_name'], ['family_name']]

/** Two details are chosen, and the part that says how they are asked for is open. */
async function openWays(): Promise<void> {
  await page.goto('/verify')
  await page.getByLabel('From which credential').selectOption({ value: identityConfiguration })
  await page.getByLabel('Given name').check()
  await page.getByLabel('Family name').check()
  await page.locator('summary', { hasText: 'How it is asked' }).click()
}

const ANSWER = 'How the wallet answers'
const WHO = 'Who asks, to the wallet'
const WHERE = 'Where the request is'
const choose = (label: string, option: string) => page.getByLabel(label).selectOption({ label: option })
const make = () => page.getByRole('button', { name: 'Make the request' }).click()
const shows = (text: string | RegExp) => page.locator('.facts').getByText(text).first().waitFor()

async function onResult(tone: 'ok' | 'bad' | 'open'): Promise<void> {
  await page.waitForURL(/\/result$/)
  await page.locator(`.outcome[data-tone="${tone}"]`).waitFor()
}

describe('asking in a way that was chosen', () => {
  it('is done with keys alone, again with the next code, and told with the request and its result', async () => {
    await page.goto('/verify')
    await page.getByLabel('From which credential').selectOption({ value: identityConfiguration })
    expect(await page.getByLabel(ANSWER).isVisible()).toBe(false)
    const { keyboard } = page
    for (const label of ['Given name', 'Family name']) {
      await page.getByLabel(label).focus()
      await keyboard.press('Space')
    }
    await page.locator('summary', { hasText: 'How it is asked' }).focus()
    await keyboard.press('Enter')
    await page.getByLabel(ANSWER).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await page.locator('summary', { hasText: 'How it is asked' }).focus()
    await keyboard.press('Tab')
    await keyboard.type('Encr')
    await keyboard.press('Tab')
    await keyboard.type('Its DID')
    await page.getByText('Whatever lies between the wallet and the verifier cannot read it.').waitFor()
    await page.getByRole('button', { name: 'Make the request' }).focus()
    await keyboard.press('Enter')
    await heading(page, /^Scan to show/)
    const before = page.url()
    await page.getByRole('button', { name: 'Get a new code' }).click()
    await page.waitForURL((url) => url.href !== before)
    await heading(page, /^Scan to show/)
    await shows('Encrypted for this request')
    await shows('Its DID (decentralized_identifier)')
    await shows('Fetched by the wallet')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    const request = readRequest((await call(requestUri(await shownLink(page)))).text)
    expect(request.payload['response_mode']).toBe('direct_post.jwt')
    expect(request.clientId).toMatch(/^decentralized_identifier:did:jwk:/)
    expectStatus(await postForm(request.responseUri, await answerBody(request, held, bothNames)), 200)
    await onResult('ok')
    await shows('Encrypted for this request')
    await shows(request.clientId.slice(0, 72))
    await shows('Fetched by the wallet')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
  })

  it('puts the request into the link, waits for nobody to open it, and says so', async () => {
    await openWays()
    await choose(WHERE, 'It stands in the link')
    await make()
    await heading(page, /^Scan to show/)
    await status(page, 'The request stands in the link.')
    await shows('In the link')
    expect(await page.locator('.steps').getByText('Opened by a wallet').count()).toBe(0)
    const link = await shownLink(page)
    const inLink = new URL(link).searchParams.get('request')
    const request = readRequest(inLink ?? '')
    await page.getByText('The link is too long for a code.').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    expectStatus(await postForm(request.responseUri, await answerBody(request, held, bothNames)), 200)
    await onResult('ok')
    await shows('In the link')
  })

  it('says of a request that nobody signs what wallets say of it', async () => {
    await openWays()
    await choose(WHO, 'An address, unsigned (redirect_uri)')
    await page.getByText('Nobody signs the request').waitFor()
    expect(await page.getByLabel(WHERE).count()).toBe(0)
    await make()
    await status(page, 'The request stands in the link.')
    await shows(/^redirect_uri:http/)
    const { searchParams } = new URL(await shownLink(page))
    expect(searchParams.get('client_id')).toMatch(/^redirect_uri:/)
    expect(await page.locator('.qr svg').count()).toBe(1)
  })

  it('tells what the verifier cannot show, and what it can, and keeps what was chosen', async () => {
    watched.expectFailedRequests()
    await openWays()
    await choose(WHO, 'Who attests it (verifier_attestation)')
    await make()
    const alert = page.getByRole('alert')
    await alert.getByText('The verifier does not take it').waitFor()
    expect(await alert.textContent()).toMatch(/verifier_attestation; it can be .*x509_hash/)
    expect(await page.getByLabel(WHO).inputValue()).toBe('verifier_attestation')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await choose(WHO, 'The host in its certificate (x509_san_dns)')
    await make()
    await heading(page, /^Scan to show/)
    await shows(/^x509_san_dns:/)
  })
})

describe('asking with the browser', () => {
  /** What Chromium's wallet does: its protocol for tests of this API. */
  async function walletDoes(behavior: Readonly<Record<string, unknown>>): Promise<void> {
    const chromium = await watched.context.newCDPSession(page)
    const send = chromium.send.bind(chromium) as (name: string, values: object) => Promise<unknown>
    await send('DigitalCredentials.setVirtualWalletBehavior', behavior)
  }

  /** The request as the page hands it over, read by a wallet at the origin of the page. */
  async function begin(answer = 'Through this browser, encrypted') {
    await openWays()
    await choose(ANSWER, answer)
    expect(await page.getByLabel(WHERE).count()).toBe(0)
    const begun = page.waitForResponse((response) => response.url().endsWith('/api/verifications'))
    await make()
    const { digital } = (await (await begun).json()) as { digital: { requests: readonly OfferedRequest[] } }
    await heading(page, /^Ask here/)
    const request = digital.requests.find(({ protocol }) => protocol === 'openid4vp-v1-signed')
    if (request === undefined) throw new Error('nothing signed is offered')
    return callWallet(request, new URL(page.url()).origin)
  }

  type Wallet = Awaited<ReturnType<typeof begin>>

  async function shown({ answer, binding, queryIds }: Wallet) {
    const { audience: clientId, nonce } = binding
    const presented = await presentation({ clientId, nonce }, held, bothNames)
    return answer(answerWith({}, new Map(queryIds.map((id) => [id, [presented]]))))
  }

  const press = () => page.getByRole('button', { name: 'Ask with this browser' }).click()

  it.each(['Through this browser, encrypted', 'Through this browser'])(
    '%s, leads to a verified result, and back to this browser',
    async (way) => {
      const wallet = await begin(way)
      await status(page, 'Nobody is asked before you press the button.')
      await shows('Handed over by the browser')
      expect(await page.locator('.qr').count()).toBe(0)
      expect(await problemsOf(watched, { german: true })).toEqual(nothing)
      await page.reload()
      await walletDoes({ action: 'respond', protocol: wallet.protocol, response: await shown(wallet) })
      await press()
      await onResult('ok')
      await page.locator('.facts', { hasText: 'Ada' }).first().waitFor()
      await shows(/^Through the browser, /)
      const returned = page.locator('.facts > div', { hasText: 'Came back to this browser' })
      expect(await returned.getByRole('definition').textContent()).toBe('Yes')
      expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    },
  )

  it('tells that somebody said no to the browser, and asks again', async () => {
    const wallet = await begin()
    await walletDoes({ action: 'decline' })
    await press()
    await page.getByRole('alert').getByText('Nothing was shared').waitFor()
    expect(watched.changes().filter((one) => one.endsWith('/answer'))).toEqual([])
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await walletDoes({ action: 'respond', protocol: wallet.protocol, response: await shown(wallet) })
    await press()
    await onResult('ok')
  })

  it('ends as declined where the wallet itself says no', async () => {
    const wallet = await begin()
    const response = await wallet.answer(errorAnswer({}, 'access_denied'))
    await walletDoes({ action: 'respond', protocol: wallet.protocol, response })
    await press()
    await page.waitForURL(/\/verify\/[^/]+$/)
    await heading(page, 'The wallet declined')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
  })

  it('says why an answer is not accepted, and stays open', async () => {
    watched.expectFailedRequests()
    const { protocol } = await begin()
    await walletDoes({ action: 'respond', protocol, response: { response: 'a.b.c.d.e' } })
    await press()
    await page.getByRole('alert').getByText('The verifier does not accept the answer').waitFor()
    await page.getByRole('button', { name: 'Ask with this browser' }).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
  })

  it('is for the window that made the request, and is not offered by a browser that cannot', async () => {
    await begin()
    const other = await world.open()
    await other.page.goto(new URL(page.url()).pathname)
    await other.page.getByText('Only the window in which the request was made can ask.').waitFor()
    expect(await problemsOf(other)).toEqual(nothing)
    await other.close()
    await page.addInitScript('delete globalThis.DigitalCredential')
    await page.reload()
    await page.getByText('This browser cannot ask wallets.').waitFor()
    expect(await problemsOf(watched)).toEqual(nothing)
    await openWays()
    const offered = await page.getByLabel(ANSWER).locator('option').allTextContents()
    expect(offered).toEqual(['As the verifier is set up', 'In the clear', 'Encrypted'])
  })
})

it('what was authorised is told with the result, under its names, and by which credential', async () => {
  const payment = {
    type: 'payment_data',
    credential_ids: ['identity'],
    payment_data: { payee: 'Shop <img src=x>', currency_amount: { currency: 'EUR', value: '23.58' } },
  }
  await page.goto('/')
  const made = await page.request.post('/api/verifications', {
    data: { dcql_query: identityQuery, transaction_data: [payment] },
  })
  const { id, url } = (await made.json()) as { id: string; url: string }
  await page.goto(`/verify/${id}`)
  await heading(page, /^Scan to show/)
  await authorise(url)
  await onResult('ok')
  const told = page.getByRole('region', { name: 'What they authorised' })
  await told.getByText('Authorised with: ').waitFor()
  expect(await told.getByRole('heading', { level: 3 }).allTextContents()).toEqual(['Payment'])
  expect(await told.getByRole('definition').allTextContents()).toEqual(['Shop <img src=x>', 'EUR', '23.58'])
  expect(await problemsOf(watched, { german: true })).toEqual(nothing)
  await page.getByRole('button', { name: 'Ask again' }).click()
  await heading(page, /^Scan to show/)
  const next = decodeJws((await call(requestUri(await shownLink(page)))).text, { maxLength: 65_536 })
  expect(next.ok && next.value.payload['transaction_data']).toHaveLength(1)
})

/** A wallet of the stage, by its API. */
async function authorise(url: string): Promise<void> {
  const { urls } = world.cluster
  const user = await newWalletUser(urls.wallet)
  const [card] = await receive(user, await newOffer(world))
  const asOwner = (path: string, body: object) =>
    postJson(`${user.url}/wallet-api/wallet/${user.wallet}/exchange/requests${path}`, body, {
      authorization: `Bearer ${user.token}`,
    })
  const opened = expectStatus(await asOwner('', { request: url }), 201).json()
  const selections = [{ queryId: 'identity', credentialId: card?.id }]
  expectStatus(await asOwner(`/${String(opened['id'])}/use`, { selections, authorize: true }), 200)
}
