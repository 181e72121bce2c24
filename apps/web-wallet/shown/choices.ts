/**
 * What a holder chose on the consent page, and what would leave by it. Choices begin with the least: the first way that can
 * be answered, nothing that they can do without, no claim that is not needed. Pure.
 */
import type { RequestPreview, UseExchangedRequest } from '@countersign/api/wallet/request-exchange'

export type Query = RequestPreview['queries'][number]
export type Candidate = Query['candidates'][number]
export type ClaimPath = Candidate['claims'][number]['path']
export type Way = Candidate | Candidate['alternatives'][number]

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

/** Which of the queries that would be answered confirms it: as the wallet does it, the first that it names. */
export function confirmingQuery(
  preview: RequestPreview,
  choices: Choices,
  { queryIds }: NonNullable<RequestPreview['transactions']>[number],
): Query | undefined {
  const chosen = chosenQueries(preview, choices)
  return queryIds.flatMap((id) => chosen.find(({ queryId }) => queryId === id) ?? [])[0]
}

export function chosenCandidate({ queryId, candidates }: Query, { cards }: Choices): Candidate | undefined {
  return candidates.find(({ credentialId }) => credentialId === cards[queryId]) ?? candidates[0]
}

export function pathKey(path: ClaimPath): string {
  return JSON.stringify(path)
}

/** What this card answers by: what is asked, or the other way that was chosen, as a whole. */
export function chosenWay(candidate: Candidate, { ways }: Choices, { queryId }: Query): Way {
  return candidate.alternatives.find(({ alternative }) => alternative === ways[queryId]) ?? candidate
}

type LeavingClaim = Way['claims'][number] | Way['optional'][number] | Way['optional'][number]['along'][number]

/** Every detail that would leave. */
export function leavingClaims(preview: RequestPreview, choices: Choices): readonly LeavingClaim[] {
  return chosenQueries(preview, choices).flatMap((query) => {
    const candidate = chosenCandidate(query, choices)
    if (candidate === undefined) return []
    const way = chosenWay(candidate, choices, query)
    const extras = extrasOf(query, way, choices).flatMap((claim) => [claim, ...claim.along])
    return [...way.claims, ...extras]
  })
}

export function sharedCount(preview: RequestPreview, choices: Choices): number {
  return leavingClaims(preview, choices).length
}

/** Only what this way has: another may not have what was ticked for the one before. */
export function extrasOf({ queryId }: Query, { optional }: Way, { extras }: Choices): Way['optional'] {
  const ticked = extras[queryId] ?? []
  return optional.filter(({ path }) => ticked.includes(pathKey(path)))
}

export function selectionsFor(preview: RequestPreview, choices: Choices): UseExchangedRequest['selections'] {
  return chosenQueries(preview, choices).flatMap((query) => {
    const candidate = chosenCandidate(query, choices)
    if (candidate === undefined) return []
    const way = chosenWay(candidate, choices, query)
    return [
      {
        queryId: query.queryId,
        credentialId: candidate.credentialId,
        optionalClaims: extrasOf(query, way, choices).map(({ path }) => path),
        ...('alternative' in way && { alternative: way.alternative }),
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
