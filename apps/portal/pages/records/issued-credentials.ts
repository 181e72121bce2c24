/** The issuer's log of issued credentials, and what can be done about one. */
import type { CredentialLog } from '@countersign/api/issuer/credential-log'
import type { IssuedCredentialView } from '@countersign/api/issuer/credentials'
import { defined } from '@countersign/core/json'
import type { Tone } from '@countersign/ui/elements/badge'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { beginOfDay } from '@countersign/ui/text/format'
import { type IssuerMetadata, shownName } from '../issue/catalogue.ts'
import { type CredentialStatus, STATUS_TONES } from '../issue/credential-status.ts'
import { api } from '../session.ts'

export type { IssuedCredentialView } from '@countersign/api/issuer/credentials'

/** As the fields have it: days of the reader's calendar. */
export interface LogFilter {
  readonly type: string
  readonly status: string
  readonly from: string
  readonly until: string
}

export function loadLog(filter: LogFilter, before: string | undefined): Promise<Answer<CredentialLog>> {
  return api.get<CredentialLog>(`/issuer/openid4vc/credentials/log?${queryOf(filter, before)}`)
}

export function queryOf({ from, status, type, until }: LogFilter, before?: string): string {
  const query = new URLSearchParams({ limit: '20' })
  if (type !== '') query.set('credentialConfigurationId', type)
  if (status !== '') query.set('status', status)
  const first = beginOfDay(from)
  const behindLast = beginOfDay(until, 1)
  if (first !== undefined) query.set('issuedFrom', String(Math.max(0, first)))
  if (behindLast !== undefined) query.set('issuedBefore', String(Math.max(0, behindLast)))
  if (before !== undefined) query.set('before', before)
  return query.toString()
}

/**
 * Copies of one another are one entry, where the first of them stands. Others may be on other pages: within the hour that is kept
 * of an issue the log has no order by issuance.
 */
export function entriesOf(
  credentials: readonly IssuedCredentialView[],
): readonly (readonly [IssuedCredentialView, ...IssuedCredentialView[]])[] {
  const entries = Map.groupBy(credentials, (one) =>
    JSON.stringify([issuanceOf(one), one.issuedAt, one.status, one.statusChangedAt]),
  )
  return [...entries.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [[first, ...others] as const],
  )
}

/** The page once the status of one was changed: its copies have the same. */
export function withChanged(
  credentials: readonly IssuedCredentialView[],
  changed: IssuedCredentialView,
): readonly IssuedCredentialView[] {
  const { status, statusChangedAt } = changed
  return credentials.map((one) => {
    if (one.id === changed.id) return changed
    const isCopy = one.status !== undefined && issuanceOf(one) === issuanceOf(changed)
    return isCopy ? defined<IssuedCredentialView>({ ...one, status, statusChangedAt }) : one
  })
}

function issuanceOf({ credentialConfigurationId, sessionId }: IssuedCredentialView): string {
  return `${sessionId} ${credentialConfigurationId}`
}

/** What there is to do: the end of a revocation is none, and one without a status stays as it is. */
export function changesOf({ status, format }: IssuedCredentialView): readonly CredentialStatus[] {
  if (status === undefined || status === 'revoked') return []
  if (status === 'suspended') return ['valid', 'revoked']
  // A credential of version 1.1 names one status, and that is revocation.
  return format === 'jwt_vc_json' ? ['revoked'] : ['suspended', 'revoked']
}

export type ShownStatus = CredentialStatus | 'expired' | 'withoutStatus'

/** `now`: epoch seconds. */
export function shownStatus({ expiresAt, status }: IssuedCredentialView, now: number): ShownStatus {
  if (status === 'revoked' || status === 'suspended') return status
  if (expiresAt !== undefined && expiresAt <= now) return 'expired'
  return status ?? 'withoutStatus'
}

export const SHOWN_TONES: Readonly<Record<ShownStatus, Tone>> = {
  ...STATUS_TONES,
  expired: 'open',
  withoutStatus: 'open',
}

export function typeName(metadata: IssuerMetadata | undefined, configurationId: string): string {
  const known = metadata?.credential_configurations_supported[configurationId]
  return shownName(known?.credential_metadata?.display) ?? configurationId
}
