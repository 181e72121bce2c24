/**
 * Our DCQL engine against the `dcql` library, over thousands of wallets and queries of chance: whether a query is
 * refused, which credentials answer it, with which claims, and whether the whole can be answered. Where the two part,
 * the specification decides, and `dcql/disagreements.testing.ts` names the place.
 */
import type { ClaimPath } from '@countersign/credential/contract/format'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson } from '@countersign/credential/w3c-vc/format'
import { type HeldForQuery, matchQuery } from '@countersign/protocol/openid4vp/dcql/match'
import { parseDcqlQuery } from '@countersign/protocol/openid4vp/dcql/parse'
import type { ClaimsQuery, CredentialQuery, DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Disagreement,
  inAuthorities,
  inClaims,
  inMatching,
  inMeta,
  inParsing,
  isUnanswerable,
  isUnanswerableClaim,
} from './dcql/disagreements.testing.ts'
import {
  bare,
  matchedByThem,
  parsedByThem,
  projection,
  type TheirVerdict,
  verdictOfThem,
} from './dcql/oracle.testing.ts'
import { type Case, makeCase } from './dcql/query.testing.ts'

const formats = formatRegistry([sdJwtVc, mdoc, jwtVcJson])
const CASES = 10_000
/** Another one looks at other cases; a single case runs again by its own number. */
const firstSeed = Number(process.env['DCQL_SEED'] ?? 1)

const REFUSED = 'refused by both'
const SATISFIABLE = 'can be answered'
const NOT_SATISFIABLE = 'cannot be answered'

class Tally {
  readonly counts = new Map<string, number>()
  readonly unexplained: string[] = []

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  /** True: both say the same. False: they do not, for a reason that is known or that is now noted. */
  compare<Subject>(
    ours: boolean,
    theirs: boolean,
    subject: Subject,
    known: readonly Disagreement<Subject>[],
    about: () => string,
  ): boolean {
    if (ours === theirs) return true
    const possible = known.filter(({ accepts }) => (accepts === 'ours') === ours)
    this.explain(subject, possible, () => `${about()}: ours ${ours}, theirs ${theirs}`)
    return false
  }

  explain<Subject>(subject: Subject, known: readonly Disagreement<Subject>[], about: () => string): void {
    const reason = known.find(({ applies }) => applies(subject))
    if (reason === undefined) this.unexplained.push(about())
    else this.count(describeReason(reason))
  }

  demand(holds: boolean, about: () => string): void {
    if (!holds) this.unexplained.push(about())
  }
}

function describeReason({ name, section }: Disagreement<never>): string {
  return `${name} (${section})`
}

/** What one claim of a query selects in one credential; undefined: nothing. */
type Selection = readonly ClaimPath[] | undefined

function compareCase(example: Case, tally: Tally): void {
  const { query, seed, wallet } = example
  const at = (place: string) => () => `seed ${seed}, ${place}: ${JSON.stringify(query)}`
  const ours = parseDcqlQuery(query)
  const theirs = parsedByThem(query)
  if (!tally.compare(ours.ok, theirs !== undefined, query, inParsing, at('parsing'))) {
    if (ours.ok) demandNothing(ours.value, wallet, tally, at('answered'))
    return
  }
  if (!ours.ok || theirs === undefined) {
    tally.count(REFUSED)
    return
  }
  const match = matchQuery(ours.value, wallet, formats)
  const result = matchedByThem(theirs, wallet)
  if (!tally.compare(true, result !== undefined, query, inMatching, at('matching')) || !result) return
  let agreed = true
  const answered = new Set<string>()
  for (const [number, credentialQuery] of ours.value.credentials.entries()) {
    for (const [index, entry] of wallet.entries()) {
      const place = at(`query ${number}, credential ${index}`)
      const verdict = verdictOfThem(result, credentialQuery.id, index)
      const expected = expectation(credentialQuery, entry, verdict, tally, place)
      const candidates = match.queries[number]?.candidates ?? []
      const candidate = candidates.find(({ credentialId }) => credentialId === entry.id)
      tally.demand(samePaths(candidate?.disclose, expected.disclose), () => `${place()}: disclosed`)
      if (expected.disclose !== undefined) answered.add(credentialQuery.id)
      if (expected.agreed) compareVerdict(expected.disclose, entry, verdict, tally, place)
      agreed &&= expected.agreed
    }
  }
  tally.demand(match.satisfiable === isSatisfiable(ours.value, answered), at('satisfiable'))
  if (agreed) tally.demand(match.satisfiable === result.can_be_satisfied, at('satisfiable to both'))
  tally.count(match.satisfiable ? SATISFIABLE : NOT_SATISFIABLE)
}

/** A query that only we read: what nobody can answer is answered by nothing. */
function demandNothing(
  { credentials }: DcqlQuery,
  wallet: readonly HeldForQuery[],
  tally: Tally,
  place: () => string,
): void {
  for (const query of credentials) {
    const foreign = (query.claims ?? []).filter((claim) => isUnanswerableClaim(query, claim))
    const parts = foreign.map((claim) => ({ ...query, claims: [claim], claimSets: undefined }))
    const asked = isUnanswerable(query) ? [query, ...parts] : parts
    const answered = asked.some((part) => wallet.some((entry) => select(part, entry) !== undefined))
    tally.demand(!answered, place)
  }
}

interface Expectation {
  /** What the credential would disclose for the query; undefined: it does not answer it. */
  readonly disclose: Selection
  /** Both sides said the same in every part. */
  readonly agreed: boolean
}

