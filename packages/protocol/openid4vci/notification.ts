/**
 * Notification requests (OpenID4VCI 1.0 §11) as messages: what a wallet tells its issuer of a credential. Knows their form
 * and limits; which credential an id is about, and what may follow what, the session decides. The description is for whoever
 * writes issuers: its form is judged, and nothing of it is handed on, because it is foreign text that may be about a person.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { boundedText } from '../oauth/message-values.ts'

/**
 * `credential_accepted`: stored in the wallet. `credential_deleted`: a user did not want it. `credential_failure`: every
 * other way of not having it.
 */
export const NOTIFICATION_EVENTS = [
  'credential_accepted',
  'credential_failure',
  'credential_deleted',
] as const

export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number]

export interface NotificationRequest {
  readonly notificationId: string
  readonly event: NotificationEvent
}

export type NotificationRequestRefusal =
  /** Absent, or no text. */
  | { readonly code: 'notification_id_missing' }
  /** A text that no issuer of ours wrote: empty, or too long. */
  | { readonly code: 'notification_unknown' }
  | { readonly code: 'notification_event_unknown' }
  | { readonly code: 'notification_description_malformed'; readonly maxLength: number }

/** Longer than any id of ours; other issuers' are taken up to the same length. */
const MAX_ID_LENGTH = 1024
const MAX_DESCRIPTION_LENGTH = 1000

/** §11.1: the set that RFC 6749 §5.2 has for descriptions of errors. */
const DESCRIPTION = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** §11.1. Members that nobody knows are passed over; one that is null has been left out before. */
export function parseNotificationRequest(
  json: JsonObject,
): Result<NotificationRequest, NotificationRequestRefusal> {
  const { notification_id: id, event: name, event_description: description } = json
  if (typeof id !== 'string') return refuse({ code: 'notification_id_missing' })
  const event = NOTIFICATION_EVENTS.find((known) => known === name)
  if (event === undefined) return refuse({ code: 'notification_event_unknown' })
  if (description !== undefined && !isDescription(description))
    return refuse({ code: 'notification_description_malformed', maxLength: MAX_DESCRIPTION_LENGTH })
  const notificationId = boundedText(id, MAX_ID_LENGTH)
  return notificationId === undefined
    ? refuse({ code: 'notification_unknown' })
    : ok({ notificationId, event })
}

/** `description`: a text of ours, within the set. */
export function writeNotificationRequest(
  { notificationId, event }: NotificationRequest,
  description?: string,
): JsonObject {
  const request = { notification_id: notificationId, event }
  return description === undefined ? request : { ...request, event_description: description }
}

function isDescription(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_DESCRIPTION_LENGTH && DESCRIPTION.test(value)
}
