/**
 * What was issued, by type, status and time, with the ends of a credential's life: suspended and valid by turns, revoked for good.
 * A revocation is asked once more, because nobody takes it back.
 */

import type { CredentialLog } from '@countersign/api/issuer/credential-log'
import { formatName } from '@countersign/credential/display/format-name'
import { Badge } from '@countersign/ui/elements/badge'
import { Button } from '@countersign/ui/elements/button'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainText } from '@countersign/ui/elements/plain-name'
import { TextField } from '@countersign/ui/forms/field'
import { Select } from '@countersign/ui/forms/select'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { nowMs } from '@countersign/ui/page/clock'
import { announce } from '@countersign/ui/page/frame'
import { Heading } from '@countersign/ui/page/heading'
import { day, dayAndTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useEffect, useState } from 'preact/hooks'
import { type IssuerMetadata, loadMetadata } from '../issue/catalogue.ts'
import { type CredentialStatus, changeStatus } from '../issue/credential-status.ts'
import { RevokeQuestion } from '../issue/revoke-question.tsx'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { Refused } from '../parts/refused.tsx'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { operation } from '../text/operation-texts.ts'
import { portal } from '../text/portal-texts.ts'
import {
  changesOf,
  entriesOf,
  type IssuedCredentialView,
  type LogFilter,
  loadLog,
  SHOWN_TONES,
  shownStatus,
  typeName,
  withChanged,
} from './issued-credentials.ts'
import { Pager } from './pager.tsx'
import { usePages } from './use-pages.ts'

const EVERYTHING: LogFilter = { type: '', status: '', from: '', until: '' }

export function CredentialsPage() {
  const t = operation.value.credentials
  const metadata = useLoaded(loadMetadata, 'metadata').value
  const [filter, setFilter] = useState(EVERYTHING)
  const change = (member: keyof LogFilter) => (value: string) => setFilter({ ...filter, [member]: value })
  return (
    <div class="stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.title} product={portal.value.product} />
        <p class="lede">{t.lede}</p>
      </div>
      <div class="filters">
        <Select
          label={t.type}
          value={filter.type}
          onChange={change('type')}
          options={[{ value: '', label: t.anyType }, ...typesOf(metadata)]}
        />
        <Select
          label={t.status}
          value={filter.status}
          onChange={change('status')}
          options={[
            { value: '', label: t.anyStatus },
            ...(['valid', 'suspended', 'revoked'] as const).map((one) => ({
              value: one,
              label: portal.value.issued.statuses[one],
            })),
          ]}
        />
        <TextField label={t.from} type="date" value={filter.from} onInput={change('from')} />
        <TextField label={t.until} type="date" value={filter.until} onInput={change('until')} />
      </div>
      <Pages key={JSON.stringify(filter)} filter={filter} metadata={metadata} />
    </div>
  )
}

function typesOf(metadata: IssuerMetadata | undefined) {
  return Object.entries(metadata?.credential_configurations_supported ?? {}).map(([value, { format }]) => ({
    value,
    label: `${typeName(metadata, value)} (${formatName(format)})`,
  }))
}

interface PagesProps {
  readonly filter: LogFilter
  readonly metadata: IssuerMetadata | undefined
}

function Pages({ filter, metadata }: PagesProps) {
  const { value, failure, retry, before, newer, older } = usePages(
    (place) => loadLog(filter, place),
    JSON.stringify(filter),
  )
  const t = operation.value.credentials
  if (failure?.status === 404)
    return (
      <section class="sheet stack" data-gap="s">
        <h2>{t.noLog}</h2>
        <p>{t.noLogWhy}</p>
      </section>
    )
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  if (value === undefined) return <Loading />
  return (
    <div class="stack">
      <Page key={before} page={value} metadata={metadata} />
      <Pager newer={newer} older={older} />
    </div>
  )
}

