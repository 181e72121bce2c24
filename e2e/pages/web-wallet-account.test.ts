/** The web wallet's own affairs: history (W8), keys and DIDs (W9), settings (W10), and the ways back in. */
import { readFile } from 'node:fs/promises'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { call, postJson } from '@countersign/testing/client/http'
import { heldBy, type WalletUser } from '@countersign/testing/client/wallet-api'
import { resetLink } from '@countersign/wallet/account-command'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  ANA,
  addAuthenticator,
  identityRequest,
  newOffer,
  newRequest,
  type OwnerPage,
  openLink,
  pressDecision,
  shows,
  visits,
} from './people.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
})
afterAll(() => stage?.close())

const { closeAll, owner, ownerWithCard, stranger } = visits(() => stage)
afterEach(closeAll)

/** Somebody with a new wallet, who looks at its first page. */
async function atHome(): Promise<OwnerPage> {
  const watched = await owner()
  await watched.page.goto('/')
  await shows(watched, 'Your first card goes here')
  return watched
}

async function addCard(watched: WatchedPage): Promise<void> {
  await openLink(watched, stage, await newOffer(stage))
  await pressDecision(watched.page, /^Add (to wallet|anyway)$/)
  await shows(watched, 'It is in your wallet')
}

/** A call to the wallet, past its pages. */
function ofWallet({ token, url, wallet }: WalletUser, path: string, method = 'GET') {
  const headers = { authorization: `Bearer ${token}` }
  return call(`${url}/wallet-api/wallet/${wallet}${path}`, { method, headers })
}

/** Follows links of the page, which is not loaded anew. */
async function goTo({ page }: WatchedPage, ...names: readonly string[]): Promise<void> {
  for (const name of names) await page.getByRole('link', { name, exact: true }).click()
}

/** As an operator makes it on the machine of a wallet. */
async function resetLinkOf(email: string): Promise<string> {
  const { dataFolder, postgres, redis, secretFile } = stage.cluster
  const argv = [
    `--database=${postgres.url}`,
    `--sessions=${redis?.url}`,
    `--data=${dataFolder}`,
    `--secretFile=${secretFile}`,
    `--webWalletUrl=${stage.origin}`,
    '--logLevel=silent',
  ]
  const link = await resetLink({ argv, env: {}, cwd: dataFolder, defaultPort: 0 }, email)
  if (link === undefined) throw new Error(`there is no account ${email}`)
  return link
}

/** The question that stops the page. */
function question({ page }: WatchedPage) {
  return page.getByRole('dialog')
}

/** Answers it: like every decision, once it was seen for a moment. */
async function answer(watched: WatchedPage, name: string): Promise<void> {
  const button = question(watched).getByRole('button', { name, exact: true })
  await button.waitFor()
  await watched.page.waitForTimeout(600)
  await button.click()
}

/** What is shown from now on is new for a minute, so that no press comes too late for it on a busy machine. */
const STAY_NEW = `{
  const now = performance.now.bind(performance)
  performance.now = () => now() + 60_000
}`
const GROW_OLD = `delete performance.now
dispatchEvent(new Event('focus'))`

/** The part of a page under this heading. */
function part({ page }: WatchedPage, name: string) {
  return page.getByRole('region', { name, exact: true })
}

