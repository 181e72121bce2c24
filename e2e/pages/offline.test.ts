/** W11: the wallet without a network, as an app of the device, and when there is a newer version of it. */
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { heldBy } from '@countersign/testing/client/wallet-api'
import { eventually } from '@countersign/testing/time/eventually'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import {
  ANA,
  identityRequest,
  newOffer,
  newRequest,
  type OwnerPage,
  pressDecision,
  setStatus,
  shows,
  visits,
} from './people.ts'
import { openStage, type Stage } from './stage.ts'
import { startWebWalletBeside, type WebWalletBeside } from './web-wallet-beside.ts'

let stage: Stage
let beside: WebWalletBeside
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
  beside = await startWebWalletBeside(stage.cluster)
})
afterAll(async () => {
  await beside?.close()
  await stage?.close()
})

const { closeAll, ownerWithCard } = visits(() => ({ ...stage, origin: beside.url }))
beforeEach(() => beside.start())
afterEach(closeAll)

const withWorker = { serviceWorker: true } as const

/** Somebody with a card, whose browser has the wallet's pages and its cards: what a second visit finds. */
async function regular(cards = [ANA]): Promise<OwnerPage> {
  const watched = await ownerWithCard(cards, withWorker)
  await watched.page.goto('/')
  await isKept(watched.page)
  return watched
}

/** The worker answers for this page, and what it shows is kept. */
async function isKept(page: Page): Promise<void> {
  await page.evaluate(CONTROLLED)
  await eventually('the cards are kept', async () => (await recordsIn(page)).length === 2)
}

const CONTROLLED = `navigator.serviceWorker.ready.then(() => new Promise((resolve) => {
  const look = () => navigator.serviceWorker.controller && resolve(undefined)
  navigator.serviceWorker.addEventListener('controllerchange', look)
  look()
}))`

/** Names of the records that the browser's own database has; none where there is no database. */
function recordsIn(page: Page): Promise<readonly string[]> {
  return page.evaluate(RECORDS)
}

const DATABASE = `const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('countersign')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const got = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result) })
  const store = () => database.transaction('kept').objectStore('kept')`

const RECORDS = `(async () => {
  if (!(await indexedDB.databases()).some(({ name }) => name === 'countersign')) return []
  ${DATABASE}
  const keys = database.objectStoreNames.length === 0 ? [] : await got(store().getAllKeys())
  database.close()
  return keys
})()`

/** Everything that a script of the page can read of what the browser keeps, as one text; and what exporting the key leads to. */
const READABLE = `(async () => {
  const texts = [...Object.entries(localStorage).flat(), ...Object.entries(sessionStorage).flat()]
  const addresses = []
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      addresses.push(new URL(request.url).pathname)
      texts.push(await (await cache.match(request)).text())
    }
  }
  ${DATABASE}
  const latin = (bytes) => [...new Uint8Array(bytes)].map((byte) => String.fromCharCode(byte)).join('')
  const { data, iv } = await got(store().get('cards'))
  texts.push(latin(data), latin(iv))
  const key = await got(store().get('key'))
  database.close()
  const exported = await Promise.all(['raw', 'jwk'].map((form) => crypto.subtle.exportKey(form, key).then(() => form, () => 'refused')))
  return { text: texts.join('\\n'), addresses, exported, sealedBytes: data.byteLength }
})()`

const isDescribed = (page: Page, name: string) =>
  page.getByRole('button', { name }).evaluate((button) => {
    const { ariaDisabled, ariaDescribedByElements } = button as unknown as {
      readonly ariaDisabled: string
      readonly ariaDescribedByElements: readonly { readonly textContent: string }[]
    }
    return ariaDisabled === 'true'
      ? ariaDescribedByElements.map(({ textContent }) => textContent).join(' ')
      : ''
  })

