import { StoreUnavailable } from '@countersign/stores/ports'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { isFinal, sessionView } from './http/session-view.ts'
import { openOffer } from './offer/open-offer.ts'
import {
  answerFor,
  claims,
  configurationId,
  notify,
  offered,
  proofOfKey,
  type TestIssuer,
  testIssuer,
  tokenFor,
} from './testing/issuer.testing.ts'

const second = 'employee_badge_dc+sd-jwt'
const badge = { given_name: 'Grace', family_name: 'Sample', employer: 'Works', employee_id: 'E1' }
const credentials = [
  { configurationId, claims },
  { configurationId: second, claims: badge },
]

/** A wallet that has the first credential of an offer of one, or of two. */
async function issued(test: TestIssuer, order: { credentials: typeof credentials } | object = {}) {
  const [sender, holder] = [newKey(), newKey()]
  const { id, code } = await offered(test.issuer, order)
  const token = await tokenFor(test, code, sender)
  const take = async (configuration = configurationId) => {
    const answer = await answerFor(test, token, await proofOfKey(test, holder), { sender, configuration })
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.value.notification_id
  }
  const session = async () => {
    const found = await test.issuer.sessions.get(id)
    if (found === undefined) throw new Error('the session is gone')
    return found.value
  }
  return { id, token, sender, take, session, notificationId: await take() }
}

const types = (session: { events: readonly { type: string }[] }) => session.events.map(({ type }) => type)

describe('the id that comes beside a credential', () => {
  it('is the same whenever the same credential comes, and another for another one', async () => {
    const { notificationId, take } = await issued(testIssuer(), { credentials })
    expect(await take()).toBe(notificationId)
    expect(await take(second)).not.toBe(notificationId)
  })
})

describe('a notification', () => {
  it('is written down once, whoever sends it ten times at once', async () => {
    const test = testIssuer()
    const { notificationId, token, sender, session } = await issued(test)
    const accepted = { notificationId, event: 'credential_accepted' } as const
    const answers = await Promise.all(Array.from({ length: 10 }, () => notify(test, token, accepted, sender)))
    expect(new Set(answers)).toEqual(new Set(['told']))
    expect(types(await session()).filter((type) => type === 'accepted')).toHaveLength(1)
    expect(sessionView(await session(), test.clock.now)).toMatchObject({
      state: 'completed',
      notified: { [configurationId]: 'accepted' },
    })
  })

  it('wakes whoever follows the session', async () => {
    const test = testIssuer()
    const { id, notificationId, token, sender } = await issued(test)
    let woken = 0
    const watching = await test.issuer.signals.watch(id, () => void woken++)
    await notify(test, token, { notificationId, event: 'credential_accepted' }, sender)
    expect(woken).toBe(1)
    await watching.close()
  })

  it('is heard from the key of the token alone, as long as the token lives', async () => {
    const test = testIssuer()
    const { notificationId, token, sender } = await issued(test)
    const accepted = { notificationId, event: 'credential_accepted' } as const
    expect(await notify(test, token, accepted)).toBe('wrong_sender_key')
    expect(await notify(test, token, accepted, newKey())).toBe('wrong_sender_key')
    expect(await notify(test, `${token}A`, accepted, sender)).toBe('token_unknown')
    test.clock.now += 599
    expect(await notify(test, token, accepted, sender)).toBe('told')
    test.clock.now += 1
    expect(await notify(test, token, accepted, sender)).toBe('token_expired')
  })

  it('finds its session whenever the token was taken and however short the results are kept', async () => {
    const test = testIssuer()
    const { limits } = test.issuer
    const brief = { ...test, issuer: { ...test.issuer, limits: { ...limits, resultRetentionSeconds: 60 } } }
    const { id, code } = await offered(brief.issuer)
    test.clock.now += 299
    const [sender, holder] = [newKey(), newKey()]
    const token = await tokenFor(brief, code, sender)
    test.clock.now += 590
    const answer = await answerFor(brief, token, await proofOfKey(brief, holder), { sender })
    if (!answer.ok) throw new Error(answer.error.code)
    const { notification_id: notificationId } = answer.value
    expect(await notify(brief, token, { notificationId, event: 'credential_accepted' }, sender)).toBe('told')
    expect(await test.issuer.sessions.get(id)).toBeDefined()
  })
})

