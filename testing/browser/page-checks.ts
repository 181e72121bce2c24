/**
 * What holds for every page in every state: it says what it is, fits at every width and at twice the text, is reached by keys
 * in order, has no target that is too small, is accessible by axe in both themes, and has done nothing that no page may do.
 * The theme, the width and the language change on the open page. Problems come back as sentences, all of them at once.
 */
import type { Page } from 'playwright-core'
import {
  AXE,
  DESCRIPTION,
  FOCUSED,
  OVERFLOW,
  SMALL_TARGETS,
  showLanguage,
  TAB_STOPS,
  TO_THE_BEGINNING,
  textAt,
} from './in-page.ts'
import type { WatchedPage } from './watched-page.ts'

const HEIGHT = 844
const NARROW = 390
const OTHER_WIDTHS = [320, 1280]

export interface CheckOptions {
  /** German too: once a page. */
  readonly german?: boolean
  /** Of a page that a server wrote in this language: it has no other. */
  readonly written?: 'en' | 'de'
}

/** Empty when all is well; the page is left as it was: 390 px, light, English. */
export async function problemsOf(
  watched: WatchedPage,
  { german = false, written }: CheckOptions = {},
): Promise<readonly string[]> {
  const { page } = watched
  const found: string[] = []
  const at = (where: string, problems: readonly string[]) => {
    found.push(...problems.map((problem) => `${where}: ${problem}`))
  }
  at('page', await descriptionProblems(page, written ?? 'en', 'ltr'))
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    at(colorScheme, await page.evaluate<string[]>(AXE))
  }
  at(`${NARROW} px`, [...(await layoutProblems(page)), ...(await focusProblems(page))])
  await atOtherWidths(page, async (width) => at(`${width} px`, await layoutProblems(page)))
  at('twice the text', await atTwiceTheText(page))
  if (written !== undefined) return [...found, ...watched.problems()]
  for (const [id, lang, dir] of [
    ...(german ? [['de', 'de', 'ltr'] as const] : []),
    ['pseudo', 'ar-XB', 'rtl'] as const,
  ]) {
    await inLanguage(page, id, lang)
    at(id, [...(await descriptionProblems(page, lang, dir)), ...(await layoutProblems(page))])
    await atOtherWidths(page, async (width) => at(`${id}, ${width} px`, await layoutProblems(page)))
  }
  await inLanguage(page, 'en', 'en')
  return [...found, ...watched.problems()]
}

async function descriptionProblems(page: Page, lang: string, dir: string): Promise<readonly string[]> {
  const told = await page.evaluate<{ title: string; headings: string[]; lang: string; dir: string }>(
    DESCRIPTION,
  )
  const problems: string[] = []
  const [heading = ''] = told.headings
  if (told.headings.length !== 1) problems.push(`${told.headings.length} headings of the first level`)
  if (!told.title.startsWith(heading.trim()))
    problems.push(`the title "${told.title}" is not the heading "${heading}"`)
  if (told.lang !== lang) problems.push(`the language is ${told.lang}, not ${lang}`)
  if (told.dir !== dir) problems.push(`the direction is ${told.dir}, not ${dir}`)
  return problems
}

async function layoutProblems(page: Page): Promise<readonly string[]> {
  const wide = await page.evaluate<string[]>(OVERFLOW)
  const small = await page.evaluate<string[]>(SMALL_TARGETS)
  return [
    ...wide.map((one) => `wider than the page: ${one}`),
    ...small.map((one) => `too small a target: ${one}`),
  ]
}

interface Focused {
  readonly name: string
  readonly place: number
  readonly group: number
  readonly inView: boolean
  readonly outlined: boolean
  readonly covered: boolean
}

/** From the beginning of the document, a Tab at a time. */
async function focusProblems(page: Page): Promise<readonly string[]> {
  const stops = await page.evaluate<number>(TAB_STOPS)
  await page.evaluate(TO_THE_BEGINNING)
  const problems: string[] = []
  let last = -1
  for (let stop = 0; stop < stops; stop += 1) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<Focused | undefined>(FOCUSED)
    if (focused === undefined) {
      problems.push(`focus left the page after ${stop} of ${stops} stops`)
      break
    }
    if (!focused.outlined) problems.push(`focus does not show on ${focused.name}`)
    if (!focused.inView) problems.push(`focus is out of sight on ${focused.name}`)
    if (focused.covered) problems.push(`focus is covered on ${focused.name}`)
    if (focused.place < last && focused.group < last) problems.push(`focus went back to ${focused.name}`)
    last = focused.place
  }
  return problems
}

async function atOtherWidths(page: Page, look: (width: number) => Promise<void>): Promise<void> {
  for (const width of OTHER_WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT })
    await look(width)
  }
  await page.setViewportSize({ width: NARROW, height: HEIGHT })
}

async function atTwiceTheText(page: Page): Promise<readonly string[]> {
  await page.setViewportSize({ width: 1280, height: HEIGHT })
  await page.evaluate(textAt(200))
  const problems = await layoutProblems(page)
  await page.evaluate(textAt(100))
  await page.setViewportSize({ width: NARROW, height: HEIGHT })
  return problems
}

async function inLanguage(page: Page, id: string, lang: string): Promise<void> {
  await page.evaluate(showLanguage(id))
  await page.locator(`html[lang="${lang}"]`).waitFor({ state: 'attached' })
  // The page is drawn a moment after its language is named.
  await page.waitForTimeout(100)
}
