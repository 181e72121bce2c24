/**
 * The issuer's pages for somebody who shows who he is, in a browser that runs no script and keeps cookies as browsers do: sent away, and
 * back from another site with what his wallet was told.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { claimsFor, offeredAndPushed } from '@countersign/testing/client/browser-trip'
import { identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm } from '@countersign/testing/client/http'
import { answerBody, type Held, readRequest, requestUri } from '@countersign/testing/client/protocol-wallet'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let held: Held
/** Of another site, whose page leads on to the address in its query, as the page of a wallet does. */
let elsewhere: Server
let elsewhereUrl = ''

beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
  held = await issue(stage.cluster.urls.issuer)
  elsewhere = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to') ?? ''
    const page = `<!doctype html><html lang="en"><title>Wallet</title><a href="${to.replaceAll('&', '&amp;')}">Go on</a>`
    response.writeHead(200, { 'content-type': 'text/html' }).end(page)
  })
  // To browsers another site than localhost.
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
})
afterAll(async () => {
  elsewhere?.close()
  await stage?.close()
})

const ORDER = {
  authenticationMethod: 'VP_TOKEN',
  credentialData: { birthdate: '1990-01-01' },
  vpRequest: { dcql_query: identityQuery },
  userClaims: { given_name: '/identity/given_name', family_name: '/identity/family_name' },
}

async function answered({ page }: WatchedPage): Promise<string> {
  const link = (await page.locator('#present').getAttribute('href')) ?? ''
  const request = readRequest(expectStatus(await call(requestUri(link)), 200).text)
  const body = await answerBody(request, held, [['given_name'], ['family_name']])
  return String(expectStatus(await postForm(request.responseUri, body), 200).json()['redirect_uri'])
}

async function backFromWallet({ page }: WatchedPage, address: string): Promise<void> {
  await page.goto(`${elsewhereUrl}/?to=${encodeURIComponent(address)}`)
  await page.getByRole('link', { name: 'Go on' }).click()
}

it.each([true, false])(
  'with scripts off (%s) somebody presents, comes back from another site, and says yes',
  async (withoutScript) => {
    const { issuer } = stage.cluster.urls
    const trip = await offeredAndPushed(issuer, ORDER)
    const watched = await watchedPage(stage.browser, issuer, { withoutScript, led: [elsewhereUrl] })
    const { page } = watched
    await page.goto(trip.address)
    await page.getByRole('heading', { name: 'Show who you are to get Identity Credential' }).waitFor()
    if (!withoutScript) expect(await problemsOf(watched, { written: 'en' })).toEqual([])
    const back = await answered(watched)
    await backFromWallet(watched, back)
    await page.getByRole('heading', { name: 'Add Identity Credential to your wallet?' }).waitFor()
    // What came back is in no history.
    expect(page.url()).toMatch(/\/authorize\/continue\?authorization=[\w-]+$/)
    expect(await page.locator('#user').textContent()).toBe('Ada Example')
    if (!withoutScript) expect(await problemsOf(watched, { written: 'en' })).toEqual([])
    const sent = page.waitForRequest(/^https:\/\/wallet\.example\/back\?/)
    await page.route(/^https:\/\/wallet\.example\//, (route) => route.abort())
    await page.locator('#approve').click()
    const code = Object.fromEntries(new URL((await sent).url()).searchParams)
    expect(await claimsFor(trip, code)).toMatchObject({ given_name: 'Ada', birthdate: '1990-01-01' })
    await watched.close()
  },
)

it('in another person’s browser it leads nowhere, and says so', async () => {
  const { issuer } = stage.cluster.urls
  const trip = await offeredAndPushed(issuer, ORDER)
  const [owner, stranger] = await Promise.all([0, 1].map(() => watchedPage(stage.browser, issuer)))
  if (owner === undefined || stranger === undefined) throw new Error('no browser')
  await owner.page.goto(trip.address)
  const back = await answered(owner)
  stranger.expectFailedRequests()
  await stranger.page.goto(back)
  await stranger.page.getByRole('heading', { name: 'Authorization request refused' }).waitFor()
  expect(await problemsOf(stranger, { written: 'en' })).toEqual([])
  await owner.page.goto(back)
  expect(await owner.page.locator('#user').textContent()).toBe('Ada Example')
  await Promise.all([owner.close(), stranger.close()])
})

it('that was not enough offers another try', async () => {
  const { issuer } = stage.cluster.urls
  const trip = await offeredAndPushed(issuer, ORDER)
  const watched = await watchedPage(stage.browser, issuer, { locale: 'de' })
  watched.expectFailedRequests()
  const { page } = watched
  await page.goto(trip.address)
  const state = new URL(await answered(watched)).searchParams.get('state') ?? ''
  await page.goto(`/authorize/presentation-callback?state=${state}&response_code=${'a'.repeat(43)}`)
  await page.getByRole('heading', { name: 'Es ist nicht bekannt, wer Sie sind' }).waitFor()
  expect(await problemsOf(watched, { written: 'de' })).toEqual([])
  await page.getByRole('link', { name: 'Noch einmal versuchen' }).click()
  await page.getByRole('link', { name: 'Wallet öffnen' }).waitFor()
  await watched.close()
})
