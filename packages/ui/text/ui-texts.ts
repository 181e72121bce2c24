/** The texts of the shared parts. English comes with the pages: what is loaded after them is a round trip more. */
import { en } from './en.ts'
import { texts } from './texts.ts'

export const ui = texts({
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
})
