import { describe, expect, it } from 'vitest'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import { NOTIFICATION_EVENTS, type NotificationEvent } from '../notification.ts'
import type { CredentialNotified, IssuanceMessage } from './message.ts'
import { lastNotified } from './notified.ts'
import { offerIssuance } from './offered.ts'
import type { IssuanceSession } from './state.ts'
import { stepIssuance } from './step.ts'

const START = 1000
const TTL = 300
const GRANTED = START + 10

const accepted = 'credential_accepted'
const failure = 'credential_failure'
const deleted = 'credential_deleted'

const tell = (event: NotificationEvent, change: Partial<CredentialNotified> = {}): CredentialNotified => ({
  type: 'credential_notified',
  senderKey: 'key-1',
  notificationId: 'answer-pid',
  event,
  ...change,
})

function after(session: IssuanceSession, message: IssuanceMessage, now = GRANTED): IssuanceSession {
  const result = stepIssuance(session, message, now)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function outcome(session: IssuanceSession, message: IssuanceMessage, now = GRANTED + 20): string {
  const result = stepIssuance(session, message, now)
  if (!result.ok) return result.error.code
  return result.value === session ? 'unchanged' : (result.value.events.at(-1)?.type ?? '')
}

const offered = offerIssuance(
  {
    id: 's',
    promised: ['pid', 'badge'].map((configurationId) => ({
      configurationId,
      type: `urn:${configurationId}`,
      claims: {},
      selectivelyDisclosable: [],
    })),
    txCode: undefined,
    expiresAt: START + 300,
  },
  START,
)
const granted = after(offered, {
  type: 'token_requested',
  grantType: PRE_AUTHORIZED_CODE,
  txCode: 'none',
  senderKey: 'key-1',
  tokenTtlSeconds: TTL,
})
const issue = (configurationId: string): IssuanceMessage => ({
  type: 'credential_issued',
  configurationId,
  senderKey: 'key-1',
  holderKey: 'holder',
  answerId: `answer-${configurationId}`,
})
const halfIssued = after(granted, issue('pid'))
const completed = after(halfIssued, issue('badge'))

describe('what a wallet tells of a credential', () => {
  it.each([
    [accepted, 'accepted'],
    [failure, 'credential_failure'],
    [deleted, 'credential_deleted'],
  ] as const)('%s becomes the event %s, which names the configuration and nothing else', (event, type) => {
    const told = after(completed, tell(event), GRANTED + 5)
    expect(told.events.at(-1)).toEqual({ sequence: 6, type, at: GRANTED + 5, detail: 'pid' })
    expect(told).toMatchObject({ state: 'completed', issued: { pid: { notified: [event] } } })
  })

  it('is taken while the rest of the offer is still to be issued, and is kept when it is', () => {
    const told = after(halfIssued, tell(accepted))
    expect(told.state).toBe('token_issued')
    const later = after(told, issue('badge'))
    expect(later).toMatchObject({ state: 'completed', issued: { pid: { notified: [accepted] } } })
    expect(outcome(later, tell(accepted, { notificationId: 'answer-badge' }))).toBe('accepted')
  })

  it('changes nothing when it is told again, however late and whatever was told since', () => {
    for (const event of NOTIFICATION_EVENTS) {
      const told = after(completed, tell(event))
      expect(outcome(told, tell(event))).toBe('unchanged')
      if (event !== deleted) expect(outcome(after(told, tell(deleted)), tell(event))).toBe('unchanged')
    }
  })

  it.each<[NotificationEvent, NotificationEvent, string]>([
    [failure, accepted, 'accepted'],
    [failure, deleted, 'credential_deleted'],
    [accepted, deleted, 'credential_deleted'],
    [accepted, failure, 'notification_impossible'],
    [deleted, accepted, 'notification_impossible'],
    [deleted, failure, 'notification_impossible'],
  ])('after %s comes %s: %s', (first, second, expected) => {
    expect(outcome(after(completed, tell(first)), tell(second))).toBe(expected)
  })

  it('is of one credential: the other may come to another end', () => {
    const told = after(after(completed, tell(accepted)), tell(failure, { notificationId: 'answer-badge' }))
    const { issued } = told as Extract<IssuanceSession, { state: 'completed' }>
    expect(Object.values(issued).map(lastNotified)).toEqual(['accepted', 'credential_failure'])
  })
})

describe('a notification is refused', () => {
  it.each<[string, IssuanceSession, CredentialNotified, string]>([
    ['before there is a token', offered, tell(accepted), 'no_grant'],
    ['before there is a credential', granted, tell(accepted), 'notification_unknown'],
    [
      'of a credential that is not issued yet',
      halfIssued,
      tell(accepted, { notificationId: 'answer-badge' }),
      'notification_unknown',
    ],
    ['of nothing that we issued', completed, tell(accepted, { notificationId: 'x' }), 'notification_unknown'],
    [
      'of what every object has',
      completed,
      tell(accepted, { notificationId: 'constructor' }),
      'notification_unknown',
    ],
    ['from another key', completed, tell(accepted, { senderKey: 'key-2' }), 'wrong_sender_key'],
    ['without the key', completed, tell(accepted, { senderKey: undefined }), 'wrong_sender_key'],
  ])('%s', (_name, session, message, code) => {
    expect(outcome(session, message)).toBe(code)
  })

  it('when the token is over, also where it only repeats itself', () => {
    const told = after(completed, tell(accepted))
    expect(outcome(told, tell(accepted), GRANTED + TTL - 1)).toBe('unchanged')
    expect(outcome(told, tell(accepted), GRANTED + TTL)).toBe('token_expired')
    expect(outcome(completed, tell(deleted), GRANTED + TTL)).toBe('token_expired')
  })
})

describe('an offer that was fetched', () => {
  const fetched: IssuanceMessage = { type: 'offer_fetched' }

  it('is opened once', () => {
    const opened = after(offered, fetched, START + 3)
    expect(opened.events.at(-1)).toEqual({ sequence: 2, type: 'opened', at: START + 3 })
    expect(opened.state).toBe('offered')
    expect(outcome(opened, fetched, START + 4)).toBe('unchanged')
  })

  it.each<[string, IssuanceSession, number]>([
    ['is over', offered, START + 300],
    ['was used', granted, START + 20],
    ['was used up', completed, START + 20],
  ])('that %s is not opened any more', (_name, session, now) => {
    expect(outcome(session, fetched, now)).toBe('unchanged')
  })
})