/** The parts of a credential query one by one, each against the library's word for it, and then put together. */
function expectation(
  query: CredentialQuery,
  entry: HeldForQuery,
  theirs: TheirVerdict,
  tally: Tally,
  place: () => string,
): Expectation {
  const { claims = [], claimSets, trustedAuthorities, ...meta } = query
  const { held } = entry
  const ofType = select(meta, entry) !== undefined
  const subject = { query, held }
  if (!tally.compare(ofType, theirs.meta.success, subject, inMeta, () => `${place()}, meta`)) {
    return { disclose: ofType ? select(query, entry) : undefined, agreed: false }
  }
  if (!ofType) return { disclose: undefined, agreed: true }
  const byAuthority =
    select({ ...meta, ...(trustedAuthorities && { trustedAuthorities }) }, entry) !== undefined
  const sameAuthority = tally.compare(
    byAuthority,
    theirs.trusted_authorities.success,
    subject,
    inAuthorities,
    () => `${place()}, authority`,
  )
  const selections = claims.map((claim) => select({ ...meta, claims: [claim] }, entry))
  const sameClaims = claims.map((claim, index) =>
    compareClaim(claim, index, selections[index], entry, theirs, tally, place),
  )
  return {
    disclose: byAuthority ? together(claims, claimSets, selections) : undefined,
    agreed: sameAuthority && sameClaims.every(Boolean),
  }
}

function compareClaim(
  claim: ClaimsQuery,
  index: number,
  ours: Selection,
  { held }: HeldForQuery,
  { claims: verdict }: TheirVerdict,
  tally: Tally,
  place: () => string,
): boolean {
  const about = () => `${place()}, claim ${index}`
  const subject = { claim, held }
  const theirs = verdict.valid_claims?.find(({ claim_index: at }) => at === index)
  const same = tally.compare(ours !== undefined, theirs !== undefined, subject, inClaims, about)
  if (!same || ours === undefined || theirs === undefined) return same
  const shows = sameShown(projection(held.claims, ours), theirs.output)
  // The same claim, of which one side shows more.
  if (!shows) tally.explain(subject, inClaims, () => `${about()}, shown`)
  return shows
}

function compareVerdict(
  expected: Selection,
  { held }: HeldForQuery,
  theirs: TheirVerdict,
  tally: Tally,
  place: () => string,
): void {
  tally.demand((expected !== undefined) === theirs.success, () => `${place()}: matches`)
  if (expected === undefined || !theirs.success) return
  const [first] = theirs.claims.valid_claim_sets
  const shows = sameShown(projection(held.claims, expected), first?.output)
  tally.demand(shows, () => `${place()}: shows`)
}

function sameShown(ours: unknown, theirs: unknown): boolean {
  return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(bare(theirs)))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}

/** Ours, of a part of a query and one credential. */
function select(query: CredentialQuery, entry: HeldForQuery): Selection {
  const [match] = matchQuery({ credentials: [query] }, [entry], formats).queries
  return match?.candidates[0]?.disclose
}

/** §6.4.1, once more and for the comparison alone. */
function together(
  claims: readonly ClaimsQuery[],
  claimSets: CredentialQuery['claimSets'],
  selections: readonly Selection[],
): Selection {
  const ofId = (id: string) => selections[claims.findIndex((claim) => claim.id === id)]
  const options = claimSets?.map((set) => set.map(ofId)) ?? [selections]
  const chosen = options.find((option) => option.every((selection) => selection !== undefined))
  return chosen?.flatMap((selection) => selection ?? [])
}

/** §6.4.2, likewise. */
function isSatisfiable({ credentials, credentialSets }: DcqlQuery, answered: ReadonlySet<string>): boolean {
  const has = (id: string) => answered.has(id)
  if (credentialSets === undefined) return credentials.every(({ id }) => has(id))
  return credentialSets.every(
    ({ options, required }) => !required || options.some((option) => option.every(has)),
  )
}

function samePaths(one: Selection, other: Selection): boolean {
  if (one === undefined || other === undefined) return one === other
  const texts = (paths: readonly ClaimPath[]) =>
    [...new Set(paths.map((path) => JSON.stringify(path)))].toSorted()
  return texts(one).join() === texts(other).join()
}

describe('dcql', () => {
  const tally = new Tally()
  const { counts, unexplained } = tally

  beforeAll(() => {
    for (let seed = firstSeed; seed < firstSeed + CASES; seed += 1) compareCase(makeCase(seed), tally)
    const sorted = [...counts].toSorted(([, one], [, other]) => other - one)
    console.log(sorted.map(([name, count]) => `${String(count).padStart(7)}  ${name}`).join('\n'))
  })

  it(`agrees with us on ${CASES} queries, except where the specification says otherwise`, () => {
    expect(unexplained.slice(0, 3)).toEqual([])
  })

  it('is asked often enough for what can be answered', () => {
    const satisfiable = (counts.get(SATISFIABLE) ?? 0) / CASES
    console.log(`${(100 * satisfiable).toFixed(1)} % of the queries can be answered`)
    expect(satisfiable).toBeGreaterThan(0.2)
    expect(counts.get(NOT_SATISFIABLE)).toBeGreaterThan(CASES / 10)
    expect(counts.get(REFUSED)).toBeGreaterThan(CASES / 100)
  })

  it.each([...inParsing, ...inMatching, ...inMeta, ...inAuthorities, ...inClaims].map(describeReason))(
    'parts from us where %s',
    (reason) => {
      expect(counts.get(reason)).toBeGreaterThan(0)
    },
  )
})
