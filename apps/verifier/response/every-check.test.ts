/**
 * For every check, in every format: an answer that this check alone does not pass, what becomes of it (docs/decisions/018), and the code that
 * the relying party sees. A check that comes later has its row here, or the reason why there is none, before this passes.
 */
import { ok, refuse } from '@countersign/core/result'
import type { Check, CheckName } from '@countersign/credential/contract/checks'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  RESPONSE_MODE_NAMES,
  type ResponseModeName,
} from '@countersign/protocol/openid4vp/response/response-modes'
import type { Remote } from '@countersign/service/outgoing/guarded-client'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { rewriteCbor } from '@countersign/testing/forging/cbor'
import {
  boundByKeyBinding,
  boundByPresentation,
  inNameOf,
  type Kind,
  kinds,
  licenceNamespace,
  mdocKind,
} from '@countersign/testing/forging/credential-kinds'
import { mechanismOf } from '@countersign/testing/forging/status-lists'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionView } from '../http/session-view.ts'
import { PAYMENT, UNMET_POLICIES } from '../mutations/unmet.testing.ts'
import { coveredPolicies } from '../policies/covered-policies.ts'
import { policiesAsking } from '../policies/policy-list.ts'
import { startVerification } from '../request/start-verification.ts'
import {
  type Asked,
  type Asking,
  answerOf,
  asked,
  issued,
  sent,
  shown,
  type TwoInstances,
  twoInstances,
} from '../testing/two-instances.testing.ts'
import { readVerification } from './look-again.ts'

const AWAY = 'https://away.example'

/** Whoever is asked says no, or is away. */
const remote: Pick<Remote, 'request'> = {
  request: async ({ url }) => {
    if (url.startsWith(AWAY)) return refuse({ code: 'unreachable', reason: 'ECONNREFUSED' })
    const isRule = url.includes('/v1/data/')
    const body = isRule ? '{"result":false}' : ''
    return ok({ status: isRule ? 200 : 403, headers: {}, body, bytes: Buffer.from(body) })
  },
}

let stage: TwoInstances
beforeAll(async () => {
  stage = await twoInstances(policiesAsking(remote))
})
afterAll(() => stage.close())

/** `refused`: 400, nothing is kept. `attempt`: noted, and open. `rejected`: for good. `undetermined`: taken, and so at the end of the time. */
type Ends = 'refused' | 'attempt' | 'rejected' | 'undetermined' | 'not returned'

interface Fault {
  readonly check: CheckName
  /** Of the check `policy`. */
  readonly policy?: string
  readonly what: string
  readonly ends: Ends
  readonly code: string
  readonly kinds: readonly Kind[]
  readonly asking?: (kind: Kind) => Asking
  present(request: Asked): Promise<string>
}

type Made = (request: Asked) => Promise<Held>

const inGoodOrder: Made = (request) => issued(request)
const shownAs = (made: Made) => async (request: Asked) => shown(request, { held: await made(request) })

const HOUR = 3600
const other = { nonce: 'another' }

const STRUCTURE: readonly Fault[] = [
  {
    what: 'a disclosure that the issuer did not promise',
    code: 'disclosure_unreferenced',
    kinds: boundByKeyBinding,
    present: async (request: Asked) => {
      const [jwt = '', ...rest] = (await shown(request)).split('~')
      const own = Buffer.from('["salt","age_over_18",true]').toString('base64url')
      return [jwt, own, ...rest].join('~')
    },
  },
  {
    what: 'a presentation of a type that is none',
    code: 'typ_wrong',
    kinds: boundByPresentation,
    present: async (request: Asked) => {
      const [head = '', ...rest] = (await shown(request)).split('.')
      const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
      return [Buffer.from(JSON.stringify({ ...header, typ: 'x' })).toString('base64url'), ...rest].join('.')
    },
  },
  {
    what: 'an element that is not what the issuer signed',
    code: 'digest_wrong',
    kinds: [mdocKind],
    present: async (request: Asked) =>
      rewriteCbor(
        await shown(request),
        ['documents', 0, 'issuerSigned', 'nameSpaces', licenceNamespace, 0, 'elementValue'],
        () => 'Mallory',
      ),
  },
].map((fault) => ({ ...fault, check: 'structure', ends: 'refused' }))

