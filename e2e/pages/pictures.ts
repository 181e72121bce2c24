/**
 * `npm run pictures -- FOLDER`: pages on the ways of both loops, light and dark, narrow and wide, for people to look at. The
 * checks of the tests say that nothing is broken; whether it pleases, nobody but a person says.
 */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startCluster } from '@countersign/countersign/cluster/start-cluster'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm } from '@countersign/testing/client/http'
import { answerBody, readRequest, requestUri } from '@countersign/testing/client/protocol-wallet'
import { identityRequest, newOffer, newRequest, openLink, pressDecision, shows, visits } from './people.ts'
import { openStage, STAGE_CLUSTER, type Stage } from './stage.ts'

const WIDTHS = [390, 1280]
const HEIGHT = 844

const [folder = 'pictures'] = process.argv.slice(2)
const target = resolve(folder)
await mkdir(target, { recursive: true })
const cluster = await startCluster(STAGE_CLUSTER)
try {
  const stage = await openStage(cluster)
  try {
    await walletPictures(stage)
    await awayPictures(stage)
    await portalPictures(stage)
    await operationPictures(stage)
    await repositoryPictures(stage)
  } finally {
    await stage.close()
  }
} finally {
  await cluster.stop()
}

/** `fullPage`: not of a question that stands above the page, which is painted where the window is. */
async function take({ page }: WatchedPage, name: string, fullPage = true): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT })
      const path = join(target, `${name}-${colorScheme}-${width}.png`)
      await page.screenshot({ path, fullPage })
    }
  }
  console.log(name)
}

async function walletPictures(on: Stage): Promise<void> {
  const { closeAll, ...people } = visits(() => on)
  const stranger = await people.stranger()
  await stranger.page.goto('/')
  await stranger.page.getByRole('heading', { level: 1 }).waitFor()
  await take(stranger, 'wallet-welcome')
  await stranger.page.getByRole('button', { name: 'I have no wallet yet' }).click()
  await take(stranger, 'wallet-create')

  const watched = await people.owner()
  const { page } = watched
  await page.goto('/')
  await shows(watched, 'Your first card goes here')
  await take(watched, 'wallet-home-empty')
  await page.goto('/scan')
  await shows(watched, 'Scan a code')
  await take(watched, 'wallet-scan')
  const asked = identityRequest(['given_name', 'family_name'])
  await openLink(watched, on, (await newRequest(on, asked)).url)
  await shows(watched, 'You have no card that fits')
  await take(watched, 'wallet-no-match')

  const txCode = { input_mode: 'numeric', length: 6, description: 'It was sent to your phone' } as const
  await openLink(watched, on, await newOffer(on, { txCode, txCodeValue: '493536' }))
  await shows(watched, /^Add/)
  await take(watched, 'wallet-offer')
  await page.getByLabel('The code that they sent you').fill('493536')
  await pressDecision(page, /^Add (to wallet|anyway)$/)
  await shows(watched, 'It is in your wallet')
  await take(watched, 'wallet-offer-result')
  await page.goto('/')
  await shows(watched, 'Your cards')
  await take(watched, 'wallet-home')
  await page.locator('ul.cards a').first().click()
  await page.getByText(/in this wallet since/).waitFor()
  await take(watched, 'wallet-card')

  await openLink(watched, on, (await newRequest(on, asked)).url)
  await shows(watched, /^Share/)
  await take(watched, 'wallet-consent')
  await pressDecision(page, /^Share (\d.details?|anyway)$/)
  await shows(watched, /^Shared with/)
  await take(watched, 'wallet-request-result')
  await openLink(watched, on, (await newRequest(on, asked)).url)
  await pressDecision(page, 'Don’t share')
  await shows(watched, 'You did not share anything')
  await take(watched, 'wallet-declined')
  await page.goto('/nowhere')
  await shows(watched, 'There is nothing at this address')
  await take(watched, 'wallet-nowhere')
  await ownAffairs(watched)
  await closeAll()
}

