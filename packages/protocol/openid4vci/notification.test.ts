import { describe, expect, it } from 'vitest'
import { NOTIFICATION_EVENTS, parseNotificationRequest, writeNotificationRequest } from './notification.ts'

const request = { notification_id: 'n1', event: 'credential_accepted' }

describe('a notification request', () => {
  it.each(NOTIFICATION_EVENTS)('may tell of %s, and is read as it was written', (event) => {
    const written = writeNotificationRequest({ notificationId: 'n1', event })
    expect(written).toEqual({ notification_id: 'n1', event })
    expect(parseNotificationRequest(written)).toEqual({ ok: true, value: { notificationId: 'n1', event } })
  })

  it.each([
    ['a description', { event_description: 'stored; see [log] ~1' }],
    ['an empty description', { event_description: '' }],
    ['a description of the greatest length', { event_description: 'x'.repeat(1000) }],
    ['a member that nobody knows', { interval: 5 }],
  ])('may have %s, of which nothing is handed on', (_name, more) => {
    expect(parseNotificationRequest({ ...request, ...more })).toEqual({
      ok: true,
      value: { notificationId: 'n1', event: 'credential_accepted' },
    })
  })

  it.each([
    ['without an id', { notification_id: undefined }, 'notification_id_missing'],
    ['with a number for an id', { notification_id: 7 }, 'notification_id_missing'],
    ['with a list for an id', { notification_id: ['n1'] }, 'notification_id_missing'],
    ['with an empty id', { notification_id: '' }, 'notification_unknown'],
    ['with an endless id', { notification_id: 'n'.repeat(1025) }, 'notification_unknown'],
    ['without an event', { event: undefined }, 'notification_event_unknown'],
    ['with an event of its own', { event: 'credential_refused' }, 'notification_event_unknown'],
    ['with an event in capitals', { event: 'CREDENTIAL_ACCEPTED' }, 'notification_event_unknown'],
    ['with the name of what every object has', { event: 'toString' }, 'notification_event_unknown'],
    ['with two events', { event: ['credential_accepted'] }, 'notification_event_unknown'],
    ['with a quote in its description', { event_description: '"' }, 'notification_description_malformed'],
    ['with a backslash in it', { event_description: '\\' }, 'notification_description_malformed'],
    ['with a line break in it', { event_description: 'a\nb' }, 'notification_description_malformed'],
    ['with a line break at its end', { event_description: 'a\n' }, 'notification_description_malformed'],
    ['with a letter beyond ASCII in it', { event_description: 'ü' }, 'notification_description_malformed'],
    ['with a description that is no text', { event_description: 1 }, 'notification_description_malformed'],
    [
      'with an endless description',
      { event_description: 'x'.repeat(1001) },
      'notification_description_malformed',
    ],
  ])('%s is refused', (_name, change, code) => {
    const { notification_id, event, event_description } = {
      event_description: undefined,
      ...request,
      ...change,
    }
    const json = JSON.parse(JSON.stringify({ notification_id, event, event_description }))
    expect(parseNotificationRequest(json)).toMatchObject({ ok: false, error: { code } })
  })
})