describe('a stream of events', () => {
  it('goes on until the wallet told of every credential', async () => {
    const test = testIssuer()
    const { notificationId, take, token, sender, session } = await issued(test, { credentials })
    const final = async () => isFinal(await session(), test.clock.now)
    const accepted = { notificationId, event: 'credential_accepted' } as const
    await notify(test, token, accepted, sender)
    expect(await final()).toBe(false)
    const other = await take(second)
    expect(await final()).toBe(false)
    await notify(test, token, { notificationId: other, event: 'credential_failure' }, sender)
    expect(await final()).toBe(true)
  })

  it('ends with the token of a wallet that tells nothing', async () => {
    const test = testIssuer()
    const { session } = await issued(test)
    expect(isFinal(await session(), test.clock.now + 599)).toBe(false)
    expect(isFinal(await session(), test.clock.now + 600)).toBe(true)
  })
})

describe('an offer that is fetched', () => {
  it('is opened once, however often it is fetched', async () => {
    const test = testIssuer()
    const { id } = await offered(test.issuer)
    const fetched = await Promise.all(Array.from({ length: 5 }, () => openOffer(test.issuer, id)))
    for (const offer of fetched) expect(offer).toEqual(fetched[0])
    const session = (await test.issuer.sessions.get(id))?.value
    expect(session && types(session)).toEqual(['offered', 'opened'])
    expect(session && sessionView(session, test.clock.now).openedAt).toBe(test.clock.now)
  })

  it('is handed out although it cannot be written down, and what is a bug stays one', async () => {
    const test = testIssuer()
    const { id } = await offered(test.issuer)
    const failing = (error: Error) => ({
      ...test.issuer,
      sessions: { ...test.issuer.sessions, compareAndSet: () => Promise.reject(error) },
    })
    expect(await openOffer(failing(new StoreUnavailable('read-only')), id)).toHaveProperty('grants')
    await expect(openOffer(failing(new TypeError('a bug')), id)).rejects.toThrow(TypeError)
  })

  it('costs one write the first time, and none afterwards', async () => {
    const test = testIssuer()
    const { id } = await offered(test.issuer)
    let writes = 0
    const { compareAndSet } = test.issuer.sessions
    const counting: typeof compareAndSet = (...write) => {
      writes += 1
      return compareAndSet(...write)
    }
    const issuer = { ...test.issuer, sessions: { ...test.issuer.sessions, compareAndSet: counting } }
    for (const expected of [1, 1, 1]) {
      await openOffer(issuer, id)
      expect(writes).toBe(expected)
    }
  })

  it('is not there: nobody is told why', async () => {
    const { issuer } = testIssuer()
    expect(await openOffer(issuer, 'nobody-has-this-id')).toBeUndefined()
    expect(await openOffer(issuer, '../x')).toBeUndefined()
  })
})

describe('every event', () => {
  it('says which instance wrote it, from the offer to the acceptance', async () => {
    const test = testIssuer({ servedBy: 'issuer-1' })
    const { id, notificationId, token, sender, session } = await issued(test)
    await openOffer(test.issuer, id)
    const elsewhere = { ...test, issuer: { ...test.issuer, servedBy: 'issuer-2' } }
    await notify(elsewhere, token, { notificationId, event: 'credential_accepted' }, sender)
    expect((await session()).events.map(({ type, servedBy }) => `${type} ${servedBy}`)).toEqual([
      'offered issuer-1',
      'token_issued issuer-1',
      'credential_issued issuer-1',
      'completed issuer-1',
      'accepted issuer-2',
    ])
  })
})
