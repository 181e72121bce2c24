/** What the headers of a call say of its offer: how long it stands, and who is told what becomes of it. */
import type { issueHeaders } from '@countersign/api/issuer/offers'
import { CALLBACK_MISTAKES, parseCallback } from '@countersign/service/callbacks/parse-callback'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { z } from 'zod'
import type { CreateOffer } from '../offer/create-offer.ts'

export function settingsOf(
  headers: z.infer<typeof issueHeaders>,
): Pick<CreateOffer, 'callback' | 'ttlSeconds'> {
  const callback = parseCallback(headers)
  if (!callback.ok) fail({ status: 400, message: CALLBACK_MISTAKES[callback.error.code] })
  return { callback: callback.value, ttlSeconds: headers.sessionttl }
}
