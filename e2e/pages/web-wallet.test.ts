/** The web wallet, as the owner of one sees it (W1, W2, W4 to W7), and what it must never do. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@countersign/local-servers/ports'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { webWalletLink } from '@countersign/ui/http/wallet-link'
import { startVerifier } from '@countersign/verifier/main'
import encodeQR from 'qr'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  identityRequest,
  newOffer,
  newRequest,
  type Owner,
  openLink,
  ownerPage,
  pressDecision,
  verification,
} from './people.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())

const opened: WatchedPage[] = []
afterEach(async () => {
  for (const watched of opened.splice(0)) await watched.close()
})

async function owner(): Promise<WatchedPage & Owner> {
  const watched = await ownerPage(stage)
  opened.push(watched)
  return watched
}

/** Has the identity card, by the pages. */
async function ownerWithCard(): Promise<WatchedPage & Owner> {
  const watched = await owner()
  await openLink(watched, stage, await newOffer(stage))
  await pressDecision(watched.page, /^Add (to wallet|anyway)$/)
  await watched.page.getByRole('heading', { name: 'It is in your wallet' }).waitFor()
  return watched
}

/** A passkey of the device itself, whose owner is there and says yes. */
const AUTHENTICATOR = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const

const headingOf = ({ page }: WatchedPage) => page.getByRole('heading', { level: 1 }).textContent()

describe('the first page', () => {
  it('is complete for a stranger, and asks the API nothing', async () => {
    const watched = await watchedPage(stage.browser, stage.origin)
    opened.push(watched)
    await watched.page.goto('/')
    await watched.page.getByRole('heading', { name: 'Your wallet' }).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    expect(watched.changes()).toEqual([])
  })

  it('says what was wrong with a log-in, and keeps what was typed', async () => {
    const watched = await watchedPage(stage.browser, stage.origin)
    opened.push(watched)
    watched.expectFailedRequests()
    const { page } = watched
    await page.goto('/')
    await page.getByLabel('E-mail').fill('nobody@example.org')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('E-mail or password are wrong.').waitFor()
    expect(await page.getByLabel('E-mail').inputValue()).toBe('nobody@example.org')
    expect(await problemsOf(watched)).toEqual([])
  })

  it('speaks German where it is wanted, and switches on the open page for good', async () => {
    const watched = await watchedPage(stage.browser, stage.origin, { locale: 'de-AT' })
    opened.push(watched)
    const { page } = watched
    await page.goto('/')
    await page.getByRole('heading', { name: 'Ihre Brieftasche' }).waitFor()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Your wallet' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Your wallet' }).waitFor()
    expect(await page.getAttribute('html', 'lang')).toBe('en')
  })

  it('makes a wallet with a passkey, and knows its owner again by it, without a field to fill', async () => {
    const watched = await watchedPage(stage.browser, stage.origin)
    opened.push(watched)
    const { page } = watched
    const devtools = await watched.context.newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', { options: AUTHENTICATOR })
    await page.goto('/')
    await page.getByRole('button', { name: 'I have no wallet yet' }).click()
    await page.getByRole('button', { name: 'Create a wallet with a passkey' }).click()
    await page.getByRole('heading', { name: 'Your first card goes here' }).waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('button', { name: 'Log in with a passkey' }).click()
    await page.getByRole('heading', { name: 'Your first card goes here' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Your first card goes here' }).waitFor()
    expect(watched.problems()).toEqual([])
  })

  it('makes a wallet with a password', async () => {
    const watched = await watchedPage(stage.browser, stage.origin)
    opened.push(watched)
    const { page } = watched
    await page.goto('/')
    await page.getByRole('button', { name: 'I have no wallet yet' }).click()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByLabel('Your name').fill('Ana Brandt')
    await page.getByLabel('E-mail').fill(`ana-${Date.now()}@example.org`)
    await page.getByLabel('Password', { exact: true }).fill('correct-horse-battery')
    await page.getByRole('button', { name: 'Create a wallet', exact: true }).click()
    await page.getByRole('heading', { name: 'Your first card goes here' }).waitFor()
  })

  it('says that an address leads nowhere, with a way on', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const answer = await watched.page.goto('/nowhere/at/all')
    expect(answer?.status()).toBe(404)
    await watched.page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await watched.page.getByRole('link', { name: 'To the first page' }).click()
    await watched.page.getByRole('heading', { name: 'Your cards' }).waitFor()
  })
})

