/**
 * What a holder chose in a form: names of its fields, and choices out of what was sent. A field names places in what is shown; one
 * that is there no longer chooses nothing, and the next page says what would leave before anything does. Pure.
 */
import type { RequestPreview, UseExchangedRequest } from '@countersign/api/wallet/request-exchange'
import { type Choices, firstChoices, pathKey, setsOf, type Way } from '../shown/choices.ts'

/** There with every form of choices: what is absent then was left out. */
export const CHOSEN = 'chosen'

export const fieldOf = {
  /** One of several sets of cards. */
  option: (set: number) => `set${set}`,
  card: (query: number) => `card${query}`,
  /** Other claims of that card. */
  way: (query: number, card: number) => `way${query}.${card}`,
  /** A claim that they can do without. */
  claim: (query: number, card: number, way: number | undefined, claim: number) =>
    `claim${query}.${card}.${way ?? ''}.${claim}`,
} as const

export type Sent = Readonly<Record<string, unknown>>

/** Nothing to choose: the page that asks is the first one. */
export function hasChoices(preview: RequestPreview): boolean {
  return (
    openSets(preview).length > 0 ||
    preview.queries.some(
      ({ candidates }) =>
        candidates.length > 1 ||
        candidates.some(({ alternatives, optional }) => alternatives.length > 0 || optional.length > 0),
    )
  )
}

export interface OpenSet {
  readonly index: number
  readonly required: boolean
  readonly options: readonly { readonly at: number; readonly queryIds: readonly string[] }[]
}

/** Sets of cards in which there is something to choose. */
export function openSets(preview: RequestPreview): readonly OpenSet[] {
  return setsOf(preview).flatMap(({ options, required }, index) => {
    const possible = options.flatMap(({ queryIds, satisfiable }, at) =>
      satisfiable ? [{ at, queryIds }] : [],
    )
    const isOpen = possible.length > 1 || (possible.length === 1 && !required)
    return isOpen ? [{ index, required, options: possible }] : []
  })
}

/** The first choices where nothing was sent. */
export function choicesIn(preview: RequestPreview, sent: Sent): Choices {
  const first = firstChoices(preview)
  if (sent[CHOSEN] === undefined) return first
  const cards: [string, string][] = []
  const ways: [string, number][] = []
  const extras: [string, readonly string[]][] = []
  for (const [place, { candidates, queryId }] of preview.queries.entries()) {
    const at = numberIn(sent, fieldOf.card(place)) ?? 0
    const candidate = candidates[at]
    if (candidate === undefined) continue
    cards.push([queryId, candidate.credentialId])
    const wanted = numberIn(sent, fieldOf.way(place, at))
    const other = candidate.alternatives.find(({ alternative }) => alternative === wanted)
    if (other !== undefined) ways.push([queryId, other.alternative])
    extras.push([
      queryId,
      ticked(other ?? candidate, sent, (claim) => fieldOf.claim(place, at, other?.alternative, claim)),
    ])
  }
  return {
    options: optionsIn(preview, first, sent),
    cards: Object.fromEntries(cards),
    ways: Object.fromEntries(ways),
    extras: Object.fromEntries(extras),
  }
}

/** Those by which this would be sent: for a page that shows again what was decided. */
export function choicesOf(preview: RequestPreview, selections: UseExchangedRequest['selections']): Choices {
  const answered = new Set(selections.map(({ queryId }) => queryId))
  return {
    options: setsOf(preview).map(({ options }) => {
      const found = options.findIndex(({ queryIds }) => queryIds.every((queryId) => answered.has(queryId)))
      return found < 0 ? undefined : found
    }),
    cards: Object.fromEntries(selections.map(({ credentialId, queryId }) => [queryId, credentialId])),
    ways: Object.fromEntries(
      selections.flatMap(({ alternative, queryId }) =>
        alternative === undefined ? [] : [[queryId, alternative]],
      ),
    ),
    extras: Object.fromEntries(
      selections.map(({ optionalClaims = [], queryId }) => [queryId, optionalClaims.map(pathKey)]),
    ),
  }
}

function optionsIn(preview: RequestPreview, first: Choices, sent: Sent): Choices['options'] {
  const open = new Map(openSets(preview).map((set) => [set.index, set]))
  return first.options.map((usual, index) => {
    const set = open.get(index)
    if (set === undefined) return usual
    const wanted = numberIn(sent, fieldOf.option(index))
    const isThere = set.options.some(({ at }) => at === wanted)
    return isThere ? wanted : set.required ? usual : undefined
  })
}

function ticked({ optional }: Way, sent: Sent, field: (claim: number) => string): readonly string[] {
  return optional.flatMap(({ path }, claim) => (sent[field(claim)] === undefined ? [] : [pathKey(path)]))
}

function numberIn(sent: Sent, field: string): number | undefined {
  const text = sent[field]
  return typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : undefined
}