describe('without a network', () => {
  it('the cards are shown as they were, what needs the network says so, and everything goes on with it', async () => {
    const watched = await regular()
    const { context, page } = watched
    watched.expectFailedRequests()
    await context.setOffline(true)
    expect(
      await page.evaluate("fetch('/wallet-api/auth/session').then(() => 'heard', () => 'nothing')"),
    ).toBe('nothing')
    await page.reload()
    await shows(watched, 'You are offline')
    const card = page.getByRole('listitem').filter({ hasText: 'Identity Credential' })
    expect(await card.textContent()).toMatch(/Identity Credential.*issued by localhost:\d+.*until /)
    // A name is a claim.
    expect(await card.textContent()).not.toContain('Brandt')
    expect(await isDescribed(page, 'Scan a code')).toMatch(/needs the network/)
    await page.getByRole('button', { name: 'Scan a code' }).click({ force: true })
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByRole('link', { name: /^Identity Credential/ }).click()
    await shows(watched, 'Identity Credential')
    await page.getByText('What stands on it is not kept on this device.').waitFor()
    expect(await page.getByRole('main').textContent()).not.toMatch(/Brandt|1990/)
    for (const name of ['What happened with this card', 'Remove from wallet'])
      expect(await isDescribed(page, name)).toMatch(/needs the network/)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByRole('link', { name: 'Settings' }).click()
    await shows(watched, 'This needs the network')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByRole('link', { name: 'Help' }).click()
    await shows(watched, 'Help')
    await page.getByRole('link', { name: 'Scan' }).click()
    await shows(watched, 'This needs the network')
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Use the camera' }).waitFor()
    expect(watched.changes()).toEqual([])
  })

  it('a page that is open finds them as well, and those that were taken back say so', async () => {
    const watched = await ownerWithCard([ANA], withWorker)
    const { context, page } = watched
    watched.expectFailedRequests()
    const [held] = await heldBy(watched.user)
    await setStatus(stage, held?.document ?? '', 'revoked')
    await eventually('it is said', async () => {
      const told = page.waitForResponse('**/cards/taken-back')
      await page.goto('/')
      return (await (await told).json()).length === 1
    })
    await page.getByText('Revoked by its issuer').waitFor()
    await isKept(page)
    await page.getByRole('link', { name: 'History' }).click()
    await shows(watched, 'History')
    await context.setOffline(true)
    await page.getByRole('link', { name: 'Cards' }).click()
    await shows(watched, 'You are offline')
    await page.getByText('Revoked by its issuer').waitFor()
    await page.getByText('One card. One of them has ended.').waitFor()
    // Its script is not among what is kept.
    await page.getByRole('link', { name: 'Settings' }).click()
    await shows(watched, 'This needs the network')
    await page.getByRole('link', { name: 'Cards', exact: true }).click()
    await page.getByText('Revoked by its issuer').waitFor()
    await context.setOffline(false)
    await page.getByText('Ana Maria Brandt').waitFor()
  })

  it('a service that is away is told from a device that is offline, and is asked again', async () => {
    const watched = await regular()
    watched.expectFailedRequests()
    await beside.stop()
    await watched.page.reload()
    await shows(watched, 'The service does not answer')
    await watched.page.getByRole('link', { name: /^Identity Credential/ }).waitFor()
    await beside.start()
    await watched.page.getByText('Ana Maria Brandt').waitFor()
  })

  it('a decision that stands open waits with its reason, and can be made when there is a network again', async () => {
    const watched = await regular()
    const { context, page } = watched
    watched.expectFailedRequests()
    const link = (await newRequest(stage, identityRequest(['given_name']))).url
    await page.goto(`/open#${encodeURIComponent(link)}`)
    await pressDecision(page, 'Look at it')
    const share = page.getByRole('button', { name: /^Share.\d.detail/ })
    await share.waitFor()
    const before = watched.changes().length
    await context.setOffline(true)
    const reason = page.getByText('You are offline. This waits until there is a network again.')
    await reason.waitFor()
    expect(await share.isDisabled()).toBe(true)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    expect(watched.changes()).toHaveLength(before)
    await context.setOffline(false)
    await reason.waitFor({ state: 'hidden' })
    await pressDecision(page, /^Share.\d.detail/)
    await shows(watched, /^Shared with/)
  })

  it('an address that somebody comes to says why it waits', async () => {
    const watched = await regular()
    const { context, page } = watched
    watched.expectFailedRequests()
    const link = (await newRequest(stage, identityRequest(['given_name']))).url
    await context.setOffline(true)
    for (const path of ['/settings', '/history', '/requests/r1', `/open#${encodeURIComponent(link)}`]) {
      await page.goto(path)
      await shows(watched, 'This needs the network')
    }
    await page.getByText('The link that you followed stays in this page until then.').waitFor()
    await context.setOffline(false)
    await page.getByText('You are asked for something from your cards.').waitFor()
    expect(watched.changes()).toEqual([])
  })

  it('the cards of somebody else are not shown', async () => {
    const watched = await regular()
    const { context, page } = watched
    watched.expectFailedRequests()
    await page.evaluate("localStorage.setItem('countersign.wallet', 'another')")
    await context.setOffline(true)
    await page.reload()
    await shows(watched, 'The service does not answer')
    expect(await page.getByText('Identity Credential').count()).toBe(0)
  })

  it('a log-out leaves nothing, here as with the service', async () => {
    const watched = await regular()
    const { context, page } = watched
    watched.expectFailedRequests()
    await context.setOffline(true)
    await page.reload()
    await shows(watched, 'You are offline')
    await page.getByRole('button', { name: 'Log out' }).click()
    await shows(watched, 'Your wallet')
    await eventually('nothing is kept', async () => (await recordsIn(page)).length === 0)
    expect(await page.evaluate('indexedDB.databases()')).toEqual([])
    await context.setOffline(false)
    const left = page.waitForResponse('**/auth/logout')
    await page.reload()
    expect((await left).ok()).toBe(true)
    await shows(watched, 'Your wallet')
    const { token, url } = watched.user
    const headers = { authorization: `Bearer ${token}` }
    expect((await call(`${url}/wallet-api/wallet/accounts/wallets`, { headers })).status).toBe(401)
  })

  it('a log-in that was ended elsewhere leaves nothing', async () => {
    const watched = await regular()
    const { page, user } = watched
    watched.expectFailedRequests()
    const headers = { authorization: `Bearer ${user.token}` }
    expectStatus(await postJson(`${user.url}/wallet-api/auth/logout`, {}, headers), 200)
    await page.reload()
    await shows(watched, 'Your wallet')
    await eventually('nothing is kept', async () => (await recordsIn(page)).length === 0)
  })

  it('a card that was removed is kept nowhere', async () => {
    const watched = await regular()
    const { context, page } = watched
    watched.expectFailedRequests()
    await page.getByRole('link', { name: /^Identity Credential/ }).click()
    await page.getByRole('button', { name: 'Remove from wallet' }).click()
    await pressDecision(page, 'Remove it')
    await shows(watched, 'The card is removed')
    await context.setOffline(true)
    await page.goto('/')
    await page.getByText('0 cards.').waitFor()
  })
})

