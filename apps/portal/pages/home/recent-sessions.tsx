/** The last sessions of both kinds, as they come. */
import { LinkButton } from '@countersign/ui/elements/button'
import { loadMetadata } from '../issue/catalogue.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { usePolled } from '../parts/use-polled.ts'
import { loadRecent } from '../records/listed-sessions.ts'
import { SessionEntry } from '../records/session-entry.tsx'
import { home } from '../text/home-texts.ts'

const SHOWN = 5
const EVERY_MS = 5_000

export function RecentSessions() {
  const t = home.value
  const { value, failure } = usePolled(() => loadRecent(SHOWN), 'recent', EVERY_MS)
  const metadata = useLoaded(loadMetadata, 'metadata').value
  return (
    <section class="sheet" data-parts aria-labelledby="recent">
      <div class="row" data-spread>
        <h2 id="recent">{t.recent.heading}</h2>
        <LinkButton kind="quiet" href="/sessions">
          {t.recent.all}
        </LinkButton>
      </div>
      {value === undefined && (
        <p class="muted" role="status" data-loading={failure === undefined ? '' : undefined}>
          {failure === undefined ? t.ready.waiting : t.stale}
        </p>
      )}
      {value?.length === 0 && <p class="muted">{t.recent.none}</p>}
      {value !== undefined && value.length > 0 && (
        <ul class="entries" role="list">
          {value.map((session) => (
            <SessionEntry key={session.id} session={session} metadata={metadata} />
          ))}
        </ul>
      )}
    </section>
  )
}
