import type { Check, CheckOutcome } from '@countersign/credential/contract/checks'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { describe, expect, it } from 'vitest'
import { sessionView } from '../http/session-view.ts'
import type { JudgedPolicy } from '../policies/policy.ts'
import {
  answerTo,
  heldCredential,
  query,
  started,
  type TestVerifier,
  testVerifier,
} from '../testing/verifier.testing.ts'
import type { StatusChecker } from '../verifier.ts'
import { look, readVerification } from './look-again.ts'
import { receivePresentation } from './receive-presentation.ts'

interface Scene extends TestVerifier {
  /** What the next look-ups say, and how often somebody looked. */
  readonly status: { outcome: CheckOutcome; asked: number }
  /** What the policy says, and how often it was asked. */
  readonly policy: { outcome: 'passed' | 'failed' | 'undetermined'; asked: number }
  readonly session: VerificationSession
  readonly form: Readonly<Record<string, string>>
}

async function scene(outcome: CheckOutcome, more: Partial<Scene['policy']> = {}): Promise<Scene> {
  const status = { outcome, asked: 0 }
  const policy = { outcome: 'passed' as const, asked: 0, ...more }
  const checkStatus: StatusChecker = async () => {
    status.asked += 1
    return { name: 'status', outcome: status.outcome, detail: `status_${status.outcome}` }
  }
  const asked: JudgedPolicy = {
    name: 'asked',
    description: 'Asks somebody else.',
    argumentsExpected: () => undefined,
    judge: async () => {
      policy.asked += 1
      return policy.outcome === 'passed'
        ? { outcome: 'passed' }
        : { outcome: policy.outcome, detail: 'said_so' }
    },
  }
  const test = await testVerifier(undefined, { checkStatus, policies: [asked] })
  const session = await started(test.verifier, { policies: [{ policy: 'asked' }] })
  const form = await answerTo(session, await heldCredential(test), test.clock.now)
  return { ...test, status, policy, session, form }
}

const answer = ({ verifier, session, form }: Scene) => receivePresentation(verifier, session.id, form)
const read = ({ verifier, session }: Scene) => readVerification(verifier, session.id)

/** A second later, or a reader sees what was stored. */
async function readLater(from: Scene) {
  from.clock.now += 1
  return read(from)
}

describe('a status that cannot be found out', () => {
  it('is no reason to refuse: the answer is taken, its claims are shown to nobody, and no policy is asked', async () => {
    const from = await scene('undetermined')
    expect(await answer(from)).toMatchObject({ value: { reply: 'taken', session: { state: 'answered' } } })
    const session = await read(from)
    if (session === undefined) throw new Error('gone')
    const view = sessionView(session, from.verifier.policies)
    expect(view).toMatchObject({
      state: 'answered',
      answeredAt: from.clock.now,
      missing: [
        { name: 'status', detail: 'status_undetermined', queryId: 'id' },
        { name: 'policy', policy: 'asked', detail: 'not_asked' },
      ],
    })
    expect(view).not.toHaveProperty('verificationResult')
    expect(JSON.stringify(view)).not.toContain('"Ada"')
    expect(from.policy.asked).toBe(0)
  })

  it.each([
    ['passed', 'passed', { state: 'verified', credentials: [{ claims: { given_name: 'Ada' } }] }],
    ['failed', 'passed', { state: 'rejected' }],
    ['passed', 'failed', { state: 'rejected' }],
    ['passed', 'undetermined', { state: 'answered', missing: [{ kind: 'policy' }] }],
  ] as const)('and later is %s, with a policy that says %s', async (status, policy, expected) => {
    const from = await scene('undetermined', { outcome: policy })
    await answer(from)
    from.status.outcome = status
    expect(await readLater(from)).toMatchObject(expected)
    expect(from.policy.asked).toBe(status === 'passed' ? 1 : 0)
    // Whatever was decided since: the wallet hears what it heard.
    expect(await answer(from)).toMatchObject({ value: { reply: 'taken' } })
    expect(
      await receivePresentation(from.verifier, from.session.id, { ...from.form, more: 'x' }),
    ).toMatchObject({
      error: { code: 'already_answered' },
    })
  })

  it('is looked for at most once a second, however many read', async () => {
    const from = await scene('undetermined')
    await answer(from)
    const asked = from.status.asked
    await Promise.all(Array.from({ length: 20 }, () => read(from)))
    expect(from.status.asked).toBe(asked + 1)
    from.clock.now += 1
    await Promise.all(Array.from({ length: 20 }, () => read(from)))
    expect(from.status.asked).toBe(asked + 2)
  })

  it('writes nothing when it is looked for in vain', async () => {
    const from = await scene('undetermined')
    await answer(from)
    const before = await from.verifier.sessions.get(from.session.id)
    for (let second = 0; second < 3; second += 1) await readLater(from)
    expect(await from.verifier.sessions.get(from.session.id)).toEqual(before)
  })

  it('is known to be bad: rejected at once, and the wallet hears it', async () => {
    const from = await scene('failed')
    expect(await answer(from)).toMatchObject({ value: { reply: 'refused', session: { state: 'rejected' } } })
    expect(from.policy.asked).toBe(0)
  })

  it('takes three seconds at most, for all credentials of an answer together', async () => {
    const never: StatusChecker = () => new Promise<Check>(() => undefined)
    const test = await testVerifier(undefined, { checkStatus: never })
    const both = ['a', 'b', 'c'].map((id) => ({ ...query.credentials[0], id }))
    const session = await started(test.verifier, { dcqlQuery: { credentials: both } as never })
    const one = await answerTo(session, await heldCredential(test), test.clock.now)
    const [shown] = Object.values(JSON.parse(one['vp_token'] ?? '') as Record<string, string[]>)
    const form = { ...one, vp_token: JSON.stringify({ a: shown, b: shown, c: shown }) }
    const taken = await takesAtMost(3500, () => receivePresentation(test.verifier, session.id, form))
    expect(taken).toMatchObject({ value: { reply: 'taken', session: { state: 'answered' } } })
    const kept = taken.ok ? taken.value.session : undefined
    const details = kept !== undefined && 'checks' in kept ? kept.checks : []
    expect(details.filter(({ name }) => name === 'status')).toEqual(
      ['a', 'b', 'c'].map((queryId) => ({
        name: 'status',
        outcome: 'undetermined',
        detail: 'list_unreachable: timeout',
        queryId,
      })),
    )
  })
})

