/**
 * Keys as walt.id's services write them down, read so that an operator can bring theirs along: `{"type":"jwk",…}` is
 * the key itself, `tse` a key of Vault's Transit engine, `aws-rest-api` and `aws` keys of AWS KMS. Cached public parts
 * (`_publicKey`, `_keyType`) are not believed: the back end is asked. An object can only ever name these, never a file
 * or a native module, so it may come from a caller; the addresses in it are then for the given `fetch` to judge.
 */
import { ok, type Result } from '@countersign/core/result'
import { type PrivateJwk, parsePrivateKey } from '../signers/software-key.ts'
import { type AwsKmsReference, placeOf } from './aws-kms-reference.ts'
import { malformed, type ReferenceRefusal } from './reference-parameters.ts'
import {
  isPath,
  isUsername,
  parseVaultAddress,
  type VaultLogin,
  type VaultReference,
} from './vault-reference.ts'

export type SerialisedKey =
  | { readonly backend: 'software'; readonly key: PrivateJwk }
  | VaultReference
  | AwsKmsReference

/** An object or its JSON text; PEM and a bare JWK too. */
export function parseSerialisedKey(value: unknown): Result<SerialisedKey, ReferenceRefusal> {
  const object = typeof value === 'string' ? parseObject(value) : value
  switch (isRecord(object) ? object.type : undefined) {
    case 'tse':
      return parseTransitKey(object as JsonRecord)
    case 'aws-rest-api':
    case 'aws':
      return parseAwsKey(object as JsonRecord)
    default:
      return parseSoftwareKey(value)
  }
}

function parseSoftwareKey(value: unknown): Result<SerialisedKey, ReferenceRefusal> {
  const key = parsePrivateKey(value)
  return key.ok ? ok({ backend: 'software', key: key.value }) : key
}

/** `server` is the whole address of the engine: `https://vault.example:8200/v1/transit`. */
function parseTransitKey(key: JsonRecord): Result<SerialisedKey, ReferenceRefusal> {
  const place = typeof key.server === 'string' ? parseVaultAddress(key.server, /^(.+)$/) : undefined
  if (!place) return malformed('server')
  if (typeof key.id !== 'string' || !isPath(key.id) || key.id.includes('/')) return malformed('id')
  const { namespace } = key
  const hasNamespace = namespace !== undefined && namespace !== null
  if (hasNamespace && !(typeof namespace === 'string' && isPath(namespace.replace(/\/$/, '')))) {
    return malformed('namespace')
  }
  const login = parseLogin(isRecord(key.auth) ? key.auth : key)
  if (!login) return malformed('auth')
  const [apiUrl, mount] = place
  // Its own services know the first version alone, and the issuer's DID may be made of that key.
  const named = { backend: 'vault', apiUrl, mount, keyName: key.id, keyVersion: 1, login } as const
  return ok(hasNamespace ? { ...named, namespace: String(namespace) } : named)
}

/** `accessKey` stood beside `server` before there was `auth`. */
function parseLogin(auth: JsonRecord): VaultLogin | undefined {
  const { accessKey, roleId, secretId, username, password } = auth
  if (isText(accessKey)) return { method: 'token', token: { text: accessKey } }
  if (isText(roleId) && isText(secretId)) {
    return { method: 'approle', mount: 'approle', roleId, secretId: { text: secretId } }
  }
  const mount = auth.userpassPath ?? 'userpass'
  if (!isText(mount) || !isPath(mount) || !isText(username) || !isUsername(username)) return undefined
  return isText(password) ? { method: 'userpass', mount, username, password: { text: password } } : undefined
}

/** A role (`roleName`, `roleArn`) is that of the machine or pod, which the usual chain finds by itself. */
function parseAwsKey(key: JsonRecord): Result<SerialisedKey, ReferenceRefusal> {
  const config = isRecord(key.config) ? key.config : undefined
  if (!config) return malformed('config')
  const auth = isRecord(config.auth) ? config.auth : config
  const { region, accessKeyId, secretAccessKey } = auth
  if (!isText(region)) return malformed('region')
  if (!isText(key.id)) return malformed('id')
  const place = placeOf(key.id, region)
  if (!place.ok) return place
  if (accessKeyId === undefined && secretAccessKey === undefined) return place
  if (!isText(accessKeyId) || !isText(secretAccessKey)) return malformed('auth')
  return ok({ ...place.value, credentials: { accessKeyId, secretAccessKey } })
}

type JsonRecord = Readonly<Record<string, unknown>>

const MAX_TEXT_LENGTH = 4096

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_LENGTH
}

function parseObject(text: string): unknown {
  if (!text.trimStart().startsWith('{') || text.length > 4 * MAX_TEXT_LENGTH) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
