/** The texts of what is shown without a network, which come with it. */
import { texts } from '@countersign/ui/text/texts'
import { en } from './offline/en.ts'

export const away = texts({
  en: async () => en,
  de: async () => (await import('./offline/de.ts')).de,
})
