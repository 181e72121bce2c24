/** The status of a credential that was issued: how it looks, and the call that changes it. */
import type { IssuedCredentialView } from '@countersign/api/issuer/credentials'
import type { Tone } from '@countersign/ui/elements/badge'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { api } from '../session.ts'

export type CredentialStatus = NonNullable<IssuedCredentialView['status']>

export const STATUS_TONES: Readonly<Record<CredentialStatus, Tone>> = {
  valid: 'ok',
  suspended: 'warn',
  revoked: 'bad',
}

export function changeStatus(id: string, status: CredentialStatus): Promise<Answer<IssuedCredentialView>> {
  return api.send('POST', `/issuer/openid4vc/credentials/${encodeURIComponent(id)}/status`, { status })
}
