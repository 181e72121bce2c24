/** What the web wallet shares, with whom, and what it must never do: W6 and W7. */
import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { identityType } from '@countersign/testing/client/protocol-wallet'
import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { webWalletLink } from '@countersign/ui/http/wallet-link'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { startHostileIssuer } from './hostile-issuer.ts'
import {
  ANA,
  headingOf,
  identityRequest,
  newOffer,
  newRequest,
  openLink,
  pressDecision,
  sentDisclosures,
  shows,
  verification,
  visits,
} from './people.ts'
import { startRelyingParty } from './relying-party.ts'
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

const { closeAll, owner, ownerWithCard } = visits(() => stage)
afterEach(closeAll)

const consent = ({ page }: WatchedPage) => page.getByText('Who is asking').waitFor()
const definitions = ({ page }: WatchedPage) => page.getByRole('definition').allTextContents()

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
    await consent(watched)
    expect(await headingOf(watched)).toMatch(/^Share 2 details with .+\?$/)
    expect(await page.getByText(new URL(stage.cluster.urls.verifier).host).count()).toBeGreaterThan(0)
    expect(await page.getByText('They did not say why. Be careful.').count()).toBe(1)
    expect(await page.getByText('Not shared: Date of birth').count()).toBe(1)
    expect(await page.getByText('You have not shared anything with them before.').count()).toBe(1)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    const extra = page.getByRole('checkbox')
    expect([await extra.count(), await extra.isChecked()]).toEqual([1, false])
    await extra.check()
    expect(await headingOf(watched)).toMatch(/^Share 3 details/)
    await page.keyboard.press('Enter')
    expect(watched.changes().filter((change) => change.endsWith('/use'))).toEqual([])
    await extra.uncheck()
    await pressDecision(page, 'Share 2 details')
    await shows(watched, /^Shared with/)
    expect(await definitions(watched)).toEqual(['Ana Maria', 'Brandt'])
    expect(await problemsOf(watched, { german: true })).toEqual([])
    const decided = await verification(stage, id)
    expect(decided['state']).toBe('verified')
    expect(JSON.stringify(decided)).not.toContain('ana@brandt.example')
    await page.reload()
    await shows(watched, /^Shared with/)

    const again = await newRequest(stage, identityRequest(['given_name', 'family_name']))
    await openLink(watched, stage, again.url)
    await page.getByText(/^You shared the same 2 details with them on /).waitFor()
    const other = await newRequest(stage, identityRequest(['birthdate']))
    await openLink(watched, stage, other.url)
    await page.getByText(/^You shared something with them before, the last time on /).waitFor()
  })

  it('shares nothing by a link, a reload, the way back, ?accept=true or a key that is held', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const { id, url } = await newRequest(stage, identityRequest(['given_name']))
    const link = webWalletLink(stage.origin, url)
    await page.goto(link)
    await shows(watched, 'Somebody sent you here')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.goto(link.replace('/open#', '/open?accept=true#'))
    await page.reload()
    expect(watched.changes()).toHaveLength(0)
    await pressDecision(page, 'Look at it')
    await consent(watched)
    expect(watched.changes()).toHaveLength(1)
    const address = page.url()
    await page.goto(`${address}?accept=true`)
    await consent(watched)
    await page.reload()
    await consent(watched)
    await page.goto('/')
    await page.goBack()
    await consent(watched)
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
    expect(watched.changes()).toHaveLength(1)
    expect((await verification(stage, id))['state']).toBe('requested')
    expect(watched.problems()).toEqual([])
  })

  it('that nothing fits names what is missing, and tells them no when its owner wants that', async () => {
    const watched = await owner()
    const { page } = watched
    const { id, url } = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, url)
    await shows(watched, 'You have no card that fits')
    expect(await page.getByText('Nothing was shared.', { exact: false }).count()).toBeGreaterThan(0)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await pressDecision(page, 'Tell them no')
    await shows(watched, 'You did not share anything')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    expect(['requested', 'declined']).toContain((await verification(stage, id))['state'])
  })

  it('has a choice between two cards that fit', async () => {
    const watched = await ownerWithCard([ANA, { given_name: 'Bea', family_name: 'Brandt' }])
    const { page } = watched
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
    await shows(watched, /^Shared with/)
    expect(await definitions(watched)).toEqual([chosen])
    expect(JSON.stringify(await verification(stage, id))).toContain(chosen)
  })

  it('shows a part of an address by its own name, and says what most can do without', async () => {
    const address = { street_address: 'Musterweg 7', locality: 'Graz' }
    const watched = await ownerWithCard([{ ...ANA, is_over_18: true, address }])
    const { page } = watched
    const query = {
      credentials: [
        {
          id: 'identity',
          format: 'dc+sd-jwt',
          meta: { vct_values: [identityType] },
          claims: [{ path: ['birthdate'] }, { path: ['address', 'street_address'] }],
        },
      ],
    }
    const { url } = await newRequest(stage, query)
    await openLink(watched, stage, url)
    await consent(watched)
    const picks = await page.locator('.pick').allTextContents()
    // An address is withheld as a whole or not at all.
    expect(picks).toEqual([
      expect.stringMatching(/^Date of birth.*needed$/),
      expect.stringMatching(/^Street and number.*Musterweg 7.*needed$/),
      expect.stringMatching(/^Address.*Town: Graz.*shown with the card$/),
    ])
    expect(await headingOf(watched)).toMatch(/^Share 3 details/)
    expect(await page.getByText('This card can say that you are old enough.', { exact: false }).count()).toBe(
      1,
    )
    await page.getByText('Technical details').click()
    expect(await page.locator('details').textContent()).toContain('vct')
    expect(await problemsOf(watched)).toEqual([])
  })

  it('that ends while it is open says so by itself, and has no button left', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const { id, url } = await newRequest(stage, identityRequest(['given_name']), {}, { sessionTtl: '12' })
    await openLink(watched, stage, url)
    await consent(watched)
    const { pathname } = new URL(page.url())
    // Whose clock is an hour behind.
    const late = await watched.context.newPage()
    await late.addInitScript('Date.now = ((now) => () => now() - 3_600_000)(Date.now)')
    await late.goto(pathname)
    await late.getByText('Who is asking').waitFor()
    await shows(watched, 'This request has ended')
    await page.getByText('Nothing was shared. Ask them for a new code.').waitFor()
    expect(await page.getByRole('button', { name: /share/i }).count()).toBe(0)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await late.bringToFront()
    await pressDecision(late, /^Share/)
    await late.getByRole('heading', { name: 'This request has ended' }).waitFor()
    expect(['requested', 'expired']).toContain((await verification(stage, id))['state'])
  })
})

