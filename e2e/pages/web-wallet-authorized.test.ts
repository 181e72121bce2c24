/** An offer that is taken up at its issuer's page: from the portal's line over the web wallet and the issuer, back to the card. */
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { ANA, openLink, pressDecision, shows, visits } from './people.ts'
import { doneSteps } from './portal-steps.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
})
afterAll(() => stage?.close())

const { closeAll, owner, stranger } = visits(() => stage)
afterEach(closeAll)

/** Of the issuer, where the test leads browsers. */
const led = () => [stage.cluster.urls.issuer]

async function browserOffer(): Promise<{ readonly id: string; readonly url: string }> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: ANA }
  const body = { ...order, authenticationMethod: 'NONE' }
  const url = `${stage.cluster.urls.issuer}/openid4vc/sdjwt/issue`
  const answer = expectStatus(await postJson(url, body, { accept: 'application/json' }), 200)
  return answer.json() as unknown as { id: string; url: string }
}

/** Opens the offer and goes to the issuer's page. */
async function atIssuer(watched: WatchedPage, link: string): Promise<void> {
  await openLink(watched, stage, link)
  await pressDecision(watched.page, /^Go on at /)
  await watched.page.waitForURL(`${stage.cluster.urls.issuer}/authorize?**`)
}

/** Where the issuer's page sends back to, without going there. */
async function heldBack({ page }: WatchedPage): Promise<string> {
  const back = page.waitForRequest(/\/authorized\?/)
  await page.route(/\/authorized\?/, (route) => route.abort())
  await page.getByRole('button', { name: 'Add it', exact: true }).click()
  const url = (await back).url()
  await page.unroute(/\/authorized\?/)
  return url
}

describe('an offer that is taken up at its issuer’s page', () => {
  it('leads there and back to the card, and the portal’s line says so', { timeout: 90_000 }, async () => {
    const { id, url } = await browserOffer()
    const portal = await watchedPage(stage.browser, stage.cluster.urls.portal)
    await portal.page.goto(`/offers/${id}`)
    await doneSteps(portal.page, 1)
    const watched = await owner({ led: led() })
    const { page } = watched
    await openLink(watched, stage, url)
    await shows(watched, /^Add “Identity Credential” to your wallet\?$/)
    await page.getByText(/From there you come back here\./).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await pressDecision(page, /^Go on at /)
    await page.waitForURL(`${stage.cluster.urls.issuer}/authorize?**`)
    await page.getByRole('button', { name: 'Add it', exact: true }).click()
    await shows(watched, 'It is in your wallet')
    const { origin, pathname, search } = new URL(page.url())
    expect([origin, search]).toEqual([stage.origin, ''])
    expect(pathname).toMatch(/^\/offers\//)
    expect(await page.getByRole('term').count()).toBe(4)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await doneSteps(portal.page, 6)
    await portal.page.getByText('Authorized in a browser').waitFor()
    expect(await problemsOf(portal, { german: true })).toEqual([])
    await portal.close()
  })

  it('that was declined there says so in the issuer’s words, and can be taken up after all', async () => {
    const watched = await owner({ led: led() })
    watched.expectFailedRequests()
    const { page } = watched
    await atIssuer(watched, (await browserOffer()).url)
    await page.getByRole('button', { name: 'Do not add it' }).click()
    await shows(watched, 'The card was not added')
    await page.locator('q', { hasText: 'The user denied the request' }).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByRole('link', { name: 'Back to the offer' }).click()
    await pressDecision(page, /^Go on at /)
    await page.getByRole('button', { name: 'Add it', exact: true }).click()
    await shows(watched, 'It is in your wallet')
  })

  it('that was left half way is gone on with from the wallet', async () => {
    const watched = await owner({ led: led() })
    const { page } = watched
    await atIssuer(watched, (await browserOffer()).url)
    await page.goBack()
    await shows(watched, /^Add “Identity Credential” to your wallet\?$/)
    await page.getByText(/have not come back/).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await pressDecision(page, /^Go on at /)
    await page.getByRole('button', { name: 'Add it', exact: true }).click()
    await shows(watched, 'It is in your wallet')
  })

  it('comes back to whoever began it alone: somebody else loses nothing, and a log-in goes on', async () => {
    const watched = await owner({ led: led() })
    const { email, page, password } = watched
    await atIssuer(watched, (await browserOffer()).url)
    const back = await heldBack(watched)
    const other = await owner()
    other.expectFailedRequests()
    await other.page.goto(back)
    await shows(other, 'The card was not added')
    await other.page.getByText(/did not come from where you were sent/).waitFor()
    expect(await problemsOf(other, { german: true })).toEqual([])
    await other.page.goto('/')
    await shows(other, 'Your first card goes here')
    // The same person in a browser that knows nobody yet.
    const elsewhere = await stranger()
    await elsewhere.page.goto(back)
    await elsewhere.page.getByLabel('E-mail').fill(email)
    await elsewhere.page.getByLabel('Password', { exact: true }).fill(password)
    await elsewhere.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await shows(elsewhere, 'It is in your wallet')
    await page.goto('/')
    await page.getByText('One card.').waitFor()
  })

  it('asks once more where nobody answered, and says what the page is for where nobody was sent away', async () => {
    const watched = await owner({ led: led() })
    watched.expectFailedRequests()
    const { page } = watched
    await page.goto('/authorized?code=x')
    await shows(watched, 'There is nothing to go on with')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await atIssuer(watched, (await browserOffer()).url)
    await page.route('**/authorized', (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    )
    await page.getByRole('button', { name: 'Add it', exact: true }).click()
    await page.getByText(/Nothing is lost: try again\./).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.unroute('**/authorized')
    await page.getByRole('button', { name: 'Try again' }).click()
    await shows(watched, 'It is in your wallet')
  })
})
