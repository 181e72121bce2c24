/** The wallet's texts. English comes with the pages, so that most visits ask for nothing more. */
import { texts } from '@countersign/ui/text/texts'
import { en } from './en.ts'

export const wallet = texts({
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
})
