/** The wallet's texts. */
import { texts } from '@countersign/ui/text/texts'

export const wallet = texts({
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
})
