import { decodeJws } from '@countersign/crypto/jose/jws'
import { askedInVain } from '@countersign/testing/browser/asked-in-vain'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { claims as identityClaims, identityQuery, issue } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  type Held,
  identityConfiguration,
  readRequest,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { FORGED_ANSWERS, type Forger, listed, openForger } from './forged-answers.ts'
import { type NewRequest, newRequest } from './people.ts'
import {
  CLIPBOARD,
  copied,
  doneSteps,
  heading,
  scannedCode,
  servingInstances,
  shownLink,
  status,
} from './portal-steps.ts'
import { openPortalWorld, type PortalWorld } from './portal-world.ts'

let world: PortalWorld
let forger: Forger & { close(): Promise<void> }
let held: Held
/** Of which nobody hears, until its time is over. */
let unheard: string
beforeAll(async () => {
  world = await openPortalWorld(inject('stageCluster'))
  unheard = (await hurried()).id
  forger = await openForger(world.cluster)
  held = await issue(world.cluster.urls.issuer)
})
afterAll(async () => {
  await forger?.close()
  await world?.stop()
})

let watched: WatchedPage
let page: Page

/** A page for each test of a chapter, or one for all of it. */
function ownPage(): void {
  beforeEach(openPage)
  afterEach(() => watched?.close())
}

async function openPage(): Promise<void> {
  watched = await world.open({ permissions: CLIPBOARD })
  page = watched.page
}

const nothing: readonly string[] = []
const bothNames = [['given_name'], ['family_name']]

/** A request whose time is over soon, made beside the portal. */
async function hurried(): Promise<NewRequest> {
  const headers = { accept: 'application/json', sessionttl: '10' }
  const body = { dcql_query: identityQuery }
  const made = await postJson(`${world.cluster.urls.verifier}/openid4vc/verify`, body, headers)
  return expectStatus(made, 200).json() as unknown as NewRequest
}

/** A request for two details, made in the page. */
async function makeRequest(): Promise<void> {
  await page.goto('/verify')
  await page.getByLabel('From which credential').selectOption({ value: identityConfiguration })
  await page.getByLabel('Given name').check()
  await page.getByLabel('Family name').check()
  await page.getByRole('button', { name: 'Make the request' }).click()
  await heading(page, /^Scan to show/)
}

async function opened(url: string) {
  return readRequest((await call(requestUri(url))).text)
}

async function answer(url: string, from: Held, disclose: readonly (readonly string[])[] = bothNames) {
  const request = await opened(url)
  return postForm(request.responseUri, await answerBody(request, from, disclose))
}

async function decline(url: string): Promise<void> {
  const request = await opened(url)
  expectStatus(await postForm(request.responseUri, `state=${request.state}&error=access_denied`), 200)
}

async function onResult(tone: 'ok' | 'bad' | 'open'): Promise<void> {
  await page.waitForURL(/\/result$/)
  await page.locator(`.outcome[data-tone="${tone}"]`).waitFor()
  expect(await page.locator('.qr').count()).toBe(0)
}

/** Title, sentence and outcome of each row. */
async function rows(): Promise<readonly (readonly string[])[]> {
  const all = await page.locator('.check > summary').all()
  return Promise.all(
    all.map(async (row) => [
      ...(await row.locator('.check-text b').allTextContents()),
      ...(await row.locator('.check-text span').allTextContents()),
      ...(await row.locator('.badge').allTextContents()),
    ]),
  )
}

const SIX = ['Holder binding', 'Query match', 'Signature', 'Status', 'Trust', 'Validity']

describe('asking in the portal', () => {
  ownPage()

  it('asks for nothing that was not chosen', async () => {
    await page.goto('/verify')
    await heading(page, 'What do you need?')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await page.getByRole('button', { name: 'Make the request' }).click()
    await page.getByRole('alert').getByText('Choose one detail at least.').waitFor()
    expect(watched.changes()).toEqual([])
  })

  it('takes DCQL as text, keeps it while it is not valid, and says what is worth a second look', async () => {
    await page.goto('/verify')
    await page.locator('summary', { hasText: 'DCQL as JSON' }).click()
    const text = page.getByRole('textbox', { name: 'DCQL as JSON' })
    await text.fill('{ "credentials": [')
    await page.getByRole('button', { name: 'Make the request' }).click()
    expect(await text.inputValue()).toBe('{ "credentials": [')
    expect(watched.changes()).toEqual([])
    const [identity] = identityQuery.credentials
    const claims = Array.from({ length: 7 }, (_, at) => ({ path: ['shoe_size', `of foot ${at}`] }))
    const copyable = { ...identity, claims, require_cryptographic_holder_binding: false }
    await text.fill(JSON.stringify({ credentials: [copyable] }))
    const advice = page.getByRole('region', { name: 'Before you ask' })
    for (const sentence of [
      'You ask for 7 details. Ask for those alone that you need.',
      'Without proof of its holder, whoever has a copy can present it.',
      'You name no issuer: any whom the verifier trusts will do.',
      'You do not say why. Wallets tell their owners so.',
    ])
      await advice.getByText(sentence).waitFor()
    await advice.getByText(/there is no Of foot 3 in: /).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)

    await text.fill(JSON.stringify(identityQuery))
    await advice.getByText(/^You ask for/).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Make the request' }).click()
    await heading(page, /^Scan to show/)
  })

  it('is done with keys alone', async () => {
    await page.goto('/verify')
    await page.locator('.claim-list input').first().focus()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Make the request' }).focus()
    await page.keyboard.press('Enter')
    await heading(page, /^Scan to show/)
  })

  it('says why, in the words of whoever asks, to the wallet as well', async () => {
    await page.goto('/verify')
    await page.getByLabel('From which credential').selectOption({ value: identityConfiguration })
    await page.getByLabel('Given name').check()
    await page.getByLabel('Why you ask').fill('To put your name on the ticket')
    await page.getByText('You do not say why.').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Make the request' }).click()
    await page.locator('q', { hasText: 'To put your name on the ticket' }).waitFor()
    const request = decodeJws((await call(requestUri(await shownLink(page)))).text, { maxLength: 65_536 })
    const told = request.ok ? request.value.payload['verifier_info'] : undefined
    const purpose = 'To put your name on the ticket'
    expect(told).toEqual([{ format: 'urn:countersign:purpose', data: { purpose } }])
  })
})

