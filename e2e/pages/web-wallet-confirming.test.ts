/** What the web wallet's owner is shown before he confirms something, and that it is this that he confirms (OpenID4VP 1.0 §8.4). */
import { problemsOf } from '@countersign/testing/browser/page-checks'
import type { WatchedPage } from '@countersign/testing/browser/watched-page'
import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import {
  headingOf,
  identityRequest,
  newRequest,
  openLink,
  pressDecision,
  shows,
  verification,
  visits,
} from './people.ts'
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

const { closeAll, ownerWithCard } = visits(() => stage)
afterEach(closeAll)

const definitions = ({ page }: WatchedPage) => page.getByRole('definition').allTextContents()

/** A name that turns what stands around it, begins a tag, and is longer than a line. */
const PAYEE = `Shop\u202E<img src=x onerror=alert(1)> ${'Example'.repeat(40)}`
const SHOWN = PAYEE.replace('\u202E', '')
const payment = {
  type: 'payment_data',
  credential_ids: ['identity'],
  payment_data: { payee: PAYEE, currency_amount: { currency: 'EUR', value: '23.58' } },
}

it('is shown all of it before any button, and what the button says is what happens', async () => {
  const watched = await ownerWithCard()
  const { page } = watched
  const query = identityRequest(['given_name'])
  const { id, url } = await newRequest(stage, query, { transaction_data: [payment] })
  await openLink(watched, stage, url)
  await page.getByText('What you would confirm').waitFor()
  expect(await headingOf(watched)).toMatch(/^Confirm “Payment” and share 1 detail with .+\?$/)
  expect(await definitions(watched)).toEqual([SHOWN, '23.58', 'EUR'])
  expect(await page.getByText('Signed with your card').count()).toBe(1)
  expect(await problemsOf(watched, { german: true })).toEqual([])
  await pressDecision(page, 'Confirm, and share 1 detail')
  await shows(watched, /^Shared with/)
  expect(await page.getByRole('heading', { name: 'You confirmed: Payment' }).count()).toBe(1)
  expect(await definitions(watched)).toEqual([SHOWN, '23.58', 'EUR', 'Ana Maria'])
  expect(await problemsOf(watched, { german: true })).toEqual([])
  expect(await verification(stage, id)).toMatchObject({
    state: 'verified',
    transactionData: [{ data: payment, authorizedBy: 'identity' }],
  })
})

it('is told of one who is unknown, and that this confirms as well', async () => {
  const watched = await ownerWithCard()
  const { page } = watched
  const entry = Buffer.from(JSON.stringify(payment)).toString('base64url')
  const more = { transaction_data: [entry] }
  await openLink(watched, stage, unknown.request({ query: identityRequest(['given_name']), more }))
  await pressDecision(page, 'Confirm and share anyway')
  await shows(watched, /^Shared with/)
  expect(unknown.disclosed).toHaveLength(1)
})

it('is not shown what the wallet does not understand: it says so, and so it tells them', async () => {
  const watched = await ownerWithCard()
  const { page } = watched
  const entry = Buffer.from(JSON.stringify({ ...payment, tip: 5 })).toString('base64url')
  const more = { transaction_data: [entry] }
  await openLink(watched, stage, unknown.request({ query: identityRequest(['given_name']), more }))
  await page.getByText('They ask you to confirm something that this wallet does not understand.').waitFor()
  expect(unknown.errors).toEqual(['invalid_transaction_data'])
})
