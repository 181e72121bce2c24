/** A session in a list: what it is about, what is done, how far it is. */
import { Badge } from '@countersign/ui/elements/badge'
import { Icon } from '@countersign/ui/elements/icon'
import { plainText } from '@countersign/ui/elements/plain-name'
import { dayAndTime } from '@countersign/ui/text/format'
import type { IssuerMetadata } from '../issue/catalogue.ts'
import { handOut, takeIn } from '../parts/portal-icons.ts'
import { isoOf } from '../parts/times.ts'
import { home } from '../text/home-texts.ts'
import { aboutOf, addressOf, type ListedSession, toneOf } from './listed-sessions.ts'

export interface SessionEntryProps {
  readonly session: ListedSession
  readonly metadata: IssuerMetadata | undefined
}

export function SessionEntry({ session, metadata }: SessionEntryProps) {
  const t = home.value
  const { createdAt, servedBy, service, state } = session
  const at = isoOf(createdAt)
  const facts = [
    service === 'verifier' ? t.sessions.verify : t.sessions.issue,
    dayAndTime(at) ?? at,
    ...(servedBy === undefined ? [] : [t.sessions.tookPart(servedBy.length)]),
  ]
  return (
    <li>
      <a class="entry" href={addressOf(session)}>
        <span class="seal" data-small aria-hidden="true">
          <Icon d={service === 'verifier' ? takeIn : handOut} />
        </span>
        <b class="foreign">{plainText(aboutOf(metadata, session))}</b>
        <span class="muted">{facts.join(' · ')}</span>
        <Badge tone={toneOf(state)}>{t.states[state]}</Badge>
      </a>
    </li>
  )
}
