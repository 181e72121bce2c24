/**
 * For every check, in every format: an answer that this check alone does not pass, what becomes of it (docs/decisions/018), and the code that
 * the relying party sees. A check that comes later has its row here, or the reason why there is none, before this passes.
 */
import type { Check, CheckName } from '@countersign/credential/contract/checks'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  RESPONSE_MODE_NAMES,
  type ResponseModeName,
} from '@countersign/protocol/openid4vp/response/response-modes'
import { kinds } from '@countersign/testing/forging/credential-kinds'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionView } from '../http/session-view.ts'
import { PAYMENT } from '../mutations/unmet.testing.ts'
import { coveredPolicies } from '../policies/covered-policies.ts'
import { policiesAsking } from '../policies/policy-list.ts'
import { startVerification } from '../request/start-verification.ts'
import { sent } from '../testing/response-ways.testing.ts'
import {
  type Asked,
  answerOf,
  asked,
  type TwoInstances,
  twoInstances,
} from '../testing/two-instances.testing.ts'
import { type Ends, FAULTS, type Fault, IMPOSSIBLE, remote } from './check-faults.testing.ts'
import { readVerification } from './look-again.ts'

let stage: TwoInstances
beforeAll(async () => {
  stage = await twoInstances(policiesAsking(remote))
})
afterAll(() => stage.close())

/** The compiler demands the names that there are. */
const NAMES: { readonly [Name in CheckName]: true } = {
  structure: true,
  issuer_signature: true,
  issuer_trust: true,
  validity_period: true,
  holder_binding: true,
  status: true,
  transaction_data: true,
  query_match: true,
  same_device: true,
  policy: true,
}

const OWN_OF_FORMAT: readonly string[] = [
  'structure',
  'issuer_signature',
  'issuer_trust',
  'validity_period',
  'holder_binding',
] satisfies readonly CheckName[]

const CASES = FAULTS.flatMap((fault, at) =>
  fault.kinds.map((kind, place) => ({
    fault,
    kind,
    mode: RESPONSE_MODE_NAMES[(at + place) % RESPONSE_MODE_NAMES.length] as ResponseModeName,
  })),
)

/** Each check that is neither passed nor skipped, once. */
function objections(checks: readonly Check[]): readonly string[] {
  const failed = checks.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
  return [...new Set(failed.map(({ name, policy }) => (policy === undefined ? name : `${name} ${policy}`)))]
}

function codesOf(
  checks: readonly { readonly name: string; readonly detail?: string | undefined }[],
  name: string,
) {
  return checks.filter((check) => check.name === name).map(({ detail = '' }) => detail.replace(/[: ].*/, ''))
}

async function seen(id: string, now = stage.now) {
  const { verifier } = stage.there
  const session = await readVerification({ ...verifier, now: () => now }, id)
  if (session === undefined) throw new Error('the session is gone')
  return { session, view: sessionView(session, verifier.policies) }
}

interface Judged {
  readonly request: Asked
  readonly fault: Fault
  readonly status: number
  readonly body: string
}

const EXPECTED: { readonly [End in Ends]: (judged: Judged) => Promise<void> } = {
  async refused({ body, fault, request: { session }, status }) {
    expect(status).toBe(400)
    expect(body).toContain(`The presentation cannot be accepted: ${fault.code}`)
    const { view } = await seen(session.id)
    expect(['created', 'requested']).toContain(view.state)
    expect(view).not.toHaveProperty('attempts')
  },
  async attempt({ fault, request, status }) {
    expect(status).toBe(400)
    const { session, view } = await seen(request.session.id)
    expect(['created', 'requested']).toContain(view.state)
    const [attempt] = session.attempts
    const checks = attempt?.kind === 'stranger' ? attempt.checks : []
    expect(objections(checks)).toEqual([fault.check])
    expect(
      codesOf(view.attempts?.[0]?.kind === 'stranger' ? view.attempts[0].checks : [], fault.check),
    ).toEqual([fault.code])
  },
  async rejected(judged) {
    expect(judged.status).toBe(400)
    await rejected(judged, stage.now)
  },
  async undetermined(judged) {
    const { fault, request, status } = judged
    expect(status).toBe(200)
    const { view } = await seen(request.session.id)
    expect(view).toMatchObject({ state: 'answered', missing: [{ name: fault.check }] })
    const late = await seen(request.session.id, request.session.expiresAt)
    expect(late.view).toMatchObject({ state: 'undetermined', verificationResult: false })
    namesIt(judged, late)
  },
  async 'not returned'(judged) {
    const { request, status } = judged
    expect(status).toBe(200)
    expect((await seen(request.session.id)).view.state).toBe('answered')
    await rejected(judged, request.session.expiresAt)
  },
}

async function rejected(judged: Judged, now: number): Promise<void> {
  const found = await seen(judged.request.session.id, now)
  expect(found.view).toMatchObject({ state: 'rejected', verificationResult: false })
  namesIt(judged, found)
}

