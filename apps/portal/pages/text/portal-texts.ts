/** The texts of the portal. English comes with the pages, so that most visits ask for nothing more. */
import { texts } from '@countersign/ui/text/texts'
import { en } from './en.ts'

export const portal = texts({
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
})
