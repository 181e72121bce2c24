/** The web wallet, as the owner of one sees it: W1, W4 and W5. Cards, and what is shared with whom, are in their own files. */
import { rm } from 'node:fs/promises'
import { startChromium } from '@countersign/testing/browser/chromium'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { receive } from '@countersign/testing/client/wallet-api'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  addAuthenticator,
  headingOf,
  identityRequest,
  newOffer,
  newRequest,
  openLink,
  pressDecision,
  shows,
  visits,
} from './people.ts'
import { filmOf, pictureOf } from './shown-codes.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
})
afterAll(() => stage?.close())

const { closeAll, owner, stranger } = visits(() => stage)
afterEach(closeAll)

describe('the first page', () => {
  it('is complete for a stranger, asks the API for the ways in alone, and little of anybody', async () => {
    const watched = await stranger()
    const { page } = watched
    const sizes: number[] = []
    const told: string[] = []
    page.on('response', (response) => {
      sizes.push(Number(response.headers()['content-length'] ?? 0))
      told.push(`${response.status()} ${response.headers()['content-encoding'] ?? 'plain'} ${response.url()}`)
    })
    await page.goto('/')
    await shows(watched, 'Your wallet')
    await watched.settled()
    expect(told.length, told.join('\n')).toBeLessThanOrEqual(10)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000)
    expect(told.filter((one) => /\.(js|css)$/.test(one) && !/^200 (br|gzip)/.test(one))).toEqual([])
    expect(new Set(told.map((one) => one.split(' ')[2])).size).toBe(told.length)
    expect(
      told.filter((one) => one.includes('/wallet-api')).map((one) => one.split('/wallet-api')[1]),
    ).toEqual(['/auth/ways'])
    expect(await problemsOf(watched, { german: true })).toEqual([])
  })

  it('makes a wallet with a password, says what was wrong with a log-in, and keeps what was typed', async () => {
    const watched = await stranger()
    watched.expectFailedRequests()
    const { page } = watched
    const email = `ana-${Date.now()}@example.org`
    await page.goto('/')
    await page.getByRole('button', { name: 'I have no wallet yet' }).click()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByLabel('Your name').fill('Ana Brandt')
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password', { exact: true }).fill('correct-horse-battery')
    await page.getByRole('button', { name: 'Create a wallet', exact: true }).click()
    await shows(watched, 'Your wallet is made')
    expect(await page.locator('.codes code').count()).toBe(10)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await pressDecision(page, 'I have kept them')
    await shows(watched, 'Your first card goes here')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('E-mail or password are wrong.').waitFor()
    expect(await page.getByLabel('E-mail').inputValue()).toBe(email)
    expect(await problemsOf(watched)).toEqual([])
    await page.getByLabel('Password', { exact: true }).fill('correct-horse-battery')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await shows(watched, 'Your first card goes here')
  })

  it('speaks German where it is wanted, and switches on the open page for good', async () => {
    const watched = await stranger({ locale: 'de-AT' })
    const { page } = watched
    await page.goto('/')
    await shows(watched, 'Ihre Brieftasche')
    await page.getByRole('button', { name: 'English' }).click()
    await shows(watched, 'Your wallet')
    await page.reload()
    await shows(watched, 'Your wallet')
    expect(await page.getAttribute('html', 'lang')).toBe('en')
  })

  it('makes a wallet with a passkey in three presses, and knows its owner again by it, without a field to fill', async () => {
    const watched = await stranger()
    const { page } = watched
    await addAuthenticator(watched)
    await page.goto('/')
    await page.getByRole('button', { name: 'I have no wallet yet' }).click()
    await page.getByRole('button', { name: 'Create a wallet with a passkey' }).click()
    await pressDecision(page, 'I have kept them')
    await shows(watched, 'Your first card goes here')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('button', { name: 'Log in with a passkey' }).click()
    await shows(watched, 'Your first card goes here')
    await page.reload()
    await shows(watched, 'Your first card goes here')
    expect(watched.problems()).toEqual([])
  })

  it('says that an address leads nowhere, with a way on', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const answer = await watched.page.goto('/nowhere/at/all')
    expect(answer?.status()).toBe(404)
    await shows(watched, 'There is nothing at this address')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await watched.page.getByRole('link', { name: 'To the first page' }).click()
    await shows(watched, 'Your cards')
  })

  it('that cannot be fetched says that nothing was shared, under which id it is found, and comes back by itself', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { page } = watched
    const away = {
      status: 503,
      json: { exception: true, code: '503', message: 'x', correlationId: 'c-4711' },
    }
    await page.route('**/cards', (route) => route.fulfill(away))
    await page.goto('/')
    await shows(watched, 'The service does not answer')
    await page.getByText('Details for support').click()
    expect(await page.getByText('c-4711').count()).toBe(1)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.unroute('**/cards')
    await shows(watched, 'Your first card goes here')
  })
})

