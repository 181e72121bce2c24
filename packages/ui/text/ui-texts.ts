/** The texts of the shared parts. */
import { texts } from './texts.ts'

export const ui = texts({
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
})
