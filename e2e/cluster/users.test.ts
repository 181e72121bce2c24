/**
 * An offer for whoever presents something (`authenticationMethod: VP_TOKEN`): the issuer asks at the verifier, the wallet answers there,
 * and the browser comes back with what the wallet told it. Two instances of each behind a balancer, and one of them is gone.
 */
import {
  type Cluster,
  type ClusterService,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import {
  type Browser,
  broughtBack,
  claimsFor,
  locationOf,
  newBrowser,
  offeredAndPushed,
  type Trip,
  textAt,
} from '@countersign/testing/client/browser-trip'
import { identityQuery, issue } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm } from '@countersign/testing/client/http'
import { answerBody, type Held, readRequest, requestUri } from '@countersign/testing/client/protocol-wallet'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let cluster: Cluster
let issuer = ''
/** What the wallet has of Ada, and of somebody else. */
let ada: Held
let grace: Held

beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0 })
  issuer = cluster.urls.issuer
  ada = await issue(issuer)
  grace = await issue(issuer, {
    claims: { given_name: 'Grace', family_name: 'Sample', birthdate: '1985-05-05' },
  })
})
afterAll(() => cluster?.stop())

const USER_CLAIMS = { given_name: '/identity/given_name', family_name: '/identity/family_name' }
const ORDER = {
  authenticationMethod: 'VP_TOKEN',
  credentialData: { birthdate: '1970-01-01' },
  vpRequest: { dcql_query: identityQuery, purpose: 'To know who you are' },
  userClaims: USER_CLAIMS,
}

