/** The texts of pages about the owner's own affairs, which are loaded when somebody goes there. */
import { texts } from '@countersign/ui/text/texts'
import { en } from './own/en.ts'

export const own = texts({
  en: async () => en,
  de: async () => (await import('./own/de.ts')).de,
})
