/** How large a credential and a presentation may be, whatever their format, and how one that is larger is refused. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import type { FormatRefusal } from './format.ts'

/** In the characters in which it travels. */
export function tooLarge(limit: number): FormatRefusal {
  return { code: 'credential_too_large', detail: `limit ${limit} characters` }
}

/** A new credential, unless nobody would take it. */
export function withinCredentialSize(text: string): Result<string, FormatRefusal> {
  const fault = findCredentialSizeFault(text)
  return fault === undefined ? ok(text) : refuse(fault)
}

/** The same of one that came, or of the part of one that its issuer signed. */
export function findCredentialSizeFault(text: string): FormatRefusal | undefined {
  return text.length > RECEIVED.credential ? tooLarge(RECEIVED.credential) : undefined
}

/** What a reader refuses before it reads: a credential is never larger than a presentation of it. */
export function findSizeFault(text: string): FormatRefusal | undefined {
  return text.length > RECEIVED.presentation ? tooLarge(RECEIVED.presentation) : undefined
}
