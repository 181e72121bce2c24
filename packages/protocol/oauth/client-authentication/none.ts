/**
 * No client authentication (RFC 7591 §2): a public client has no secret. Its `client_id` is a name without proof
 * (RFC 6749 §3.2.1), and an anonymous client has none.
 */
import { defined } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import { optionalParameter } from '../form-parameters.ts'
import { type ClientAuthentication, MAX_CLIENT_ID_LENGTH } from './client-authentication.ts'

export interface PublicClient {
  readonly method: 'none'
  readonly clientId?: string | undefined
}

export const ANONYMOUS_CLIENT: PublicClient = { method: 'none' }

/** Every request uses it that uses no other method. */
export const none: ClientAuthentication<'none', PublicClient> = {
  method: 'none',

  parse: ({ form }) => {
    const clientId = optionalParameter(form, 'client_id', MAX_CLIENT_ID_LENGTH)
    return clientId.ok ? ok({ method: 'none', clientId: clientId.value }) : clientId
  },

  write: ({ clientId }) => ({ form: defined({ client_id: clientId }), headers: {} }),

  metadata: {},
}