describe('the end of the time', () => {
  it('of a taken answer is undetermined, when a last look found nothing either', async () => {
    const from = await scene('undetermined')
    await answer(from)
    const asked = from.status.asked
    from.clock.now = from.session.expiresAt
    const ended = await read(from)
    expect(ended).toMatchObject({ state: 'undetermined', decidedAt: from.session.expiresAt })
    expect(ended && sessionView(ended, [])).toMatchObject({ verificationResult: false })
    expect(JSON.stringify(ended)).not.toContain('"Ada"')
    expect(from.status.asked).toBe(asked + 1)
    expect(await answer(from)).toMatchObject({
      value: { reply: 'taken', session: { state: 'undetermined' } },
    })
  })

  it.each([
    ['passed', 'verified'],
    ['failed', 'rejected'],
  ] as const)('of a taken answer is decided by a last look that says %s', async (outcome, state) => {
    const from = await scene('undetermined')
    await answer(from)
    from.clock.now = from.session.expiresAt + 60
    from.status.outcome = outcome
    expect(await read(from)).toMatchObject({ state })
  })

  it('is told when it is written, once, by however many who find it', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    test.clock.now = session.expiresAt
    const all = await Promise.all(
      Array.from({ length: 20 }, () => readVerification(test.verifier, session.id)),
    )
    const kept = await test.verifier.sessions.get(session.id)
    expect(kept?.version).toBe(2)
    for (const one of all) expect(one).toEqual(kept?.value)
    expect(kept?.value.events.map(({ type }) => type)).toEqual(['created', 'expired'])
  })

  it('is not for an answer that was taken while somebody found the time over', async () => {
    const from = await scene('undetermined')
    const { verifier, session } = from
    let stopped = true
    const late: typeof verifier = {
      ...verifier,
      // Reads the open session, and then an answer is taken that came in time.
      now: () => (stopped ? session.expiresAt : from.clock.now),
      sessions: {
        ...verifier.sessions,
        get: async (id) => {
          const found = await verifier.sessions.get(id)
          if (stopped) await answer(from)
          return found
        },
      },
    }
    const seen = await readVerification(late, session.id)
    stopped = false
    expect(seen?.state).toBe('answered')
    from.status.outcome = 'passed'
    from.clock.now = session.expiresAt
    expect(await read(from)).toMatchObject({ state: 'verified' })
  })
})

describe('a look at a session that nobody reads', () => {
  it('says when to look again, less and less often, and not at all when all is over', async () => {
    const from = await scene('undetermined')
    const { verifier, session, clock } = from
    expect(await look(verifier, 'x'.repeat(22))).toBeUndefined()
    expect(await look(verifier, session.id)).toBe((session.expiresAt - clock.now) * 1000)
    await answer(from)
    const waits: unknown[] = []
    for (const seconds of [0, 1, 3, 6, 50, 239]) {
      clock.now += seconds
      waits.push(await look(verifier, session.id))
    }
    expect(waits).toEqual([1000, 1000, 2000, 5000, 30_000, 1000])
    clock.now = session.expiresAt
    from.status.outcome = 'passed'
    expect(await look(verifier, session.id)).toBeUndefined()
    expect(await read(from)).toMatchObject({ state: 'verified' })
  })

  it('is asked for before the answer is kept, and after it', async () => {
    const from = await scene('undetermined')
    const { session, verifier } = from
    const puts: [number, string | undefined][] = []
    const due: typeof verifier.due = {
      ...verifier.due,
      put: async (id, inMs) => {
        puts.push([inMs, (await verifier.sessions.get(id))?.value.state])
        await verifier.due.put(id, inMs)
      },
    }
    await receivePresentation({ ...verifier, due }, session.id, from.form)
    await receivePresentation({ ...verifier, due }, session.id, from.form)
    expect(puts).toEqual([
      [5000, 'created'],
      [1000, 'answered'],
    ])
    expect(await verifier.due.lease(1, 30_000)).toEqual([])
    from.clock.now += 1
    expect(await verifier.due.lease(1, 30_000)).toMatchObject([{ id: session.id }])
  })

  it('that comes before the answer is kept makes whoever keeps it ask for another', async () => {
    const from = await scene('undetermined')
    const { session, verifier } = from
    const puts: number[] = []
    const due: typeof verifier.due = {
      ...verifier.due,
      put: async (_id, inMs) => {
        puts.push(inMs)
        if (puts.length === 1) await look(verifier, session.id)
      },
    }
    await receivePresentation({ ...verifier, due }, session.id, from.form)
    expect(puts).toEqual([5000, 5000, 1000])
    expect((await verifier.sessions.get(session.id))?.value.state).toBe('answered')
  })

  it('is not asked for where an answer could be judged', async () => {
    const from = await scene('passed')
    await answer(from)
    from.clock.now += 600
    expect(await from.verifier.due.lease(10, 30_000)).toEqual([])
  })
})
