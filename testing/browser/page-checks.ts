/**
 * What holds for every page in every state: it says what it is, fits at every width and at twice the text, is reached by keys
 * in order, has no target that is too small, is accessible by axe in both themes, and has done nothing that no page may do.
 * The theme, the width and the language change on the open page. Problems come back as sentences, all of them at once.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { CDPSession, Page } from 'playwright-core'
import {
  axe,
  FOCUS_WALK,
  FORM,
  type FocusStop,
  type FocusWalk,
  LOOK,
  type Look,
  showLanguage,
  textAt,
  WATCH_FOCUS,
} from './in-page.ts'
import type { WatchedPage } from './watched-page.ts'

const HEIGHT = 844
const NARROW = 390
const WIDE = 1280
const WIDTHS = [NARROW, 320, WIDE]

export interface CheckOptions {
  /** German too: once a page. */
  readonly german?: boolean
  /** Of a page that a server wrote in this language: it has no other. */
  readonly written?: 'en' | 'de'
}

interface Language {
  readonly id: string
  readonly tag: string
  readonly dir: string
}

const ENGLISH: Language = { id: 'en', tag: 'en', dir: 'ltr' }
const GERMAN: Language = { id: 'de', tag: 'de', dir: 'ltr' }
const PSEUDO: Language = { id: 'pseudo', tag: 'ar-XB', dir: 'rtl' }

/**
 * Set in the long test: every state in each theme, at each width and in each language, with everything that is looked at. What differs
 * with one of them alone is seen without; what differs with two is not.
 */
const EVERY_LOOK = process.env['COUNTERSIGN_EVERY_LOOK'] !== undefined

/** Empty when all is well; the page is left as it was: 390 px, light, English. */
export async function problemsOf(
  watched: WatchedPage,
  options: CheckOptions = {},
): Promise<readonly string[]> {
  await watched.settled()
  const found = EVERY_LOOK ? await everyLook(watched, options) : await someLooks(watched, options)
  return [...found, ...watched.problems()]
}

async function everyLook(watched: WatchedPage, { written }: CheckOptions): Promise<readonly string[]> {
  const { page } = watched
  const found: string[] = []
  await loadAxe(page)
  const languages = written === undefined ? [ENGLISH, GERMAN, PSEUDO] : [written === 'de' ? GERMAN : ENGLISH]
  for (const language of languages) {
    if (written === undefined) await inLanguage(watched, language)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const look = await page.evaluate<Look>(LOOK)
        const problems = [
          ...descriptionProblems(look, language),
          ...layoutProblems(look),
          ...(await page.evaluate<string[]>(axe(false))).filter((one) => !isOfLengthening(one, language)),
          ...(await focusProblems(watched)),
          ...(await atTwiceTheText(page)).map((problem) => `twice the text: ${problem}`),
        ]
        found.push(...problems.map((problem) => `${language.id}, ${width} px, ${colorScheme}: ${problem}`))
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: NARROW, height: HEIGHT })
  if (written === undefined) await inLanguage(watched, ENGLISH)
  return found
}

/** The third language lengthens each text by itself, so that a longer label has no longer the word in it that is seen. */
function isOfLengthening(problem: string, { id }: Language): boolean {
  return id === PSEUDO.id && problem.startsWith('label-content-name-mismatch')
}

async function someLooks(
  watched: WatchedPage,
  { german = false, written }: CheckOptions,
): Promise<readonly string[]> {
  const { page } = watched
  const found: string[] = []
  const at = (where: string, problems: readonly string[]) => {
    found.push(...problems.map((problem) => `${where}: ${problem}`))
  }
  for (const [theme, problems] of await themeProblems(page)) at(theme, problems)
  at(`${NARROW} px`, await focusProblems(watched))
  let widths = WIDTHS
  const first = written === 'de' ? GERMAN : ENGLISH
  const others = written === undefined ? [...(german ? [GERMAN] : []), PSEUDO] : []
  for (const language of [first, ...others]) {
    if (language !== first) await inLanguage(watched, language)
    for (const width of widths) {
      await page.setViewportSize({ width, height: HEIGHT })
      const look = await page.evaluate<Look>(LOOK)
      if (width === widths[0]) at(language.id, descriptionProblems(look, language))
      at(`${language.id}, ${width} px`, layoutProblems(look))
      if (language === first && width === WIDE) at('twice the text', await atTwiceTheText(page))
    }
    // The next language begins at the width at which this one ended.
    widths = widths.toReversed()
  }
  await page.setViewportSize({ width: NARROW, height: HEIGHT })
  if (others.length > 0) await inLanguage(watched, first)
  return found
}

