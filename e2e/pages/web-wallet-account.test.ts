/** The web wallet's own affairs: history (W8), keys and DIDs (W9), settings (W10), and the ways back in. */
import { readFile } from 'node:fs/promises'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { call, postJson } from '@countersign/testing/client/http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
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
  stage = await openStage()
})
afterAll(() => stage?.close())

const { closeAll, owner, stranger } = visits(() => stage)
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

const AUTHENTICATOR = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const

describe('the history', () => {
  it('has an entry for each share, reception and refusal; values only when they are asked for; export; deletion', async () => {
    const watched = await atHome()
    const { page } = watched
    await page.getByRole('link', { name: 'History' }).click()
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

    await page.getByRole('link', { name: 'History' }).click()
    await page.getByText('You shared 1 detail from').waitFor()
    for (const line of ['You declined, and they were told.', 'You added'])
      await page.getByText(line).waitFor()
    expect(await page.locator('.entries > li').count()).toBe(3)
    const entry = page.locator('.entries > li', { hasText: 'You shared 1 detail' })
    await entry.locator('summary').first().click()
    await entry.getByText('••••••').waitFor()
    expect(await page.content()).not.toContain('Ana Maria')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await entry.getByRole('button', { name: 'Show values' }).click()
    await entry.getByText('Ana Maria').first().waitFor()

    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Export' }).click()
    const file = JSON.parse(await readFile(await (await download).path(), 'utf8')) as { action: string }[]
    expect(file.map(({ action }) => action).toSorted()).toEqual(['Present', 'Receive', 'Reject'])

    await page.getByLabel('Declined').check()
    await page.getByText('You declined').waitFor()
    await expect.poll(() => page.locator('.entries > li').count()).toBe(1)
    await page.getByLabel('Everything').check()
    await expect.poll(() => page.locator('.entries > li').count()).toBe(3)
    await entry.locator('summary').first().click()
    await entry.getByRole('button', { name: 'Delete this entry' }).click()
    await expect.poll(() => page.locator('.entries > li').count()).toBe(2)
    await page.getByRole('button', { name: 'Delete all entries' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete all entries' }).click()
    await page.getByText('Nothing has happened yet.').waitFor()
    await page.reload()
    await page.getByText('Nothing has happened yet.').waitFor()
  })
})

describe('the settings', () => {
  it('switch language and look on the open page, and keep both', async () => {
    const watched = await atHome()
    const { page } = watched
    await page.getByRole('link', { name: 'Settings' }).click()
    await shows(watched, 'Settings')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByLabel('Dark').check()
    await page.getByLabel('Deutsch').check()
    await shows(watched, 'Einstellungen')
    expect(await problemsOf(watched)).toEqual([])
    await page.reload()
    await shows(watched, 'Einstellungen')
    expect(await page.evaluate('document.documentElement.style.colorScheme')).toBe('dark')
  })

  it('list where somebody is logged in, and end the others', async () => {
    const watched = await atHome()
    const { page } = watched
    const other = await postJson(`${stage.cluster.urls.wallet}/wallet-api/auth/login`, {
      email: watched.email,
      password: watched.password,
    })
    const authorization = `Bearer ${String(other.json()['token'])}`
    const info = `${stage.cluster.urls.wallet}/wallet-api/auth/user-info`
    expect((await call(info, { headers: { authorization } })).status).toBe(200)
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByText('this one').waitFor()
    await page.getByText('Another program').waitFor()
    await page.getByRole('button', { name: 'End all others' }).click()
    await expect.poll(() => page.getByText('Another program').count()).toBe(0)
    expect((await call(info, { headers: { authorization } })).status).toBe(401)
    await page.getByText('this one').waitFor()
  })

  it('change the password, and refuse with the wrong one', async () => {
    const watched = await atHome()
    watched.expectFailedRequests()
    const { page } = watched
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Password as it is now').fill('wrong')
    await page.getByLabel('New password').fill('another-correct-horse')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('This is not your password.').waitFor()
    await page.getByLabel('Password as it is now').fill(watched.password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('The new password counts').first().waitFor()
  })

  it('show keys and DIDs in exact words', async () => {
    const watched = await atHome()
    const { page } = watched
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('link', { name: 'Keys and DIDs' }).click()
    await page.getByText('secp256r1').waitFor()
    await page.getByText(/^did:jwk:/).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
  })

  it('export and delete with a word of the owner alone, and then there is nothing left', async () => {
    const watched = await atHome()
    watched.expectFailedRequests()
    const { page } = watched
    await addCard(watched)
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Export the wallet' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Password, or a recovery code').fill(watched.password)
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Export the wallet', exact: true }).click()
    const file = JSON.parse(await readFile(await (await download).path(), 'utf8')) as {
      credentials: unknown[]
    }
    expect(file.credentials).toHaveLength(1)
    await page.getByRole('button', { name: 'Delete the wallet' }).click()
    await dialog.getByLabel('Password, or a recovery code').fill('wrong')
    await dialog.getByRole('button', { name: 'Delete the wallet', exact: true }).click()
    await dialog.getByText('This is not yours.').waitFor()
    await dialog.getByLabel('Password, or a recovery code').fill(watched.password)
    await dialog.getByRole('button', { name: 'Delete the wallet', exact: true }).click()
    await shows(watched, 'Your wallet')
    const again = await postJson(`${stage.cluster.urls.wallet}/wallet-api/auth/login`, {
      email: watched.email,
      password: watched.password,
    })
    expect(again.status).toBe(401)
  })
})

describe('the ways back in', () => {
  it('recovery codes: shown once, in with one, new ones and the end by a passkey', async () => {
    const watched = await stranger()
    watched.expectFailedRequests()
    const { page } = watched
    const devtools = await watched.context.newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', { options: AUTHENTICATOR })
    await page.goto('/')
    await page.getByRole('button', { name: 'I have no wallet yet' }).click()
    await page.getByRole('button', { name: 'Create a wallet with a passkey' }).click()
    await shows(watched, 'Your wallet is made')
    const codes = await page.locator('.codes code').allTextContents()
    expect(codes).toHaveLength(10)
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByRole('button', { name: 'I have written them down' }).click()
    await shows(watched, 'Your first card goes here')
    await page.getByRole('button', { name: 'Log out' }).click()

    await page.getByRole('link', { name: 'I have lost my passkey' }).click()
    await page.getByLabel('Recovery code').fill((codes[0] ?? '').toLowerCase())
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.getByRole('button', { name: 'Let me in' }).click()
    await page.getByText('9 are left.').waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('It is the only way into this wallet.').waitFor()
    await page.getByRole('button', { name: 'Make new codes' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make new codes with a passkey' }).click()
    await page.getByText('10 are left.').waitFor()
    await page.getByRole('button', { name: 'Delete the wallet' }).click()
    expect(await problemsOf(watched)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the wallet with a passkey' }).click()
    await shows(watched, 'Your wallet')
  })

  it('a link that does not work says so, with a way on', async () => {
    const watched = await stranger()
    watched.expectFailedRequests()
    const { page } = watched
    await page.goto(`/reset#${'A'.repeat(43)}`)
    await page.getByText('This link was used already').waitFor()
    expect(new URL(page.url()).hash).toBe('')
    expect(await problemsOf(watched, { german: true })).toEqual([])
  })
})
