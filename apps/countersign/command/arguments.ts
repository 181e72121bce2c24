/**
 * Reads the command line of the commands that are not services: every flag is declared, and what is not declared is
 * a mistake that names the nearest known word. A service reads its own flags, which are keys of its configuration.
 */
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FlagKind, FlagTable } from './flags.ts'

export type ArgumentMistake =
  | { readonly code: 'flag_unknown'; readonly flag: string; readonly nearest?: string }
  | { readonly code: 'value_missing'; readonly flag: string }
  | { readonly code: 'value_unexpected'; readonly flag: string }
  | { readonly code: 'value_invalid'; readonly flag: string; readonly expected: string }
  | { readonly code: 'flag_repeated'; readonly flag: string }
  | { readonly code: 'word_unexpected'; readonly word: string }

export interface Arguments {
  text(flag: string): string | undefined
  /** Of a flag of kind `count` or `days`. */
  count(flag: string): number | undefined
  on(flag: string): boolean
}

/** `--flag value`, `--flag=value` and `--switch`, in any order; the first mistake ends it. */
export function readArguments(flags: FlagTable, argv: readonly string[]): Result<Arguments, ArgumentMistake> {
  const values = new Map<string, string>()
  const words = argv.values()
  for (const word of words) {
    const match = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word)
    if (match === null) return refuse({ code: 'word_unexpected', word })
    const flag = match[1] ?? ''
    const kind = Object.hasOwn(flags, flag) ? flags[flag]?.kind : undefined
    if (kind === undefined) return refuse(unknownFlag(flag, Object.keys(flags)))
    if (values.has(flag)) return refuse({ code: 'flag_repeated', flag })
    if (kind === 'switch' && match[2] !== undefined) return refuse({ code: 'value_unexpected', flag })
    const value = match[2] ?? (kind === 'switch' ? '' : words.next().value)
    const mistake = valueMistake(flag, kind, value)
    if (mistake !== undefined) return refuse(mistake)
    values.set(flag, value ?? '')
  }
  return ok(argumentsOf(values))
}

/** One sentence for the terminal. */
export function describeMistake(mistake: ArgumentMistake): string {
  switch (mistake.code) {
    case 'flag_unknown':
      return `unknown flag --${mistake.flag}${didYouMean(mistake.nearest && `--${mistake.nearest}`)}`
    case 'value_missing':
      return `--${mistake.flag} needs a value`
    case 'value_unexpected':
      return `--${mistake.flag} takes no value`
    case 'value_invalid':
      return `--${mistake.flag} must be ${mistake.expected}`
    case 'flag_repeated':
      return `--${mistake.flag} is given twice`
    case 'word_unexpected':
      return `${JSON.stringify(mistake.word)} is not expected here`
  }
}

function unknownFlag(flag: string, known: readonly string[]): ArgumentMistake {
  const nearest = nearestWord(flag, known)
  return nearest === undefined ? { code: 'flag_unknown', flag } : { code: 'flag_unknown', flag, nearest }
}

function valueMistake(flag: string, kind: FlagKind, value: string | undefined): ArgumentMistake | undefined {
  if (kind === 'switch') return undefined
  if (value === undefined || value === '' || value.startsWith('--')) return { code: 'value_missing', flag }
  if (kind === 'count' && !/^[1-9]$/.test(value)) {
    return { code: 'value_invalid', flag, expected: 'a whole number from 1 to 9' }
  }
  if (kind === 'days' && !/^[1-9]\d{0,4}$/.test(value)) {
    return { code: 'value_invalid', flag, expected: 'a number of days' }
  }
  if (kind === 'url' && !/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
    return { code: 'value_invalid', flag, expected: 'a URL like http://localhost:9093' }
  }
  return undefined
}

function argumentsOf(values: ReadonlyMap<string, string>): Arguments {
  return {
    text: (flag) => values.get(flag),
    count: (flag) => (values.has(flag) ? Number(values.get(flag)) : undefined),
    on: (flag) => values.has(flag),
  }
}
