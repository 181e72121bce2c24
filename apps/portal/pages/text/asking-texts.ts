/** The texts of the ways in which a request can be made and answered; they come with the pages that verify. */
import { texts } from '@countersign/ui/text/texts'
import { en } from './asking/en.ts'

export const asking = texts({
  en: async () => en,
  de: async () => (await import('./asking/de.ts')).de,
})
