/** What the web wallet says of whoever asks, by each prefix of client identifiers (OpenID4VP 1.0 §5.9) and however it is answered. */
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import {
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
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
})
afterAll(() => stage?.close())

const { closeAll, ownerWithCard } = visits(() => stage)
afterEach(closeAll)

const MODES = ['direct_post', 'direct_post.jwt'] as const
const VOUCHED = /^Verified by Countersign development CA/
const UNKNOWN = 'We could not confirm who this is.'
const UNSIGNED =
  'Nobody signed this request: anybody can have made it. Sure is only where your answer would go.'

it.each([
  ['x509_hash', VOUCHED, 'Share 1 detail'],
  ['x509_san_dns', VOUCHED, 'Share 1 detail'],
  ['decentralized_identifier', UNKNOWN, 'Share anyway'],
  ['redirect_uri', UNSIGNED, 'Share anyway'],
] as const)(
  'of one that goes by %s it says who vouches for it, or why nobody does',
  async (prefix, said, button) => {
    const watched = await ownerWithCard()
    const { page } = watched
    const { host } = new URL(stage.cluster.urls.verifier)
    for (const mode of MODES) {
      const headers = { clientidprefix: prefix, responsemode: mode }
      const { id, url } = await newRequest(stage, identityRequest(['given_name']), {}, headers)
      await openLink(watched, stage, url)
      const who = page.getByRole('region', { name: 'Who is asking' })
      await who.getByText(said).waitFor()
      expect(await who.locator('.host').allTextContents()).toEqual([host])
      for (const other of [VOUCHED, UNKNOWN, UNSIGNED].filter((one) => one !== said))
        expect(await who.getByText(other).count()).toBe(0)
      if (mode === 'direct_post') expect(await problemsOf(watched, { german: true })).toEqual([])
      await pressDecision(page, button)
      await shows(watched, /^Shared with/)
      expect(await verification(stage, id)).toMatchObject({ state: 'verified', responseMode: mode })
    }
    await page.goto('/history')
    await page.locator('.entries summary').first().click()
    const trust = page.locator('.facts > div', { hasText: 'Confirmed as' }).first().getByRole('definition')
    expect((await trust.textContent()) === 'Nobody confirmed who they are').toBe(said !== VOUCHED)
  },
)
