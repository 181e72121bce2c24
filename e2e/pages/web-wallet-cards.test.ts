/** The cards of the web wallet: all of them (W2), and one that is opened (W3). */
import { askedInVain } from '@countersign/testing/browser/asked-in-vain'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { heldBy, openedAt, receive } from '@countersign/testing/client/wallet-api'
import { eventually } from '@countersign/testing/time/eventually'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { newOffer, pressDecision, setStatus, shows, visits } from './people.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
})
afterAll(() => stage?.close())

const { closeAll, owner, ownerWithCard } = visits(() => stage)
afterEach(closeAll)

const DAY_MS = 86_400_000

/** A list may not answer in time, and one that was read a second ago counts: then the page is opened again. */
async function comesToSay(page: Page, word: string): Promise<void> {
  const said = page.getByRole('status').getByText(word, { exact: true })
  await eventually(`it says ${word}`, async () => {
    await page.getByText(/^asked /).waitFor()
    if (await said.isVisible()) return true
    await page.reload()
    return false
  })
}

describe('the cards', () => {
  it('are none at first, and one after it was added, with what tells it from others', async () => {
    const watched = await owner()
    const { page } = watched
    await page.goto('/')
    await shows(watched, 'Your first card goes here')
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await receive(watched.user, await newOffer(stage))
    await page.reload()
    await page.getByText('One card.').waitFor()
    const card = page.getByRole('listitem').filter({ hasText: 'Ana Maria Brandt' })
    expect(await card.textContent()).toMatch(/Identity Credential.*issued by localhost:\d+.*until /)
    expect(await problemsOf(watched, { german: true })).toEqual([])
  })

  it('end in words', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    await page.clock.setFixedTime(Date.now() + 360 * DAY_MS)
    await page.goto('/')
    await page.getByText(/^Expires in \d+ days$/).waitFor()
    await page.clock.setFixedTime(Date.now() + 366 * DAY_MS)
    await page.reload()
    await page.getByText('Expired', { exact: true }).waitFor()
    expect(await page.getByText(/One of them has ended\./).count()).toBe(1)
    expect(await problemsOf(watched)).toEqual([])
  })

  it('that were revoked or suspended say so', async () => {
    const watched = await owner()
    const { page } = watched
    for (const status of ['revoked', 'suspended', 'valid']) {
      const [credential] = await receive(watched.user, await newOffer(stage))
      await setStatus(stage, credential?.document ?? '', status)
    }
    // What a list does not say in time is asked with the next look.
    await eventually('both are said', async () => {
      const told = page.waitForResponse('**/cards/taken-back')
      await page.goto('/')
      const answer = await (await told).json()
      return answer.length === 2
    })
    await page.locator('.card-note').first().waitFor()
    expect(await page.getByText('3 cards. One of them has ended.').count()).toBe(1)
    // Those of one second have no order.
    expect((await page.locator('.card-note').allTextContents()).toSorted()).toEqual([
      'Revoked by its issuer',
      'Suspended by its issuer',
    ])
    expect(await problemsOf(watched)).toEqual([])
  })

  it('are sixty after one question, and found by typing', async () => {
    const people = Array.from({ length: 60 }, (_, at) => ({
      given_name: `Person${at}`,
      family_name: 'Brandt',
    }))
    const watched = await owner()
    const { page } = watched
    const batches = Array.from({ length: 10 }, (_, at) => people.slice(at * 6, at * 6 + 6))
    for (const batch of batches)
      await Promise.all(batch.map(async (claims) => receive(watched.user, await newOffer(stage, { claims }))))
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto('/')
    await page.getByText('60 cards.').waitFor()
    await watched.settled()
    const ofWallet = asked.flatMap((path) => /\/wallet\/[0-9a-f-]{36}\/(.*)$/.exec(path)?.[1] ?? [])
    expect(ofWallet).toEqual(['cards', 'exchange/deferred', 'cards/taken-back'])
    expect(await page.locator('.cards > li').count()).toBe(60)
    await page.getByLabel('Search your cards').fill('person59 brandt')
    await page.getByRole('status').filter({ hasText: '1 card found' }).waitFor({ state: 'attached' })
    expect(await page.locator('.cards > li').count()).toBe(1)
    expect(await problemsOf(watched)).toEqual([])
  })
})

