/**
 * Client identifiers that prove nothing by themselves (OpenID4VP 1.0 §5.9.2, §5.9.3): they are read, so that a refusal can
 * say what is wrong, and no request under them is taken.
 */
import { refuse } from '@countersign/core/result'
import type { ClientIdPrefix } from './client-id-prefix.ts'

/** A request of such a client must not be signed, and an unsigned one is not looked at here. */
export const redirectUri = {
  name: 'redirect_uri',
  acceptsOriginal: (uri) => URL.canParse(uri),
  identify: () => refuse({ code: 'client_cannot_sign' }),
} as const satisfies ClientIdPrefix

/** A name without a colon is of a client that the wallet was told of beforehand, and it was told of none. */
export const preRegistered = {
  name: 'pre_registered',
  acceptsOriginal: () => true,
  identify: () => refuse({ code: 'client_not_registered' }),
} as const satisfies ClientIdPrefix
