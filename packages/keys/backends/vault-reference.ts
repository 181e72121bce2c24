/**
 * A key of the Transit engine of HashiCorp Vault or OpenBao by its address:
 * `vault:https://vault.example:8200/transit/keys/issuer?version=1&token-file=/run/secrets/token`. Secrets are named by
 * the file they lie in and never written into the reference, which is copied into more places than a secret should be.
 * Without a login the token comes from `VAULT_TOKEN`.
 */

import { ok, type Result } from '@countersign/core/result'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { SecretSource } from './backend.ts'
import {
  malformed,
  type ReferenceRefusal,
  readAlgorithm,
  readParameters,
  splitAt,
} from './reference-parameters.ts'

export interface VaultReference {
  readonly backend: 'vault'
  readonly algorithm?: SignatureAlgorithm
  /** Up to and with `/v1`. */
  readonly apiUrl: string
  /** Path of the engine, without slashes around it. */
  readonly mount: string
  readonly keyName: string
  /** Absent: the latest at start. Instances that start at different times may then sign with different keys. */
  readonly keyVersion?: number | undefined
  readonly namespace?: string | undefined
  readonly login: VaultLogin
}

/** `mount`: path of the auth method below `/v1/auth`. */
export type VaultLogin =
  | { readonly method: 'token'; readonly token: SecretSource }
  | {
      readonly method: 'approle'
      readonly mount: string
      readonly roleId: string
      readonly secretId: SecretSource
    }
  | {
      readonly method: 'userpass'
      readonly mount: string
      readonly username: string
      readonly password: SecretSource
    }

const PARAMETER_NAMES = [
  ...(['version', 'namespace', 'algorithm', 'auth-mount', 'token-file'] as const),
  ...(['role-id', 'secret-id-file', 'username', 'password-file'] as const),
] as const

type Parameters = Partial<Readonly<Record<(typeof PARAMETER_NAMES)[number], string>>>

/** Without the scheme `vault:`. */
export function parseVaultReference(text: string): Result<VaultReference, ReferenceRefusal> {
  const [address, query] = splitAt(text, '?')
  const parameters = readParameters(query, PARAMETER_NAMES)
  if (!parameters.ok) return parameters
  const place = parseVaultAddress(address, /^(.+)\/keys\/([^/]+)$/)
  if (!place) return malformed('address')
  const { version, namespace } = parameters.value
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) return malformed('version')
  if (namespace !== undefined && !isPath(namespace.replace(/\/$/, ''))) return malformed('namespace')
  const login = readLogin(parameters.value)
  if (!login.ok) return login
  const algorithm = readAlgorithm(parameters.value.algorithm)
  if (!algorithm.ok) return algorithm
  const [apiUrl, mount, keyName] = place
  return ok({
    backend: 'vault',
    apiUrl,
    mount,
    keyName,
    keyVersion: version === undefined ? undefined : Number(version),
    namespace,
    login: login.value,
    ...algorithm.value,
  })
}

/** The URL up to `/v1`, and what `pattern` finds behind it; `/v1` may be left out where nothing stands before it. */
export function parseVaultAddress(
  address: string,
  pattern: RegExp,
): readonly [string, string, string] | undefined {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol) || url.hash !== '' || url.search !== '') return undefined
  if (url.username !== '' || url.password !== '' || url.hostname === '') return undefined
  const [, prefix = '', path = ''] = /^(?:(.*)\/v1)?\/(.+?)\/?$/.exec(url.pathname) ?? []
  const [, mount = '', name = ''] = pattern.exec(path) ?? []
  if ((prefix !== '' && !isPath(prefix.slice(1))) || !isPath(mount)) return undefined
  return name === '' || isPath(name) ? [`${url.origin}${prefix}/v1`, mount, name] : undefined
}

/** Names that Vault gives out; nothing in them changes a path or needs an escape. */
export function isPath(text: string): boolean {
  return text.length <= 500 && text.split('/').every((part) => /^\w(?:[\w.-]*\w)?$/.test(part))
}

/** Becomes a part of a path, escaped; dots alone would still climb. */
export function isUsername(text: string): boolean {
  return /^[\w.@+-]{1,128}$/.test(text) && /\w/.test(text)
}

function readLogin(parameters: Parameters): Result<VaultLogin, ReferenceRefusal> {
  const tokenFile = parameters['token-file']
  const roleId = parameters['role-id']
  const secretIdFile = parameters['secret-id-file']
  const passwordFile = parameters['password-file']
  const { username } = parameters
  const ways = [tokenFile, roleId, username].filter((way) => way !== undefined)
  if (ways.length > 1) return malformed('login')
  if ((roleId === undefined) !== (secretIdFile === undefined)) return malformed('secret-id-file')
  if ((username === undefined) !== (passwordFile === undefined)) return malformed('password-file')
  const mount = parameters['auth-mount']
  if (mount !== undefined && (!isPath(mount) || (!roleId && !username))) return malformed('auth-mount')
  if (roleId !== undefined && secretIdFile !== undefined) {
    return ok({ method: 'approle', mount: mount ?? 'approle', roleId, secretId: { file: secretIdFile } })
  }
  if (username !== undefined && passwordFile !== undefined) {
    if (!isUsername(username)) return malformed('username')
    return ok({ method: 'userpass', mount: mount ?? 'userpass', username, password: { file: passwordFile } })
  }
  const token = tokenFile === undefined ? { variable: 'VAULT_TOKEN' } : { file: tokenFile }
  return ok({ method: 'token', token })
}
