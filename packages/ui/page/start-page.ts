/** The beginning of every app: its look, its language, its first page. */
import '../style/tokens.css'
import '../style/base.css'
import { type ComponentChild, render } from 'preact'
import { isLanguageId } from '../text/languages.ts'
import { chooseLanguage, startLanguage } from '../text/texts.ts'
import { nowMs } from './clock.ts'

/** What is known within so many milliseconds is shown at once, without a picture before it that says to wait. */
const SOON_MS = 50

/** Shows the app in the element with the id `app`: when its texts are there, and `first`, which it begins with, or nearly so. That it failed the app says itself. */
export async function startPage(app: () => ComponentChild, first: Promise<unknown>): Promise<void> {
  const place = document.getElementById('app')
  if (place === null) throw new Error('the page has no place for the app')
  await Promise.all([startLanguage(), Promise.race([first.catch(() => undefined), soon()])])
  // A language that is not offered is asked for by name: the one that tests read.
  document.addEventListener('countersign:language', (event) => {
    const asked: unknown = event instanceof CustomEvent ? event.detail : undefined
    if (isLanguageId(asked)) void chooseLanguage(asked)
  })
  reloadOnceForNewFiles()
  render(app(), place)
}

/** Files that a service worker has kept are here long before an answer can be: then the first picture is the one that waits. */
function soon(): Promise<void> {
  const isKept = 'serviceWorker' in navigator && navigator.serviceWorker.controller !== null
  return new Promise((resolve) => {
    setTimeout(resolve, isKept ? 0 : SOON_MS)
  })
}

const RELOADED = 'countersign.reloaded'
const RELOAD_AGAIN_MS = 60_000

/** A page that was open while the files were built anew, and whose own are gone, begins again - once, not for ever. */
function reloadOnceForNewFiles(): void {
  addEventListener('vite:preloadError', () => {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0)
    if (nowMs() - last < RELOAD_AGAIN_MS) return
    sessionStorage.setItem(RELOADED, String(nowMs()))
    location.reload()
  })
}