describe('the cards', () => {
  it('are none at first, and one after it was added', async () => {
    const watched = await owner()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await openLink(watched, stage, await newOffer(stage))
    await pressDecision(watched.page, /^Add/)
    await watched.page.getByRole('link', { name: 'To your cards' }).click()
    await watched.page.getByText('One card.').waitFor()
    expect(await watched.page.getByRole('listitem').filter({ hasText: 'Ana Maria Brandt' }).count()).toBe(1)
    expect(await problemsOf(watched, { german: true })).toEqual([])
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
    await page.getByRole('heading', { name: 'Scan a code' }).waitFor()
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

  it('goes on without a camera: it says why, and the field has the focus', async () => {
    const watched = await owner()
    const { page } = watched
    await page.goto('/scan')
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: /camera/ })
      .waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
  })

  it('reads a picture of a code', async () => {
    const watched = await owner()
    const { page } = watched
    const { url } = await newRequest(stage, identityRequest(['given_name']))
    const file = await pictureOf(stage, url)
    await page.goto('/scan')
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByRole('heading', { name: /You have no card that fits/ }).waitFor()
    await rm(file)
  })
})

describe('an offer', () => {
  it('is reviewed first: who, what, and both answers; leaving it keeps nothing', async () => {
    const watched = await owner()
    const { page } = watched
    await openLink(watched, stage, await newOffer(stage))
    await page.getByRole('heading', { name: /^Add “.+” to your wallet\?$/ }).waitFor()
    expect(await page.getByText('Who issues it').count()).toBe(1)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await pressDecision(page, 'Don’t add')
    await page.getByRole('heading', { name: 'Not added' }).waitFor()
    expect(await problemsOf(watched)).toEqual([])
    await page.goto('/')
    await page.getByRole('heading', { name: 'Your first card goes here' }).waitFor()
  })

  it('with a code has a field for it, keeps it when it was wrong, and shows what the issuer says', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { page } = watched
    const link = await newOffer(stage, {
      txCode: { input_mode: 'numeric', length: 6, description: 'It was sent to your phone' },
      txCodeValue: '493536',
    })
    await openLink(watched, stage, link)
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
    await field.fill('111111')
    await page.getByRole('button', { name: /^Add/ }).click()
    await page.getByText(/This did not work/).waitFor()
    expect(await field.inputValue()).toBe('111111')
    expect(await problemsOf(watched)).toEqual([])
    await field.fill('493536')
    await page.getByRole('button', { name: /^Add/ }).click()
    await page.getByRole('heading', { name: 'It is in your wallet' }).waitFor()
    expect(await problemsOf(watched)).toEqual([])
    await page.reload()
    await page.getByRole('heading', { name: 'It is in your wallet' }).waitFor()
  })

  it('is over for whoever has another wallet', async () => {
    const first = await owner()
    await openLink(first, stage, await newOffer(stage))
    await first.page.getByRole('heading', { level: 1, name: /^Add/ }).waitFor()
    const address = new URL(first.page.url()).pathname
    const other = await owner()
    other.expectFailedRequests()
    await other.page.goto(address)
    await other.page.getByRole('heading', { name: 'This offer has ended' }).waitFor()
    expect(await problemsOf(other)).toEqual([])
  })
})

