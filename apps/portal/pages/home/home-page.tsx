/** The first page: two doors, whether everything is ready for people, and what went on lately. */
import { Icon } from '@countersign/ui/elements/icon'
import { forward } from '@countersign/ui/elements/icons'
import { Heading } from '@countersign/ui/page/heading'
import { portal } from '../text/portal-texts.ts'
import { ReadyToWork } from './ready-to-work.tsx'
import { RecentSessions } from './recent-sessions.tsx'

export function HomePage() {
  const t = portal.value
  return (
    <div class="stack" data-gap="xl">
      <div class="stack" data-gap="l">
        <Heading title={t.doors.title} product={t.product} />
        <div class="doors">
          <Door href="/issue" label={t.doors.issue} why={t.doors.issueWhy} stroke="first" />
          <Door href="/verify" label={t.doors.verify} why={t.doors.verifyWhy} stroke="second" />
        </div>
      </div>
      <div class="two" data-side="start">
        <ReadyToWork />
        <RecentSessions />
      </div>
    </div>
  )
}

interface DoorProps {
  readonly href: string
  readonly label: string
  readonly why: string
  /** One of the two strokes of the mark: a door each. */
  readonly stroke: 'first' | 'second'
}

function Door({ href, label, why, stroke }: DoorProps) {
  const d = stroke === 'first' ? 'M18 26 66 92' : 'M66 14 18 92'
  return (
    <a class="door" href={href}>
      <svg class="door-stroke" viewBox="0 0 84 106" aria-hidden="true">
        <path d={d} />
      </svg>
      <b>{label}</b>
      <span>{why}</span>
      <span class="door-go">
        <Icon d={forward} turns />
      </span>
    </a>
  )
}