describe('somebody whom nobody vouches for', () => {
  it('is called by the host, in words that say so; what leaves is what was ticked', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const query = {
      credentials: [
        {
          ...identityRequest(
            ['given_name', 'email', 'birthdate'],
            [['given_name', 'email', 'birthdate'], ['given_name']],
          ).credentials[0],
        },
      ],
    }
    const { host } = new URL(unknown.url)
    await openLink(watched, stage, unknown.request({ query }))
    await consent(watched)
    expect(await headingOf(watched)).toBe(`Share 1 detail with ${host}?`)
    expect(await page.getByText('We could not confirm who this is.', { exact: false }).count()).toBe(1)
    await page.getByRole('checkbox', { name: /Date of birth/ }).check()
    expect(await headingOf(watched)).toBe(`Share 2 details with ${host}?`)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    const share = page.getByRole('button', { name: 'Share anyway' })
    const decline = page.getByRole('button', { name: 'Don’t share' })
    expect(await share.getAttribute('data-kind')).toBe('caution')
    expect((await decline.boundingBox())?.height).toBe((await share.boundingBox())?.height)
    await pressDecision(page, 'Share anyway')
    await shows(watched, /^Shared with/)
    expect(await definitions(watched)).toEqual(['Ana Maria', '1 Jan 1990'])
    expect(await sentDisclosures(unknown)).toEqual(['birthdate', 'given_name'])
  })

  it('who refuses what they got: it says that data left, and what', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const query = identityRequest(['given_name'])
    await openLink(watched, stage, unknown.request({ query, refuse: true }))
    await pressDecision(page, 'Share anyway')
    await shows(watched, `${new URL(unknown.url).host} did not accept it`)
    expect(await page.getByText('left your wallet', { exact: false }).count()).toBe(1)
    expect(await definitions(watched)).toEqual(['Ana Maria'])
    expect(await problemsOf(watched, { german: true })).toEqual([])
  })
})

