/** The texts of the portal. */
import { texts } from '@countersign/ui/text/texts'

export const portal = texts({
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
})
