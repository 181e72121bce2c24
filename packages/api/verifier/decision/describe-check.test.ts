import { describe, expect, it } from 'vitest'
import { describeCheck } from './describe-check.ts'
import type { CheckFacts, CheckName, CheckOutcome, CheckToDescribe } from './described-check.ts'
import { LANGUAGES, TEXTS } from './language.ts'
import { REASONS } from './reasons.ts'

const OUTCOMES: readonly CheckOutcome[] = ['passed', 'failed', 'undetermined', 'skipped']
const NAMES = Object.keys(REASONS) as readonly CheckName[]

/** Everything that a check may have, so that no sentence is made of nothing. */
const FACTS: CheckFacts = {
  algorithm: 'ES256',
  keyType: 'P-256',
  issuer: 'CN=Example Authority, C=UT',
  claimedIssuer: 'https://issuer.example',
  anchor: 'CN=Example Root',
  source: 'anchors.pem',
  trustedUntil: 1_900_000_000,
  validFrom: 1_700_000_000,
  validUntil: 1_790_000_000,
  checkedAt: 1_800_000_000,
  status: { uri: 'https://status.example/7', index: 209, issuedAt: 1_799_999_000, goodUntil: 1_800_003_600 },
  asked: ['given_name', 'address › locality'],
  unmet: 'address › locality',
  args: '2',
}

/** Every check with every outcome, and with every code that says more than the outcome. */
const CHECKS: readonly CheckToDescribe[] = NAMES.flatMap((name) =>
  OUTCOMES.flatMap((outcome) => {
    const codes: { readonly [Outcome in CheckOutcome]?: object } = REASONS[name]
    const details = [undefined, ...Object.keys(codes[outcome] ?? {})]
    return details.map((detail) => ({ name, outcome, ...(detail !== undefined && { detail }) }))
  }),
)

/** Words of protocols: on the surface nobody has to know them. */
const PROTOCOL_WORDS =
  /\b(DIDs?|JWTs?|JWS|JOSE|COSE|CBOR|MSO|SD-JWT|DCQL|JWK|URI|vct|x5c|mdoc)\b|\b(nonce|descriptor|disclosure|claim|presentation|anchor)|[a-z]_[a-z]/

const shown = ({ detail = '', name, outcome }: CheckToDescribe) => `${name} ${outcome} ${detail}`

