import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { claims as identityClaims, identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm } from '@countersign/testing/client/http'
import {
  answerBody,
  credentialOf,
  identityConfiguration,
  keyProof,
  offerUri,
  readOffer,
  readRequest,
  requestCredential,
  requestNonce,
  requestToken,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import type { Page } from 'playwright-core'
import decodeQR from 'qr/decode.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPortalWorld, type PortalWorld } from './portal-world.ts'

let world: PortalWorld
beforeAll(async () => {
  world = await openPortalWorld()
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

/** What a camera would read: the code as it is drawn, as pixels. */
async function scannedCode(): Promise<string> {
  await page.locator('.qr svg').waitFor()
  const image = await page.evaluate<{ width: number; height: number; data: number[] }>(PIXELS)
  return decodeQR({ ...image, data: Uint8ClampedArray.from(image.data) })
}

const PIXELS = `(async () => {
  const svg = document.querySelector('.qr svg').cloneNode(true)
  const size = Number(svg.getAttribute('viewBox').split(' ')[2]) * 6
  svg.setAttribute('width', size)
  svg.setAttribute('height', size)
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  svg.querySelector('path').setAttribute('fill', '#000')
  const url = URL.createObjectURL(new Blob([svg.outerHTML], { type: 'image/svg+xml' }))
  const image = new Image()
  image.src = url
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const context = canvas.getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, size, size)
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, size, size)
  return { width: size, height: size, data: [...data] }
})()`

/** The link below the code. */
async function shownLink(): Promise<string> {
  return (await page.locator('.copy-line code').textContent()) ?? ''
}

function heading(name: string | RegExp) {
  return page.getByRole('heading', { level: 1, name }).waitFor()
}

function status(text: string | RegExp) {
  return page.locator('.status', { hasText: text }).waitFor()
}

async function doneSteps(count: number): Promise<void> {
  await page
    .locator('.steps li[data-state="done"]')
    .nth(count - 1)
    .waitFor()
}

async function makeOffer(): Promise<void> {
  await page.goto('/issue/IdentityCredential')
  await page.getByRole('button', { name: 'Make the offer' }).click()
  await heading(/^Scan to add/)
}

describe('issuing in the portal', () => {
  it('begins at two doors', async () => {
    await page.goto('/')
    await heading('What do you want to do?')
    await page.getByText('Answered by').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await page.getByRole('link', { name: /Issue a credential/ }).click()
    await heading('Which credential?')
  })

  it('shows all types after one call, and finds them by typing', async () => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto('/issue')
    await heading('Which credential?')
    expect(asked.filter((path) => path.startsWith('/api/repository'))).toEqual(['/api/repository/api/types'])
    expect(asked.length).toBeLessThanOrEqual(12)
    await page.getByLabel('Search').fill('degree')
    await page.getByText('1 type').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await page.getByLabel('Search').fill('nothing like it')
    await page.getByText('No type has this in its name.').waitFor()
  })

  it.each(['IdentityCredential', 'EuPid', 'MobileDrivingLicence', 'UniversityDegree'])(
    'has a form for %s, made from its schema',
    async (name) => {
      await page.goto(`/issue/${name}`)
      await page.getByRole('button', { name: 'Make the offer' }).waitFor()
      expect(await problemsOf(watched, { german: name === 'EuPid' })).toEqual(nothing)
    },
  )

  it('says what is wrong with a form, leads to it, and keeps what was typed', async () => {
    await page.goto('/issue/EuPid')
    await page.getByLabel('Given name').fill('')
    await page.getByLabel('Family name').fill('Kept')
    await page.getByRole('button', { name: 'Make the offer' }).click()
    const summary = page.getByRole('alert')
    await summary.getByRole('link', { name: /Given name/ }).click()
    expect(await page.evaluate('document.activeElement.labels[0].textContent')).toBe('Given name')
    expect(await page.getByLabel('Family name').inputValue()).toBe('Kept')
    expect(watched.changes()).toEqual([])
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('keeps JSON that is not valid yet, and sends nothing of it', async () => {
    await page.goto('/issue/IdentityCredential')
    await page.getByRole('button', { name: 'JSON' }).click()
    const text = page.getByLabel('Details as JSON')
    await text.fill('{ "given_name": "Ada", ')
    await page.getByText('This is not JSON').waitFor()
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await page.getByRole('button', { name: 'Form' }).click()
    expect(await text.inputValue()).toBe('{ "given_name": "Ada", ')
    expect(watched.changes()).toEqual([])
    expect(await problemsOf(watched)).toEqual(nothing)
    await text.fill(JSON.stringify(identityClaims))
    await page.getByRole('button', { name: 'Form' }).click()
    expect(await page.getByLabel('Given name').inputValue()).toBe('Ada')
  })

  it('tells what the issuer refuses, in its words, and keeps the form', async () => {
    watched.expectFailedRequests()
    await page.goto('/issue/IdentityCredential')
    await page.getByRole('button', { name: 'JSON' }).click()
    await page.getByLabel('Details as JSON').fill('{ "given_name": 7 }')
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await page.getByRole('alert').getByText('The issuer does not take it').waitFor()
    expect(await page.getByLabel('Details as JSON').inputValue()).toContain('7')
  })

  it('shows a code that reads as the link, and each step as it happens, through whichever instance', async () => {
    await makeOffer()
    const link = await shownLink()
    expect(await scannedCode()).toBe(link)
    await status('Waiting for a wallet to open the offer.')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)

    const offer = readOffer((await call(offerUri(link))).json())
    await status('A wallet has the offer.')
    const sender = { dpopKey: newKey() }
    const token = expectStatus(await requestToken(offer, sender), 200).json()
    await status('Waiting for the wallet to fetch the credential.')
    await page.locator('.qr').waitFor({ state: 'detached' })
    const nonce = expectStatus(await requestNonce(offer.issuer), 200).json()
    const holder = newKey()
    const proof = await keyProof(offer.issuer, String(nonce['c_nonce']), holder)
    const accessToken = String(token['access_token'])
    const asked = { accessToken, configurationId: identityConfiguration, proof }
    expect(credentialOf(await requestCredential(offer.issuer, sender, asked))).not.toBe('')
    await heading(/^Issued/)
    await doneSteps(4)
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('keeps its code over a reload, and gives another one for the same form', async () => {
    await makeOffer()
    const first = await shownLink()
    await page.reload()
    await heading(/^Scan to add/)
    expect(await shownLink()).toBe(first)
    await page.getByRole('button', { name: 'Get a new code' }).click()
    await expect.poll(shownLink).not.toBe(first)
    expect(await scannedCode()).toBe(await shownLink())
  })

  it('has no code in a window that did not make the offer', async () => {
    await makeOffer()
    const { pathname } = new URL(page.url())
    const other = await world.open()
    await other.page.goto(pathname)
    await other.page.getByText('The code is shown only in the window in which it was made.').waitFor()
    expect(await problemsOf(other)).toEqual(nothing)
    await other.close()
  })

  it('says that nobody took it in time', async () => {
    await page.goto('/')
    const made = await page.request.post('/api/issuer/openid4vc/sdjwt/issue', {
      headers: { accept: 'application/json', sessionttl: '10' },
      data: { credentialConfigurationId: identityConfiguration, credentialData: identityClaims },
    })
    const { id } = await made.json()
    await page.goto(`/offers/${id}`)
    await heading('Nobody took it in time')
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('closes an offer whose transaction code was wrong too often', async () => {
    await page.goto('/issue/IdentityCredential')
    await page.getByLabel(/Ask for a transaction code/).check()
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await page.getByRole('heading', { name: 'Transaction code' }).waitFor()
    expect(await page.locator('.big-code').textContent()).toMatch(/^\d{3} \d{3}$/)
    expect(await problemsOf(watched)).toEqual(nothing)
    const offer = readOffer((await call(offerUri(await shownLink()))).json())
    for (let wrong = 0; wrong < 5; wrong += 1) await requestToken(offer, { dpopKey: newKey() }, 'wrong!')
    await heading('It did not work out')
    expect(await problemsOf(watched)).toEqual(nothing)
  })
})

/** A request for two details, made in the page. */
async function makeRequest(): Promise<void> {
  await page.goto('/verify')
  await page.getByLabel('From which credential').selectOption({ value: identityConfiguration })
  await page.getByLabel('Given name').check()
  await page.getByLabel('Family name').check()
  await page.getByRole('button', { name: 'Make the request' }).click()
  await heading(/^Scan to show/)
}

async function openedRequest() {
  return readRequest((await call(requestUri(await shownLink()))).text)
}

const bothNames = [['given_name'], ['family_name']]

describe('verifying in the portal', () => {
  it('asks for nothing that was not chosen', async () => {
    await page.goto('/verify')
    await heading('What do you need?')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await page.getByRole('button', { name: 'Make the request' }).click()
    await page.getByRole('alert').getByText('Choose one detail at least.').waitFor()
    expect(watched.changes()).toEqual([])
  })

  it('takes DCQL as text, and keeps it while it is not valid', async () => {
    await page.goto('/verify')
    await page.locator('summary', { hasText: 'DCQL as JSON' }).click()
    const text = page.getByRole('textbox', { name: 'DCQL as JSON' })
    await text.fill('{ "credentials": [')
    await page.getByRole('button', { name: 'Make the request' }).click()
    expect(await text.inputValue()).toBe('{ "credentials": [')
    expect(watched.changes()).toEqual([])
    await text.fill(JSON.stringify(identityQuery))
    await page.getByRole('button', { name: 'Make the request' }).click()
    await heading(/^Scan to show/)
  })

  it('leads from the code to a verified result with every check explained, and only what was shared', async () => {
    const held = await issue(world.cluster.urls.issuer)
    await makeRequest()
    expect(await scannedCode()).toBe(await shownLink())
    await status('Waiting for a wallet to open the request.')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    const request = await openedRequest()
    await status('A wallet is reading the request.')
    expectStatus(await postForm(request.responseUri, await answerBody(request, held, bothNames)), 200)
    await page.waitForURL(/\/result$/)
    await page.locator('.outcome[data-tone="ok"]').waitFor()
    await page.locator('.facts', { hasText: 'Ada' }).first().waitFor()
    const checks = page.locator('.check')
    expect(await checks.count()).toBeGreaterThanOrEqual(6)
    expect(await page.locator('.check[data-tone="bad"]').count()).toBe(0)
    expect(await page.content()).not.toContain('1990-01-01')
    await page.getByRole('heading', { name: 'Who served each step' }).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
  })

  it('ends a verification that fails on its result, with the reason, and without what was sent', async () => {
    const held = await issue(world.cluster.urls.issuer)
    await makeRequest()
    const request = await openedRequest()
    await postForm(request.responseUri, await answerBody(request, held, [['given_name']]))
    await page.waitForURL(/\/result$/)
    await page.locator('.outcome[data-tone="bad"]').waitFor()
    // Of the credential, and of all that was asked for.
    const failed = page.locator('.check[data-tone="bad"]')
    expect(await failed.count()).toBe(2)
    for (const one of await failed.all()) expect(await one.textContent()).toMatch(/^Query match.*What to do:/)
    expect(await page.locator('main').textContent()).not.toContain('Ada')
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('shows hostile values as the text that they are, and stays whole', async () => {
    const given_name = '<img src=x onerror=alert(1)>\u202e</dd><script>alert(2)</script>'
    const claims = { ...identityClaims, given_name, family_name: 'Ł'.repeat(190) }
    const held = await issue(world.cluster.urls.issuer, { claims })
    await makeRequest()
    const request = await openedRequest()
    expectStatus(await postForm(request.responseUri, await answerBody(request, held, bothNames)), 200)
    await page.waitForURL(/\/result$/)
    await page.locator('.facts', { hasText: '<img src=x onerror=alert(1)></dd>' }).first().waitFor()
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('shows what was tried and decides nothing, and the end when the time is over', async () => {
    await page.goto('/')
    const made = await page.request.post('/api/verifications', {
      data: { dcql_query: identityQuery, ttlSeconds: 30 },
    })
    const { id, url } = await made.json()
    await page.goto(`/verify/${id}`)
    const request = readRequest((await call(requestUri(url))).text)
    expectStatus(await postForm(request.responseUri, `state=${request.state}&error=access_denied`), 200)
    await page.getByText('A wallet said no.').waitFor()
    expect(await problemsOf(watched)).toEqual(nothing)
    await heading('The wallet declined')
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('says that nobody answered in time', async () => {
    await page.goto('/')
    const made = await page.request.post('/api/verifications', {
      data: { dcql_query: identityQuery, ttlSeconds: 30 },
    })
    const { id } = await made.json()
    await page.goto(`/verify/${id}`)
    await heading('Nobody answered in time')
    await status('No wallet opened the request.')
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('exchanges a response code for the browser that began, and tells another where to look', async () => {
    const held = await issue(world.cluster.urls.issuer)
    await page.goto('/')
    const made = await page.request.post('/api/verifications', {
      data: { dcql_query: identityQuery, sameDevice: 'required' },
    })
    const { id, url } = await made.json()
    const request = readRequest((await call(requestUri(url))).text)
    const answer = expectStatus(
      await postForm(request.responseUri, await answerBody(request, held, bothNames)),
      200,
    )
    const back = String(answer.json()['redirect_uri'])
    expect(back).toContain(`/verify/${id}/return?response_code=`)
    await page.goto(`/verify/${id}`)
    await status('It counts when the wallet has brought its user back to this browser.')
    expect(await problemsOf(watched)).toEqual(nothing)

    const other = await world.open()
    other.expectFailedRequests()
    await other.page.goto(back)
    await other.page
      .getByRole('heading', { level: 1, name: 'This request was begun in another browser' })
      .waitFor()
    expect(await problemsOf(other)).toEqual(nothing)
    await other.close()

    await page.goto(back)
    await page.waitForURL(/\/result$/)
    await page.locator('.outcome[data-tone="ok"]').waitFor()
    expect(page.url()).not.toContain('response_code')
  })
})

describe('when something is not there', () => {
  it.each([
    ['/nothing-here', 'There is nothing at this address'],
    ['/offers/nobody-made-this-one', 'There is nothing at this address'],
    ['/verify/nobody-made-this-one/result', 'There is nothing at this address'],
    ['/issue/NoSuchType', 'There is nothing at this address'],
  ])('%s says so and leads on', async (path, title) => {
    watched.expectFailedRequests()
    await page.goto(path)
    await heading(title)
    await page.getByRole('link', { name: 'To the first page' }).waitFor()
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('a service that is away is asked again, and the page comes back without a reload', async () => {
    watched.expectFailedRequests()
    let isAway = true
    await page.route('**/api/repository/**', (route) =>
      isAway ? route.fulfill({ status: 503, body: '{"correlationId":"abc-1"}' }) : route.continue(),
    )
    await page.goto('/issue')
    await heading('The service does not answer')
    await page.getByText('Details for support').click()
    await page.getByText('abc-1').waitFor()
    expect(await problemsOf(watched)).toEqual(nothing)
    isAway = false
    await heading('Which credential?')
  })
})

describe('an operator', () => {
  it('opens the link once, chooses a password, logs out and in again', async () => {
    const { link, url } = await world.withLogin('ada')
    const visit = await world.open({ origin: url })
    visit.expectFailedRequests()
    await visit.page.goto('/issue')
    await visit.page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor()
    expect(await problemsOf(visit, { german: true })).toEqual(nothing)
    await visit.page.goto(link)
    await visit.page.getByRole('heading', { level: 1, name: 'Welcome, ada' }).waitFor()
    expect(visit.page.url()).not.toContain('#')
    expect(await problemsOf(visit, { german: true })).toEqual(nothing)
    await visit.page.getByLabel('New password').fill('short')
    await visit.page.getByRole('button', { name: 'Save the password' }).click()
    await visit.page.locator('.error', { hasText: 'At least 12 characters.' }).waitFor()
    await visit.page.getByLabel('New password').fill('correct horse battery staple')
    await visit.page.getByRole('button', { name: 'Save the password' }).click()
    await visit.page.getByRole('heading', { level: 1, name: 'What do you want to do?' }).waitFor()
    expect(await problemsOf(visit)).toEqual(nothing)

    await visit.page.getByRole('button', { name: 'Log out' }).click()
    await visit.page.getByLabel('Name').fill('Ada')
    await visit.page.getByLabel('Password').fill('wrong')
    await visit.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await visit.page.getByRole('alert').getByText('The name or the password is wrong.').waitFor()
    await visit.page.getByLabel('Password').fill('correct horse battery staple')
    await visit.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await visit.page.getByRole('button', { name: 'Log out' }).waitFor()

    const other = await world.open({ origin: url })
    other.expectFailedRequests()
    await other.page.goto(link)
    await other.page.getByRole('heading', { level: 1, name: 'This link does not work any more' }).waitFor()
    expect(await problemsOf(other)).toEqual(nothing)
    await Promise.all([visit.close(), other.close()])
  })

  it('makes a passkey with the link, and logs in with it', async () => {
    const { link, url } = await world.withLogin('grace')
    const visit = await world.open({ origin: url })
    const devtools = await visit.context.newCDPSession(visit.page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await visit.page.goto(link)
    await visit.page.getByRole('button', { name: 'Make a passkey' }).click()
    await visit.page.getByRole('button', { name: 'Log out' }).click()
    await visit.page.getByRole('button', { name: 'Log in with a passkey' }).click()
    await visit.page.getByRole('button', { name: 'Log out' }).waitFor()
    await visit.page.getByText('grace').waitFor()
    expect(visit.problems()).toEqual(nothing)
    await visit.close()
  })
})
