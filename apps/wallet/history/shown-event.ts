/** An entry of the history for its reader: in one language, with or without the values. */
import type { ClaimPath } from '@countersign/credential/contract/format'
import { readableName } from '@countersign/credential/display/readable-name'
import {
  type EventAction,
  type EventCredential,
  type EventOutcome,
  type EventParty,
  type EventSummary,
  type EventValues,
  type StoredEvent,
  textFor,
} from './event.ts'

export interface ShownEvent {
  readonly id: string
  /** Epoch seconds. */
  readonly at: number
  readonly action: EventAction
  readonly outcome?: EventOutcome | undefined
  readonly declined?: 'offer' | 'request' | undefined
  readonly permanent?: boolean | undefined
  readonly unissued?: EventSummary['unissued']
  readonly note?: string | undefined
  readonly purpose?: string | undefined
  readonly party?: ShownParty | undefined
  readonly credentials: readonly ShownCredential[]
}

interface ShownParty extends Omit<EventParty, 'names'> {
  readonly name?: string | undefined
}

export interface ShownCredential
  extends Pick<EventCredential, 'id' | 'format' | 'type' | 'issuer' | 'moreClaims'> {
  readonly title: string
  readonly claims: readonly ShownClaim[]
}

export interface ShownClaim {
  readonly path: ClaimPath
  readonly label: string
  /** Present where values were asked for. */
  readonly value?: string | undefined
}

export function shownEvent(
  { action, at, id, outcome, summary }: StoredEvent,
  locales: readonly string[],
  values?: EventValues,
): ShownEvent {
  const { credentials, declined, note, party, permanent, purposes = [], unissued } = summary
  return {
    id,
    at,
    action,
    outcome,
    declined,
    permanent,
    unissued,
    note,
    purpose: textFor(purposes, locales),
    party: party && shownParty(party, locales),
    credentials: credentials.map((credential, place) =>
      shownCredential(credential, locales, values?.[place]),
    ),
  }
}

export function shownCredential(
  { claims, titles, ...credential }: EventCredential,
  locales: readonly string[],
  values?: EventValues[number],
): ShownCredential {
  const { format, id, issuer, moreClaims, type } = credential
  return {
    id,
    format,
    type,
    issuer,
    moreClaims,
    title: textFor(titles, locales) ?? readableName(type),
    claims: claims.map(({ labels, path }, at) => ({
      path,
      label: textFor(labels, locales) ?? '',
      value: textFor(values?.[at] ?? [], locales),
    })),
  }
}

function shownParty({ names, ...party }: EventParty, locales: readonly string[]): ShownParty {
  return { ...party, name: textFor(names, locales) }
}
