/**
 * The ways of client authentication that an authorization server of ours speaks, as a list: unions and metadata follow from
 * it, so one more method is one file and one entry (docs/decisions/016). What a request presents of a method that is not
 * in the list, or of two at once, is refused: whoever shows something means to be known by it.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { parameter } from '../form-parameters.ts'
import { attestJwtClientAuth } from './attest-jwt-client-auth.ts'
import type {
  ClientAuthentication,
  ClientMessage,
  PresentationRefusal,
  WrittenClient,
} from './client-authentication.ts'
import { ANONYMOUS_CLIENT, none } from './none.ts'
import { privateKeyJwt } from './private-key-jwt.ts'

/** With what a client shows who it is. */
const PROVING = { attest_jwt_client_auth: attestJwtClientAuth, private_key_jwt: privateKeyJwt }

const METHODS = { ...PROVING, none }

export type ClientMethod = keyof typeof METHODS

/** What a client presents of a method; of any method where none is named. */
export type PresentedClient<Method extends ClientMethod = ClientMethod> = PresentedOf<
  (typeof METHODS)[Method]
>
type PresentedOf<Entry> =
  Entry extends ClientAuthentication<infer _Method, infer Presented> ? Presented : never

// An entry is looked up by the very method that its argument names.
const methods: Readonly<Record<ClientMethod, ClientAuthentication<ClientMethod, PresentedClient>>> = METHODS

/** All of them; which of them a server takes, it says in `token_endpoint_auth_methods_supported` (RFC 8414 §2). */
export const CLIENT_METHODS = [
  'attest_jwt_client_auth',
  'private_key_jwt',
  'none',
] as const satisfies readonly ClientMethod[]

export function parseClient(message: ClientMessage): Result<PresentedClient, PresentationRefusal> {
  const foreign = foreignMethod(message)
  if (foreign !== undefined) return refuse({ code: 'client_method_unsupported', presented: foreign })
  const found: PresentedClient[] = []
  for (const { parse } of Object.values(PROVING)) {
    const presented = parse(message)
    if (!presented.ok) return presented
    if (presented.value !== undefined) found.push(presented.value)
  }
  const [client, ...more] = found
  if (more.length > 0) return refuse({ code: 'client_methods_several' })
  return client === undefined ? publicClient(message) : ok(client)
}

export function writeClient(client: PresentedClient): WrittenClient {
  return methods[client.method].write(client)
}

/** What authorization server metadata says of the methods that it takes (RFC 8414 §2). */
export function writeClientMetadata(taken: readonly ClientMethod[]): JsonObject {
  const members: readonly JsonObject[] = taken.map((method) => methods[method].metadata)
  return Object.assign({ token_endpoint_auth_methods_supported: [...taken] }, ...members)
}

function publicClient(message: ClientMessage): Result<PresentedClient, PresentationRefusal> {
  const presented = none.parse(message)
  if (!presented.ok) return presented
  return presented.value === undefined ? ok(ANONYMOUS_CLIENT) : ok(presented.value)
}

/** Named by the header or the parameter that it comes in. RFC 6749 §2.3.1: a secret comes in either. */
function foreignMethod({ form, headers }: ClientMessage): string | undefined {
  if (headers['authorization'] !== undefined) return 'authorization'
  return parameter(form, 'client_secret') === undefined ? undefined : 'client_secret'
}
