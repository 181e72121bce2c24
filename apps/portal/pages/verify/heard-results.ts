/**
 * Results that this page has heard of while somebody waited for them: shown at once, without asking for what was told a moment ago.
 * What is decided does not change; after a new load of the page it is asked for.
 */
import type { VerificationView } from '@countersign/api/verifier/session'

const heard = new Map<string, VerificationView>()
/** Nobody goes back further. */
const MOST = 20

export function keepHeard(view: VerificationView): void {
  heard.set(view.id, view)
  const [oldest] = heard.keys()
  if (heard.size > MOST && oldest !== undefined) heard.delete(oldest)
}

/** `tag`: the language of the page. A stream is told in that of the browser, and sentences of another are asked for. */
export function heardResult(id: string, tag: string): VerificationView | undefined {
  const [told = ''] = navigator.languages
  return languageOf(told) === languageOf(tag) ? heard.get(id) : undefined
}

function languageOf(tag: string): string {
  return tag.toLowerCase().split('-', 1)[0] ?? ''
}
