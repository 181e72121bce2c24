/** The repository's pages in a browser: every state in both themes and at every width, the longest in both languages. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@countersign/catalogue/catalogue'
import { startRepository } from '@countersign/repository/main'
import type { RunningService } from '@countersign/service/compose/run-service'
import { startChromium } from '@countersign/testing/browser/chromium'
import { problemsOf } from '@countersign/testing/browser/page-checks'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'

/** As long as it may be, and as odd. */
const odd = {
  name: 'OddType',
  id: 'odd_type',
  formats: { 'dc+sd-jwt': `urn:example:${'very-'.repeat(60)}long:1` },
  label: { en: `<b>${LONG}</b>`, ar: 'بطاقة عضوية في نادٍ رياضي' },
  description: { en: `${LONG} ${'and more '.repeat(40)}.`, ar: 'وصف' },
  card: { background: '#0b0b0b', text: '#fefefe', foot: ['a'] },
  claims: {
    a: {
      label: { en: LONG, ar: 'اسم' },
      schema: {
        type: 'object',
        properties: { ['b'.repeat(60)]: { type: 'array', items: { type: 'string' } } },
      },
      parts: { ['b'.repeat(60)]: { en: LONG, ar: 'جزء' } },
      sensitivity: 'sensitive',
      purposes: [
        'age',
        'identity',
        'contact',
        'delivery',
        'residence',
        'driving',
        'work',
        'education',
        'health',
      ],
    },
  },
  example: { a: { ['b'.repeat(60)]: ['<script>alert(1)</script>', 'x'.repeat(3000)] } },
}

let folder: string
let repository: RunningService
let browser: Browser
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-repository-'))
  await writeFile(join(folder, 'odd.json'), JSON.stringify(odd))
  browser = await startChromium()
  const argv = ['--webPort=0', '--logLevel=silent', `--typesDir=${folder}`]
  repository = await startRepository({ argv, env: {}, cwd: folder, defaultPort: 0 })
})
afterAll(async () => {
  await browser?.close()
  await repository?.close()
  await rm(folder, { recursive: true })
})

let watched: WatchedPage
let page: Page
async function open(locale: string): Promise<void> {
  watched = await watchedPage(browser, repository.url, { locale })
  page = watched.page
}
beforeEach(() => open('en'))
afterEach(() => watched?.close())

const nothing: readonly string[] = []

const PAGES = [
  ['/?q=card', 'en'],
  ['/', 'de'],
  ['/?q=nothing-like-it', 'en'],
  ['/types/MobileDrivingLicence', 'de'],
  ['/types/TranscriptOfRecords', 'en'],
  ['/types/OddType', 'en'],
] as const

describe('a page', () => {
  it.each(PAGES)('%s in the browser of somebody who reads %s is whole', async (path, language) => {
    await watched.close()
    await open(language)
    await page.goto(path)
    expect(await problemsOf(watched, { written: language })).toEqual(nothing)
  })

  it('of a type that is not there says so', async () => {
    watched.expectFailedRequests()
    await page.goto('/types/Nothing')
    await page.getByRole('heading', { level: 1, name: 'There is no such type' }).waitFor()
    expect(await problemsOf(watched, { written: 'en' })).toEqual(nothing)
  })
})

describe('the list of types', () => {
  it('is one request and a style sheet, whatever there are', async () => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto('/')
    expect(await page.locator('.type-list li').count()).toBe(catalogue.length + 1)
    expect(asked.filter((path) => path !== '/icon.svg')).toEqual(['/', '/style.css'])
  })

  it('is searched by a form, with the keys alone, and leads to a type and back', async () => {
    await page.goto('/')
    await page.getByRole('searchbox').focus()
    await page.keyboard.type('boarding')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\?q=boarding/)
    expect(await page.locator('.type-list li').count()).toBe(1)
    await page.getByRole('link', { name: 'Boarding Pass' }).click()
    await page.getByRole('heading', { level: 1, name: 'Boarding Pass' }).waitFor()
    await page.getByRole('link', { name: 'All types' }).click()
    expect(await page.locator('.type-list li').count()).toBe(catalogue.length + 1)
  })

  it('changes its language by a link, and keeps it on the next page', async () => {
    await page.goto('/?q=card')
    await page.getByRole('link', { name: 'Deutsch' }).click()
    await page.getByRole('heading', { level: 1, name: 'Nachweisarten' }).waitFor()
    expect(await page.getByRole('searchbox').inputValue()).toBe('card')
    await page.getByRole('link', { name: 'Bibliotheksausweis' }).click()
    await page.getByRole('heading', { level: 2, name: 'Angaben' }).waitFor()
    await page.getByRole('link', { name: 'English' }).click()
    await page.getByRole('heading', { level: 1, name: 'Library Card' }).waitFor()
  })
})

describe('the page of a type', () => {
  it('shows its card, and every document when it is opened', async () => {
    await page.goto('/types/IdentityCredential')
    const isDrawn = await page.evaluate<boolean>(`(async () => {
      const card = document.querySelector('.card-picture')
      await card.decode()
      return card.naturalWidth > 0
    })()`)
    expect(isDrawn).toBe(true)
    const documents = page.locator('details')
    expect(await documents.count()).toBeGreaterThanOrEqual(9)
    for (const one of await documents.all()) await one.locator('summary').click()
    expect(await page.locator('.codebox', { hasText: '"given_name": "Ada"' }).first().isVisible()).toBe(true)
    expect(await problemsOf(watched, { written: 'en' })).toEqual(nothing)
  })

  it('takes words of an operator for text', async () => {
    await page.goto('/types/OddType')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`<b>${LONG}</b>`)
    expect(await page.locator('main b, main script').allTextContents()).not.toContain('alert(1)')
    expect(watched.problems()).toEqual(nothing)
  })
})