describe('what a browser keeps', () => {
  it('can be read by nobody, and the key of it goes nowhere', async () => {
    const { page, user } = await regular()
    const kept = await page.evaluate<{
      readonly text: string
      readonly addresses: readonly string[]
      readonly exported: readonly string[]
      readonly sealedBytes: number
    }>(READABLE)
    expect(kept.exported).toEqual(['refused', 'refused'])
    expect(kept.sealedBytes).toBeGreaterThan(100)
    const [held] = await heldBy(user)
    const secrets = ['Ana Maria', 'Brandt', '1990-01-01', 'Identity Credential', 'brandt.example', held?.id]
    // That one is found at all: which wallet was open is a hint in the clear.
    const found = [...secrets, 'countersign.wallet'].filter((text = '') => kept.text.includes(text))
    expect(found).toEqual(['countersign.wallet'])
    expect(kept.addresses).toContain('/')
    expect(kept.addresses.filter((path) => !/^\/(?:$|assets\/|icon\.svg$)/.test(path))).toEqual([])
    expect(await page.evaluate('caches.keys().then((names) => names.length)')).toBe(1)
  })
})

describe('a second visit', () => {
  it('begins without asking anybody', async () => {
    const watched = await regular()
    const { page } = watched
    const asked: string[] = []
    page.on('response', (response) => {
      if (!response.fromServiceWorker()) asked.push(new URL(response.url()).pathname)
    })
    await page.goto('/')
    await page.getByText('Ana Maria Brandt').waitFor()
    await watched.settled()
    expect(asked.filter((path) => !path.startsWith('/wallet-api/'))).toEqual([])
    expect(asked).toContain('/wallet-api/auth/session')
    expect(await problemsOf(watched)).toEqual([])
  })
})

