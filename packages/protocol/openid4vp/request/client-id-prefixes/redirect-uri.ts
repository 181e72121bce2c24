/**
 * `redirect_uri:` (OpenID4VP 1.0 §5.9.3): the verifier is the address that answers go to. Nobody signs its requests, so that
 * nobody can know who made one: what the wallet knows is where its answer goes, and that it goes nowhere else.
 */
import { ok, refuse } from '@countersign/core/result'
import type { ProvablePrefix } from './client-id-prefix.ts'

export const redirectUri = {
  name: 'redirect_uri',
  acceptsOriginal: (uri) => URL.canParse(uri),
  // §5.9.3: there is no key, so a signature proves nothing.
  identify: () => refuse({ code: 'client_cannot_sign' }),
  trustUnsigned: { trusted: false, reason: 'request_unsigned' },
  acceptsResponseUri: (uri, responseUri) => uri === responseUri,
  proofOf: () => ok({ original: (responseUri) => responseUri }),
} as const satisfies ProvablePrefix
