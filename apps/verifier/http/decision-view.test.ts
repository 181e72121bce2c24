import type { CheckView, VerificationView } from '@countersign/api/verifier/session'
import type { Signer } from '@countersign/crypto/engine'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { newAuthority } from '@countersign/testing/people/authority'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { readVerification } from '../response/look-again.ts'
import { receivePresentation } from '../response/receive-presentation.ts'
import {
  answerTo,
  heldCredential,
  started,
  type TestPorts,
  type TestVerifier,
  testVerifier,
} from '../testing/verifier.testing.ts'
import { sessionView } from './session-view.ts'

interface Flow {
  readonly ports?: TestPorts
  readonly start?: Parameters<typeof started>[1]
  readonly held?: (test: TestVerifier) => Parameters<typeof heldCredential>[1]
  readonly disclose?: readonly string[][]
  readonly issuedDaysAgo?: number
  /** The answer decides nothing: at the end of the time it does. */
  readonly untilTheEnd?: true
}

async function viewAfter(flow: Flow, language: 'en' | 'de' = 'en'): Promise<VerificationView> {
  const { session, test } = await answered(flow)
  if (flow.untilTheEnd) test.clock.now = session.expiresAt
  return viewOf(test, session, language)
}

async function answered(flow: Flow) {
  const test = await testVerifier(undefined, flow.ports)
  const session = await started(test.verifier, flow.start)
  const { now } = test.clock
  test.clock.now = now - (flow.issuedDaysAgo ?? 0) * 86_400
  const held = await heldCredential(test, flow.held?.(test))
  test.clock.now = now
  const disclose = flow.disclose ?? [['given_name']]
  const answer = await answerTo(session, held, test.clock.now, { disclose })
  await receivePresentation(test.verifier, session.id, answer)
  return { test, session, answer }
}

async function viewOf({ verifier }: TestVerifier, { id }: VerificationSession, language: 'en' | 'de' = 'en') {
  const found = await readVerification(verifier, id)
  if (found === undefined) throw new Error('the session is gone')
  return sessionView(found, verifier.policies, language)
}

const checksOf = (view: VerificationView): readonly CheckView[] => ('checks' in view ? view.checks : [])
const objections = (view: VerificationView) =>
  checksOf(view).filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')

const by = (signer: Signer) => ({ signer })
const listed = { uri: 'https://issuer.example/status/7', index: 209, issuedAt: 1_799_999_988 }
const status = (outcome: 'failed' | 'undetermined', detail: string): TestPorts => ({
  checkStatus: async () => ({ name: 'status', outcome, detail, listed }),
})

