/** Credentials that come later, as answers. */
import type { DeferredCredential } from '@countersign/api/wallet/deferred'
import { showDateTime } from '@countersign/core/date-time'
import type { WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { DeferredUnknown, ShownDeferred } from '../../deferred/deferred-credentials.ts'
import { asAnswer } from './wire.ts'

export const DEFERRED_ERRORS: WireErrors<DeferredUnknown> = {
  deferred_unknown: () => ({ status: 404, message: 'The wallet waits for nothing under this id' }),
}

export function deferredView({ nextAt, since, ...shown }: ShownDeferred): DeferredCredential {
  return asAnswer<DeferredCredential>({
    ...shown,
    since: showDateTime(since),
    nextAt: nextAt === undefined ? undefined : showDateTime(nextAt),
  })
}