describe('on one device', () => {
  it('the browser goes back with the response code, and the shop lets in the one that began', async () => {
    const shop = await startRelyingParty(stage)
    try {
      const watched = await ownerWithCard([ANA], { led: [shop.url] })
      watched.expectFailedRequests()
      const { page } = watched
      await page.goto(`${shop.url}/checkout`)
      const link = page.getByRole('link', { name: 'Open your wallet' })
      const id = (await link.getAttribute('data-id')) ?? ''
      await link.click()
      await pressDecision(page, 'Look at it')
      await pressDecision(page, 'Share 1 detail')
      await shows(watched, /^Shared with/)
      expect(await problemsOf(watched, { german: true })).toEqual([])
      const waiting = await verification(stage, id)
      expect(waiting['state']).toBe('answered')
      expect(JSON.stringify(waiting)).not.toContain('Ana Maria')
      const back = page.getByRole('link', { name: `Return to ${new URL(shop.url).host}` })
      const address = (await back.getAttribute('href')) ?? ''
      expect(new URL(address).searchParams.get('response_code')).not.toBeNull()

      const other = await owner({ led: [shop.url] })
      other.expectFailedRequests()
      await other.page.goto(address)
      await shows(other, 'This browser did not begin')

      await back.click()
      await shows(watched, 'Thank you, Ana Maria')
      expect(page.url()).toBe(address)
      expect(await verification(stage, id)).toMatchObject({ state: 'verified', returned: true })
      await page.reload()
      await shows(watched, 'You are back already')
      expect(watched.problems()).toEqual([])
    } finally {
      await shop.close()
    }
  })

  it('the way back is no address but one of the web', async () => {
    const watched = await ownerWithCard()
    const query = identityRequest(['given_name'])
    await openLink(watched, stage, unknown.request({ query, redirectUri: 'javascript:alert(1)' }))
    await pressDecision(watched.page, 'Share anyway')
    await shows(watched, /^Shared with/)
    expect(await watched.page.getByRole('link', { name: /^Return/ }).count()).toBe(0)
    expect(watched.problems()).toEqual([])
  })
})