describe('a card', () => {
  it('opens with what is on it, in the order and the words of its type, and with who vouches for it', async () => {
    const watched = await ownerWithCard([
      { email: 'ana@brandt.example', birthdate: '1990-01-01', family_name: 'Brandt', given_name: 'Ana' },
    ])
    const { page } = watched
    await page.goto('/')
    await page.getByRole('link', { name: /^Identity Credential.*issued by localhost:\d+.*until / }).click()
    await shows(watched, 'Identity Credential')
    const rows = page.locator('.sheet dl').first()
    expect(await rows.getByRole('term').allTextContents()).toEqual([
      'Given name',
      'Family name',
      'Date of birth',
      'E-mail',
    ])
    expect((await rows.getByRole('definition').allTextContents()).at(0)).toBe('Ana')
    // As its type draws it: it came with the card, and is a picture indeed.
    const drawing = page.locator('img.card-drawing')
    expect(await drawing.getAttribute('src')).toMatch(/^data:image\/svg\+xml;base64,/)
    await eventually('the card is drawn', () =>
      page.evaluate('document.querySelector(".card-drawing").naturalWidth > 0'),
    )
    await comesToSay(page, 'Valid')
    expect(await page.getByText(/^Unaltered since .+ signed it\.$/).count()).toBe(1)
    expect(await page.getByText(/^Whoever signed it is vouched for by /).count()).toBe(1)
    expect(await page.getByText('Bound to this wallet.').count()).toBe(1)
    expect(await page.getByText('10 of its 10 copies have been seen by nobody.').count()).toBe(1)
    expect(watched.changes()).toEqual([])
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.reload()
    await shows(watched, 'Identity Credential')
    await page.goto(`${page.url()}?language=de`)
    await page.getByRole('term').filter({ hasText: 'Vorname' }).waitFor()
  })

  it('says that it was taken back, or that nobody can say', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const [held] = await heldBy(watched.user)
    const at = `/cards/${encodeURIComponent(held?.id ?? '')}`
    await setStatus(stage, held?.document ?? '', 'revoked')
    await page.goto(at)
    await comesToSay(page, 'Revoked')
    expect(await page.locator('.card[data-ended]').count()).toBe(1)
    expect(await page.locator('.card-drawing').count()).toBe(0)
    expect(await problemsOf(watched)).toEqual([])
    await page.route('**/status', (route) => route.abort())
    watched.expectFailedRequests()
    await page.reload()
    await page.getByText('Could not be checked').waitFor()
    expect(await problemsOf(watched)).toEqual([])
    await page.unroute('**/status')
    await page.getByRole('button', { name: 'Ask again' }).click()
    await comesToSay(page, 'Revoked')
  })

  it('is removed by the answer to a question, and by nothing else', async () => {
    const watched = await ownerWithCard()
    const { page } = watched
    const held = () => heldBy(watched.user)
    const [card] = await held()
    await page.goto(`/cards/${encodeURIComponent(card?.id ?? '')}`)
    const question = page.getByRole('dialog', { name: 'Remove “Identity Credential”?' })
    const remove = page.getByRole('button', { name: 'Remove from wallet' })
    await remove.click()
    await question.waitFor()
    expect(await problemsOf(watched)).toEqual([])
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'hidden' })
    await remove.click()
    await question.getByRole('button', { name: 'Keep it' }).click()
    await remove.click()
    expect(watched.changes()).toEqual([])
    expect(await held()).toHaveLength(1)
    await pressDecision(page, 'Remove it')
    await shows(watched, 'The card is removed')
    expect(await held()).toEqual([])
    expect(await problemsOf(watched)).toEqual([])
    watched.expectFailedRequests()
    await page.reload()
    await shows(watched, 'There is no such card')
    expect(await problemsOf(watched)).toEqual([])
  })
})

describe('whoever comes to a page first', () => {
  it('waits for no question that is asked twice or for nothing', async () => {
    const watched = await ownerWithCard()
    const [card] = await heldBy(watched.user)
    const offer = await openedAt(watched.user, 'offers', { offer: await newOffer(stage) })
    for (const path of ['/', `/cards/${card?.id}`, `/offers/${offer}`, '/settings', '/keys', '/scan'])
      expect([path, await askedInVain(watched, path, '/wallet-api/')]).toEqual([path, []])
  })
})
