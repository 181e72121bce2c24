/** A verifier's link in a browser that runs no script: from the link to what came of it, on two instances (docs/decisions/066). */
import { randomUUID } from 'node:crypto'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { call } from '@countersign/testing/client/http'
import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  ANA,
  headingOf,
  identityRequest,
  newRequest,
  sentDisclosures,
  shows,
  verification,
  visits,
} from './people.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
/** Whom nobody here vouches for. */
let unknown: TestVerifier
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
  unknown = await startTestVerifier()
})
afterAll(async () => {
  await unknown?.close()
  await stage?.close()
})

const { closeAll, owner, ownerWithCard, stranger } = visits(() => stage)
afterEach(closeAll)

const withoutScript = { withoutScript: true }
const given = identityRequest(['given_name'])
/** A name and perhaps an address, or another name. */
const open = identityRequest(
  ['given_name', 'email', 'family_name'],
  [['given_name', 'email'], ['given_name'], ['family_name']],
)

/** What a verifier sends people to: the request's parameters at an https address, in the place of a scheme. */
function entryOf(link: string): string {
  return `${stage.origin}/authorize${new URL(link).search}`
}

/** Follows the link as from somewhere else, and looks. */
async function arrive({ page }: WatchedPage, link: string): Promise<void> {
  await page.goto(entryOf(link))
  await page.getByRole('heading', { name: 'Somebody sent you here' }).waitFor()
  await page.locator('#look').click()
}

const definitions = ({ page }: WatchedPage) => page.getByRole('definition').allTextContents()

function cards(watched: WatchedPage): Promise<readonly string[]> {
  return watched.page.locator('.pick-value').allTextContents()
}

