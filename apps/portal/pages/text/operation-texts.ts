/** The texts of pages that are loaded when somebody goes there. */
import { texts } from '@countersign/ui/text/texts'
import { en } from './operation/en.ts'

export const operation = texts({
  en: async () => en,
  de: async () => (await import('./operation/de.ts')).de,
})
