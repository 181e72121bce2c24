/**
 * Answers that are right but for one thing, at two instances of a verifier on one store: none is accepted, none of their claims is shown or
 * kept, and the right answer afterwards is verified wherever nothing was decided. By group, each table with the sections that it is about:
 *
 * - who signed: RFC 7515 §5.2, RFC 8725 §3.1, RFC 9052 §4.4, SD-JWT VC §2.5, ISO/IEC 18013-5 §9.3.1, RFC 5280 §6
 * - what was signed: RFC 9901 §4.2, §7.1, §7.3, ISO/IEC 18013-5 §8.3.2.1.2.2, §9.1.2.4
 * - who shows it, and to whom: OpenID4VP 1.0 §8.6, §14.1, appendices B.1.3.1.5 and B.3.6, RFC 9901 §4.3
 * - the device of a document: ISO/IEC 18013-5 §9.1.3, OpenID4VP 1.0 appendix B.2.6
 * - what is found out: RFC 7519 §4.1, Token Status List §8.3, Bitstring Status List §3.2, OpenID4VP 1.0 §6, §8.4, §13.3
 * - the message, another session: OpenID4VP 1.0 §8.1, §8.2, §14.1, appendix A, RFC 6749 §3.2
 * - the encryption: OpenID4VP 1.0 §8.3, RFC 7516, RFC 7518 §4.6, §5.3
 */
import type { JsonObject } from '@countersign/core/json'
import {
  RESPONSE_MODE_NAMES,
  type ResponseModeName,
} from '@countersign/protocol/openid4vp/response/response-modes'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { type Kind, kinds } from '@countersign/testing/forging/credential-kinds'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionView } from '../http/session-view.ts'
import { readVerification } from '../response/look-again.ts'
import { type Instance, sent, type Told } from '../testing/response-ways.testing.ts'
import {
  type Asked,
  asked,
  FAMILY_NAME,
  GIVEN_NAME,
  type TwoInstances,
  twoInstances,
} from '../testing/two-instances.testing.ts'
import { CONTENTS_MUTATIONS } from './contents-mutations.testing.ts'
import { DEVICE_MUTATIONS } from './device-mutations.testing.ts'
import { ENCRYPTION_MUTATIONS } from './encryption-mutations.testing.ts'
import { FACTS_MUTATIONS } from './facts-mutations.testing.ts'
import { HOLDER_MUTATIONS } from './holder-mutations.testing.ts'
import { ISSUER_MUTATIONS } from './issuer-mutations.testing.ts'
import { MESSAGE_MUTATIONS, REPLAYS } from './message-mutations.testing.ts'
import { codeFor, type Mutation } from './mutation.testing.ts'

let stage: TwoInstances
beforeAll(async () => {
  stage = await twoInstances()
})
afterAll(() => stage.close())

const GROUPS: Readonly<Record<string, readonly Mutation[]>> = {
  'who signed': ISSUER_MUTATIONS,
  'what was signed': CONTENTS_MUTATIONS,
  'who shows it, and to whom': HOLDER_MUTATIONS,
  'the device of a document': DEVICE_MUTATIONS,
  'what is found out': FACTS_MUTATIONS,
  'the message': MESSAGE_MUTATIONS,
  'another session': REPLAYS,
  'the encryption': ENCRYPTION_MUTATIONS,
}

interface Case {
  readonly group: string
  readonly kind: Kind
  readonly mode: ResponseModeName
  readonly mutation: Mutation
}

/** Each format that a row is for, and each mode, in turn: the next row begins with another pair. */
function pairsOf({ kinds: own, modes }: Mutation, turn: number): readonly Pick<Case, 'kind' | 'mode'>[] {
  const isMet = (kind: number, mode: number) =>
    own.length < modes.length ? kind === (turn + mode) % own.length : mode === (turn + kind) % modes.length
  return own.flatMap((kind, place) =>
    modes.filter((_, index) => isMet(place, index)).map((mode) => ({ kind, mode })),
  )
}

const CASES: readonly Case[] = Object.entries(GROUPS).flatMap(([group, mutations]) =>
  mutations.flatMap((mutation, turn) =>
    pairsOf(mutation, turn).map((pair) => ({ group, mutation, ...pair })),
  ),
)

describe('the mutations', () => {
  it('are more than three hundred kinds, each named once for a format and a mode', () => {
    const names = CASES.map(({ kind, mode, mutation }) => `${kind.format} ${mode} ${mutation.what}`)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(CASES.map(({ mutation }) => mutation.what)).size).toBeGreaterThanOrEqual(300)
    expect(CASES.length).toBeGreaterThanOrEqual(800)
  })

  it.each(Object.entries(GROUPS))(
    '%s: meet every mode and every format that they are for',
    (_, mutations) => {
      for (const mutation of mutations) {
        const cases = CASES.filter((one) => one.mutation === mutation)
        expect(new Set(cases.map(({ mode }) => mode))).toEqual(new Set(mutation.modes))
        expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(mutation.kinds))
      }
    },
  )

  it('are of every format, in every mode, of every end', () => {
    const ways = new Set(CASES.map(({ kind, mode, mutation }) => `${kind.format} ${mode} ${mutation.ends}`))
    const all = kinds.flatMap(({ format }) =>
      RESPONSE_MODE_NAMES.flatMap((mode) => Object.keys(EXPECTED).map((ends) => `${format} ${mode} ${ends}`)),
    )
    expect([...ways].toSorted()).toEqual(all.toSorted())
  })
})

