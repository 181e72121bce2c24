/**
 * What an issuance has issued: each credential's status as the issuer's log has it, and the way to revoke it, which is asked once
 * more, since nobody can take it back.
 */

import type { IssuedCredentialView } from '@countersign/api/issuer/credentials'
import { formatName } from '@countersign/credential/display/format-name'
import { Badge } from '@countersign/ui/elements/badge'
import { Button } from '@countersign/ui/elements/button'
import { type Fact, Facts } from '@countersign/ui/elements/sheet'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { day, dayAndTime } from '@countersign/ui/text/format'
import { ui } from '@countersign/ui/text/ui-texts'
import { useState } from 'preact/hooks'
import { Refused } from '../parts/refused.tsx'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { api } from '../session.ts'
import { portal } from '../text/portal-texts.ts'
import { type CredentialStatus, changeStatus, STATUS_TONES } from './credential-status.ts'
import { RevokeQuestion } from './revoke-question.tsx'

interface IssuedCredentialsProps {
  readonly sessionId: string
  /** How many there are by now; another number asks again. */
  readonly count: number
  /** What was offered, in words. */
  readonly title: string
}

export function IssuedCredentials({ sessionId, count, title }: IssuedCredentialsProps) {
  const { value = [], failure, retry } = useLoaded(() => loadIssued(sessionId), `${sessionId} ${count}`)
  if (failure !== undefined) return <Refused heading={portal.value.issued.notRead} failure={failure} />
  return (
    <>
      {withCopies(value).map(([credential, copies]) => (
        <Issued key={credential.id} credential={credential} copies={copies} title={title} onChanged={retry} />
      ))}
    </>
  )
}

/** One of each configuration, with how many there are: what is done to one is done to its copies. */
function withCopies(
  all: readonly IssuedCredentialView[],
): readonly (readonly [credential: IssuedCredentialView, copies: number])[] {
  const alike = Map.groupBy(all, ({ credentialConfigurationId }) => credentialConfigurationId)
  return [...alike.values()].flatMap((copies) =>
    copies.slice(0, 1).map((one) => [one, copies.length] as const),
  )
}

function loadIssued(sessionId: string) {
  const address = `/issuer/openid4vc/credentials?sessionId=${encodeURIComponent(sessionId)}`
  return api.get<readonly IssuedCredentialView[]>(address)
}

interface IssuedProps {
  readonly credential: IssuedCredentialView
  /** Itself among them. */
  readonly copies: number
  readonly title: string
  readonly onChanged: () => void
}

function Issued({ credential, copies, title, onChanged }: IssuedProps) {
  const t = portal.value.issued
  const { expiresAt, format, id, issuedAt, status, statusLists = [] } = credential
  const facts: readonly Fact[] = [
    { label: t.type, value: title },
    { label: t.format, value: formatName(format) },
    ...(copies > 1 ? [{ label: t.copies, value: String(copies) }] : []),
    // A credential does not say its hour, and so nobody keeps it.
    { label: t.issuedAt, value: day(isoOf(issuedAt)) },
    { label: t.until, value: expiresAt === undefined ? t.noEnd : dayAndTime(isoOf(expiresAt)) },
    { label: t.status, value: status === undefined ? t.noStatus : <StatusBadge status={status} /> },
    ...(copies > 1 ? [] : statusLists.slice(0, 1)).map(({ index }) => ({
      label: t.place,
      value: String(index),
    })),
  ]
  return (
    <section class="sheet" aria-labelledby={`issued-${id}`}>
      <h2 id={`issued-${id}`}>{t.heading}</h2>
      <Facts none={ui.value.notGiven} facts={facts} />
      {status !== undefined && status !== 'revoked' && <Revoke id={id} onDone={onChanged} />}
    </section>
  )
}

function StatusBadge({ status }: { readonly status: CredentialStatus }) {
  return <Badge tone={STATUS_TONES[status]}>{portal.value.issued.statuses[status]}</Badge>
}

function Revoke({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const t = portal.value.issued
  const [isAsked, setAsked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  async function revoke() {
    setBusy(true)
    const answer = await changeStatus(id, 'revoked')
    setBusy(false)
    setAsked(false)
    if (answer.ok) onDone()
    else setFailure(answer.error)
  }
  return (
    <div class="stack revoke" data-gap="m">
      {failure !== undefined && <Refused heading={t.refused} failure={failure} />}
      <div class="actions">
        <Button kind="danger" onPress={() => setAsked(true)}>
          {t.revoke}
        </Button>
      </div>
      <RevokeQuestion open={isAsked} busy={busy} onClose={() => setAsked(false)} onDo={() => void revoke()} />
    </div>
  )
}
