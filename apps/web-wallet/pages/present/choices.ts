/**
 * What a holder chose on the consent page, and what would leave by it. Choices begin with the least: the first way that can
 * be answered, nothing that they can do without, no claim that is not needed. Pure.
 */
import type { RequestPreview, UseExchangedRequest } from '@countersign/api/wallet/request-exchange'

export type Query = RequestPreview['queries'][number]
export type Candidate = Query['candidates'][number]
export type ClaimPath = Candidate['claims'][number]['path']

export interface Choices {
  /** For each set of alternatives the chosen option; undefined: they can do without, and get nothing of it. */
  readonly options: readonly (number | undefined)[]
  /** By query: the credential. */
  readonly cards: Readonly<Record<string, string>>
  /** By query: another way of the candidate; absent: what is asked. */
  readonly ways: Readonly<Record<string, number>>
  /** By query: paths of optional claims, as JSON. */
  readonly extras: Readonly<Record<string, readonly string[]>>
}

export interface ShownClaim {
  readonly key: string
  readonly label: string
  readonly value: string
  readonly kind: 'needed' | 'with_credential'
}

export function firstChoices(preview: RequestPreview): Choices {
  return {
    options: setsOf(preview).map(({ required, options }) => {
      const first = options.findIndex(({ satisfiable }) => satisfiable)
      return required && first >= 0 ? first : undefined
    }),
    cards: Object.fromEntries(
      preview.queries.flatMap(({ queryId, candidates }) =>
        candidates[0] === undefined ? [] : [[queryId, candidates[0].credentialId]],
      ),
    ),
    ways: {},
    extras: {},
  }
}

/** A request without sets wants every query that is required, each by itself. */
export function setsOf({ alternatives, queries }: RequestPreview): RequestPreview['alternatives'] {
  if (alternatives.length > 0) return alternatives
  return queries.map(({ queryId, required, candidates }) => ({
    required,
    options: [{ queryIds: [queryId], satisfiable: candidates.length > 0 }],
  }))
}

/** The queries that would be answered, in the request's order. */
export function chosenQueries(preview: RequestPreview, { options }: Choices): readonly Query[] {
  const ids = new Set(
    setsOf(preview).flatMap((set, index) => {
      const option = options[index]
      return option === undefined ? [] : (set.options[option]?.queryIds ?? [])
    }),
  )
  return preview.queries.filter(({ queryId, candidates }) => ids.has(queryId) && candidates.length > 0)
}

export function chosenCandidate({ queryId, candidates }: Query, { cards }: Choices): Candidate | undefined {
  return candidates.find(({ credentialId }) => credentialId === cards[queryId]) ?? candidates[0]
}

export function pathKey(path: ClaimPath): string {
  return JSON.stringify(path)
}

/** What leaves whenever this card does: what is asked, or the other way of it, and what cannot be withheld. */
export function neededClaims(candidate: Candidate, way: number | undefined): readonly ShownClaim[] {
  const fixed = candidate.claims.map(({ path, label, value, needed }) => ({
    key: pathKey(path),
    label,
    value,
    kind: needed === 'asked' ? ('needed' as const) : ('with_credential' as const),
  }))
  const other = candidate.alternatives.find(({ alternative }) => alternative === way)
  if (other === undefined) return fixed
  const instead = other.claims.map(({ path, label, value }) => ({
    key: pathKey(path),
    label,
    value,
    kind: 'needed' as const,
  }))
  const withCard = fixed.filter(
    ({ kind, key }) => kind === 'with_credential' && !instead.some((one) => one.key === key),
  )
  return [...instead, ...withCard]
}

/** How many details would leave. */
export function sharedCount(preview: RequestPreview, choices: Choices): number {
  return chosenQueries(preview, choices).reduce((count, query) => {
    const candidate = chosenCandidate(query, choices)
    if (candidate === undefined) return count
    const needed = neededClaims(candidate, choices.ways[query.queryId]).length
    return count + needed + extrasOf(query, candidate, choices).length
  }, 0)
}

/** Only what this candidate has: another card may not have what was ticked for the one before. */
export function extrasOf(
  { queryId }: Query,
  { optional }: Candidate,
  { extras }: Choices,
): readonly ClaimPath[] {
  const ticked = extras[queryId] ?? []
  return optional.map(({ path }) => path).filter((path) => ticked.includes(pathKey(path)))
}

export function selectionsFor(preview: RequestPreview, choices: Choices): UseExchangedRequest['selections'] {
  return chosenQueries(preview, choices).flatMap((query) => {
    const candidate = chosenCandidate(query, choices)
    if (candidate === undefined) return []
    const alternative = choices.ways[query.queryId]
    const isWay = candidate.alternatives.some((one) => one.alternative === alternative)
    return [
      {
        queryId: query.queryId,
        credentialId: candidate.credentialId,
        optionalClaims: extrasOf(query, candidate, choices).map((path) => [...path]),
        ...(isWay && alternative !== undefined && { alternative }),
      },
    ]
  })
}

export function withCard(choices: Choices, queryId: string, credentialId: string): Choices {
  const { [queryId]: _way, ...ways } = choices.ways
  return { ...choices, cards: { ...choices.cards, [queryId]: credentialId }, ways }
}

export function withOption(choices: Choices, set: number, option: number | undefined): Choices {
  return { ...choices, options: choices.options.map((old, index) => (index === set ? option : old)) }
}

export function withWay(choices: Choices, queryId: string, way: number | undefined): Choices {
  const { [queryId]: _old, ...others } = choices.ways
  return { ...choices, ways: way === undefined ? others : { ...others, [queryId]: way } }
}

export function withExtra(choices: Choices, queryId: string, path: ClaimPath, chosen: boolean): Choices {
  const key = pathKey(path)
  const others = (choices.extras[queryId] ?? []).filter((one) => one !== key)
  return { ...choices, extras: { ...choices.extras, [queryId]: chosen ? [...others, key] : others } }
}