async function kept({ verifier }: Instance, { id }: Pick<VerificationSession, 'id'>) {
  const found = await verifier.sessions.get(id)
  if (found === undefined) throw new Error('the session is gone')
  return found
}

/** What a relying party sees. */
async function seen({ verifier }: Instance, { id }: Pick<VerificationSession, 'id'>) {
  const session = await readVerification(verifier, id)
  if (session === undefined) throw new Error('the session is gone')
  return { session, view: sessionView(session, verifier.policies) }
}

const NAMES = new RegExp(`${GIVEN_NAME}|${FAMILY_NAME}`)

type Checks = readonly {
  readonly outcome: string
  readonly name: string
  readonly detail?: string | undefined
}[]

function objections(checks: Checks): readonly string[] {
  return checks
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'undetermined')
    .map(({ detail, name }) => `${name}: ${detail}`)
}

interface Judged {
  readonly request: Asked
  readonly told: Told
  /** The session before it came. */
  readonly before: VerificationSession
  readonly code: string
}

const EXPECTED: { readonly [Ends in Mutation['ends']]: (judged: Judged) => Promise<void> } = {
  async refused({ before, code, request: { session }, told }) {
    expect(told.status).toBeGreaterThanOrEqual(400)
    expect(told.status).toBeLessThan(500)
    expect(told.body).toContain(code)
    const { value } = await kept(stage.here, session)
    expect(value).toEqual(before)
  },
  async attempt({ before, code, request: { session }, told }) {
    expect(told).toMatchObject({ status: 400, body: expect.stringContaining('access_denied') })
    const { value } = await kept(stage.here, session)
    expect(value).toMatchObject({ state: before.state, attempts: [{ kind: 'stranger' }] })
    const [attempt] = value.attempts
    const checks = attempt?.kind === 'stranger' ? attempt.checks : []
    expect(objections(checks).join('\n')).toContain(code)
  },
  async decides({ code, request: { session }, told }) {
    expect(told).toMatchObject({ status: 400, body: expect.stringContaining('access_denied') })
    const { value } = await kept(stage.here, session)
    expect(value).toMatchObject({ state: 'rejected', attempts: [] })
    expect(objections('checks' in value ? value.checks : []).join('\n')).toContain(code)
  },
  async waits({ code, request: { session }, told }) {
    expect(told.status).toBe(200)
    const { value } = await kept(stage.here, session)
    expect(value).toMatchObject({ state: 'answered', attempts: [] })
    expect(objections('checks' in value ? value.checks : []).join('\n')).toContain(code)
    const late = { ...stage.there, verifier: { ...stage.there.verifier, now: () => session.expiresAt } }
    const { view } = await seen(late, session)
    expect(view).toMatchObject({ verificationResult: false })
  },
}

const CLOSES = ['decides', 'waits']

describe.each(CASES)('$group, $kind.format by $mode', ({ kind, mode, mutation }) => {
  it(`is not accepted with ${mutation.what}`, async () => {
    const { here, there } = stage
    const request = await asked(stage, kind, mode, mutation.asking?.(kind, { stage }))
    const { session } = request
    const { value: before } = await kept(here, session)
    const told = await sent(there, session.id, await mutation.send(request))
    for (const instance of [here, there]) {
      const { view } = await seen(instance, session)
      expect(view.state).not.toBe('verified')
      expect(JSON.stringify(view)).not.toMatch(NAMES)
    }
    expect(told.body).not.toMatch(NAMES)
    await EXPECTED[mutation.ends]({ before, request, told, code: codeFor(mutation, kind) })
    const { value: after } = await kept(here, session)
    expect(JSON.stringify(after)).not.toMatch(NAMES)

    const honest: JsonObject = await mutation.honest(request)
    const answered = await sent(here, session.id, request.body(await request.write(honest)))
    const { view } = await seen(there, session)
    if (CLOSES.includes(mutation.ends)) {
      expect(answered).toMatchObject({ status: 400, body: expect.stringContaining('answered already') })
      expect((await kept(there, session)).value).toEqual(after)
    } else {
      expect(answered.status, answered.body).toBe(200)
      expect(view).toMatchObject({ state: 'verified', verificationResult: true })
      expect(JSON.stringify(view)).toMatch(NAMES)
    }
  })
})