describe('the history', () => {
  it('has an entry for each share, reception and refusal; values only when they are asked for; export; deletion', async () => {
    const watched = await atHome()
    const { page } = watched
    await goTo(watched, 'History')
    await page.getByText('Nothing has happened yet.').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await addCard(watched)
    const shared = await newRequest(stage, identityRequest(['given_name']))
    await openLink(watched, stage, shared.url)
    await pressDecision(page, /^Share/)
    await shows(watched, /^Shared with/)
    const declined = await newRequest(stage, identityRequest(['family_name']))
    await openLink(watched, stage, declined.url)
    await pressDecision(page, 'Don’t share')
    await shows(watched, 'You did not share anything')

    await goTo(watched, 'History')
    const entries = page.locator('.entries > li')
    const entry = entries.filter({ hasText: 'You shared 1 detail from Identity Credential' })
    await entry.waitFor()
    for (const line of ['You declined, and they were told.', 'You added Identity Credential'])
      await page.getByText(line).waitFor()
    expect(await entries.count()).toBe(3)
    expect(await page.getByRole('heading', { name: 'Today' }).count()).toBe(1)
    await entry.locator('summary').first().click()
    await entry.getByText('••••••').waitFor()
    expect(await page.content()).not.toContain('Ana Maria')
    const letter = new URL(
      (await entry.getByRole('link', { name: 'Ask for deletion' }).getAttribute('href')) ?? '',
    )
    expect([letter.protocol, letter.pathname]).toEqual(['mailto:', 'privacy@shop.example'])
    expect(letter.searchParams.get('subject')).toBe('Deletion of my data')
    expect(letter.searchParams.get('body')).toContain(new URL(stage.cluster.urls.verifier).host)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await entry.getByRole('button', { name: 'Show values' }).click()
    await entry.getByText('Ana Maria').first().waitFor()
    // The same button hides them again, under the finger that showed them.
    await page.keyboard.press('Enter')
    await entry.getByText('••••••').waitFor()
    expect(await page.content()).not.toContain('Ana Maria')

    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Export' }).click()
    const file = JSON.parse(await readFile(await (await download).path(), 'utf8')) as { action: string }[]
    expect(file.map(({ action }) => action).toSorted()).toEqual(['Present', 'Receive', 'Reject'])
    expect(JSON.stringify(file)).toContain('Ana Maria')

    await page.getByLabel('Declined').check()
    await expect.poll(() => entries.count()).toBe(1)
    await page.getByLabel('Everything').check()
    await expect.poll(() => entries.count()).toBe(3)
    await entry.locator('summary').first().click()
    await entry.getByRole('button', { name: 'Delete this entry' }).click()
    await answer(watched, 'Delete it')
    await expect.poll(() => entries.count()).toBe(2)
    await page.getByRole('button', { name: 'Delete all entries' }).click()
    await answer(watched, 'Delete all entries')
    await page.getByText('Nothing has happened yet.').waitFor()
    await page.reload()
    await page.getByText('Nothing has happened yet.').waitFor()
  })

  it('of one card is found from its page; older entries come when they are asked for, and what fails keeps the others', async () => {
    const watched = await ownerWithCard([ANA, ANA])
    watched.expectFailedRequests()
    const { page, user } = watched
    const [card] = await heldBy(user)
    // Twenty-two entries of one card among those of another.
    for (let time = 0; time < 11; time++)
      for (const [method, deed] of [
        ['DELETE', ''],
        ['POST', '/restore'],
      ] as const) {
        const path = `/credentials/${encodeURIComponent(card?.id ?? '')}${deed}`
        expect((await ofWallet(user, path, method)).status).toBeLessThan(300)
      }
    await page.goto(`/cards/${encodeURIComponent(card?.id ?? '')}`)
    await goTo(watched, 'What happened with this card')
    const entries = page.locator('.entries > li')
    await expect.poll(() => entries.count()).toBe(20)
    await page.route('**/eventlog?*', (route) => route.abort())
    const older = page.getByRole('button', { name: 'Show older ones' })
    await older.click()
    await page.getByRole('alert').getByText('This could not be fetched.').waitFor()
    expect(await entries.count()).toBe(20)
    await page.unroute('**/eventlog?*')
    await older.click()
    await expect.poll(() => entries.count()).toBe(23)
    expect(await older.count()).toBe(0)
    await goTo(watched, 'The whole history')
    await older.click()
    await expect.poll(() => entries.count()).toBe(24)
    await goTo(watched, 'Cards')
  })
})