describe('a newer version', () => {
  it('is spoken of where nothing is unfinished, and comes by a press', async () => {
    const watched = await regular()
    const { page } = watched
    const link = (await newRequest(stage, identityRequest(['given_name']))).url
    await page.goto(`/open#${encodeURIComponent(link)}`)
    await pressDecision(page, 'Look at it')
    await page.getByRole('button', { name: /^Share/ }).waitFor()
    await beside.stop()
    await beside.makeNewer()
    await beside.start()
    await page.evaluate('navigator.serviceWorker.ready.then((there) => there.update())')
    await eventually('it waits', () =>
      page.evaluate('navigator.serviceWorker.ready.then(({ waiting }) => waiting !== null)'),
    )
    const told = page.getByText('There is a newer version of this wallet.')
    expect(await told.count()).toBe(0)
    const offer = await newOffer(stage)
    await page.goto(`/open#${encodeURIComponent(offer)}`)
    await pressDecision(page, 'Look at it')
    await page.getByRole('button', { name: 'Add to wallet' }).waitFor()
    expect(await told.count()).toBe(0)
    await page.goto('/')
    await told.waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    const old = await page.evaluate('caches.keys()')
    await page.evaluate("document.body.dataset.before = 'yes'")
    await page.getByRole('button', { name: 'Use it now' }).click()
    await page.locator('body:not([data-before])').waitFor()
    await page.getByText('Ana Maria Brandt').waitFor()
    expect(await told.count()).toBe(0)
    await eventually('the older files are gone', async () => {
      const names = await page.evaluate<string[]>('caches.keys()')
      return names.length === 1 && names[0] !== (old as string[])[0]
    })
  })
})

describe('an app of the device', () => {
  it('can be installed, and is opened by what others share', async () => {
    const watched = await regular()
    const { context, page } = watched
    const devtools = await context.newCDPSession(page)
    const { errors, manifest, data } = (await devtools.send('Page.getAppManifest')) as unknown as {
      readonly errors: readonly unknown[]
      readonly data: string
      readonly manifest: Readonly<Record<string, readonly unknown[]>>
    }
    expect(errors).toEqual([])
    expect(JSON.parse(data).id).toBe('/')
    expect(manifest['shareTarget']).toMatchObject({ action: `${beside.url}/open` })
    expect(manifest['protocolHandlers']).toHaveLength(2)
    expect(manifest['shortcuts']).toHaveLength(2)
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    // A browser of a test is a private one, where nothing is installed.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
    for (const path of ['/icons/192.png', '/icons/512.png', '/icons/maskable-512.png']) {
      const size = await page.evaluate<string>(`new Promise((resolve) => {
        const image = new Image()
        image.onload = () => resolve(image.naturalWidth + 'x' + image.naturalHeight)
        image.onerror = () => resolve('none')
        image.src = '${path}'
      })`)
      expect(size).toMatch(path.includes('192') ? '192x192' : '512x512')
    }
    await page.goto('/scan?for=presenting')
    await shows(watched, 'Show something from a card')
  })

  it('looks at what is shared, and does nothing of it without a press', async () => {
    const watched = await regular()
    const { page } = watched
    const link = (await newRequest(stage, identityRequest(['given_name']))).url
    const shared = new URLSearchParams({ title: 'A code', text: `Please: ${link}`, url: '' })
    await page.goto(`/open?${shared.toString()}`)
    await shows(watched, 'Somebody sent you here')
    await page.getByText('You are asked for something from your cards.').waitFor()
    await watched.settled()
    expect(watched.changes()).toEqual([])
    await pressDecision(page, 'Look at it')
    await page.getByRole('button', { name: /^Share/ }).waitFor()
    const offer = await newOffer(stage)
    await page.goto(`/open#${encodeURIComponent(offer.replace(/^[^:]+/, 'web+openidoffer'))}`)
    await page.getByText('You are offered a card.').waitFor()
    await pressDecision(page, 'Look at it')
    await page.getByRole('button', { name: 'Add to wallet' }).waitFor()
  })
})