describe('a request', () => {
  it('says who asks, what for and for what, and shares exactly what is ticked', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const query = identityRequest(
      ['given_name', 'family_name', 'email'],
      [
        ['given_name', 'family_name', 'email'],
        ['given_name', 'family_name'],
      ],
    )
    const { id, url } = await newRequest(stage, query)
    await openLink(watched, stage, url)
    await page.getByText('Who is asking').waitFor()
    expect(await headingOf(watched)).toMatch(/^Share 2 details with .+\?$/)
    expect(await page.getByText(new URL(stage.cluster.urls.verifier).host).count()).toBeGreaterThan(0)
    expect(await page.getByText('They did not say why. Be careful.').count()).toBe(1)
    expect(await page.getByText(/^Not shared: /).count()).toBe(1)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    const extra = page.getByRole('checkbox')
    expect([await extra.count(), await extra.isChecked()]).toEqual([1, false])
    await extra.check()
    expect(await headingOf(watched)).toMatch(/^Share 3 details/)
    await page.keyboard.press('Enter')
    expect(watched.changes().filter((change) => change.endsWith('/use'))).toHaveLength(1)
    await extra.uncheck()
    await pressDecision(page, /^Share (2 details|anyway)$/)
    await page.getByRole('heading', { name: /^Shared with/ }).waitFor()
    const shown = await page.getByRole('definition').allTextContents()
    expect(shown).toEqual(['Ana Maria', 'Brandt'])
    expect(await problemsOf(watched, { german: true })).toEqual([])
    const decided = await verification(stage, id)
    expect(decided['state']).toBe('verified')
    expect(JSON.stringify(decided)).not.toContain('ana@brandt.example')
    await page.reload()
    await page.getByRole('heading', { name: /^Shared with/ }).waitFor()
  })

  it('shares nothing by a link, a reload, the way back, ?accept=true or a key that is held', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const { id, url } = await newRequest(stage, identityRequest(['given_name']))
    const link = webWalletLink(stage.origin, url)
    const before = watched.changes().length
    await page.goto(link)
    await page.getByRole('heading', { name: 'Somebody sent you here' }).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.goto(link.replace('/open#', '/open?accept=true#'))
    await page.reload()
    expect(watched.changes()).toHaveLength(before)
    await pressDecision(page, 'Look at it')
    await page.getByText('Who is asking').waitFor()
    expect(watched.changes()).toHaveLength(before + 1)
    const consent = page.url()
    await page.goto(`${consent}?accept=true`)
    await page.getByText('Who is asking').waitFor()
    await page.reload()
    await page.getByText('Who is asking').waitFor()
    await page.goto('/')
    await page.goBack()
    await page.getByText('Who is asking').waitFor()
    // By a key that went down on the page before and is held.
    const button = page.getByRole('button', { name: /^Share/ })
    await page.getByRole('heading', { level: 1 }).focus()
    await page.keyboard.down('Enter')
    await page.reload()
    await button.waitFor()
    await button.focus()
    await page.waitForTimeout(700)
    for (let times = 0; times < 10; times += 1) await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    // By a script of somebody else's.
    await page.evaluate('document.querySelectorAll("main button").forEach((one) => one.click())')
    await page.waitForTimeout(300)
    expect(watched.changes()).toHaveLength(before + 1)
    expect((await verification(stage, id))['state']).toBe('requested')
    expect(watched.problems()).toEqual([])
  })

  it('ignores a press in the first half second', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const { url } = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, url)
    await page.getByText('Who is asking').waitFor()
    const before = watched.changes().length
    await page.reload()
    const button = page.getByRole('button', { name: /^Share/ })
    await button.waitFor()
    await button.dispatchEvent('click')
    expect(watched.changes()).toHaveLength(before)
    await page.waitForTimeout(600)
    await button.click()
    await page.getByRole('heading', { name: /^Shared with/ }).waitFor()
  })

  it('that nothing fits names what is missing, and tells them no when its owner wants that', async () => {
    const watched = await owner()
    const { page } = watched
    const { id, url } = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, url)
    await page.getByRole('heading', { name: 'You have no card that fits' }).waitFor()
    expect(await page.getByText('Nothing was shared.', { exact: false }).count()).toBeGreaterThan(0)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await pressDecision(page, 'Tell them no')
    await page.getByRole('heading', { name: 'You did not share anything' }).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    expect(['requested', 'declined']).toContain((await verification(stage, id))['state'])
  })

  it('has a choice between two cards that fit', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    await openLink(
      watched,
      stage,
      await newOffer(stage, { claims: { given_name: 'Bea', family_name: 'Brandt' } }),
    )
    await pressDecision(page, /^Add/)
    await page.getByRole('heading', { name: 'It is in your wallet' }).waitFor()
    const { id, url } = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, url)
    const cards = page.getByRole('radio')
    await cards.first().waitFor()
    expect(await cards.count()).toBe(2)
    expect(await problemsOf(watched)).toEqual([])
    const shown = async () => (await page.locator('.pick-value').allTextContents()).join(' ')
    const first = await shown()
    await cards.nth(1).check()
    expect(await shown()).not.toBe(first)
    const chosen = await shown()
    await pressDecision(page, /^Share/)
    await page.getByRole('heading', { name: /^Shared with/ }).waitFor()
    expect(await page.getByRole('definition').allTextContents()).toEqual([chosen])
    expect(JSON.stringify(await verification(stage, id))).toContain(chosen)
  })
})

