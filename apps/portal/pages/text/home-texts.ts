/** The texts of the first page and of the lists of sessions; English comes with the pages. */
import { texts } from '@countersign/ui/text/texts'
import { en } from './home/en.ts'

export const home = texts({
  en: async () => en,
  de: async () => (await import('./home/de.ts')).de,
})
