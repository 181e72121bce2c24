/**
 * Which clients are taken: a setting, and what requests are judged by. A client that was registered is known by its name and
 * authenticates in the ways of its registration alone; one that nobody registered may be vouched for by an attester, or be
 * public where public clients are taken.
 */
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import type { AttesterKeys } from '@countersign/protocol/oauth/attester'
import { CLIENT_METHODS, type ClientMethod } from '@countersign/protocol/oauth/client-authentication/methods'
import { redirectUri } from '@countersign/protocol/oauth/redirect-uri'
import { z } from 'zod'

export interface RegisteredClient {
  readonly clientId: string
  /** For people; absent: its `clientId`. */
  readonly name?: string | undefined
  readonly methods: readonly ClientMethod[]
  /** Empty where it signs no assertions. */
  readonly keys: readonly PublicJwk[]
  /** Where browsers are sent back to, compared as text. */
  readonly redirectUris: readonly string[]
}

export interface ClientRules {
  readonly registered: ReadonlyMap<string, RegisteredClient>
  /** Whether clients are taken that nobody registered and that do not authenticate. */
  readonly publicClients: boolean
  /** Who vouches for clients; absent: nobody. */
  readonly attesterKeys?: AttesterKeys | undefined
  /** Whether the proof of an attested key needs a challenge of ours. */
  readonly attestationChallenges: 'optional' | 'required'
  /** Age of an attestation, in seconds; as long as it says itself when absent. */
  readonly attestationMaxAgeSeconds?: number | undefined
}

const MAX_KEYS = 10
const REDIRECT_EXPECTED =
  'must be an absolute URI without a fragment: https, http on loopback, or a scheme of an app'

const publicJwkSetting = z.custom<object>(
  (value) => parsePublicJwk(value).ok,
  'must be a public key as a JWK',
)

const client = z
  .strictObject({
    clientId: z.string().regex(/^[\x20-\x7e]{1,1024}$/, 'must be 1 to 1024 characters of ASCII'),
    /** For people. */
    name: z.string().trim().min(1).max(200).optional(),
    methods: z.array(z.enum(CLIENT_METHODS)).min(1).max(CLIENT_METHODS.length),
    /** With which it signs its assertions. */
    keys: z.array(publicJwkSetting).min(1).max(MAX_KEYS).optional(),
    redirectUris: z
      .array(z.string().refine((text) => redirectUri(text) !== undefined, REDIRECT_EXPECTED))
      .max(50)
      .default([]),
  })
  .superRefine(({ keys, methods }, context) => {
    const signs = methods.includes('private_key_jwt')
    if (signs !== (keys !== undefined))
      context.addIssue(
        signs ? 'needs the keys that private_key_jwt signs with' : 'has keys that no method of its own uses',
      )
    // Whoever need not show who he is can be anybody, in whatever other way the client proves it.
    if (methods.includes('none') && methods.length > 1)
      context.addIssue('has either the method none or methods that prove something')
  })

export const clientsSetting = z
  .array(client)
  .max(1000)
  .default([])
  .superRefine((clients, context) => {
    const names = clients.map(({ clientId }) => clientId)
    const twice = names.filter((name, index) => names.indexOf(name) !== index)
    for (const name of new Set(twice)) context.addIssue(`names the client ${name} twice`)
  })

export const attesterKeysSetting = z.array(publicJwkSetting).max(100).default([])

export interface ClientSettings {
  readonly clients: z.output<typeof clientsSetting>
  readonly publicClients: boolean
  readonly attestationChallenges: ClientRules['attestationChallenges']
  readonly attestationMaxAgeSeconds?: number | undefined
}

export function clientRules(settings: ClientSettings, attesterKeys: AttesterKeys | undefined): ClientRules {
  const { attestationChallenges, attestationMaxAgeSeconds, clients, publicClients } = settings
  const registered = new Map(
    clients.map(({ keys = [], ...rest }) => [rest.clientId, { ...rest, keys: publicKeysOf(keys) }]),
  )
  return { registered, publicClients, attesterKeys, attestationChallenges, attestationMaxAgeSeconds }
}

/** The ways in which some client can authenticate here: what the metadata says. */
export function takenMethods({
  attesterKeys,
  publicClients,
  registered,
}: ClientRules): readonly ClientMethod[] {
  const ofClients = new Set([...registered.values()].flatMap(({ methods }) => methods))
  const taken: Readonly<Record<ClientMethod, boolean>> = {
    attest_jwt_client_auth: attesterKeys !== undefined,
    private_key_jwt: ofClients.has('private_key_jwt'),
    none: publicClients || ofClients.has('none'),
  }
  return CLIENT_METHODS.filter((method) => taken[method])
}

export function publicKeysOf(configured: readonly object[]): readonly PublicJwk[] {
  return configured.flatMap((key) => {
    const parsed = parsePublicJwk(key)
    return parsed.ok ? [parsed.value] : []
  })
}

/** RFC 6749 §3.1.2, RFC 8252 §7. */
