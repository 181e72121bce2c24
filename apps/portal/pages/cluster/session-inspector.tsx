/** One session across the instances that served it: the newest, or another of the last ones. An instance that is gone ends its lane. */
import type { GoneInstance } from '@countersign/api/cluster/instances'
import { plainText } from '@countersign/ui/elements/plain-name'
import { Select } from '@countersign/ui/forms/select'
import { clockTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { loadMetadata } from '../issue/catalogue.ts'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { usePolled } from '../parts/use-polled.ts'
import { useSessionStream } from '../parts/use-session-stream.ts'
import { aboutOf, type ListedSession, loadRecent } from '../records/listed-sessions.ts'
import { home } from '../text/home-texts.ts'
import { operation } from '../text/operation-texts.ts'
import { Timeline } from '../verify/timeline.tsx'

const LISTED = 10
const EVERY_MS = 3_000

export function SessionInspector({ gone }: { readonly gone: readonly GoneInstance[] }) {
  const t = operation.value.cluster
  const { value: sessions } = usePolled(() => loadRecent(LISTED), 'recent', EVERY_MS)
  const metadata = useLoaded(loadMetadata, 'metadata').value
  const [wanted, setWanted] = useState<string>()
  const chosen = sessions?.find(({ id }) => id === wanted) ?? sessions?.[0]
  if (sessions === undefined) return null
  if (chosen === undefined) return <p class="muted">{t.sessionNone}</p>
  return (
    <div class="stack" data-gap="m">
      <div class="filters">
        <Select
          label={t.sessionChoice}
          value={chosen.id}
          onChange={setWanted}
          options={sessions.map((one) => ({
            value: one.id,
            label: [
              plainText(aboutOf(metadata, one)),
              home.value.states[one.state],
              clockTime(isoOf(one.createdAt)) ?? '',
            ].join(' · '),
          }))}
        />
      </div>
      <Way key={chosen.id} session={chosen} gone={gone} />
    </div>
  )
}

interface WayProps {
  readonly session: ListedSession
  readonly gone: readonly GoneInstance[]
}

function Way({ session, gone }: WayProps) {
  const { events } = useSessionStream<unknown>(session.service, session.id)
  const left = gone
    .filter(({ service }) => service === session.service)
    .map(({ instance: name, toldAt: at }) => ({ name, at }))
  return events.length === 0 ? null : (
    <Timeline
      events={events}
      gone={left}
      goneTitle={(name) => filled(operation.value.cluster.stoppedStep, { name })}
    />
  )
}
