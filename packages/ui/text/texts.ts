/**
 * Texts as typed dictionaries, a file a language, loaded when it is shown. Reading `t.value` in a component makes it follow
 * the language, without a new load of the page. A text with something of a page's own in it has a place for it, `{who}`;
 * a text that depends on a number is a function of it.
 */
import { batch, type Signal, signal } from '@preact/signals'
import {
  DEFAULT_LANGUAGE,
  firstLanguage,
  formatOf,
  keepLanguage,
  LANGUAGES,
  type LanguageId,
} from './languages.ts'

/** The shape of another language: the same names, strings for strings, functions of the same. */
export type TextsLike<T> = {
  readonly [Name in keyof T]: T[Name] extends string
    ? string
    : T[Name] extends (...args: never[]) => unknown
      ? T[Name]
      : TextsLike<T[Name]>
}

type Loaders<T> = Readonly<Record<Exclude<LanguageId, 'pseudo'>, () => Promise<T>>>

interface TextSet {
  /** Undefined before the first. */
  shown: LanguageId | undefined
  /** Gives back what shows it. */
  load(id: LanguageId): Promise<() => void>
}

const sets: TextSet[] = []
const current: Signal<LanguageId> = signal(DEFAULT_LANGUAGE)

/** The language that is shown. */
export function language(): LanguageId {
  return current.value
}

/** For `Intl`: dates, numbers and lists are written as the language does. */
export function formatTag(): string {
  return formatOf(current.value)
}

/**
 * Texts of a part of the pages. They are there before anything is shown (`startLanguage`); those of a part that is loaded later,
 * when `textsThere` is done.
 */
export function texts<T extends object>(loaders: Loaders<T>): Readonly<Signal<T>> {
  const held = signal({} as T)
  sets.push({
    shown: undefined,
    async load(id) {
      const loaded = await loaders[id === 'pseudo' ? 'en' : id]()
      const shown = id === 'pseudo' ? (await import('./pseudo.ts')).pseudo(loaded) : loaded
      return () => {
        held.value = shown
        this.shown = id
      }
    },
  })
  return held
}

/** Loads what came since the language was chosen. Call it before a part that was loaded later is shown. */
export async function textsThere(): Promise<void> {
  const id = current.peek()
  const missing = sets.filter(({ shown }) => shown !== id)
  const show = await Promise.all(missing.map((set) => set.load(id)))
  // Somebody may have chosen another one meanwhile.
  if (id !== current.peek()) return textsThere()
  batch(() => {
    for (const one of show) one()
  })
}

/** Once, before the first page. */
export async function startLanguage(): Promise<void> {
  await showLanguage(firstLanguage())
}

/** On the open page, and for the next visit. */
export async function chooseLanguage(id: LanguageId): Promise<void> {
  await showLanguage(id)
  keepLanguage(id)
}

async function showLanguage(id: LanguageId): Promise<void> {
  const show = await Promise.all(sets.map((set) => set.load(id)))
  const { tag, direction } = LANGUAGES[id]
  document.documentElement.lang = tag
  document.documentElement.dir = direction
  batch(() => {
    for (const one of show) one()
    current.value = id
  })
}
