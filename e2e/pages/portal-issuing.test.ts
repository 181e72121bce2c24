import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { claims as identityClaims } from '@countersign/testing/client/flows'
import { call, expectStatus } from '@countersign/testing/client/http'
import {
  credentialOf,
  identityConfiguration,
  keyProof,
  notificationIdOf,
  offerUri,
  type ParsedOffer,
  readOffer,
  requestCredential,
  requestDeferred,
  requestNonce,
  requestToken,
  sendNotification,
} from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import {
  CLIPBOARD,
  copied,
  correlationId,
  doneSteps,
  heading,
  scannedCode,
  servingInstances,
  shownLink,
  status,
} from './portal-steps.ts'
import { openPortalWorld, type PortalWorld } from './portal-world.ts'

let world: PortalWorld
beforeAll(async () => {
  world = await openPortalWorld(inject('stageCluster'))
})
afterAll(() => world?.stop())

let watched: WatchedPage
let page: Page
beforeEach(async () => {
  watched = await world.open({ permissions: CLIPBOARD })
  page = watched.page
})
afterEach(() => watched?.close())

const nothing: readonly string[] = []

async function makeOffer(type = 'IdentityCredential'): Promise<void> {
  await page.goto(`/issue/${type}`)
  await page.getByRole('button', { name: 'Make the offer' }).click()
  await heading(page, /^Scan to add/)
}

async function openOffer(): Promise<ParsedOffer> {
  return readOffer((await call(offerUri(await shownLink(page)))).json())
}

/** The wallet's steps after it has the offer, one at a time. */
function takingUp(offer: ParsedOffer) {
  const sender = { dpopKey: newKey() }
  let accessToken = ''
  async function ask() {
    const nonce = expectStatus(await requestNonce(offer.issuer), 200).json()
    const proof = await keyProof(offer.issuer, String(nonce['c_nonce']), newKey())
    const asked = { accessToken, configurationId: identityConfiguration, proof }
    return requestCredential(offer.issuer, sender, asked)
  }
  return {
    async useCode() {
      accessToken = String(expectStatus(await requestToken(offer, sender), 200).json()['access_token'])
    },
    async askToWait() {
      return String(expectStatus(await ask(), 202).json()['transaction_id'])
    },
    comeAgain: (transactionId: string) =>
      requestDeferred(offer.issuer, sender, { accessToken, transactionId }),
    async fetchCredential() {
      const answer = await ask()
      return { credential: credentialOf(answer), notification: notificationIdOf(answer) }
    },
    async tell(notification_id: string, event: string) {
      expectStatus(await sendNotification(offer.issuer, sender, { accessToken, notification_id, event }), 204)
    },
  }
}

async function issued(): Promise<string> {
  const wallet = takingUp(await openOffer())
  await wallet.useCode()
  return (await wallet.fetchCredential()).credential
}

/** What an SD-JWT discloses, by name. */
function disclosedIn(credential: string): Readonly<Record<string, unknown>> {
  const disclosures = credential.split('~').slice(1, -1)
  return Object.fromEntries(
    disclosures.map((one) => JSON.parse(Buffer.from(one, 'base64url').toString()).slice(1)),
  )
}