describe('scanning', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /nothing to look at yet/],
    ['call me tomorrow', /text, not a link/],
    ['https://shop.example/cart', /web address.*shop\.example/],
    ['WIFI:S:guest;T:WPA;P:secret;;', /for something else/],
    ['openid-credential-offer://?x=1', /offer of a card, but a part of it is missing/],
    ['openid4vp://authorize?client_id=x', /request for details, but a part of it is missing/],
    [
      `openid4vp://authorize?client_id=a&request_uri=${encodeURIComponent('http://127.0.0.1:1/x')}`,
      /cannot be opened|does not answer/,
    ],
  ]

  it('names each wrong input by what it is, and asks nobody about it', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { page } = watched
    await page.goto('/scan')
    await shows(watched, 'Scan a code')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    const before = watched.changes().length
    const said = new Set<string>()
    for (const [text, sentence] of wrong) {
      await page.getByLabel('Or paste its link').fill(text)
      await page.getByRole('button', { name: 'Look at it' }).click()
      const alert = page.getByRole('alert').filter({ hasText: sentence })
      await alert.waitFor()
      said.add((await alert.textContent()) ?? '')
    }
    expect(said.size).toBe(wrong.length)
    expect(watched.changes().length - before).toBeLessThanOrEqual(1)
    expect(await problemsOf(watched)).toEqual([])
  })

  it('reads a picture of a code', async () => {
    const watched = await owner()
    const { page } = watched
    const { url } = await newRequest(stage, identityRequest(['given_name']))
    const file = await pictureOf(stage, url)
    await page.goto('/scan')
    await page.locator('input[type=file]').setInputFiles(file)
    await shows(watched, 'You have no card that fits')
    await rm(file)
  })

  it('does not wait for ever for whoever made the code: it says so, and when it gives up', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { page } = watched
    await page.clock.install()
    await page.route('**/exchange/offers', () => {})
    await page.goto('/scan')
    await page.getByLabel('Or paste its link').fill(await newOffer(stage))
    await page.getByRole('button', { name: 'Look at it' }).click()
    await page.getByText('Asking what it is…').waitFor()
    await page.clock.runFor(10_000)
    await page.getByText(/slow to answer/).waitFor()
    expect(await problemsOf(watched)).toEqual([])
  })

  it('without a camera says so, and the field has the focus', async () => {
    const watched = await owner({ permissions: ['camera'] })
    const { page } = watched
    await page.goto('/scan')
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await page.getByRole('alert').filter({ hasText: 'There is no camera here.' }).waitFor()
    await page.locator('textarea:focus').waitFor()
  })

  it('reads a code that is held in front of a camera, which is off before and after, and not where it is not allowed', async () => {
    const { url } = await newRequest(stage, identityRequest(['given_name']))
    const film = await filmOf(url)
    const browser = await startChromium(film.flags)
    try {
      const watched = await owner({ browser, permissions: ['camera'] })
      const { page } = watched
      await page.goto('/scan')
      await page.getByRole('button', { name: 'Use the camera' }).click()
      await shows(watched, 'You have no card that fits')
      expect(await page.locator('video').count()).toBe(0)
      expect(watched.problems()).toEqual([])

      const denied = await owner({ browser })
      await denied.page.goto('/scan')
      await denied.page.getByRole('button', { name: 'Use the camera' }).click()
      await denied.page.getByRole('alert').filter({ hasText: 'The camera is not allowed here.' }).waitFor()
      await denied.page.locator('textarea:focus').waitFor()
      expect(await problemsOf(denied)).toEqual([])

      // As long as what reads codes does not come, nothing is seen.
      const waiting = await owner({ browser, permissions: ['camera'] })
      await waiting.page.clock.install()
      await waiting.page.goto('/scan')
      const camera = waiting.page.getByRole('button', { name: 'Use the camera' })
      await camera.waitFor()
      await waiting.page.route('**/*.js', () => {})
      await camera.click()
      await waiting.page.getByText('Hold the code in front of the camera.').waitFor()
      await waiting.page.clock.runFor(10_000)
      await waiting.page.getByText(/^No code was seen\./).waitFor()
      await waiting.page.getByRole('button', { name: 'Stop the camera' }).click()
      await camera.waitFor()
    } finally {
      await closeAll()
      await browser.close()
      await film.remove()
    }
  })
})