/** What a holder did, and the wallet itself. */
async function ownAffairs(watched: WatchedPage): Promise<void> {
  const { page } = watched
  await page.goto('/history')
  await page.locator('.entries summary').first().waitFor()
  await page.getByText('You shared 2 details').click()
  await page.getByRole('button', { name: 'Show values' }).click()
  await page.getByRole('button', { name: 'Hide values' }).waitFor()
  await take(watched, 'wallet-history')
  await page.goto('/settings')
  await page.getByText('this one').waitFor()
  await take(watched, 'wallet-settings')
  await page.getByRole('button', { name: 'Make new codes' }).click()
  await page.getByLabel('Password, or a recovery code').waitFor()
  await take(watched, 'wallet-confirming', false)
  await page.goto('/keys')
  await page.getByText(/^did:jwk:/).waitFor()
  await take(watched, 'wallet-keys')
}

/** Without a network, and with what the browser kept. */
async function awayPictures(on: Stage): Promise<void> {
  const { closeAll, ...people } = visits(() => on)
  const watched = await people.ownerWithCard(undefined, { serviceWorker: true })
  const { page } = watched
  await page.goto('/')
  await page.getByText('One card.').waitFor()
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
  // It answers for this page, and the cards are kept, a moment later.
  await page.waitForTimeout(1_000)
  await page.route('**/wallet-api/**', (route) => route.abort())
  await page.reload()
  await page.locator('ul.cards').waitFor()
  await take(watched, 'wallet-away')
  await page.goto('/history')
  await page
    .getByText(/goes on by itself/)
    .first()
    .waitFor()
  await take(watched, 'wallet-away-history')
  await closeAll()
}

async function portalPictures(on: Stage): Promise<void> {
  const { urls } = on.cluster
  const watched = await watchedPage(on.browser, urls.portal)
  const { page } = watched
  const held = await issue(urls.issuer)
  await page.goto('/')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await take(watched, 'portal-home')
  await page.goto('/issue')
  await shows(watched, 'Which credential?')
  await take(watched, 'portal-types')
  await page.goto('/issue/IdentityCredential')
  await shows(watched, /^Issue/)
  await take(watched, 'portal-form')
  await page.getByRole('button', { name: 'Make the offer' }).click()
  await page.locator('.qr svg').waitFor()
  await take(watched, 'portal-offer')

  await page.goto('/verify')
  await shows(watched, 'What do you need?')
  await take(watched, 'portal-ask')
  await page.locator('summary', { hasText: 'How it is asked' }).click()
  await page.getByLabel('How the wallet answers').selectOption({ label: 'Through this browser, encrypted' })
  await take(watched, 'portal-ask-ways')
  await page.getByLabel('Given name').check()
  await page.getByRole('button', { name: 'Make the request' }).click()
  await shows(watched, /^Ask here/)
  await take(watched, 'portal-ask-browser')
  const makeRequest = async () => {
    await page.goto('/verify')
    await page.getByLabel('Given name').check()
    await page.getByLabel('Family name').check()
    await page.getByRole('button', { name: 'Make the request' }).click()
    await page.locator('.qr svg').waitFor()
    const link = (await page.locator('.copy-line code').textContent()) ?? ''
    return readRequest((await call(requestUri(link))).text)
  }
  const good = await makeRequest()
  await take(watched, 'portal-request')
  const names = [['given_name'], ['family_name']]
  expectStatus(await postForm(good.responseUri, await answerBody(good, held, names)), 200)
  await page.locator('.outcome').waitFor()
  await take(watched, 'portal-result-verified')
  const bad = await makeRequest()
  await postForm(bad.responseUri, await answerBody(bad, held, [['given_name']]))
  await page.locator('.outcome').waitFor()
  await take(watched, 'portal-result-failed')
  await page.goto('/nowhere')
  await shows(watched, 'There is nothing at this address')
  await take(watched, 'portal-nowhere')
  await watched.close()
}

/** What whoever runs it looks at, when the flows before have left something to see. */
async function operationPictures(on: Stage): Promise<void> {
  const watched = await watchedPage(on.browser, on.cluster.urls.portal)
  const { page } = watched
  for (const name of ['sessions', 'credentials', 'trust', 'cluster']) {
    await page.goto(`/${name}`)
    await page.locator('main :is(li, table)').first().waitFor()
    await take(watched, `portal-${name}`)
  }
  await watched.close()
}

async function repositoryPictures(on: Stage): Promise<void> {
  const watched = await watchedPage(on.browser, on.cluster.urls.repository)
  const { page } = watched
  await page.goto('/')
  await take(watched, 'repository-home')
  await page.locator('main h3 a').first().click()
  await page.waitForURL(/types/)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await take(watched, 'repository-type')
  await watched.close()
}