describe('somebody whom nobody vouches for', () => {
  it('is called by the host, in words that say so; sharing stays possible, and is no louder than not sharing', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const stranger = await startStranger()
    try {
      const { url } = await newRequest(stranger, identityRequest(['given_name']))
      await openLink(watched, stage, url)
      await page.getByText('Who is asking').waitFor()
      const { host } = new URL(stranger.url)
      expect(await headingOf(watched)).toBe(`Share 1 detail with ${host}?`)
      expect(await page.getByText('We could not confirm who this is.', { exact: false }).count()).toBe(1)
      expect(await problemsOf(watched, { german: true })).toEqual([])
      const share = page.getByRole('button', { name: 'Share anyway' })
      const decline = page.getByRole('button', { name: 'Don’t share' })
      expect(await share.getAttribute('data-kind')).toBe('caution')
      expect((await decline.boundingBox())?.height).toBe((await share.boundingBox())?.height)
      await pressDecision(page, 'Share anyway')
      // They know as little of this issuer as this wallet of them: what left is said all the same.
      await page.getByRole('heading', { name: `${host} did not accept it` }).waitFor()
      expect(await page.getByText('left your wallet', { exact: false }).count()).toBe(1)
      expect(await page.getByRole('definition').allTextContents()).toEqual(['Ana Maria'])
      expect(await problemsOf(watched, { german: true })).toEqual([])
    } finally {
      await stranger.close()
    }
  })
})

describe('a connection that breaks', () => {
  it('before the answer went leaves everything as it was, and the next press finishes', async () => {
    const watched = await ownerWithCard()
    watched.expectFailedRequests()
    const { page } = watched
    const { url } = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, url)
    await page.getByText('Who is asking').waitFor()
    await page.route('**/use', (route) => route.abort())
    await pressDecision(page, /^Share/)
    await page.getByRole('alert').filter({ hasText: 'The connection broke.' }).waitFor()
    expect(await problemsOf(watched)).toEqual([])
    await page.unroute('**/use')
    await page.getByRole('button', { name: /^Share/ }).click()
    await page.getByRole('heading', { name: /^Shared with/ }).waitFor()
  })

  it('after it went shows what happened all the same', async () => {
    const watched = await ownerWithCard()
    watched.expectFailedRequests()
    const { page } = watched
    const { id, url } = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, url)
    await page.getByText('Who is asking').waitFor()
    await page.route('**/use', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await pressDecision(page, /^Share/)
    await page.getByRole('heading', { name: /^Shared with/ }).waitFor()
    expect((await verification(stage, id))['state']).toBe('verified')
  })

  it('while a page is fetched says that nothing was shared, under which id it is found, and comes back by itself', async () => {
    const watched = await owner()
    watched.expectFailedRequests()
    const { page } = watched
    const away = {
      status: 503,
      json: { exception: true, code: '503', message: 'x', correlationId: 'c-4711' },
    }
    await page.route('**/credentials**', (route) => route.fulfill(away))
    await page.reload()
    await page.getByRole('heading', { name: 'The service does not answer' }).waitFor()
    await page.getByText('Details for support').click()
    expect(await page.getByText('c-4711').count()).toBe(1)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.unroute('**/credentials**')
    await page.getByRole('heading', { name: 'Your first card goes here' }).waitFor()
  })
})

