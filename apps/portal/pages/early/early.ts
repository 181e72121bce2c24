/** A script of its own, a kilobyte: it asks for what the page will show while the page's own script is still on its way. */
import type { PortalSession } from '@countersign/api/portal/session'
import { askAhead, fetchAhead, jsonHeaders, STREAM_HEADERS } from '@countersign/ui/http/ahead'
import { firstLanguage, formatOf } from '@countersign/ui/text/languages'
import { warmFormats } from '@countersign/ui/text/warm-formats'
import { type Ask, asksAt, nextAt, partsAt } from './beginning.ts'

/** Of each part that is loaded later, its files; the build writes it. */
declare const PARTS: Readonly<Record<string, readonly string[]>>

const NEXT_MS = 3_000

const language = firstLanguage()
const tag = formatOf(language)

askAhead<PortalSession>('/api/session', jsonHeaders(), ({ login }) => {
  if (login === 'needed') return
  ask(asksAt(location.pathname))
})
fetchAhead(partsAt(location.pathname, language).flatMap((part) => PARTS[part] ?? []))
// Whatever is to be fetched is asked for first.
setTimeout(() => warmFormats(tag))
// Where one goes next is fetched while one looks, behind everything that the page itself needs.
const next = nextAt(location.pathname)
if (next !== undefined) setTimeout(() => fetchAhead(PARTS[next] ?? []), NEXT_MS)

function ask(asks: readonly Ask[]): void {
  for (const { how, next, path } of asks)
    askAhead(`/api${path}`, headersOf(how), next && ((answer: unknown) => ask(next(answer))))
}

function headersOf(how: Ask['how']) {
  if (how === 'stream') return STREAM_HEADERS
  return jsonHeaders(how === 'in words' ? tag : undefined)
}
