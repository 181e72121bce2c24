/** A page on which all is well, and the same with one fault at a time: each is found, as what it is and where it is. */
import { createServer, type Server } from 'node:http'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startChromium } from './chromium.ts'
import { problemsOf } from './page-checks.ts'
import { type WatchedPage, watchedPage } from './watched-page.ts'

/** What stands in the place of the good page's parts. */
interface Fault {
  readonly style?: string
  /** In `main`, at its end. */
  readonly body?: string
  /** Before `main`. */
  readonly before?: string
  /** Runs at the beginning, and after each change of language; knows `language`. */
  readonly script?: string
  readonly lang?: string
}

const TEXTS = {
  en: { tag: 'en', dir: 'ltr', title: 'Well', text: 'All is well here.' },
  de: { tag: 'de', dir: 'ltr', title: 'Gut', text: 'Hier ist alles gut.' },
  pseudo: { tag: 'ar-XB', dir: 'rtl', title: '[Ŵéļļ one]', text: '[Åļļ îš ŵéļļ ĥéŕé one two.]' },
}

const pageWith = ({
  before = '',
  body = '',
  lang,
  script = '',
  style = '',
}: Fault): string => `<!doctype html>
<html lang="${lang ?? 'en'}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Well – the page</title>
<style>
  html { color-scheme: light dark; color: light-dark(#111, #eee); background: light-dark(#fff, #111) }
  body { margin: 1rem; overflow-wrap: anywhere }
  a, button, input, label { display: inline-block; min-width: 2.75rem; min-height: 2.75rem; color: inherit }
  :focus-visible { outline: 3px solid light-dark(#00c, #9cf) }
  ${style}
</style>
</head>
<body>
${before}
<main>
  <h1>Well</h1>
  <p id="text">All is well here.</p>
  <button type="button">Press</button>
  <fieldset>
    <legend>One of two</legend>
    <label><input type="radio" name="choice" checked> This</label>
    <label><input type="radio" name="choice"> That</label>
  </fieldset>
  <label>When <input type="date"></label>
  <fieldset disabled><legend>Not now</legend><button type="button">Later</button></fieldset>
  <p inert><a href="#text">Nor this</a></p>
  ${body}
  <p><a href="#text">To the text</a></p>
</main>
<script>
  const texts = ${JSON.stringify(TEXTS)}
  const also = (language) => { ${script} }
  document.addEventListener('countersign:language', async ({ detail: language }) => {
    const { dir, tag, text, title } = texts[language]
    document.title = title + ' – the page'
    document.querySelector('h1').textContent = title
    document.getElementById('text').textContent = text
    document.documentElement.dir = dir
    document.documentElement.lang = tag
    also(language)
  })
  also('en')
</script>
</body>
</html>`

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='