/** What is done, which check it fails, what its row says, and the verification in one sentence. */
const FAILING: readonly (readonly [string, Flow, string, Partial<CheckView>, string])[] = [
  [
    "the issuer's certificate, and a signature that is not his",
    { held: ({ issuer }) => by({ ...newKey(), x5c: issuer.x5c }), untilTheEnd: true },
    'issuer_signature',
    { meaning: 'Altered since it was signed, or signed by another key.', evidence: [] },
    'Not verified. Altered since it was signed, or signed by another key.',
  ],
  [
    'an issuer whom nobody believes',
    {
      held: ({ clock }) => by(newAuthority('Stranger CA', clock.now).vouchFor({ name: 'Stranger' })),
      untilTheEnd: true,
    },
    'issuer_trust',
    {
      detail: 'anchor_unknown',
      meaning: 'The issuer is not on any list you configured.',
      advice: 'Do not rely on it. If you trust this issuer, add it to those whom the verifier trusts.',
      evidence: [],
    },
    'Not verified. The issuer is not on any list you configured.',
  ],
  [
    'a credential that has expired',
    { issuedDaysAgo: 10, held: ({ clock }) => ({ expiresAt: clock.now + 7 * 86_400 }) },
    'validity_period',
    {
      meaning: 'Expired on 12 January 2027, 3 days ago.',
      advice: 'Ask the holder for a newer credential.',
      evidence: [
        { label: 'Valid from', value: '5 January 2027, 08:00:00 UTC' },
        { label: 'Valid until', value: '12 January 2027, 08:00:00 UTC' },
        { label: 'Checked', value: '15 January 2027, 08:00:00 UTC' },
      ],
    },
    'Not verified. Expired on 12 January 2027, 3 days ago.',
  ],
  [
    'a credential that is revoked',
    { ports: status('failed', 'revoked') },
    'status',
    {
      meaning: 'Revoked by Test.',
      advice: 'Ask the holder for a newer credential. In a dispute, only the issuer can help.',
      evidence: [
        { label: 'Issuer', value: 'O=Countersign, CN=Test' },
        { label: 'List kept at', value: 'issuer.example' },
        { label: 'Address of the list', value: 'https://issuer.example/status/7' },
        { label: 'Place in the list', value: '209' },
        { label: 'List of', value: '15 January 2027, 07:59:48 UTC' },
      ],
      facts: { issuer: 'O=Countersign, CN=Test', status: listed },
    },
    'Not verified. Revoked by Test.',
  ],
  [
    'a list that did not answer until the end',
    { ports: status('undetermined', 'list_unreachable: timeout'), untilTheEnd: true },
    'status',
    {
      outcome: 'undetermined',
      meaning: 'Could not be checked: the status list did not answer. This does not count as passed.',
    },
    'Could not be checked: the status list did not answer. This does not count as passed.',
  ],
  [
    'a claim that is kept back',
    { disclose: [] },
    'query_match',
    {
      meaning: 'This detail is missing: given_name.',
      evidence: [
        { label: 'You asked for', value: 'given_name' },
        { label: 'Detail', value: 'given_name' },
      ],
      facts: { asked: ['given_name'], unmet: 'given_name' },
    },
    'Not verified. This detail is missing: given_name.',
  ],
  [
    'a rule of the relying party',
    {
      start: {
        policies: [
          { policy: 'minimum-credentials', args: 1 },
          { policy: 'minimum-credentials', args: 3 },
        ],
      },
    },
    'policy',
    {
      title: 'Your rule minimum-credentials',
      meaning: '2 credentials are missing.',
      evidence: [
        { label: 'Rule', value: 'minimum-credentials' },
        { label: 'You gave', value: '3' },
      ],
    },
    'Not verified. 2 credentials are missing.',
  ],
]

describe('a check that fails', () => {
  it.each(FAILING)('%s: exactly its row says so, and why', async (_what, flow, name, row, sentence) => {
    const view = await viewAfter(flow)
    const failed = objections(view)
    expect([...new Set(failed.map((check) => check.name))]).toEqual([name])
    expect(failed[0]).toMatchObject({ name, ...row })
    expect(view.outcome.sentence).toBe(sentence)
    expect(view.outcome.verdict).toBe(view.state === 'undetermined' ? 'could_not_be_checked' : 'not_verified')
  })

  it('may be told in German', async () => {
    const view = await viewAfter({ ports: status('failed', 'revoked') }, 'de')
    expect(objections(view)[0]).toMatchObject({ title: 'Status', meaning: 'Widerrufen von Test.' })
    expect(view.outcome.sentence).toBe('Nicht bestätigt. Widerrufen von Test.')
  })

  it('for want of a binding to this request fails nothing here: the answer is refused, and nothing is kept', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const answer = await answerTo(session, await heldCredential(test), test.clock.now, {
      nonce: 'of another',
    })
    expect(await receivePresentation(test.verifier, session.id, answer)).toMatchObject({
      error: { code: 'presentation_unbound' },
    })
    expect((await viewOf(test, session)).outcome).toEqual({
      verdict: 'open',
      sentence: 'Waiting: nobody has opened the request yet.',
    })
  })
})

