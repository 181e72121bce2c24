/** A card that its issuer prepares: shown as one that is still to come, and among the cards when somebody has agreed. */
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { ANA, openLink, pressDecision, shows, visits } from './people.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
})
afterAll(() => stage?.close())

const { closeAll, owner } = visits(() => stage)
afterEach(closeAll)

async function deferredOffer(): Promise<{ readonly id: string; readonly url: string }> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: ANA }
  const url = `${stage.cluster.urls.issuer}/openid4vc/sdjwt/issue`
  const accept = { accept: 'application/json' }
  const answer = await postJson(url, { ...order, issuanceType: 'DEFERRED' }, accept)
  return expectStatus(answer, 200).json() as unknown as { id: string; url: string }
}

async function decide(id: string, decision: 'approve' | 'refuse'): Promise<void> {
  const url = `${stage.cluster.urls.issuer}/openid4vc/session/${id}/deferred`
  const body = { credentialConfigurationId: identityConfiguration, decision }
  expectStatus(await postJson(url, body), 200)
}

describe('an offer of a card that is prepared first', () => {
  it('shows that it is still to come, and arrives by itself', { timeout: 150_000 }, async () => {
    const { id, url } = await deferredOffer()
    const watched = await owner()
    const { page } = watched
    await openLink(watched, stage, url)
    await pressDecision(page, 'Add to wallet')
    await shows(watched, 'It is being prepared')
    await page.getByText('Being prepared', { exact: true }).waitFor()
    await page.getByText(/^Asked for again at /).waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
    // No sooner than the issuer said, so it is not here yet.
    await page.getByRole('button', { name: 'Ask for “Identity Credential” now' }).click()
    await page.getByText('Being prepared', { exact: true }).waitFor()

    await page.getByRole('link', { name: 'To your cards' }).click()
    await page.getByRole('heading', { name: 'Still to come' }).waitFor()
    expect(await page.getByRole('link', { name: /^Identity Credential/ }).count()).toBe(0)
    expect(await problemsOf(watched, { german: true })).toEqual([])

    await decide(id, 'approve')
    await page.getByRole('link', { name: /^Identity Credential/ }).waitFor({ timeout: 100_000 })
    await page.getByRole('heading', { name: 'Still to come' }).waitFor({ state: 'detached' })
    expect(await problemsOf(watched, { german: true })).toEqual([])
  })

  it('that is refused says so, there and in the history', { timeout: 150_000 }, async () => {
    const { id, url } = await deferredOffer()
    const watched = await owner()
    const { page } = watched
    await openLink(watched, stage, url)
    await pressDecision(page, 'Add to wallet')
    await shows(watched, 'It is being prepared')
    await decide(id, 'refuse')
    await page.getByRole('heading', { name: 'It does not come' }).waitFor({ timeout: 100_000 })
    expect(await problemsOf(watched, { german: true })).toEqual([])
    await page.goto('/history')
    await page.getByText('You waited for Identity Credential. It does not come.').click()
    await page.getByText('Why not').waitFor()
    expect(await problemsOf(watched, { german: true })).toEqual([])
  })
})