/** Faults that do not hide each other stand on one page. */
const FAULTS: Readonly<Record<string, readonly [Fault, readonly RegExp[]]>> = {
  'what axe finds, and colours by their theme': [
    {
      before: '<p>Outside of every landmark</p>',
      body: `
        <img src="${PIXEL}" width="9" height="9">
        <input>
        <p class="pale-by-day">Pale</p>
        <p class="pale-by-night">Pale</p>
        <p>Some words before <a class="plain" href="#text">a link among them</a> and some after it.</p>`,
      style: `
        .pale-by-day { color: light-dark(#bbb, #eee) }
        .pale-by-night { color: light-dark(#111, #444) }
        .plain { display: inline; text-decoration: none; color: light-dark(#00c, #ddd) }
        @media (prefers-color-scheme: light) { .plain { text-decoration: underline } }`,
    },
    [
      /^light: image-alt: .* img/,
      /^light: label: .* input/,
      /^light: region: /,
      /^light: color-contrast: [^|]*\.pale-by-day[^|]*$/,
      /^dark: color-contrast: [^|]*\.pale-by-night[^|]*$/,
      /^dark: link-in-text-block: .*\.plain/,
    ],
  ],
  'what is there in one theme alone': [
    {
      body: `<img src="${PIXEL}" width="9" height="9" class="night">`,
      style: '.night { display: none } @media (prefers-color-scheme: dark) { .night { display: block } }',
    },
    [/^dark: image-alt/],
  ],
  'a page that does not say what it is': [
    { body: '<h1>Well</h1>', lang: 'fr', script: "document.title = 'Other'" },
    [
      /^(en|pseudo): 2 headings of the first level/,
      /^(en|pseudo): the title "Other" is not the heading/,
      /^en: the language is fr, not en/,
    ],
  ],
  'a direction that stays': [
    { script: "document.documentElement.dir = 'ltr'" },
    [/^pseudo: the direction is ltr, not rtl/],
  ],
  'what does not fit': [
    {
      body: `
        <p class="for-tablets">Wide</p>
        <p class="for-screens">Wide</p>
        <p class="for-text">Wide</p>
        <p class="for-words">Wide</p>
        <button type="button" class="small">x</button>`,
      style: `
        .for-tablets { width: 330px }
        .small { min-width: 0; min-height: 0; width: 20px; height: 20px; padding: 0 }
        @media (min-width: 1000px) {
          .for-screens { width: 1400px }
          .for-text { width: 50rem }
        }`,
      script: "if (language === 'pseudo') document.querySelector('.for-words').style.width = '370px'",
    },
    [
      /^(en|pseudo), 320 px: wider than the page: p\.for-tablets/,
      /^(en|pseudo), 1280 px: wider than the page: p\.for-screens/,
      /^twice the text: wider than the page: p\.for-(screens|text)/,
      /^pseudo, 3[29]0 px: wider than the page: p\.for-words/,
      /^(en|pseudo), (320|390|1280) px: too small a target: <button.* 20x20/,
      /^twice the text: too small a target: <button.* 20x20/,
    ],
  ],
  'focus that cannot be seen': [
    {
      body: `
        <button type="button" class="mute">Mute</button>
        <button type="button" class="away">Away</button>
        <button type="button" class="low">Below</button>
        <div class="low bar">Bar</div>`,
      style: `
        .mute:focus-visible { outline: none }
        .away { position: fixed; left: -999px; top: 0 }
        .low { position: fixed; bottom: 0 }
        .bar { inset-inline: 0; height: 6rem; background: Canvas }`,
    },
    [
      /^390 px: focus does not show on button Mute/,
      /^390 px: focus is out of sight on button Away/,
      /^390 px: focus is covered on button Below/,
    ],
  ],
  'focus that goes back': [
    {
      body: '<button type="button" class="back">Back</button>',
      script: `document.querySelector('.back').addEventListener('focus', () => document.querySelector('button').focus())`,
    },
    [/^390 px: focus went back to button Press/, /^390 px: focus never reaches (button Back|a To the text)/],
  ],
  'focus that is caught': [
    {
      body: '<button type="button" class="trap">Trap</button><button type="button">Never</button>',
      script: `document.querySelector('.trap').addEventListener('keydown', (event) => event.preventDefault())`,
    },
    [/^390 px: focus never reaches button Never/, /^390 px: focus never reaches a To the text/],
  ],
  'nothing, where somebody waits for who does not answer': [{ script: "fetch('/never')" }, []],
  'what no page may do': [
    {
      script: `
        if (document.title.startsWith('Well')) {
          console.error('broken')
          setTimeout(() => { throw new Error('thrown') })
          setTimeout(() => alert('stop'))
          fetch('http://127.0.0.2:1080/', { mode: 'no-cors' }).catch(() => {})
          setTimeout('void 0')
        }`,
    },
    [
      /^console: broken/,
      /^error: thrown/,
      /^dialog: stop/,
      /^foreign: http:\/\/127\.0\.0\.2:1080\//,
      /^\[policy\] script-src/,
      // The browser's own words on the last two.
      /^console: Failed to load resource/,
      /^console: Evaluating a string/,
    ],
  ],
}

let browser: Browser
let server: Server
let origin: string
beforeAll(async () => {
  browser = await startChromium()
  server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1))
    // Whoever waits for it is looked at all the same.
    if (name === 'never') return
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "script-src 'unsafe-inline'",
    })
    response.end(pageWith(FAULTS[name]?.[0] ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve))
})

let watched: WatchedPage
afterEach(() => watched?.close())

async function problemsAt(name: string, options?: { german: boolean }): Promise<readonly string[]> {
  // Whoever does not answer here never will.
  watched = await watchedPage(browser, origin, { patienceMs: 500 })
  await watched.page.goto(`/${encodeURIComponent(name)}`)
  return problemsOf(watched, options)
}

describe('a page on which all is well', () => {
  it('has no problems, in three languages, and is left as it was', async () => {
    expect(await problemsAt('', { german: true })).toEqual([])
    const { page } = watched
    expect(page.viewportSize()).toEqual({ width: 390, height: 844 })
    expect(await page.evaluate('[document.documentElement.lang, document.title]')).toEqual([
      'en',
      'Well – the page',
    ])
    expect(await page.evaluate("matchMedia('(prefers-color-scheme: light)').matches")).toBe(true)
  })
})

describe('on a page with faults', () => {
  it.each(Object.entries(FAULTS))('each is told: %s', async (name, [, expected]) => {
    const problems = await problemsAt(name)
    for (const one of expected) expect(problems).toContainEqual(expect.stringMatching(one))
    expect(problems.filter((problem) => !expected.some((one) => one.test(problem)))).toEqual([])
  })
})