function namesIt({ fault }: Judged, { session, view }: Awaited<ReturnType<typeof seen>>): void {
  const name = fault.policy === undefined ? fault.check : `${fault.check} ${fault.policy}`
  expect(objections('checks' in session ? session.checks : [])).toEqual([name])
  expect(codesOf('checks' in view ? view.checks : [], fault.check)).toContain(fault.code)
}

describe.each(CASES)('$fault.check, $kind.format by $mode', ({ fault, kind, mode }) => {
  it(`alone does not pass with ${fault.what}: ${fault.ends}`, async () => {
    const request = await asked(stage, kind, mode, fault.asking?.(kind))
    const presentation = await fault.present(request)
    const { checks } = await kind.codec.verify(
      {
        presentation,
        binding: request.binding,
        now: stage.now,
        skewSeconds: 60,
        bindingWindowSeconds: 300,
        trust: stage.here.verifier.trust,
      },
      nodeCrypto,
    )
    expect(checks.map(({ name }) => name)).toEqual(OWN_OF_FORMAT)
    expect(objections(checks)).toEqual(OWN_OF_FORMAT.includes(fault.check) ? [fault.check] : [])

    const form = await request.write(answerOf(request, presentation))
    const told = await sent(stage.here, request.session.id, request.body(form))
    await EXPECTED[fault.ends]({ ...told, fault, request })
  })
})

describe('the table', () => {
  const made = new Set(CASES.map(({ fault, kind }) => `${fault.check} ${kind.format}`))
  const excused = new Set(
    IMPOSSIBLE.flatMap(({ check, kinds: formats }) => formats.map(({ format }) => `${check} ${format}`)),
  )

  it.each(Object.keys(NAMES))('has %s for every format, or why there is none', (name) => {
    for (const { format } of kinds) {
      const entry = `${name} ${format}`
      expect(made.has(entry) !== excused.has(entry), entry).toBe(true)
    }
  })

  it('has every policy for every format', () => {
    const judged = policiesAsking(remote).filter((policy) => 'judge' in policy)
    for (const { name } of judged) {
      const formats = CASES.filter(({ fault }) => fault.policy === name).map(({ kind }) => kind.format)
      expect(new Set(formats), name).toEqual(new Set(kinds.map(({ format }) => format)))
    }
  })

  it('has both sides of what may be found out later', () => {
    const ends = (name: CheckName) =>
      new Set(FAULTS.filter(({ check }) => check === name).map((one) => one.ends))
    expect(ends('status')).toEqual(new Set(['rejected', 'undetermined']))
    expect(ends('policy')).toEqual(new Set(['rejected', 'undetermined']))
  })
})

describe.each(
  kinds.filter(({ codec }) => !codec.confirmsTransactions).map((kind) => [kind.format, kind] as const),
)('transaction_data, %s', (_, kind) => {
  it('is not asked for, since no proof of it could say so', async () => {
    const request = {
      dcqlQuery: { credentials: [kind.query] },
      policies: [],
      authorizeBaseUrl: 'openid4vp://x',
    }
    const started = await startVerification(stage.here.verifier, { ...request, transactionData: [PAYMENT] })
    expect(started).toMatchObject({ ok: false, error: { code: 'transaction_data_invalid' } })
  })
})

/** Of what was decided alone there is a result that could name them. */
const DECIDING: readonly CheckName[] = ['validity_period', 'status', 'query_match']

const COVERED = coveredPolicies.flatMap(({ coveredBy, name }) =>
  FAULTS.filter(
    ({ check, ends }) => ends === 'rejected' && DECIDING.includes(check) && coveredBy.includes(check),
  ).flatMap((fault) => kinds.map((kind) => ({ fault, kind, policy: name }))),
)

describe.each(COVERED)('the policy $policy, $kind.format', ({ fault, kind, policy }) => {
  it(`is reported as not met with ${fault.what}`, async () => {
    const [mode] = RESPONSE_MODE_NAMES
    if (mode === undefined) throw new Error('no mode')
    const args = policy === 'credential-status' ? { value: 0 } : undefined
    const policies = [{ policy, ...(args && { args }) }]
    const request = await asked(stage, kind, mode, { ...fault.asking?.(kind), policies })
    const form = await request.write(answerOf(request, await fault.present(request)))
    await sent(stage.here, request.session.id, request.body(form))
    const { view } = await seen(request.session.id)
    const results =
      'policyResults' in view ? view.policyResults.results.flatMap((one) => one.policyResults) : []
    expect(results).toContainEqual(expect.objectContaining({ policy, is_success: false }))
  })
})

it('every policy that a check covers is reported, but for those by which nothing is ever decided', () => {
  const reported = new Set(COVERED.map(({ policy }) => policy))
  const silent = coveredPolicies.filter(({ name }) => !reported.has(name))
  for (const { coveredBy, name } of silent)
    expect(
      coveredBy.every((check) => !DECIDING.includes(check)),
      name,
    ).toBe(true)
  expect(silent.map(({ name }) => name)).toEqual(['signature', 'signature_sd-jwt-vc', 'holder-binding'])
})