describe('an offer', () => {
  it('is reviewed first: who, what, and both answers; leaving it keeps nothing', async () => {
    const watched = await owner()
    const { page } = watched
    await openLink(watched, stage, await newOffer(stage))
    await shows(watched, /^Add “Identity Credential” to your wallet\?$/)
    await page.getByText('Who issues it').waitFor()
    expect(await page.getByText(/^Verified by ./).count()).toBe(1)
    expect(await page.getByText(/Given name, Family name/).count()).toBe(1)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await pressDecision(page, 'Don’t add')
    await shows(watched, 'Not added')
    expect(await problemsOf(watched)).toEqual([])
    await page.goto('/')
    await shows(watched, 'Your first card goes here')
  })

  it('becomes the card itself, with what is on it and who signed it', async () => {
    const watched = await owner()
    const { page } = watched
    await openLink(watched, stage, await newOffer(stage))
    await pressDecision(page, 'Add to wallet')
    await shows(watched, 'It is in your wallet')
    expect(await page.getByText(/^Signed by /).count()).toBe(1)
    expect(await page.getByRole('term').allTextContents()).toEqual([
      'Given name',
      'Family name',
      'Date of birth',
      'E-mail',
    ])
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByRole('link', { name: 'To your cards' }).click()
    await page.getByText('One card.').waitFor()
  })

  it('with a code has a field for it, keeps it when it was wrong, and says when the offer is closed', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { page } = watched
    const withCode = {
      txCode: { input_mode: 'numeric', length: 6, description: 'It was sent to your phone' },
      txCodeValue: '493536',
    } as const
    await openLink(watched, stage, await newOffer(stage, withCode))
    const field = page.getByLabel('The code that they sent you')
    await field.waitFor()
    expect([
      await field.getAttribute('inputmode'),
      await field.getAttribute('autocomplete'),
      await field.getAttribute('maxlength'),
    ]).toEqual(['numeric', 'one-time-code', '6'])
    expect(await page.getByText('It was sent to your phone').count()).toBe(1)
    await pressDecision(page, /^Add/)
    await page.getByText('Enter the code first.').waitFor()
    await field.fill('4935')
    await page.getByText('2 to go').waitFor()
    const add = page.getByRole('button', { name: /^Add/ })
    await field.fill('111111')
    await add.click()
    await page.getByText(/This did not work: .*invalid_grant/).waitFor()
    expect(await field.inputValue()).toBe('111111')
    expect(await problemsOf(watched)).toEqual([])
    await field.fill('493536')
    await add.click()
    await shows(watched, 'It is in your wallet')
    await page.reload()
    await shows(watched, 'It is in your wallet')

    await openLink(watched, stage, await newOffer(stage, withCode))
    await add.waitFor()
    await page.waitForTimeout(600)
    for (let tries = 0; tries < 5; tries += 1) {
      const answered = page.waitForResponse('**/use')
      await field.fill(`00000${tries}`)
      await add.click()
      await answered
    }
    await shows(watched, 'This offer has ended')
    await page.getByText('Nothing was added. Ask them for a new code.').waitFor()
    expect(await problemsOf(watched)).toEqual([])
  })

  it('that has ended, or was used by somebody else, leaves no button that leads nowhere', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { page } = watched
    const used = await newOffer(stage)
    await openLink(watched, stage, used)
    await shows(watched, /^Add/)
    const { pathname } = new URL(page.url())
    const other = await owner()
    other.expectFailedRequests()
    await other.page.goto(pathname)
    await shows(other, 'This offer has ended')
    expect(await problemsOf(other)).toEqual([])
    await receive(other.user, used)
    await pressDecision(page, /^Add/)
    await shows(watched, 'This offer has ended')
    expect(await page.getByRole('button', { name: /^Add|^Don’t add/ }).count()).toBe(0)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.reload()
    await shows(watched, 'This offer has ended')
  })

  it('whose connection breaks says what is known, and is finished by the next press', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { page } = watched
    await openLink(watched, stage, await newOffer(stage))
    await page.route('**/use', (route) => route.abort())
    await pressDecision(page, /^Add/)
    await page.getByRole('alert').filter({ hasText: 'nothing is fetched twice' }).waitFor()
    expect(await problemsOf(watched)).toEqual([])
    await page.unroute('**/use')
    await page.route('**/use', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await pressDecision(page, /^Add/)
    await shows(watched, 'It is in your wallet')
    expect(await headingOf(watched)).toBe('It is in your wallet')
    await page.goto('/')
    await page.getByText('One card.').waitFor()
  })
})
