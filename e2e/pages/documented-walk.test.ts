/** The walk in the browser as docs/distributed.md tells it: what is bold there is pressed, what is code filled in, what is slanted read. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { openStage, type Stage } from './stage.ts'

const PLACES = ['portal', 'wallet'] as const
type Place = (typeof PLACES)[number]

interface Step {
  readonly place: Place
  readonly deed: 'press' | 'open' | 'fill' | 'read'
  readonly words: string
}

const steps = documentedSteps()

let stage: Stage
let portal: WatchedPage
beforeAll(async () => {
  stage = await openStage(inject('stageCluster'))
  portal = await watchedPage(stage.browser, stage.cluster.urls.portal)
})
afterAll(async () => {
  await portal?.close()
  await stage?.close()
})

it('goes as it is told', async () => {
  const tabs: Record<Place, Page | undefined> = { portal: portal.page, wallet: undefined }
  await portal.page.goto('/')
  for (const { place, deed, words } of steps) {
    const page = tabs[place]
    if (page === undefined) throw new Error(`nothing has led to the ${place} before "${words}"`)
    await page.bringToFront()
    if (deed === 'read') await page.getByText(words).first().waitFor()
    else if (deed === 'fill') await fillIn(page, words)
    else if (deed === 'open') tabs.wallet = await openInTab(page, words)
    else await press(page, words)
  }
  expect(new Set(steps.map(({ place }) => place)).size).toBe(PLACES.length)
  expect(steps.filter(({ deed }) => deed === 'read').length).toBeGreaterThan(4)
})

async function press(page: Page, words: string): Promise<void> {
  const control = controlNamed(page, words)
  await control.waitFor()
  // A decision counts once it was seen for a moment.
  await page.waitForTimeout(600)
  await control.click()
}

async function openInTab(page: Page, words: string): Promise<Page> {
  const tab = page.context().waitForEvent('page')
  await controlNamed(page, words).click({ button: 'middle' })
  return tab
}

/** A button is called so; the name of a link begins so: a card says more. */
function controlNamed(page: Page, words: string): Locator {
  const named = words.replace(/[^\w ]/g, '\\$&').replaceAll(' ', '\\s')
  const button = page.getByRole('button', { name: new RegExp(`^${named}$`) })
  return button.or(page.getByRole('link', { name: new RegExp(`^${named}`) })).first()
}

const TYPED: Readonly<Record<string, string>> = {
  'Your name': 'Ana Brandt',
  'E-mail': 'ana@example.org',
  Password: 'correct-horse-battery',
}

async function fillIn(page: Page, label: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true })
  await field.waitFor()
  if ((await field.getAttribute('type')) === 'checkbox') await field.check()
  else await field.fill(TYPED[label] ?? '')
}

function documentedSteps(): readonly Step[] {
  const file = fileURLToPath(new URL('../../docs/distributed.md', import.meta.url))
  const [, section = ''] = readFileSync(file, 'utf8').split('\n## In the browser\n')
  const [below = ''] = section.split('\n## ')
  const [list = ''] = below.slice(below.search(/^1\. /m)).split('\n\n')
  const items = list.split(/^\d+\. /m).slice(1)
  return items.flatMap((item) => {
    const [, place] = /^In the (portal|wallet)/.exec(item) ?? []
    if (place === undefined) throw new Error(`no place in "${item}"`)
    return stepsIn(item.replace(/\s+/g, ' '), place as Place)
  })
}

function stepsIn(text: string, place: Place): readonly Step[] {
  const marked = /\*\*(.+?)\*\*( in a new tab)?|`(.+?)`|(?<!\w)_(.+?)_/g
  return [...text.matchAll(marked)].map(([, pressed, tab, filled, read]) => {
    if (pressed !== undefined) return { place, deed: tab === undefined ? 'press' : 'open', words: pressed }
    if (filled !== undefined) return { place, deed: 'fill', words: filled }
    return { place, deed: 'read', words: read ?? '' }
  })
}
