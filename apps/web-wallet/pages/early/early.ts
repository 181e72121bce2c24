/** A script of its own, a kilobyte: it asks for what the page will show while the page's own script is still on its way. */
import { askAhead, fetchAhead, jsonHeaders } from '@countersign/ui/http/ahead'
import { firstLanguage, formatOf } from '@countersign/ui/text/languages'
import { warmFormats } from '@countersign/ui/text/warm-formats'
import { rememberedWallet } from '../account/remembered.ts'
import { asksAt, partsAt } from './beginning.ts'

/** Of each part that is loaded later, its files; the build writes it. */
declare const PARTS: Readonly<Record<string, readonly string[]>>

const language = firstLanguage()
const headers = jsonHeaders(formatOf(language))
const walletId = rememberedWallet()

// Whoever was never here is asked nothing about. Whose log-in ended unseen is told so by each answer.
if (walletId !== null)
  for (const path of asksAt(location.pathname, walletId)) askAhead(`/wallet-api${path}`, headers)
const parts = partsAt(location.pathname, language, walletId === null)
fetchAhead(parts.flatMap((part) => PARTS[part] ?? []))
// Whatever is to be fetched is asked for first.
setTimeout(() => warmFormats(formatOf(language)))
