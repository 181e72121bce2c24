/**
 * The ways of client authentication that the token endpoint speaks, as a list: unions and metadata follow from it, so one
 * more method is one file and one entry (docs/decisions/016). What a request presents of a method that is not in the list
 * is ignored, as every unknown parameter is.
 */
import { ok, type Result } from '@countersign/core/result'
import type { Form, ParameterRefusal } from '../form-parameters.ts'
import type { ClientAuthentication, ClientMessage } from './client-authentication.ts'
import { ANONYMOUS_CLIENT, none } from './none.ts'

/** In the order in which a request is asked for them; `none` comes last, since it suits every request. */
const METHODS = { none }

export type ClientMethod = keyof typeof METHODS

/** What a client presents of a method; of any method where none is named. */
export type PresentedClient<Method extends ClientMethod = ClientMethod> = PresentedOf<
  (typeof METHODS)[Method]
>
type PresentedOf<Entry> =
  Entry extends ClientAuthentication<infer _Method, infer Presented> ? Presented : never

// An entry is looked up by the very method that its argument names.
const methods: Readonly<Record<ClientMethod, ClientAuthentication<ClientMethod, PresentedClient>>> = METHODS

/** For `token_endpoint_auth_methods_supported` (RFC 8414 §2). */
export const CLIENT_METHODS: readonly ClientMethod[] = Object.values(methods).map(({ method }) => method)

export function parseClient(message: ClientMessage): Result<PresentedClient, ParameterRefusal> {
  for (const { parse } of Object.values(methods)) {
    const presented = parse(message)
    if (!presented.ok) return presented
    if (presented.value !== undefined) return ok(presented.value)
  }
  return ok(ANONYMOUS_CLIENT)
}

export function writeClient(client: PresentedClient): Form {
  return methods[client.method].write(client)
}