describe('what others write', () => {
  const markup = '<img src=x onerror=alert(1)><script>alert(2)</script>'
  const turned = `\u202eevil\u202c \u200b${'W'.repeat(180)}`
  const invisible = /[\u202a-\u202e\u2066-\u2069\u200b]/
  const svg = `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(3)"><script>alert(4)</script><image href="${'https://evil.example/x'}"/><foreignObject><iframe src="https://evil.example/y"/></foreignObject></svg>`,
  )}`

  /** Nothing of it runs, asks, turns the page or leaves it. */
  async function isText(watched: WatchedPage): Promise<void> {
    const { page } = watched
    expect(await page.locator('main').textContent()).not.toMatch(invisible)
    expect(
      await page.locator('main :is(script, iframe, object, embed), a[href^="javascript:"]').count(),
    ).toBe(0)
    expect(await problemsOf(watched)).toEqual([])
  }

  it('on a card is text', async () => {
    const claims = { given_name: markup, family_name: turned, email: 'javascript@alert.example' }
    const watched = await ownerWithCard([claims])
    const { page } = watched
    await page.goto('/')
    await page.getByText('One card.').waitFor()
    expect(await page.getByText(markup).count()).toBe(1)
    await isText(watched)
    const { url } = await newRequest(stage, identityRequest(['given_name', 'family_name', 'email']))
    await openLink(watched, stage, url)
    await consent(watched)
    await isText(watched)
    await pressDecision(page, /^Share/)
    await shows(watched, /^Shared with/)
    await isText(watched)
  })

  it('of themselves and of their cards is no more than what they call it', async () => {
    const issuer = await startHostileIssuer({
      issuer: { name: `${turned} ${markup}`, locale: 'en', logo: { uri: svg } },
      credential: {
        name: `${turned}${markup}`,
        locale: 'en',
        background_color: '#808080',
        text_color: '#777777',
        logo: { uri: svg, alt_text: markup },
        background_image: { uri: 'https://evil.example/z.png' },
      },
      claim: (name) => `${turned}${markup} ${name}`,
    })
    try {
      const watched = await owner()
      const { page } = watched
      const { host } = new URL(issuer.url)
      await openLink(watched, stage, await newOffer(issuer))
      await page.getByText('Who issues it').waitFor()
      expect(await page.locator('.host').allTextContents()).toContain(host)
      expect(await page.getByText('Not verified').count()).toBe(1)
      await isText(watched)
      await pressDecision(page, 'Add anyway')
      await shows(watched, 'It is in your wallet')
      await isText(watched)
      await page.goto('/')
      await page.getByText('One card.').waitFor()
      await page.getByText(host).first().waitFor()
      await isText(watched)
      await openLink(watched, stage, unknown.request({ query: identityRequest(['given_name']) }))
      await consent(watched)
      await isText(watched)
    } finally {
      await issuer.close()
    }
  })

  it('never stands for somebody else: a name that looks like another is said to, and a host is written as it is', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    // In Cyrillic.
    const alike = 'раураl.example'
    const link = `openid4vp://authorize?client_id=x509_hash%3Aa&request_uri=${encodeURIComponent(`https://${alike}/r`)}`
    await page.goto(webWalletLink(stage.origin, link))
    await shows(watched, 'Somebody sent you here')
    expect(await page.locator('.host').allTextContents()).toEqual([
      expect.stringMatching(/^xn--[a-z0-9-]+\.example$/),
    ])
    await isText(watched)

    const { host } = new URL(unknown.url)
    const more = {
      client_metadata: { client_name: alike, logo_uri: 'javascript:alert(5)' },
      verifier_info: [
        { format: 'registration_cert', data: { purpose: [{ lang: 'en', value: `${turned}${markup}` }] } },
      ],
    }
    await openLink(watched, stage, unknown.request({ query: identityRequest(['given_name']), more }))
    await consent(watched)
    expect(await headingOf(watched)).toBe(`Share 1 detail with ${host}?`)
    expect(await page.getByText(`They call themselves “${alike}”.`).count()).toBe(1)
    expect(
      await page.getByText('This name mixes letters of several alphabets.', { exact: false }).count(),
    ).toBe(1)
    expect(await page.locator('.host').allTextContents()).toContain(host)
    await isText(watched)
  })
})

describe('a connection that breaks', () => {
  it('before the answer went leaves everything as it was, and the next press finishes', async () => {
    const watched = await ownerWithCard()
    watched.expectFailedRequests()
    const { page } = watched
    const { url } = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, url)
    await consent(watched)
    await page.route('**/use', (route) => route.abort())
    await pressDecision(page, /^Share/)
    await page.getByRole('alert').filter({ hasText: 'The connection broke.' }).waitFor()
    expect(await problemsOf(watched)).toEqual([])
    await page.unroute('**/use')
    await pressDecision(page, /^Share/)
    await shows(watched, /^Shared with/)
  })

  it('after it went shows what happened all the same', async () => {
    const watched = await ownerWithCard()
    watched.expectFailedRequests()
    const { page } = watched
    const { id, url } = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, url)
    await consent(watched)
    await page.route('**/use', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await pressDecision(page, /^Share/)
    await shows(watched, /^Shared with/)
    expect((await verification(stage, id))['state']).toBe('verified')
  })
})