describe('a request', () => {
  ownPage()

  it('leads from the code to a verified result with every check explained, and only what was shared', async () => {
    await makeRequest()
    const link = await shownLink(page)
    expect(await scannedCode(page)).toBe(link)
    await status(page, 'Waiting for a wallet to open the request.')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await opened(link)
    await status(page, 'A wallet is reading the request.')
    await doneSteps(page, 2)
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    expectStatus(await answer(link, held), 200)
    await onResult('ok')
    // What the stream told is there at once.
    expect(asked.filter((path) => /\/openid4vc\/session\/[^/]+$/.test(path))).toEqual([])
    await page.locator('.facts', { hasText: 'Ada' }).first().waitFor()
    const told = await rows()
    expect(told.map(([title]) => title)).toEqual(expect.arrayContaining(SIX))
    expect(told.map(([, , outcome]) => outcome)).toEqual(told.map(() => 'Passed'))
    expect(new Set(told.map(([title]) => title)).size).toBe(told.length)
    expect(await page.content()).not.toContain('1990-01-01')
    await page.getByRole('heading', { name: 'Who served each step' }).waitFor()
    // How many there were is chance: a write picks its instance so.
    expect((await servingInstances(page)).size).toBeGreaterThan(0)
    const id = new URL(page.url()).pathname.split('/').at(-2)
    expect(await copied(page, 'Copy as curl')).toMatch(
      new RegExp(`^curl "\\$COUNTERSIGN_VERIFIER_URL"'/openid4vc/session/${id}' `),
    )
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
  })

  it('that is declined says so while it is open, decides nothing, and ends as declined', async () => {
    const { id, url } = await hurried()
    await page.goto(`/verify/${id}`)
    await decline(url)
    await page.getByText('A wallet said no.').waitFor()
    expect(await problemsOf(watched)).toEqual(nothing)
    await heading(page, 'The wallet declined')
    await status(page, 'The owner of the wallet said no.')
    expect(await page.locator('.steps li[data-state="over"]').textContent()).toContain('Declined')
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('that nobody answered says that its time is over', async () => {
    await page.goto(`/verify/${unheard}`)
    await heading(page, 'Nobody answered in time')
    await status(page, 'No wallet opened the request.')
    expect(await page.locator('.steps li[data-state="over"]').textContent()).toContain('Expired')
    expect(await problemsOf(watched)).toEqual(nothing)
    await page.getByRole('button', { name: 'Get a new code' }).click()
    await heading(page, /^Scan to show/)
    expect(await scannedCode(page)).toBe(await shownLink(page))
  })

  it('whose status list is away says that an answer came, and goes on when the list is back', async () => {
    await makeRequest()
    const waiting = await listed(forger, { away: true })
    expectStatus(await answer(await shownLink(page), waiting.held), 200)
    await status(page, 'An answer came. Its status could not be checked yet')
    await doneSteps(page, 3)
    expect(await page.locator('.qr svg').count()).toBe(0)
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    waiting.comeBack()
    await onResult('ok')
  })

  it('whose status list stays away ends as what could not be checked', async () => {
    const { id, url } = await hurried()
    await page.goto(`/verify/${id}`)
    const waiting = await listed(forger, { away: true })
    expectStatus(await answer(url, waiting.held), 200)
    await status(page, 'An answer came. Its status could not be checked yet')
    await onResult('open')
    await heading(page, /^Could not be checked/)
    const open = (await rows()).filter(([, , outcome]) => outcome !== 'Passed')
    expect(open).toEqual([['Status', expect.stringMatching(/^Could not be checked: /), 'Undetermined']])
    expect(await page.locator('main').textContent()).not.toMatch(/\bAda\b/)
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
  })

  it('counts for the browser that began, and tells another where to look', async () => {
    await page.goto('/')
    const made = await page.request.post('/api/verifications', {
      data: { dcql_query: identityQuery, sameDevice: 'required' },
    })
    const { id, url } = await made.json()
    const back = wayBack(expectStatus(await answer(url, held), 200))
    expect(back).toContain(`/verify/${id}/return?response_code=`)
    await page.goto(`/verify/${id}`)
    await status(page, 'It counts when the wallet has brought its user back to this browser.')
    expect(await problemsOf(watched)).toEqual(nothing)

    const other = await world.open()
    other.expectFailedRequests()
    await other.page.goto(back)
    await heading(other.page, 'This request was begun in another browser')
    expect(await problemsOf(other)).toEqual(nothing)
    await other.close()

    await page.goto(back)
    await onResult('ok')
    expect(page.url()).not.toContain('response_code')
  })

  it('shows hostile values as the text that they are, and stays whole', async () => {
    const given_name = '<img src=x onerror=alert(1)>\u202e</dd><script>alert(2)</script>'
    const claims = { ...identityClaims, given_name, family_name: 'Ł'.repeat(190) }
    const hostile = await issue(world.cluster.urls.issuer, { claims })
    await makeRequest()
    expectStatus(await answer(await shownLink(page), hostile), 200)
    await onResult('ok')
    await page.locator('.facts', { hasText: '<img src=x onerror=alert(1)></dd>' }).first().waitFor()
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await problemsOf(watched)).toEqual(nothing)
  })
})

function wayBack(sent: Answer): string {
  return String(sent.json()['redirect_uri'])
}

describe('a result', () => {
  // From one to the next, as somebody does who asks again.
  beforeAll(openPage)
  afterAll(() => watched?.close())

  async function askAgain(): Promise<string> {
    if (!page.url().endsWith('/result')) await makeRequest()
    else await page.getByRole('button', { name: 'Verify again' }).click()
    await heading(page, /^Scan to show/)
    return shownLink(page)
  }

  it.each(FORGED_ANSWERS)('fails in the row $row alone for $fault', async (forged) => {
    const { decides, disclose = bothNames, make, meaning, row } = forged
    const link = await askAgain()
    const sent = expectStatus(await answer(link, await make(forger), disclose), 400)
    if (!decides) {
      await page.getByText('An answer came from an issuer whom nobody vouches for.').waitFor()
      expect(await page.locator('.qr svg').count()).toBe(1)
      await page.goto(wayBack(sent))
    }
    await onResult('bad')
    await heading(page, /^Not verified\. /)
    const told = await rows()
    expect(told.filter(([, , outcome]) => outcome !== 'Passed' && outcome !== 'Skipped')).toEqual([
      [row, expect.stringMatching(meaning), 'Failed'],
    ])
    const failed = page.locator('.check[data-tone="bad"]')
    expect(await failed.getAttribute('open')).not.toBeNull()
    await failed.getByText('What to do:').waitFor()
    await page.getByText('What was sent is not shown, because it was not verified.').waitFor()
    expect(await page.locator('main').textContent()).not.toMatch(/\bAda\b/)
    expect(await problemsOf(watched, { german: row === 'Status' })).toEqual(nothing)
  })

  it('never comes of a copy that is bound to another request: nothing is decided, and the holder can still answer', async () => {
    const link = await askAgain()
    const request = await opened(link)
    const elsewhere = { ...request, nonce: 'n'.repeat(22) }
    const copy = await answerBody(elsewhere, held, bothNames)
    expectStatus(await postForm(request.responseUri, copy), 400)
    await status(page, 'A wallet is reading the request.')
    expect(await page.locator('.qr svg').count()).toBe(1)
    expectStatus(await answer(link, held), 200)
    await onResult('ok')
  })

  it('says of a proof that nobody asked for that whoever has a copy can present it', async () => {
    const [identity] = identityQuery.credentials
    const waived = { ...identity, require_cryptographic_holder_binding: false }
    const made = await page.request.post('/api/verifications', {
      data: { dcql_query: { credentials: [waived] } },
    })
    const { id, url } = await made.json()
    await page.goto(`/verify/${id}`)
    expectStatus(await answer(url, held), 200)
    await onResult('ok')
    expect((await rows()).filter(([, , outcome]) => outcome !== 'Passed')).toEqual([
      ['Holder binding', 'You did not ask for it: whoever has a copy can present it.', 'Skipped'],
    ])
  })
})

describe('whoever comes to a page first', () => {
  it('waits for no question that is asked twice or for nothing', async () => {
    const visit = await world.open()
    const [open, decided] = [await newRequest(world, identityQuery), await newRequest(world, identityQuery)]
    expectStatus(await answer(decided.url, held), 200)
    const request = `/verify/${open.id}`
    for (const path of [
      '/issue',
      '/issue/EuPid',
      '/verify',
      request,
      `/verify/${decided.id}/result`,
      '/trust',
    ])
      expect([path, await askedInVain(visit, path, '/api/')]).toEqual([path, []])
    await visit.close()
  })
})