describe('what others write', () => {
  const markup = '<img src=x onerror=alert(1)><script>alert(2)</script>'
  const turned = `\u202eevil\u202c \u200b${'W'.repeat(180)}`

  it('is text: nothing of it runs, turns the page or leaves it', async () => {
    const watched = await owner()
    const { page } = watched
    const claims = { given_name: markup, family_name: turned, email: 'javascript@alert.example' }
    await openLink(watched, stage, await newOffer(stage, { claims }))
    await pressDecision(page, /^Add/)
    await page.getByRole('heading', { name: 'It is in your wallet' }).waitFor()
    expect(await page.getByText(markup, { exact: true }).count()).toBe(1)
    expect(await problemsOf(watched)).toEqual([])
    await page.getByRole('link', { name: 'To your cards' }).click()
    await page.getByText('One card.').waitFor()
    expect(await problemsOf(watched)).toEqual([])
    const { url } = await newRequest(stage, identityRequest(['given_name', 'family_name', 'email']))
    await openLink(watched, stage, url)
    await page.getByText('Who is asking').waitFor()
    expect(await page.locator('main').textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/)
    expect(await page.locator('a[href^="javascript:"]').count()).toBe(0)
    expect(await problemsOf(watched)).toEqual([])
    await pressDecision(page, /^Share/)
    await page.getByRole('heading', { name: /^Shared with/ }).waitFor()
    expect(await problemsOf(watched)).toEqual([])
  })
})

describe('the first visit', () => {
  it('asks for little: few requests, few bytes, nothing twice', async () => {
    const watched = await watchedPage(stage.browser, stage.origin)
    opened.push(watched)
    const { page } = watched
    const sizes: number[] = []
    const told: string[] = []
    page.on('response', (response) => {
      sizes.push(Number(response.headers()['content-length'] ?? 0))
      told.push(`${response.status()} ${response.headers()['content-encoding'] ?? 'plain'} ${response.url()}`)
    })
    await page.goto('/')
    await page.getByRole('heading', { name: 'Your wallet' }).waitFor()
    expect(told.length, told.join('\n')).toBeLessThanOrEqual(10)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000)
    expect(told.filter((one) => /\.(js|css)$/.test(one) && !/^200 (br|gzip)/.test(one))).toEqual([])
    expect(new Set(told.map((one) => one.split(' ')[2])).size).toBe(told.length)
  })
})

/** A verifier of another deployment: its certificate is of an authority that this wallet has not heard of. */
async function startStranger() {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-stranger-'))
  const port = await freePort()
  const argv = [`--webPort=${port}`, `--baseUrl=http://localhost:${port}`, '--logLevel=error']
  const verifier = await startVerifier({ argv, env: {}, cwd: folder, defaultPort: port })
  const url = `http://localhost:${port}`
  const close = async () => {
    await verifier.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  return { url, close, cluster: { urls: { verifier: url } } }
}

/** As a browser would paint it, by the browser itself. */
async function pictureOf({ browser }: Stage, text: string): Promise<string> {
  const page = await browser.newPage({ viewport: { width: 500, height: 500 } })
  await page.setContent(
    encodeQR(text, 'svg', { border: 4, scale: 4 }).replace('<svg', '<svg width="480" height="480"'),
  )
  const file = join(await mkdtemp(join(tmpdir(), 'countersign-qr-')), 'code.png')
  await writeFile(file, await page.screenshot())
  await page.close()
  return file
}