/** What was changed here stays in its place, so that one sees what became of it. */
function Page({
  page,
  metadata,
}: {
  readonly page: CredentialLog
  readonly metadata: IssuerMetadata | undefined
}) {
  const [credentials, setCredentials] = useState(page.credentials)
  const [failure, setFailure] = useState<CallFailure>()
  const [busy, setBusy] = useState<string>()
  const [revoking, setRevoking] = useState<IssuedCredentialView>()
  const t = operation.value.credentials
  useEffect(() => setCredentials(page.credentials), [page])
  async function change(credential: IssuedCredentialView, status: CredentialStatus) {
    setBusy(credential.id)
    setFailure(undefined)
    const answer = await changeStatus(credential.id, status)
    setBusy(undefined)
    if (!answer.ok) return setFailure(answer.error)
    setCredentials(withChanged(credentials, answer.value))
    announce(t.done)
  }
  if (credentials.length === 0) return <p role="status">{t.none}</p>
  return (
    <>
      {failure !== undefined && <Refused heading={portal.value.issued.refused} failure={failure} />}
      <ul class="sheet entries" role="list">
        {entriesOf(credentials).map((copies) => (
          <Entry
            key={copies[0].id}
            copies={copies}
            metadata={metadata}
            busy={busy === copies[0].id}
            onChange={(status) =>
              status === 'revoked' ? setRevoking(copies[0]) : void change(copies[0], status)
            }
          />
        ))}
      </ul>
      <RevokeQuestion
        open={revoking !== undefined}
        busy={busy !== undefined}
        onClose={() => setRevoking(undefined)}
        onDo={() => {
          if (revoking !== undefined) void change(revoking, 'revoked')
          setRevoking(undefined)
        }}
      />
    </>
  )
}

interface EntryProps {
  /** One credential, and those on this page that are copies of it. */
  readonly copies: ReturnType<typeof entriesOf>[number]
  readonly metadata: IssuerMetadata | undefined
  readonly busy: boolean
  readonly onChange: (status: CredentialStatus) => void
}

function Entry({ copies, metadata, busy, onChange }: EntryProps) {
  const t = operation.value.credentials
  const [credential] = copies
  const { credentialConfigurationId, expiresAt, format, issuedAt, statusChangedAt } = credential
  const what = plainText(typeName(metadata, credentialConfigurationId))
  const shown = shownStatus(credential, nowMs() / 1000)
  const words = { ...portal.value.issued.statuses, expired: t.expired, withoutStatus: t.withoutStatus }
  const facts = [
    formatName(format),
    filled(t.issuedAt, { time: day(isoOf(issuedAt)) ?? '' }),
    ...(expiresAt === undefined ? [] : [filled(t.expires, { day: day(isoOf(expiresAt)) ?? '' })]),
    ...(copies.length > 1 ? [filled(t.copies, { count: String(copies.length) })] : []),
  ]
  return (
    <li class="entry" data-tall>
      <b class="foreign">{what}</b>
      <span class="muted">{facts.join(' · ')}</span>
      <span class="entry-state">
        <Badge tone={SHOWN_TONES[shown]}>{words[shown]}</Badge>
        {statusChangedAt !== undefined && (
          <span class="muted small">
            {filled(t.changed, { time: dayAndTime(isoOf(statusChangedAt)) ?? '' })}
          </span>
        )}
      </span>
      <Changes credential={credential} what={what} busy={busy} onChange={onChange} />
      <TechnicalDetails
        summary={ui.value.technicalDetails}
        text={JSON.stringify(copies.length > 1 ? copies : credential, null, 2)}
      />
    </li>
  )
}

type ChangesProps = Pick<EntryProps, 'busy' | 'onChange'> & {
  readonly credential: IssuedCredentialView
  readonly what: string
}

function Changes({ credential, what, busy, onChange }: ChangesProps) {
  const t = operation.value.credentials
  const words = {
    valid: [t.reinstate, t.reinstateNamed],
    suspended: [t.suspend, t.suspendNamed],
    revoked: [portal.value.issued.revoke, t.revokeNamed],
  } as const
  const changes = changesOf(credential)
  if (changes.length === 0) return null
  return (
    <div class="actions">
      {changes.map((status) => (
        <Button
          key={status}
          kind={status === 'revoked' ? 'danger' : 'plain'}
          busy={busy}
          label={filled(words[status][1], { what })}
          onPress={() => onChange(status)}
        >
          {words[status][0]}
        </Button>
      ))}
    </div>
  )
}