function named(name: string): ClusterService {
  const found = cluster.services.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no instance ${name}`)
  return found
}

const instancesOf = (service: 'issuer' | 'verifier') =>
  cluster.services.filter((one) => one.service === service)

/** From the wallet's address to the page that sends its user to his wallet. */
async function presentingPage(browser: Browser, trip: Trip): Promise<{ page: Answer; url: string }> {
  const url = locationOf(await browser.get(trip.address), trip.address)
  return { page: expectStatus(await browser.get(url), 200), url }
}

function linkOn(page: Answer): string {
  const [, link = ''] = /id="present" href="([^"]+)"/.exec(page.text) ?? []
  return link.replaceAll(/&#38;|&amp;/g, '&')
}

/** The wallet answers; where it sends its user. */
async function presented(link: string, held: Held, status = 200): Promise<string> {
  const request = readRequest(expectStatus(await call(requestUri(link)), 200).text)
  const body = await answerBody(request, held, [['given_name'], ['family_name']])
  const taken = expectStatus(await postForm(request.responseUri, body), status)
  return String(taken.json()['redirect_uri'])
}

/** A browser that is cut goes again. */
const again = (browser: Browser, url: string) =>
  eventually('a page is answered', async () => {
    const answer = await browser.get(url).catch(() => undefined)
    return answer === undefined || answer.instance === 'none' ? undefined : answer
  })

describe('somebody who presents what is asked for', () => {
  it('is asked by his name, and gets what he disclosed', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(issuer, ORDER)]
    const { page } = await presentingPage(browser, trip)
    const back = await presented(linkOn(page), ada)
    expect(back.startsWith(`${issuer}/authorize/presentation-callback?state=`)).toBe(true)
    const url = locationOf(await browser.get(back), back)
    const asking = await browser.get(url)
    expect(textAt(asking, 'user')).toBe('Ada Example')
    const code = broughtBack(await browser.press(asking, 'approve', url))
    expect(await claimsFor(trip, code)).toMatchObject({
      given_name: 'Ada',
      family_name: 'Example',
      birthdate: '1970-01-01',
    })
  })

  it.each(['send away', 'back', 'ask', 'yes'])(
    'is served by the other instance when the one that served him goes before "%s"',
    async (step) => {
      const [browser, trip] = [newBrowser(), await offeredAndPushed(issuer, ORDER)]
      let killed: ClusterService | undefined
      const before = async (name: string, served: Answer) => {
        if (name !== step) return
        killed = named(served.instance)
        await killed.kill('SIGKILL')
      }
      const opened = await browser.get(trip.address)
      const going = locationOf(opened, trip.address)
      await before('send away', opened)
      const page = expectStatus(await again(browser, going), 200)
      const back = await presented(linkOn(page), ada)
      await before('back', page)
      const returned = await again(browser, back)
      const url = locationOf(returned, back)
      await before('ask', returned)
      const asking = await again(browser, url)
      expect(textAt(asking, 'user')).toBe('Ada Example')
      await before('yes', asking)
      const pressed = await eventually('the button is answered', async () => {
        const answer = await browser.press(asking, 'approve', url).catch(() => undefined)
        return answer?.status === 303 ? answer : undefined
      })
      expect(killed).toBeDefined()
      // What a wallet sends to an instance that is gone, it sends again; that is not what is looked at here.
      await killed?.restart()
      expect(await claimsFor(trip, broughtBack(pressed))).toMatchObject({ given_name: 'Ada' })
    },
  )

  it('may load each page again, and the answer of a browser that was not heard counts', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(issuer, ORDER)]
    const { page, url } = await presentingPage(browser, trip)
    expect(linkOn(await browser.get(url))).toBe(linkOn(page))
    const back = await presented(linkOn(page), ada)
    for (let times = 0; times < 2; times += 1) expect(locationOf(await browser.get(back), back)).toBe(url)
    expect(textAt(await browser.get(url), 'user')).toBe('Ada Example')
  })
})

describe('what somebody else presents', () => {
  it('does not count for a browser that did not come back with it', async () => {
    // Whoever gets somebody to answer the link of his own page has nothing of it: the answer leads to that one's browser.
    const [attacker, victim, trip] = [newBrowser(), newBrowser(), await offeredAndPushed(issuer, ORDER)]
    const { page, url } = await presentingPage(attacker, trip)
    const back = await presented(linkOn(page), grace)
    const stopped = await victim.get(back)
    expect([stopped.status, stopped.text.includes('another browser')]).toEqual([400, true])
    const still = await attacker.get(url)
    expect(linkOn(still)).toBe(linkOn(page))
    expect(textAt(still, 'user')).toBeUndefined()
    const state = new URL(back).searchParams.get('state') ?? ''
    const guessed = await attacker.get(`${issuer}/authorize/presentation-callback?state=${state}`)
    expect([guessed.status, textAt(guessed, 'user')]).toEqual([503, undefined])
    const made = await attacker.get(
      `${issuer}/authorize/presentation-callback?state=${state}&response_code=${'a'.repeat(43)}`,
    )
    expect([made.status, textAt(made, 'user')]).toEqual([400, undefined])
  })

  it('is not taken with the state of another request', async () => {
    const [attacker, victim] = [newBrowser(), newBrowser()]
    const his = await presentingPage(attacker, await offeredAndPushed(issuer, ORDER))
    const hers = await presentingPage(victim, await offeredAndPushed(issuer, ORDER))
    const back = new URL(await presented(linkOn(his.page), grace))
    const mixed = new URL(await presented(linkOn(hers.page), ada))
    mixed.searchParams.set('response_code', back.searchParams.get('response_code') ?? '')
    const answer = await victim.get(mixed.href)
    expect([answer.status, answer.text.includes('response code wrong')]).toEqual([400, true])
  })

  it('cannot be skipped', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(issuer, ORDER)]
    const { page, url } = await presentingPage(browser, trip)
    expect((await browser.press(page, 'approve', url)).status).toBe(400)
    expect(broughtBack(await browser.press(page, 'deny', url))).toMatchObject({ error: 'access_denied' })
  })
})

describe('what is not enough', () => {
  it('is told on a page that leads to another try', async () => {
    const vpRequest = {
      ...ORDER.vpRequest,
      vc_policies: [{ policy: 'allowed-issuer', args: ['https://elsewhere.example'] }],
    }
    const [browser, trip] = [newBrowser(), await offeredAndPushed(issuer, { ...ORDER, vpRequest })]
    const { page, url } = await presentingPage(browser, trip)
    const answer = await browser.get(await presented(linkOn(page), ada, 400))
    expect([answer.status, answer.text.includes('id="again"')]).toEqual([400, true])
    const next = await browser.get(url)
    expect(linkOn(next)).not.toBe(linkOn(page))
    expect(linkOn(next)).toMatch(/^openid4vp:/)
  })

  it('because the verifier is away loses nothing', async () => {
    const [browser, trip] = [newBrowser(), await offeredAndPushed(issuer, ORDER)]
    await Promise.all(instancesOf('verifier').map((one) => one.kill('SIGKILL')))
    const url = locationOf(await browser.get(trip.address), trip.address)
    const away = await browser.get(url)
    expect([away.status, away.text.includes('id="again"')]).toEqual([503, true])
    await Promise.all(instancesOf('verifier').map((one) => one.restart()))
    const page = await eventually('the verifier is asked', async () => {
      const answer = await browser.get(url)
      return answer.status === 200 ? answer : undefined
    })
    const back = await presented(linkOn(page), ada)
    expect(textAt(await browser.get(locationOf(await browser.get(back), back)), 'user')).toBe('Ada Example')
  })
})