describe('a request that is followed', () => {
  it('is shown before it is answered, and the answer is verified', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    const { page } = watched
    const { id, url } = await newRequest(stage, given, {}, { authorizeBaseUrl: `${stage.origin}/authorize` })
    expect(url).toMatch(/^http:\/\/[^/]+\/authorize\?/)
    await page.goto(url)
    expect(watched.changes()).toEqual([])
    expect(await page.getByText('nobody was asked anything yet').count()).toBe(1)
    await page.locator('#look').click()
    await shows(watched, /^Share 1 detail with .+\?$/)
    expect(await cards(watched)).toEqual(['Ana Maria'])
    expect(await verification(stage, id)).not.toMatchObject({ state: 'verified' })
    await page.locator('#share').click()
    await shows(watched, /^Shared with/)
    expect(await definitions(watched)).toEqual(['Ana Maria'])
    expect(await verification(stage, id)).toMatchObject({ state: 'verified' })
    // A reload asks for the page again, and presses nothing.
    await page.reload()
    await shows(watched, /^Shared with/)
    expect(watched.problems()).toEqual([])
  })

  it('leads back to whoever asked, by a press', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    const { page } = watched
    const successRedirectUri = 'https://shop.example/thanks?id=$id'
    const { id, url } = await newRequest(stage, given, {}, { successRedirectUri })
    await arrive(watched, url)
    await page.locator('#share').click()
    await shows(watched, /^Shared with/)
    const back = page.locator('#go-back')
    expect(await back.getAttribute('href')).toMatch(new RegExp(`^https://shop\\.example/thanks\\?id=${id}`))
    expect(await back.textContent()).toContain('shop.example')
  })

  it('is declined, and they are told; or left, and nobody is told anything', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    const { page } = watched
    const before = unknown.errors.length
    await arrive(watched, unknown.request({ query: given }))
    await page.locator('#decline').click()
    await shows(watched, 'You did not share anything')
    expect(unknown.errors.slice(before)).toEqual(['access_denied'])
    await arrive(watched, unknown.request({ query: given }))
    await page.locator('#leave').click()
    await shows(watched, 'You did not share anything')
    expect(unknown.errors.slice(before)).toEqual(['access_denied'])
  })

  it('is answered once, in whichever tab it is pressed first', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    const { context, page } = watched
    const [shared, refused] = [unknown.disclosed.length, unknown.errors.length]
    await arrive(watched, unknown.request({ query: given }))
    await shows(watched, /^Share 1 detail/)
    const other = await context.newPage()
    await other.goto(page.url())
    await other.locator('#decline').click()
    await other.getByRole('heading', { name: 'You did not share anything' }).waitFor()
    await page.locator('#share').click()
    await shows(watched, 'You did not share anything')
    expect([unknown.disclosed.length, unknown.errors.length]).toEqual([shared, refused + 1])
  })

  it('says which of several cards and what of them, on a page that shares nothing', async () => {
    const bert = { ...ANA, given_name: 'Bert' }
    const watched = await ownerWithCard([ANA, bert], withoutScript)
    const { page } = watched
    await arrive(watched, unknown.request({ query: open }))
    await shows(watched, 'Choose what you would share')
    expect(await page.locator('#share').count()).toBe(0)
    // Cards of one second are in no order.
    const shown = await page.locator('.query').allTextContents()
    const at = shown.findIndex((text) => text.includes('Ana Maria'))
    expect(shown[1 - at]).toContain('Bert')
    const pickHers = () => page.getByRole('radio', { name: new RegExp(`^${at + 1}\\.`) }).check()
    const [hers, his] = [page.locator('.query').nth(at), page.locator('.query').nth(1 - at)]
    await pickHers()
    // Of the other card: it changes nothing.
    await his.getByRole('checkbox').first().check()
    await page.locator('#go-on').click()
    await shows(watched, /^Share 1 detail with/)
    expect(await cards(watched)).toEqual(['Ana Maria'])
    await page.locator('#choose-again').click()
    await pickHers()
    await hers.getByRole('checkbox').first().check()
    await page.locator('#go-on').click()
    await shows(watched, /^Share 2 details with/)
    expect(await cards(watched)).toEqual(['Ana Maria', 'ana@brandt.example'])
    await page.locator('#choose-again').click()
    await shows(watched, 'Choose what you would share')
    await pickHers()
    await hers.getByRole('radio').last().check()
    await page.locator('#go-on').click()
    await shows(watched, /^Share 1 detail with/)
    expect(await cards(watched)).toEqual(['Brandt'])
    await page.locator('#share').click()
    await shows(watched, /^Shared with/)
    expect(await sentDisclosures(unknown)).toEqual(['family_name'])
  })

  it('shows what is authorised, all of it, and authorises it', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    const { page } = watched
    const payment = {
      type: 'payment_data',
      credential_ids: ['identity'],
      payment_data: { payee: 'Shop\u202E<b>', currency_amount: { currency: 'EUR', value: '23.58' } },
    }
    const { id, url } = await newRequest(stage, given, { transaction_data: [payment] })
    await arrive(watched, url)
    await shows(watched, /^Confirm “Payment” and share 1 detail with .+\?$/)
    expect(await definitions(watched)).toEqual(['Shop<b>', '23.58', 'EUR'])
    await page.locator('#share').click()
    await shows(watched, /^Shared with/)
    expect(await page.getByRole('heading', { name: 'You confirmed: Payment' }).count()).toBe(1)
    expect(await verification(stage, id)).toMatchObject({
      state: 'verified',
      transactionData: [{ data: payment, authorizedBy: 'identity' }],
    })
  })

  it('comes as a form of somebody else as well, and asks nobody', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    const { page } = watched
    const parameters = [...new URL(unknown.request({ query: given })).searchParams]
    const inputs = parameters.map(
      ([name, value]) => `<input name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
    )
    await page.setContent(
      `<form method="post" action="${stage.origin}/authorize">${inputs.join('')}<button>go</button></form>`,
    )
    await page.getByRole('button', { name: 'go' }).click()
    await shows(watched, 'Somebody sent you here')
    await page.locator('#look').click()
    await shows(watched, /^Share 1 detail with/)
  })
})

describe('somebody who is not logged in', () => {
  it('logs in first, and goes on there', async () => {
    const known = await ownerWithCard([ANA], withoutScript)
    const watched = await stranger(withoutScript)
    watched.expectFailedRequests()
    const { page } = watched
    const { id, url } = await newRequest(stage, given)
    await arrive(watched, url)
    await shows(watched, 'Your wallet')
    await page.getByLabel('E-mail').fill(known.email)
    await page.getByLabel('Password').fill('wrong')
    await page.locator('#log-in').click()
    await page.getByText('E-mail or password are wrong.').waitFor()
    expect(await page.getByLabel('E-mail').inputValue()).toBe(known.email)
    await page.getByLabel('Password').fill(known.password)
    await page.locator('#log-in').click()
    await shows(watched, /^Share 1 detail with/)
    await page.locator('#share').click()
    await shows(watched, /^Shared with/)
    expect(await verification(stage, id)).toMatchObject({ state: 'verified' })
    expect(watched.problems()).toEqual([])
  })

  it('who ended meanwhile logs in again, and is back where he was', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    watched.expectFailedRequests()
    const { context, email, page, password } = watched
    await arrive(watched, unknown.request({ query: given }))
    await shows(watched, /^Share 1 detail with/)
    const address = page.url()
    await context.clearCookies()
    await page.locator('#share').click()
    await shows(watched, 'Your wallet')
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.locator('#log-in').click()
    await shows(watched, /^Share 1 detail with/)
    expect(page.url()).toBe(address)
  })

  it('reads nobody else’s', async () => {
    const theirs = await ownerWithCard([ANA], withoutScript)
    await arrive(theirs, unknown.request({ query: given }))
    await shows(theirs, /^Share 1 detail with/)
    const mine = await owner(withoutScript)
    mine.expectFailedRequests()
    await mine.page.goto(theirs.page.url())
    await shows(mine, 'This request has ended')
    expect(await mine.page.textContent('main')).not.toContain('Ana')
  })
})

describe('what cannot be answered', () => {
  it.each([
    ['no request at all', '/authorize?foo=bar', 400, 'request_missing'],
    ['nothing', '/authorize', 400, 'request_missing'],
  ])('%s', async (_what, path, status, code) => {
    const watched = await stranger(withoutScript)
    watched.expectFailedRequests()
    const answer = await watched.page.goto(`${stage.origin}${path}`)
    expect(answer?.status()).toBe(status)
    expect(await headingOf(watched)).toBe('This request cannot be answered')
    expect(await watched.page.locator('#error').getAttribute('data-code')).toBe(code)
  })

  it('a request that nobody gives out, with a phrase that stays', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    watched.expectFailedRequests()
    const { page } = watched
    const link = new URL(unknown.request({ query: given }))
    link.searchParams.set('request_uri', `${unknown.url}/request/${randomUUID()}`)
    await arrive(watched, link.href)
    await shows(watched, 'This request cannot be answered')
    expect(await page.locator('#error').getAttribute('data-code')).toBe('request_not_available')
    expect(await page.locator('#error').textContent()).toContain('This request cannot be opened')
  })

  it('what no card of the owner’s fits: by name, and they may be told', async () => {
    const watched = await owner(withoutScript)
    const { page } = watched
    await arrive(watched, unknown.request({ query: given }))
    await shows(watched, 'You have no card that fits')
    expect(await page.locator('#share').count()).toBe(0)
    await page.locator('#decline').click()
    await shows(watched, 'You did not share anything')
    expect(unknown.errors.at(-1)).toBe('access_denied')
  })

  it('a press on a page of somebody else’s: its form changes nothing', async () => {
    const watched = await ownerWithCard([ANA], withoutScript)
    watched.expectFailedRequests()
    const { page } = watched
    await arrive(watched, unknown.request({ query: given }))
    await shows(watched, /^Share 1 detail with/)
    const address = page.url()
    const sent = unknown.bodies.length
    const fields = await page
      .locator('form:has(#share) input')
      .evaluateAll((inputs) =>
        inputs.map((input) => [input.getAttribute('name'), input.getAttribute('value')]),
      )
    const { value } = (await watched.context.cookies()).find(({ name }) => name === 'login') ?? { value: '' }
    for (const [origin, csrf] of [
      ['https://evil.example', undefined],
      ['null', undefined],
      [stage.origin, 'guessed'],
      [stage.origin, ''],
    ] as const) {
      const body = new URLSearchParams(Object.fromEntries(fields))
      if (csrf !== undefined) body.set('csrf', csrf)
      const forged = await call(`${address}/use`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin, cookie: `login=${value}` },
        body: body.toString(),
      })
      expect([origin, csrf, forged.status]).toEqual([origin, csrf, 403])
    }
    expect(unknown.bodies).toHaveLength(sent)
  })
})

describe('every state', () => {
  it('is readable at every width, by keys, and in both languages', async () => {
    const bert = { ...ANA, given_name: 'Bert' }
    const watched = await ownerWithCard([ANA, bert])
    const { page } = watched
    const look = async () => expect(await problemsOf(watched, { written: 'en' })).toEqual([])
    await page.goto(entryOf(unknown.request({ query: open })))
    await look()
    await page.getByRole('link', { name: 'Deutsch' }).click()
    await shows(watched, 'Jemand hat Sie hierher geschickt')
    expect(await problemsOf(watched, { written: 'de' })).toEqual([])
    await page.locator('#look').click()
    await shows(watched, 'Wählen Sie, was Sie teilen würden')
    await page.getByRole('link', { name: 'English' }).click()
    await look()
    await page.locator('#go-on').click()
    await shows(watched, /^Share 1 detail with/)
    await look()
    await page.locator('#share').click()
    await shows(watched, /^Shared with/)
    await look()
  })

  it('that is no decision is as well', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { context, page } = watched
    const look = async () => expect(await problemsOf(watched, { written: 'en' })).toEqual([])
    await arrive(watched, unknown.request({ query: given }))
    await shows(watched, 'You have no card that fits')
    await look()
    await page.goto(`${stage.origin}/authorize`)
    await look()
    await context.clearCookies()
    await arrive(watched, unknown.request({ query: given }))
    await shows(watched, 'Your wallet')
    await look()
  })
})