/** Axe looks at everything in one theme; in the other at colours alone, where colours alone are different. */
async function themeProblems(page: Page): Promise<readonly (readonly [string, readonly string[]])[]> {
  await loadAxe(page)
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await page.evaluate<string>(FORM)
  const lightProblems = await page.evaluate<string[]>(axe(false))
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await page.evaluate<string>(FORM)
  const darkProblems = await page.evaluate<string[]>(axe(light === dark))
  await page.emulateMedia({ colorScheme: 'light' })
  return [
    ['light', lightProblems],
    ['dark', darkProblems],
  ]
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Not as a script of the page: its policy has no part in what a test looks with. */
async function loadAxe(page: Page): Promise<void> {
  if (await page.evaluate<boolean>(`'axe' in window`)) return
  await page.evaluate(`${axeSource};undefined`)
}

function descriptionProblems({ title, headings, lang, dir }: Look, language: Language): readonly string[] {
  const problems: string[] = []
  const [heading = ''] = headings
  if (headings.length !== 1) problems.push(`${headings.length} headings of the first level`)
  if (!title.startsWith(heading.trim())) problems.push(`the title "${title}" is not the heading "${heading}"`)
  if (lang !== language.tag) problems.push(`the language is ${lang}, not ${language.tag}`)
  if (dir !== language.dir) problems.push(`the direction is ${dir}, not ${language.dir}`)
  return problems
}

function layoutProblems({ wide, small }: Look): readonly string[] {
  return [
    ...wide.map((one) => `wider than the page: ${one}`),
    ...small.map((one) => `too small a target: ${one}`),
  ]
}

/** From the beginning of the document: the keys are sent in one go, and the page writes down where each led. */
async function focusProblems({ context, page }: WatchedPage): Promise<readonly string[]> {
  const controls = await page.evaluate<number>(WATCH_FOCUS)
  const keyboard = await context.newCDPSession(page)
  await pressTab(keyboard, controls)
  let walk = await page.evaluate<FocusWalk>(FOCUS_WALK)
  if (walk.missed.length > 0 && !walk.stops.includes(null)) {
    await pressTab(keyboard, STOPS_OF_A_DATE * controls)
    walk = await page.evaluate<FocusWalk>(FOCUS_WALK)
  }
  await keyboard.detach()
  const { missed, stops } = walk
  // Behind the last stop the browser's own controls come, which a browser without a window does not always have.
  const isRoundAgain = (stop: FocusStop, index: number) =>
    missed.length === 0 && index > 0 && stop.place === stops[0]?.place
  const end = stops.findIndex((stop, index) => stop === null || isRoundAgain(stop, index))
  const reached = stops
    .slice(0, end < 0 ? stops.length : end)
    .filter((stop) => stop !== null)
    // Within a date focus shows on its parts, which nobody sees from outside.
    .filter((stop, index, all) => stop.place !== all[index - 1]?.place)
  return [
    ...reached.flatMap((stop, index) => stopProblems(stop, reached[index - 1])),
    ...missed.map((name) => `focus never reaches ${name}`),
  ]
}

/** Day, month, year and the button of the calendar. */
const STOPS_OF_A_DATE = 4

async function pressTab(keyboard: CDPSession, times: number): Promise<void> {
  const tab = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 }
  const sent: Promise<unknown>[] = []
  for (let time = 0; time < times; time += 1) {
    sent.push(keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...tab }))
    sent.push(keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', ...tab }))
  }
  await Promise.all(sent)
}

function stopProblems(stop: FocusStop, before: FocusStop | undefined): string[] {
  const problems: string[] = []
  if (!stop.outlined) problems.push(`focus does not show on ${stop.name}`)
  if (!stop.inView) problems.push(`focus is out of sight on ${stop.name}`)
  if (stop.covered) problems.push(`focus is covered on ${stop.name}`)
  const isBack = before !== undefined && stop.place < before.place && stop.group < before.place
  if (isBack) problems.push(`focus went back to ${stop.name}`)
  return problems
}

async function atTwiceTheText(page: Page): Promise<readonly string[]> {
  await page.evaluate(textAt(200))
  const look = await page.evaluate<Look>(LOOK)
  await page.evaluate(textAt(100))
  return layoutProblems(look)
}

async function inLanguage({ page, settled }: WatchedPage, { id, tag }: Language): Promise<void> {
  await page.evaluate(showLanguage(id, tag))
  // What a page asks for in another language: texts that a service wrote.
  await settled()
}