describe('the settings', () => {
  it('switch language and look on the open page, and keep both', async () => {
    const watched = await atHome()
    const { page } = watched
    await goTo(watched, 'Settings')
    await page.getByLabel('Dark').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.evaluate('window.countersignSame = true')
    await page.getByLabel('Dark').check()
    await page.getByLabel('Deutsch').check()
    await shows(watched, 'Einstellungen')
    expect(await page.evaluate('window.countersignSame')).toBe(true)
    await page.reload()
    await shows(watched, 'Einstellungen')
    expect(await page.evaluate('document.documentElement.style.colorScheme')).toBe('dark')
    expect(await page.getAttribute('html', 'lang')).toBe('de')
  })

  it('list where somebody is logged in, and end the others; a log-in that ended asks to log in again, and goes on there', async () => {
    const watched = await atHome()
    const { page } = watched
    const credentials = { email: watched.email, password: watched.password }
    const login = await postJson(`${stage.cluster.urls.wallet}/wallet-api/auth/login`, credentials)
    const authorization = `Bearer ${String(login.json()['token'])}`
    const info = `${stage.cluster.urls.wallet}/wallet-api/auth/user-info`
    expect((await call(info, { headers: { authorization } })).status).toBe(200)
    await goTo(watched, 'Settings')
    const logins = part(watched, 'Where you are logged in')
    await logins.getByText('this one').waitFor()
    await logins.getByText('Another program').first().waitFor()
    await logins.getByRole('button', { name: 'End all others' }).click()
    await logins.getByText('Every other device is logged out.').waitFor()
    expect(await logins.getByRole('listitem').count()).toBe(1)
    expect((await call(info, { headers: { authorization } })).status).toBe(401)

    watched.expectFailedRequests()
    const everywhere = `${stage.cluster.urls.wallet}/wallet-api/auth/logout?everywhere=true`
    await postJson(everywhere, {}, { authorization: `Bearer ${watched.user.token}` })
    await goTo(watched, 'History')
    await shows(watched, 'Your wallet')
    await page.getByLabel('E-mail').fill(watched.email)
    await page.getByLabel('Password', { exact: true }).fill(watched.password)
    await page.keyboard.press('Enter')
    await shows(watched, 'History')
  })

  it('change the password, and refuse with the wrong one', async () => {
    const watched = await atHome()
    watched.expectFailedRequests()
    const { page } = watched
    await goTo(watched, 'Settings')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Fill in both passwords first.').first().waitFor()
    await page.getByLabel('Password as it is now').fill('wrong')
    await page.getByLabel('New password').fill('another-correct-horse')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('This is not your password.').first().waitFor()
    await page.getByLabel('Password as it is now').fill(watched.password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('The new password counts').first().waitFor()
    const login = { email: watched.email, password: 'another-correct-horse' }
    expect((await postJson(`${stage.cluster.urls.wallet}/wallet-api/auth/login`, login)).status).toBe(200)
  })

  it('make keys and DIDs, say what is bound to them, and keep what is needed', async () => {
    const watched = await ownerWithCard()
    watched.expectFailedRequests()
    const { page } = watched
    await page.goto('/settings')
    await goTo(watched, 'Keys and DIDs')
    const first = page.locator('.sheet', { hasText: 'secp256r1' })
    await first.getByText(/^did:jwk:/).waitFor()
    expect(await first.locator('dd').allTextContents()).toEqual([
      'secp256r1',
      'With the service, sealed',
      'Holds cards',
      // The card has copies, with keys of their own.
      'none',
    ])
    await page.getByText('What these words mean').click()
    await page.getByText('Two numbers that belong together.').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByRole('button', { name: 'Remove the key: Key secp256r1' }).click()
    await answer(watched, 'Remove the key')
    await page.getByText('Cards, DIDs or an unfinished offer need this key.').first().waitFor()

    await page.getByRole('button', { name: 'Make a key' }).click()
    await question(watched).getByLabel('Kind').selectOption('Ed25519')
    await question(watched).getByLabel('What you call it').fill('For travel')
    await page.keyboard.press('Enter')
    const second = page.locator('.sheet', { hasText: 'For travel' })
    await second.getByText('Ed25519').waitFor()
    await page.getByRole('button', { name: 'Make a DID: For travel' }).click()
    await question(watched).getByLabel('Which DID').selectOption('did:key')
    expect(await problemsOf(watched)).toEqual([])
    await question(watched).getByRole('button', { name: 'Make it' }).click()
    await second.getByText(/^did:key:z6Mk/).waitFor()
    await page.getByRole('button', { name: 'Use it when nothing is said: did:key' }).click()
    await second.getByText('used when nothing is said').waitFor()
    expect(await first.getByText('used when nothing is said').count()).toBe(0)
    await page.getByRole('button', { name: 'Remove the DID: did:key' }).click()
    await answer(watched, 'Remove the DID')
    await second.getByText(/^did:key:z6Mk/).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Remove the key: For travel' }).click()
    await answer(watched, 'Remove the key')
    await second.waitFor({ state: 'detached' })
  })

  it('have several wallets, of which one is open, and go on with the others when one is deleted', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    await page.goto('/settings')
    const wallets = part(watched, 'Wallets')
    await wallets.getByRole('button', { name: 'Make another wallet' }).click()
    await question(watched).getByLabel('Name of the wallet').fill('Work')
    await page.keyboard.press('Enter')
    await wallets.getByText('The wallet is made.').waitFor()
    await wallets.getByRole('button', { name: 'Rename: Work' }).click()
    await question(watched).getByLabel('Name of the wallet').fill('Club')
    await page.keyboard.press('Enter')
    await wallets.getByRole('button', { name: 'Open: Club' }).click()
    await goTo(watched, 'Cards')
    await shows(watched, 'Your first card goes here')
    await page.reload()
    await shows(watched, 'Your first card goes here')
    expect(await problemsOf(watched)).toEqual([])
    // Of two that were made in the same second either may be the first.
    await page.getByLabel('Wallet', { exact: true }).selectOption('Wallet of Ana Brandt')
    await page.getByText('One card.').waitFor()
    await goTo(watched, 'Settings')
    await wallets.getByRole('button', { name: 'Delete: Club' }).click()
    await question(watched).getByLabel('Password, or a recovery code').fill(watched.password)
    await answer(watched, 'Delete it')
    await wallets.getByText('The wallet is deleted.').waitFor()
    expect(await wallets.getByRole('button', { name: /^Delete/ }).count()).toBe(0)
    await goTo(watched, 'Cards')
    await page.getByText('One card.').waitFor()
  })

  it('have categories: a card is put under one on its page, and found by it among the others', async () => {
    const watched = await ownerWithCard([ANA, { ...ANA, given_name: 'Bea' }])
    const { page } = watched
    await page.goto('/')
    await page.getByRole('link', { name: /Bea Brandt/ }).click()
    await page.getByLabel('New category').fill('Travel')
    await page.keyboard.press('Enter')
    await page.getByText('It is in “Travel”.').first().waitFor()
    expect(await page.getByLabel('Travel', { exact: true }).isChecked()).toBe(true)
    expect(await problemsOf(watched)).toEqual([])
    await goTo(watched, 'Cards')
    await page.getByText('2 cards.').waitFor()
    await page.getByLabel('Travel', { exact: true }).check()
    const shown = page.getByRole('listitem').filter({ hasText: 'Brandt' })
    await expect.poll(() => shown.count()).toBe(1)
    expect(await shown.textContent()).toContain('Bea')
    expect(await problemsOf(watched)).toEqual([])

    await goTo(watched, 'Settings')
    const categories = part(watched, 'Categories')
    await categories.getByRole('button', { name: 'Rename: Travel' }).click()
    await question(watched).getByLabel('Name of the category').fill('Away')
    await page.keyboard.press('Enter')
    await categories.getByRole('button', { name: 'Delete: Away' }).click()
    await answer(watched, 'Delete it')
    await categories.getByText('The category is deleted.').waitFor()
    await goTo(watched, 'Cards')
    await page.getByText('2 cards.').waitFor()
    expect(await page.getByRole('radio').count()).toBe(0)
  })

  it('export and delete with a word of the owner alone, and then there is nothing left', async () => {
    const watched = await ownerWithCard()
    watched.expectFailedRequests()
    const { page } = watched
    await page.goto('/settings')
    await page.getByRole('button', { name: 'Export the wallet' }).click()
    await answer(watched, 'Export the wallet')
    await question(watched).getByText('This is needed to know that it is you.').waitFor()
    const secret = question(watched).getByLabel('Password, or a recovery code')
    await secret.fill(watched.password)
    const download = page.waitForEvent('download')
    await answer(watched, 'Export the wallet')
    const file = JSON.parse(await readFile(await (await download).path(), 'utf8')) as {
      credentials: unknown[]
    }
    expect(file.credentials).toHaveLength(1)
    await page.getByRole('button', { name: 'Delete the wallet' }).click()
    await secret.fill('wrong')
    await answer(watched, 'Delete the wallet')
    await question(watched).getByText('This is not yours.').waitFor()
    expect(await problemsOf(watched)).toEqual([])
    expect((await heldBy(watched.user)).length).toBe(1)
    await secret.fill(watched.password)
    await answer(watched, 'Delete the wallet')
    await page.getByText('Your wallet is deleted.').waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    const credentials = { email: watched.email, password: watched.password }
    expect((await postJson(`${stage.cluster.urls.wallet}/wallet-api/auth/login`, credentials)).status).toBe(
      401,
    )
    expect((await ofWallet(watched.user, '/credentials')).status).toBe(401)
  })
})