describe('issuing in the portal', () => {
  it('begins at two doors', async () => {
    await page.goto('/')
    await heading(page, 'What do you want to do?')
    await page.getByText('Answered by').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await page.getByRole('link', { name: /Issue a credential/ }).click()
    await heading(page, 'Which credential?')
  })

  it('shows all types after one call, and finds them by typing', async () => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto('/issue')
    await heading(page, 'Which credential?')
    expect(asked.filter((path) => path.startsWith('/api/repository'))).toEqual(['/api/repository/api/types'])
    expect(asked.length).toBeLessThanOrEqual(12)
    await page.getByLabel('Search').fill('degree')
    await page.getByText('1 type').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await page.getByLabel('Search').fill('nothing like it')
    await page.getByText('No type has this in its name.').waitFor()
  })

  it.each(['IdentityCredential', 'EuPid', 'MobileDrivingLicence', 'UniversityDegree'])(
    'has a form for %s, made from its schema',
    async (name) => {
      await page.goto(`/issue/${name}`)
      await page.getByRole('button', { name: 'Make the offer' }).waitFor()
      expect(await problemsOf(watched, { german: name === 'EuPid' })).toEqual(nothing)
    },
  )

  it('shows the card as it is issued', async () => {
    await page.goto('/issue/IdentityCredential')
    await page.getByLabel('Given name').fill('Ana Maria')
    const parts = ['.card-title', '.card-issuer bdi', '.card-holder']
    const shown = await Promise.all(parts.map((part) => page.locator(`.preview ${part}`).textContent()))
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await heading(page, /^Scan to add/)
    const { family_name, given_name } = disclosedIn(await issued())
    const metadata = (
      await call(`${world.cluster.urls.issuer}/.well-known/openid-credential-issuer`)
    ).json() as {
      display: { name: string }[]
      credential_configurations_supported: Record<
        string,
        { credential_metadata: { display: { name: string }[] } }
      >
    }
    const type = metadata.credential_configurations_supported[identityConfiguration]
    expect(given_name).toBe('Ana Maria')
    expect(shown).toEqual([
      type?.credential_metadata.display[0]?.name,
      metadata.display[0]?.name,
      `${String(given_name)} ${String(family_name)}`,
    ])
  })

  it('keeps its heading and the focus while the form of another format comes', async () => {
    await page.goto('/issue/IdentityCredential')
    const format = page.getByRole('combobox', { name: 'Format' })
    const first = await format.inputValue()
    await page.evaluate("document.querySelector('h1').dataset.kept = 'kept'")
    await format.focus()
    await format.selectOption({ index: 1 })
    await page.locator('button:not([aria-disabled])', { hasText: 'Make the offer' }).waitFor()
    expect(await format.inputValue()).not.toBe(first)
    expect(await page.locator(':focus').getAttribute('id')).toBe('format')
    expect(await page.locator('h1[data-kept]').count()).toBe(1)
  })

  it('says what is wrong with a form, leads to it, and keeps what was typed', async () => {
    await page.goto('/issue/EuPid')
    await page.getByLabel('Given name').fill('')
    await page.getByLabel('Family name').fill('Kept')
    await page.getByRole('button', { name: 'Make the offer' }).click()
    const summary = page.getByRole('alert')
    await summary.getByRole('link', { name: /Given name/ }).click()
    expect(await page.evaluate('document.activeElement.labels[0].textContent')).toBe('Given name')
    expect(await page.getByLabel('Family name').inputValue()).toBe('Kept')
    expect(watched.changes()).toEqual([])
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('keeps JSON that is not valid yet, and sends nothing of it', async () => {
    await page.goto('/issue/IdentityCredential')
    await page.getByRole('button', { name: 'JSON' }).click()
    const text = page.getByLabel('Details as JSON')
    await text.fill('{ "given_name": "Ada", ')
    await page.getByText('This is not JSON').waitFor()
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await page.getByRole('button', { name: 'Form' }).click()
    expect(await text.inputValue()).toBe('{ "given_name": "Ada", ')
    expect(watched.changes()).toEqual([])
    expect(await problemsOf(watched)).toEqual(nothing)
    await text.fill(JSON.stringify(identityClaims))
    await page.getByRole('button', { name: 'Form' }).click()
    expect(await page.getByLabel('Given name').inputValue()).toBe('Ada')
  })

  it('tells what the issuer refuses, in its words, and keeps the form', async () => {
    watched.expectFailedRequests()
    await page.goto('/issue/IdentityCredential')
    await page.getByRole('button', { name: 'JSON' }).click()
    await page.getByLabel('Details as JSON').fill('{ "given_name": 7 }')
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await page.getByRole('alert').getByText('The issuer does not take it').waitFor()
    expect(await page.getByLabel('Details as JSON').inputValue()).toContain('7')
  })
})

describe('an offer', () => {
  it('has a code that reads as the link, and each step as it happens, through whichever instance', async () => {
    await makeOffer()
    const link = await shownLink(page)
    expect(await scannedCode(page)).toBe(link)
    await status(page, 'Waiting for a wallet to open the offer.')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)

    const wallet = takingUp(await openOffer())
    await status(page, 'A wallet has the offer.')
    await wallet.useCode()
    await status(page, 'Waiting for the wallet to fetch the credential.')
    await page.locator('.qr').waitFor({ state: 'detached' })
    const { notification } = await wallet.fetchCredential()
    await heading(page, /^Issued/)
    await doneSteps(page, 4)
    expect(await problemsOf(watched)).toEqual(nothing)
    await wallet.tell(notification, 'credential_accepted')
    await heading(page, /^Added/)
    await status(page, /^Done in/)
    await doneSteps(page, 5)
    // How many there were is chance: a write picks its instance so.
    expect((await servingInstances(page)).size).toBeGreaterThan(0)
  })

  it.each([
    ['agrees', 'Issue it'],
    ['refuses', 'Refuse it'],
  ])('that waits until somebody %s says so, and goes on', async (decision, button) => {
    await page.goto('/issue/IdentityCredential')
    await page.getByLabel('Wait until you agree').check()
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await heading(page, /^Scan to add/)
    await page.getByRole('heading', { name: 'Your agreement' }).waitFor()
    const wallet = takingUp(await openOffer())
    await wallet.useCode()
    const later = await wallet.askToWait()
    await status(page, 'The wallet has asked. It waits for you.')
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await page.getByRole('button', { name: button }).click()
    await page.getByRole('heading', { name: 'Your agreement' }).waitFor({ state: 'detached' })
    const answer = await wallet.comeAgain(later)
    if (decision === 'refuses') {
      expect([answer.status, answer.json()['error']]).toEqual([400, 'credential_request_denied'])
      await heading(page, 'It did not work out')
    } else {
      await wallet.tell(notificationIdOf(expectStatus(answer, 200)), 'credential_accepted')
      await heading(page, /^Added/)
      await doneSteps(page, 6)
    }
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it.each([
    ['transaction_code', { txCode: { input_mode: 'numeric', length: 6 } }],
    ['browser', { authenticationMethod: 'NONE' }],
  ])('is made as it is to be taken up: by %s', async (way, members) => {
    await page.goto('/issue/IdentityCredential')
    await page.getByLabel('What the holder needs').selectOption(way)
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    const sent = page.waitForRequest('**/openid4vc/sdjwt/issue')
    await page.getByRole('button', { name: 'Make the offer' }).click()
    expect((await sent).postDataJSON()).toMatchObject(members)
    await heading(page, /^Scan to add/)
    await page.goBack()
    await page.getByRole('button', { name: 'Make the offer' }).waitFor()
    expect(await page.getByLabel('What the holder needs').inputValue()).toBe(way)
  })

  it('keeps its code over a reload', async () => {
    await makeOffer()
    const first = await shownLink(page)
    await page.reload()
    await heading(page, /^Scan to add/)
    expect(await shownLink(page)).toBe(first)
  })

  it('that nobody took in time says so, and gives another code for the same form', async () => {
    const orders: unknown[] = []
    await page.route('**/api/issuer/openid4vc/sdjwt/issue', async (route) => {
      const hurry = orders.length === 0 && { sessionttl: '10' }
      orders.push(route.request().postDataJSON())
      await route.continue({ headers: { ...route.request().headers(), ...hurry } })
    })
    await page.goto('/issue/IdentityCredential')
    await page.getByLabel('Given name').fill('Kept')
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await heading(page, /^Scan to add/)
    const first = await shownLink(page)
    await heading(page, 'Nobody took it in time')
    expect(await problemsOf(watched)).toEqual(nothing)
    await page.getByRole('button', { name: 'Get a new code' }).click()
    await heading(page, /^Scan to add/)
    expect(await shownLink(page)).not.toBe(first)
    expect(await scannedCode(page)).toBe(await shownLink(page))
    expect(orders[1]).toEqual(orders[0])
    expect(orders[0]).toMatchObject({ credentialData: { given_name: 'Kept' } })
  })

  it('has no code in a window that did not make it', async () => {
    await makeOffer()
    const { pathname } = new URL(page.url())
    const other = await world.open()
    await other.page.goto(pathname)
    await other.page.getByText('The code is shown only in the window in which it was made.').waitFor()
    expect(await problemsOf(other)).toEqual(nothing)
    await other.close()
  })

  it('is closed when its transaction code was wrong too often', async () => {
    await page.goto('/issue/IdentityCredential')
    await page.getByLabel('What the holder needs').selectOption('transaction_code')
    await page.getByRole('button', { name: 'Make the offer' }).click()
    await page.getByRole('heading', { name: 'Transaction code' }).waitFor()
    expect(await page.locator('.big-code').textContent()).toMatch(/^\d{3} \d{3}$/)
    expect(await problemsOf(watched)).toEqual(nothing)
    const offer = await openOffer()
    for (let wrong = 0; wrong < 5; wrong += 1) await requestToken(offer, { dpopKey: newKey() }, 'wrong!')
    await heading(page, 'It did not work out')
    expect(await problemsOf(watched)).toEqual(nothing)
  })

  it('is copied as the call that makes another one, with a name in place of the key', async () => {
    await makeOffer()
    const command = await copied(page, 'Copy as curl')
    expect(command).toMatch(
      /^curl "\$COUNTERSIGN_ISSUER_URL"'\/openid4vc\/sdjwt\/issue' \\\n {2}-H "x-api-key: \$COUNTERSIGN_ISSUER_API_KEY"/,
    )
    expect(command).toContain(`"credentialConfigurationId":"${identityConfiguration}"`)
  })

  it('that was taken up shows the credential, which is revoked after one more question', async () => {
    await makeOffer()
    await issued()
    await heading(page, /^Issued/)
    const sheet = page.getByRole('region', { name: 'The credential' })
    await sheet.getByText('Valid', { exact: true }).waitFor()
    const before = watched.changes().length
    await sheet.getByRole('button', { name: 'Revoke' }).click()
    const question = page.getByRole('dialog', { name: 'Revoke this credential?' })
    await question.getByText('Nobody can take that back.').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual(nothing)
    await question.getByRole('button', { name: 'Keep it' }).click()
    await question.waitFor({ state: 'hidden' })
    expect(watched.changes()).toHaveLength(before)

    await sheet.getByRole('button', { name: 'Revoke' }).click()
    await page.waitForTimeout(600)
    await question.getByRole('button', { name: 'Revoke it' }).click()
    await sheet.getByText('Revoked', { exact: true }).waitFor()
    expect(await sheet.getByRole('button', { name: 'Revoke' }).count()).toBe(0)
    const sessionId = new URL(page.url()).pathname.split('/').at(-1)
    const told = await call(`${world.cluster.urls.issuer}/openid4vc/credentials?sessionId=${sessionId}`)
    expect(JSON.parse(told.text)).toMatchObject([{ status: 'revoked' }])
  })
})

describe('when something is not there', () => {
  it.each([
    '/nothing-here',
    '/offers/nobody-made-this-one',
    '/verify/nobody-made-this-one',
    '/verify/nobody-made-this-one/result',
    '/issue/NoSuchType',
  ])('%s says so, leads on, and names what support looks for', async (path) => {
    watched.expectFailedRequests()
    await page.goto(path)
    await heading(page, 'There is nothing at this address')
    expect(await correlationId(page)).toMatch(/^[\w-]{8,}$/)
    expect(await problemsOf(watched)).toEqual(nothing)
    await page.getByRole('link', { name: 'To the first page' }).click()
    await heading(page, 'What do you want to do?')
  })

  it('a fault of a service is told as one, and the page comes back without a reload', async () => {
    const { is, url } = await world.broken()
    const visit = await world.open({ origin: url })
    visit.expectFailedRequests()
    for (const [trouble, title] of [
      ['fault', 'Something went wrong on our side'],
      ['silence', 'The service does not answer'],
    ] as const) {
      is(trouble)
      await visit.page.goto('/issue')
      await heading(visit.page, title)
      expect(await correlationId(visit.page)).toMatch(/^[\w-]{8,}$/)
      expect(await problemsOf(visit)).toEqual(nothing)
      await visit.page.getByRole('link', { name: 'To the first page' }).waitFor()
      is('none')
      // Where nobody answers it is tried again by itself, elsewhere when somebody says so.
      if (trouble === 'fault') await visit.page.getByRole('button', { name: 'Try again' }).click()
      await heading(visit.page, 'Which credential?')
    }
    await visit.close()
  })

  it('under a name that is not its own the portal does nothing, and says so', async () => {
    const { rebound } = await world.broken()
    const visit = await world.open({ origin: rebound })
    visit.expectFailedRequests()
    await visit.page.goto('/issue')
    await heading(visit.page, 'You may not see this')
    expect(await correlationId(visit.page)).toMatch(/^[\w-]{8,}$/)
    // A page without TLS under such a name is nothing that a browser trusts, and it says so.
    const problems = (await problemsOf(visit)).filter((one) => !one.includes('origin was untrustworthy'))
    expect(problems).toEqual(nothing)
    await visit.page.getByRole('link', { name: 'To the first page' }).waitFor()
    await visit.close()
  })
})

describe('an operator', () => {
  it('opens the link once, chooses a password, logs out and in again', async () => {
    const { link, url } = await world.withLogin('ada')
    const visit = await world.open({ origin: url })
    visit.expectFailedRequests()
    await visit.page.goto('/issue')
    await visit.page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor()
    expect(await problemsOf(visit, { german: true })).toEqual(nothing)
    await visit.page.goto(link)
    await visit.page.getByRole('heading', { level: 1, name: 'Welcome, ada' }).waitFor()
    expect(visit.page.url()).not.toContain('#')
    expect(await problemsOf(visit, { german: true })).toEqual(nothing)
    await visit.page.getByLabel('New password').fill('short')
    await visit.page.getByRole('button', { name: 'Save the password' }).click()
    await visit.page.locator('.error', { hasText: 'At least 12 characters.' }).waitFor()
    await visit.page.getByLabel('New password').fill('correct horse battery staple')
    await visit.page.getByRole('button', { name: 'Save the password' }).click()
    await visit.page.getByRole('heading', { level: 1, name: 'What do you want to do?' }).waitFor()
    expect(await problemsOf(visit)).toEqual(nothing)

    await visit.page.getByRole('button', { name: 'Log out' }).click()
    await visit.page.getByLabel('Name').fill('Ada')
    await visit.page.getByLabel('Password').fill('wrong')
    await visit.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await visit.page.getByRole('alert').getByText('The name or the password is wrong.').waitFor()
    await visit.page.getByLabel('Password').fill('correct horse battery staple')
    await visit.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await visit.page.getByRole('button', { name: 'Log out' }).waitFor()

    const other = await world.open({ origin: url })
    other.expectFailedRequests()
    await other.page.goto(link)
    await other.page.getByRole('heading', { level: 1, name: 'This link does not work any more' }).waitFor()
    expect(await problemsOf(other)).toEqual(nothing)
    await Promise.all([visit.close(), other.close()])
  })

  it('makes a passkey with the link, and logs in with it', async () => {
    const { link, url } = await world.withLogin('grace')
    const visit = await world.open({ origin: url })
    const devtools = await visit.context.newCDPSession(visit.page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await visit.page.goto(link)
    await visit.page.getByRole('button', { name: 'Make a passkey' }).click()
    await visit.page.getByRole('button', { name: 'Log out' }).click()
    await visit.page.getByRole('button', { name: 'Log in with a passkey' }).click()
    await visit.page.getByRole('button', { name: 'Log out' }).waitFor()
    await visit.page.getByText('grace').waitFor()
    expect(visit.problems()).toEqual(nothing)
    await visit.close()
  })
})