describe.each(LANGUAGES)('texts in %s', (language) => {
  const texts = TEXTS[language]

  it('are there for every check, outcome and code, with facts and without', () => {
    for (const check of CHECKS) {
      for (const facts of [undefined, {}, FACTS]) {
        const policy = check.name === 'policy' && facts === FACTS ? 'minimum-credentials' : undefined
        const { advice = '.', evidence, meaning, title } = describeCheck({ ...check, facts, policy }, texts)
        for (const text of [
          title,
          meaning,
          advice,
          ...evidence.flatMap(({ label, value }) => [label, value]),
        ]) {
          expect(text.trim(), shown(check)).not.toBe('')
          expect(text, shown(check)).not.toMatch(/undefined|null|NaN|\[object|\{|\}/)
        }
        expect(meaning, shown(check)).toMatch(/^\p{Lu}.*\.$|^\d.*\.$/u)
        expect(advice, shown(check)).toMatch(/\.$/)
      }
    }
  })

  it('say what happened without words of a protocol, without shouting and without asking nicely', () => {
    for (const check of CHECKS) {
      const { advice = '', meaning, title, trust } = describeCheck({ ...check, facts: { asked: [] } }, texts)
      for (const text of [title, meaning, advice, trust?.sentence ?? '']) {
        expect(text, shown(check)).not.toMatch(PROTOCOL_WORDS)
        expect(text, shown(check)).not.toMatch(/!|\b(please|oops|sorry|bitte|leider)\b/i)
      }
    }
  })

  it('never read what could not be found out as passed', () => {
    const sentence = { en: 'This does not count as passed.', de: 'Das gilt nicht als bestanden.' }[language]
    for (const check of CHECKS) {
      const { meaning } = describeCheck(check, texts)
      expect(meaning.includes(sentence), shown(check)).toBe(check.outcome === 'undetermined')
    }
  })

  it('say what to do about everything that failed', () => {
    for (const check of CHECKS.filter(({ outcome }) => outcome === 'failed')) {
      expect(describeCheck(check, texts).advice, shown(check)).toBeDefined()
    }
  })

  it('name who trusted whom where trust was found, and nowhere else', () => {
    for (const check of CHECKS) {
      const { trust } = describeCheck({ ...check, facts: FACTS }, texts)
      const isFound = check.name === 'issuer_trust' && check.outcome === 'passed'
      expect(
        trust?.chain.map(({ role, name }) => [role, name]),
        shown(check),
      ).toEqual(
        isFound
          ? [
              ['verifier', undefined],
              ['source', 'anchors.pem'],
              ['anchor', 'CN=Example Root'],
              ['issuer', 'CN=Example Authority, C=UT'],
            ]
          : undefined,
      )
    }
  })

  it('tell the match of one credential from that of the whole answer by their titles', () => {
    const titleOf = (detail?: string) =>
      describeCheck({ name: 'query_match', outcome: 'passed', ...(detail && { detail }) }, texts).title
    expect(titleOf('query_satisfied')).not.toBe(titleOf())
    const failed = { name: 'query_match', outcome: 'failed', detail: 'required_credentials_missing' } as const
    expect(describeCheck(failed, texts).title).toBe(titleOf('query_satisfied'))
  })

  it('name nobody twice in one sentence', () => {
    const facts = { ...FACTS, anchor: 'CN=Example Root', issuer: 'CN=Authority' }
    for (const source of ['anchors.pem', undefined]) {
      const check = { name: 'issuer_trust', outcome: 'passed', facts: { ...facts, source } } as const
      const { meaning, trust } = describeCheck(check, texts)
      for (const sentence of [meaning, trust?.sentence ?? ''])
        expect(sentence.split('Example Root')).toHaveLength(2)
    }
  })

  it('are told of a code that nobody knows as the outcome is', () => {
    for (const name of NAMES) {
      for (const outcome of OUTCOMES) {
        for (const detail of ['of_somebodys_own', '__proto__', 'constructor', 'CN=Example Root', '']) {
          const { meaning } = describeCheck({ name, outcome, detail }, texts)
          expect(meaning).toBe(describeCheck({ name, outcome }, texts).meaning)
        }
      }
    }
  })
})

const english = (check: CheckToDescribe) => describeCheck(check, TEXTS.en)

describe('a check', () => {
  it.each<[CheckToDescribe, string]>([
    [
      { name: 'issuer_signature', outcome: 'passed', facts: FACTS },
      'Unaltered since Example Authority signed it.',
    ],
    [
      { name: 'issuer_trust', outcome: 'passed', facts: FACTS },
      'Example Root vouches for the issuer and is trusted by this verifier.',
    ],
    [
      { name: 'issuer_trust', outcome: 'failed', detail: 'document_signer_country_missing' },
      "The issuer's certificate was not made for signing credentials.",
    ],
    [
      { name: 'validity_period', outcome: 'passed', facts: FACTS },
      'Valid from 14 November 2023 to 21 September 2026.',
    ],
    [
      { name: 'validity_period', outcome: 'failed', detail: 'expired', facts: FACTS },
      'Expired on 21 September 2026, 115 days ago.',
    ],
    [
      { name: 'validity_period', outcome: 'failed', detail: 'not_yet_valid', facts: FACTS },
      'Not valid before 14 November 2023.',
    ],
    [
      { name: 'status', outcome: 'passed', detail: 'valid, list 1000 s old', facts: FACTS },
      'Not revoked, by the list of 15 January 2027, 07:43:20 UTC.',
    ],
    [{ name: 'status', outcome: 'failed', detail: 'revoked', facts: FACTS }, 'Revoked by Example Authority.'],
    [
      { name: 'status', outcome: 'undetermined', detail: 'list_unreachable: timeout' },
      'Could not be checked: the status list did not answer. This does not count as passed.',
    ],
    [
      { name: 'status', outcome: 'undetermined', detail: 'status_value_7' },
      'Could not be checked: its status is told in a way that is not known here. This does not count as passed.',
    ],
    [{ name: 'query_match', outcome: 'passed', facts: FACTS }, 'Contains all 2 details you asked for.'],
    [
      {
        name: 'query_match',
        outcome: 'failed',
        detail: 'claim_missing ["address","locality"]',
        facts: FACTS,
      },
      'This detail is missing: address › locality.',
    ],
    [{ name: 'policy', outcome: 'failed', detail: 'missing_2' }, '2 credentials are missing.'],
    [
      { name: 'policy', outcome: 'failed', detail: 'exceeded_1' },
      '1 credential more than you allow was presented.',
    ],
  ])('%j means: %s', (check, meaning) => {
    expect(english(check).meaning).toBe(meaning)
  })

  it('shows its evidence in rows, by the clock of whoever shows it', () => {
    const { status } = FACTS
    const check = { name: 'status', outcome: 'passed', facts: { status } } as const
    const inTokyo = (at: number) => ({
      year: 2027,
      month: 1,
      day: 15,
      hour: 16 + Math.floor((at - 1_799_999_000) / 3600),
      minute: 43,
      second: 20,
      zone: '',
    })
    expect(describeCheck(check, TEXTS.de, inTokyo)).toEqual({
      title: 'Status',
      meaning: 'Nicht widerrufen, nach der Liste vom 15. Januar 2027, 16:43:20.',
      evidence: [
        { label: 'Liste liegt bei', value: 'status.example' },
        { label: 'Adresse der Liste', value: 'https://status.example/7' },
        { label: 'Platz in der Liste', value: '209' },
        { label: 'Liste vom', value: '15. Januar 2027, 16:43:20' },
        { label: 'Liste gilt bis', value: '15. Januar 2027, 17:43:20' },
      ],
    })
  })

  it('of an issuer who is known as himself has nobody between him and the verifier', () => {
    const facts = {
      issuer: 'https://issuer.example',
      anchor: 'https://issuer.example',
      source: 'configuration',
    }
    expect(english({ name: 'issuer_trust', outcome: 'passed', facts })).toMatchObject({
      meaning: 'Issued by somebody whom this verifier trusts.',
      trust: {
        sentence: 'This verifier trusts issuer.example, known from configuration.',
        chain: [{ role: 'verifier' }, { role: 'source' }, { role: 'anchor' }],
      },
    })
  })

  it.each([
    ['an identifier is not for people', 'did:web:issuer.example', 'Revoked by its issuer.'],
    ['a name that is not there', undefined, 'Revoked by its issuer.'],
    ['marks of direction are taken out', 'Road\u202e Authority', 'Revoked by Road Authority.'],
    ['what has no width is taken out', 'Road\u200b Authority', 'Revoked by Road Authority.'],
    ['lines are one line', 'Road\n\tAuthority', 'Revoked by Road Authority.'],
    ['a comma in a name is no end of it', 'CN=Road\\, Transport, C=UT', 'Revoked by Road, Transport.'],
    ['a name in a name is none', 'O=Evil\\, CN=Good, CN=Own', 'Revoked by Own.'],
    ['an address with a path', 'https://a.example/one', 'Revoked by https://a.example/one.'],
    ['a long name is cut', 'x'.repeat(5000), `Revoked by ${'x'.repeat(100)}….`],
  ])('%s: %j', (_why, issuer, meaning) => {
    expect(english({ name: 'status', outcome: 'failed', detail: 'revoked', facts: { issuer } }).meaning).toBe(
      meaning,
    )
  })

  it('tells no day that no calendar has', () => {
    const facts = { validFrom: -1, validUntil: Number.MAX_SAFE_INTEGER, checkedAt: 1e300 }
    expect(english({ name: 'validity_period', outcome: 'passed', facts })).toMatchObject({
      meaning: 'Valid at the time it was checked.',
      evidence: [],
    })
  })
})
