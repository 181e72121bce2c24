/** All verifications or issuances, newest first, a page at a time; which ones stands in the address, so that it can be kept. */
import { Button } from '@countersign/ui/elements/button'
import { Notice } from '@countersign/ui/elements/notice'
import { Select } from '@countersign/ui/forms/select'
import { Heading } from '@countersign/ui/page/heading'
import { dayAndTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useLocation } from 'preact-iso'
import { loadMetadata } from '../issue/catalogue.ts'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { home } from '../text/home-texts.ts'
import { portal } from '../text/portal-texts.ts'
import { type ListingService, loadSessions, type SessionPage } from './listed-sessions.ts'
import { Pager } from './pager.tsx'
import { SessionEntry } from './session-entry.tsx'
import { usePages } from './use-pages.ts'

const STATES = {
  verifier: [
    'created',
    'requested',
    'answered',
    'verified',
    'rejected',
    'undetermined',
    'declined',
    'expired',
  ],
  issuer: ['offered', 'token_issued', 'completed', 'closed', 'expired'],
} as const

export function SessionsPage() {
  const t = home.value.sessions
  const { query, route } = useLocation()
  const service: ListingService = query['of'] === 'issuances' ? 'issuer' : 'verifier'
  const state = STATES[service].find((one) => one === query['state'])
  const go = (next: ListingService, wanted: string) => {
    const search = new URLSearchParams({ of: next === 'issuer' ? 'issuances' : 'verifications' })
    if (wanted !== '') search.set('state', wanted)
    route(`/sessions?${search.toString()}`, true)
  }
  return (
    <div class="stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.title} product={portal.value.product} />
        <p class="lede">{t.lede}</p>
      </div>
      <div class="filters">
        <fieldset class="segment" aria-label={t.which}>
          {(['verifier', 'issuer'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={one === service} onClick={() => go(one, '')}>
              {one === 'verifier' ? t.verifications : t.issuances}
            </button>
          ))}
        </fieldset>
        <Select
          label={t.state}
          value={state ?? ''}
          onChange={(wanted) => go(service, wanted)}
          options={[
            { value: '', label: t.any },
            ...STATES[service].map((one) => ({ value: one, label: home.value.states[one] })),
          ]}
        />
      </div>
      <Pages key={`${service} ${state}`} service={service} state={state} />
    </div>
  )
}

interface PagesProps {
  readonly service: ListingService
  readonly state: string | undefined
}

function Pages({ service, state }: PagesProps) {
  const { value, failure, retry, newer, older } = usePages(
    (before) => loadSessions({ service, state, before }),
    `${service} ${state}`,
  )
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  if (value === undefined) return <Loading />
  return (
    <div class="stack">
      <Page page={value} goOn={older} />
      <Pager newer={newer} older={older} />
    </div>
  )
}

function Page({ page, goOn }: { readonly page: SessionPage; readonly goOn: (() => void) | undefined }) {
  const t = home.value.sessions
  const metadata = useLoaded(loadMetadata, 'metadata').value
  const { sessions, stoppedAt } = page
  return (
    <>
      {sessions.length === 0 && stoppedAt === undefined && <p role="status">{t.none}</p>}
      {sessions.length > 0 && (
        <ul class="sheet entries" role="list">
          {sessions.map((session) => (
            <SessionEntry key={session.id} session={session} metadata={metadata} />
          ))}
        </ul>
      )}
      {stoppedAt !== undefined && goOn !== undefined && (
        <Notice tone="open" announced>
          <p>{filled(t.stopped, { time: dayAndTime(isoOf(stoppedAt)) ?? '' })}</p>
          <div class="actions">
            <Button onPress={goOn}>{t.goOn}</Button>
          </div>
        </Notice>
      )}
    </>
  )
}
