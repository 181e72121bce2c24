/** Languages that the texts are written in. One more is a file beside `english.ts` and an entry here. */
import { ENGLISH } from './english.ts'
import { GERMAN } from './german.ts'
import type { DecisionTexts } from './texts.ts'

/** The first is for whoever asks for none of them. */
export const LANGUAGES = ['en', 'de'] as const

export type Language = (typeof LANGUAGES)[number]

export const TEXTS: Readonly<Record<Language, DecisionTexts>> = { en: ENGLISH, de: GERMAN }
