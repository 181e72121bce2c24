/**
 * `redirect_uri:` (OpenID4VP 1.0 §5.9.3) proves nothing: it is read, so that a refusal can say what is wrong, and no request
 * under it is taken.
 */
import { refuse } from '@countersign/core/result'
import type { ClientIdPrefix } from './client-id-prefix.ts'

/** A request of such a client must not be signed, and an unsigned one is not looked at here. */
export const redirectUri = {
  name: 'redirect_uri',
  acceptsOriginal: (uri) => URL.canParse(uri),
  identify: () => refuse({ code: 'client_cannot_sign' }),
} as const satisfies ClientIdPrefix