describe('a verification that passed', () => {
  it('says who trusted whom, from this verifier to the issuer', async () => {
    const view = await viewAfter({})
    expect(view.outcome).toEqual({ verdict: 'verified', sentence: 'Verified: every check passed.' })
    const trust = checksOf(view).find(({ name }) => name === 'issuer_trust')
    expect(trust?.trust).toEqual({
      sentence: 'This verifier trusts Test CA, which vouches for Test.',
      chain: [
        { role: 'verifier', label: 'This verifier' },
        { role: 'anchor', label: 'Vouched for by', name: 'Test CA' },
        { role: 'issuer', label: 'Issuer', name: 'O=Countersign, CN=Test' },
      ],
    })
    expect(trust?.facts).toMatchObject({ anchor: 'Test CA', claimedIssuer: 'https://issuer.example' })
    expect(trust?.facts?.trustedUntil).toBeGreaterThan(1_800_000_000)
  })

  it('says how it was signed, by which key it was shown and until when it is good', async () => {
    const checks = checksOf(await viewAfter({}))
    const factsOf = (name: string) => checks.find((check) => check.name === name)?.facts
    expect(factsOf('issuer_signature')).toMatchObject({ algorithm: 'ES256' })
    expect(factsOf('holder_binding')).toEqual({ keyType: 'P-256' })
    expect(factsOf('validity_period')).toEqual({
      validFrom: 1_800_000_000,
      validUntil: 1_800_086_400,
      checkedAt: 1_800_000_000,
    })
  })

  it('keeps the members that scripts read, and shows no facts among the credentials', async () => {
    const view = await viewAfter({})
    expect(view).toMatchObject({ verificationResult: true, policyResults: { policiesFailed: 0 } })
    const [credential] = 'credentials' in view ? view.credentials : []
    expect(Object.keys(credential ?? {}).sort()).toEqual([
      'anchor',
      'claimedIssuer',
      'claims',
      'format',
      'issuer',
      'queryId',
      'type',
    ])
  })
})

describe('what is not decided', () => {
  it('says which status could not be checked yet, and where its list lies, but not which place of it', async () => {
    const view = await viewAfter({ ports: status('undetermined', 'list_http_status: 503') })
    expect(view).toMatchObject({
      state: 'answered',
      outcome: {
        verdict: 'open',
        sentence:
          'An answer came, and it cannot be judged yet. Could not be checked: the status list did not answer. This does not count as passed.',
        advice: 'Wait: it is looked at again until the time is over.',
      },
      missing: [
        {
          name: 'status',
          meaning: 'Could not be checked: the status list did not answer. This does not count as passed.',
          facts: { status: { uri: 'https://issuer.example/status/7' } },
        },
      ],
    })
    expect(JSON.stringify(view)).not.toMatch(/209|"Ada"/)
  })

  it('tells of attempts while it is open, in words of ours alone', async () => {
    const stranger = 'Mallory <script>'
    const { session, test } = await answered({
      held: ({ clock }) => by(newAuthority(`${stranger} CA`, clock.now).vouchFor({ name: stranger })),
    })
    await receivePresentation(test.verifier, session.id, { state: session.id, error: 'access_denied' })
    const view = await viewOf(test, session)
    expect(view).toMatchObject({
      state: 'created',
      attempts: [
        {
          kind: 'stranger',
          sentence: 'An answer came whose issuer nobody vouches for. It decides nothing.',
        },
        {
          kind: 'declined',
          reason: 'access_denied',
          sentence: 'A wallet declined. That decides nothing yet: anybody who saw the request can say so.',
        },
      ],
    })
    const [attempt] = view.attempts ?? []
    const checks = attempt?.kind === 'stranger' ? attempt.checks : []
    expect(checks.find(({ name }) => name === 'issuer_trust')?.meaning).toBe(
      'The issuer is not on any list you configured.',
    )
    expect(checks.flatMap(({ evidence, facts }) => [...evidence, facts ?? []]).flat()).toEqual([])
    expect(JSON.stringify(view)).not.toMatch(/mallory|"Ada"/i)
  })
})