describe('the ways in', () => {
  it('are a passkey alone where the operator allows nothing else', async () => {
    const watched = await stranger()
    const { page } = watched
    await page.route('**/auth/ways', (route) => route.fulfill({ json: { password: false } }))
    await page.goto('/')
    await page.getByRole('button', { name: 'Log in with a passkey' }).waitFor()
    await expect.poll(() => page.getByLabel('E-mail').count()).toBe(0)
    await page.getByRole('button', { name: 'I have no wallet yet' }).click()
    expect(await page.getByRole('textbox').count()).toBe(1)
    expect(await problemsOf(watched)).toEqual([])
  })

  it('are told to a browser that has none of them', async () => {
    const watched = await stranger()
    const { page } = watched
    await watched.context.addInitScript('delete window.PublicKeyCredential')
    await page.goto('/')
    await page.getByText('This browser has no passkeys. Use a password here.').waitFor()
    await page.getByLabel('E-mail').waitFor()
    await page.route('**/auth/ways', (route) => route.fulfill({ json: { password: false } }))
    await page.reload()
    await page.getByText('there are no passwords here').waitFor()
    expect(await page.getByRole('textbox').count()).toBe(0)
  })

  it('are recovery codes too: shown once, kept before going on, in with one, and new ones by a passkey; the last way stays', async () => {
    const watched = await stranger()
    watched.expectFailedRequests()
    const { page } = watched
    await addAuthenticator(watched)
    await page.goto('/')
    await page.getByRole('button', { name: 'I have no wallet yet' }).click()
    const create = page.getByRole('button', { name: 'Create a wallet with a passkey' })
    await page.evaluate(STAY_NEW)
    await create.click()
    await shows(watched, 'Your wallet is made')
    // A press that came with the one before keeps nothing.
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await page.evaluate(GROW_OLD)
    const codes = await page.locator('.codes code').allTextContents()
    expect(codes).toHaveLength(10)
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as a file' }).click()
    expect(await readFile(await (await saved).path(), 'utf8')).toBe(`${codes.join('\n')}\n`)
    await pressDecision(page, 'I have kept them')
    await shows(watched, 'Your first card goes here')
    await page.getByRole('button', { name: 'Log out' }).click()

    await goTo(watched, 'I cannot log in')
    const field = page.getByLabel('Recovery code')
    for (const code of ['0000-0000-0000-0000', (codes[0] ?? '').toLowerCase()]) {
      await field.fill(code)
      await page.getByRole('button', { name: 'Let me in' }).click()
      if (code.startsWith('0000')) await page.getByText('This code is wrong, or was used already.').waitFor()
    }
    await page.getByText('9 are left.').waitFor()
    await page.getByRole('button', { name: /^Remove: / }).click()
    await page.getByText('It is the only way into this wallet.').first().waitFor()
    await page.getByRole('button', { name: 'Make new codes' }).click()
    await answer(watched, 'Make new codes with a passkey')
    await page.getByText('10 are left.').waitFor()
    await pressDecision(page, 'I have kept them')
    await page.getByRole('button', { name: 'Delete the wallet' }).click()
    await answer(watched, 'Delete the wallet with a passkey')
    await page.getByText('Your wallet is deleted.').waitFor()
    // The checks come last: they take the passkeys of this browser with them.
    expect(await problemsOf(watched)).toEqual([])
    await goTo(watched, 'I cannot log in')
    expect(await problemsOf(watched, { german: true })).toEqual([])
  })

  it('of who lost all of them are opened by a link of the operator, once', async () => {
    const { email } = await owner()
    const watched = await stranger()
    const { page } = watched
    await page.goto(await resetLinkOf(email))
    const password = page.getByLabel('New password', { exact: true })
    await password.waitFor()
    expect(await problemsOf(watched)).toEqual([])
    await password.fill('another-horse-battery')
    await page.getByRole('button', { name: 'Set a new password' }).click()
    await shows(watched, 'You are in')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await pressDecision(page, 'I have kept them')
    await shows(watched, 'Your first card goes here')
  })

  it('by a link that does not work say so, with a way on', async () => {
    const watched = await stranger()
    watched.expectFailedRequests()
    const { page } = watched
    await page.goto(`/reset#${'A'.repeat(43)}`)
    await page.getByText('This link was used already').waitFor()
    expect(new URL(page.url()).hash).toBe('')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.reload()
    await page.getByText('Open the link once more').waitFor()
  })
})