const OF_CREDENTIAL: readonly Fault[] = [
  {
    check: 'issuer_signature',
    what: "the issuer's chain, and the signature of somebody else",
    ends: 'attempt',
    code: 'signature_invalid',
    kinds,
    present: shownAs((request) => issued(request, { signer: inNameOf(stage.issuerOf(request.kind)) })),
  },
  {
    check: 'issuer_trust',
    what: 'an issuer whom nobody believes',
    ends: 'attempt',
    code: 'anchor_unknown',
    kinds,
    present: shownAs((request) => issued(request, { signer: stage.strangerFor(request.kind) })),
  },
  {
    check: 'validity_period',
    what: 'a credential that is over',
    ends: 'rejected',
    code: 'expired',
    kinds,
    present: shownAs((request) =>
      issued(request, { issuedAt: stage.now - 2 * HOUR, expiresAt: stage.now - HOUR }),
    ),
  },
  {
    check: 'holder_binding',
    what: 'a proof for another nonce',
    ends: 'refused',
    code: 'nonce_wrong',
    kinds: kinds.filter((kind) => kind !== mdocKind),
    present: (request) => shown(request, { bound: other }),
  },
  {
    check: 'holder_binding',
    what: 'a proof for another nonce, which stands in what is signed alone',
    ends: 'refused',
    code: 'signature_invalid',
    kinds: [mdocKind],
    present: (request) => shown(request, { bound: other }),
  },
]

const statusOf = (request: Asked, uri: string) =>
  issued(request, { statuses: [mechanismOf(request.kind).reference(uri)] })

const FOUND_OUT: readonly Fault[] = [
  {
    check: 'status',
    what: 'a credential that was revoked',
    ends: 'rejected',
    code: 'revoked',
    kinds,
    present: shownAs(async (request) => statusOf(request, await stage.publish(request.kind, { status: 1 }))),
  },
  {
    check: 'status',
    what: 'a status list that is away',
    ends: 'undetermined',
    code: 'list_unreachable',
    kinds,
    present: shownAs((request) => statusOf(request, 'https://issuer.example/status/away')),
  },
  {
    check: 'query_match',
    what: 'a claim of another value than the one that is asked for',
    ends: 'rejected',
    code: 'claim_value_differs',
    kinds,
    asking: ({ paths, query }) => ({
      dcqlQuery: {
        credentials: [{ ...query, claims: paths.map((path) => ({ path: [...path], values: ['Somebody'] })) }],
      },
    }),
    present: shownAs(inGoodOrder),
  },
  {
    check: 'transaction_data',
    what: 'a payment that the holder does not authorise',
    ends: 'rejected',
    code: 'not_confirmed',
    kinds: kinds.filter(({ codec }) => codec.confirmsTransactions),
    asking: () => ({ transactionData: [PAYMENT] }),
    present: shownAs(inGoodOrder),
  },
  {
    check: 'same_device',
    what: 'a browser that does not come back',
    ends: 'not returned',
    code: 'not_returned',
    kinds,
    asking: () => ({
      sameDevice: 'required',
      successRedirectUri: 'https://shop.example/done',
      errorRedirectUri: 'https://shop.example/failed',
    }),
    present: shownAs(inGoodOrder),
  },
]

const RULE = { policy_name: 'allow', policy_query: 'vc/verification' }

/** Those that somebody else is asked for, who says no or says nothing. */
const ASKING_OTHERS: readonly (readonly [string, Ends, string, unknown])[] = [
  ['webhook', 'rejected', 'webhook_refused', 'https://shop.example/hook'],
  ['webhook', 'undetermined', 'webhook_unreachable', `${AWAY}/hook`],
  ['dynamic', 'rejected', 'opa_denied', { ...RULE, opa_server: 'https://opa.example' }],
  ['dynamic', 'undetermined', 'opa_unreachable', { ...RULE, opa_server: AWAY }],
]

const POLICY_FAULTS: readonly Fault[] = [
  ...Object.entries(UNMET_POLICIES).map(([policy, { args, by }]) => ({
    policy,
    code: by,
    ends: 'rejected' as const,
    argsFor: args,
  })),
  ...ASKING_OTHERS.map(([policy, ends, code, args]) => ({ policy, ends, code, argsFor: () => args })),
].map(({ argsFor, code, ends, policy }) => ({
  check: 'policy',
  policy,
  what: `the policy ${policy}, which ${ends === 'rejected' ? 'is not met' : 'nobody can ask'}`,
  ends,
  code,
  kinds,
  asking: (kind) => ({ policies: [{ policy, args: argsFor(kind) }] }),
  present: shownAs(inGoodOrder),
}))

const FAULTS: readonly Fault[] = [...STRUCTURE, ...OF_CREDENTIAL, ...FOUND_OUT, ...POLICY_FAULTS]

/** Checks that cannot fail in a format, and why. */
const IMPOSSIBLE: readonly {
  readonly check: CheckName
  readonly kinds: readonly Kind[]
  readonly because: string
}[] = [
  {
    check: 'transaction_data',
    kinds: kinds.filter(({ codec }) => !codec.confirmsTransactions),
    because: 'its proofs have no place for it, so that nobody is asked (the test below)',
  },
]

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
      expect([made.has(entry), excused.has(entry)].toSorted(), entry).toEqual([false, true])
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
