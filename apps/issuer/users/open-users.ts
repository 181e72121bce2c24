/** Opens what finds out who users are, as the configuration says. What speaks to a login provider is loaded when somebody logs in. */
import { createPrivateKey, type KeyObject, type webcrypto } from 'node:crypto'
import { resolve } from 'node:path'
import { textOfFile } from '@countersign/service/compose/configured-file'
import { observedRemote } from '@countersign/service/compose/observed'
import type { Outgoing } from '@countersign/service/compose/outgoing'
import type { Runtime } from '@countersign/service/compose/runtime'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { remoteFetch } from '@countersign/service/outgoing/guarded-fetch'
import type { Issuer, UserLogin } from '../issuer.ts'
import type { LoginSettings, UserSettings } from '../user-settings.ts'
import type { ProviderAuthentication } from './openid-login.ts'
import { verifierPresentations } from './verifier-presentations.ts'

/** A deployment has one management key where nobody says otherwise. */
type OpenedBy = UserSettings & { readonly managementApiKey?: string | undefined }

type OpenedBeside = Pick<Outgoing, 'allowHttp' | 'remote'>

type OpenedOn = Pick<Runtime, 'now' | 'metrics' | 'closeAtEnd'>

export function openUsers(
  runtime: OpenedOn,
  outgoing: OpenedBeside,
  settings: OpenedBy,
): Pick<Issuer, 'userLogin' | 'userPresentations'> {
  const { userLogin, verifierUrl } = settings
  return {
    userLogin: userLogin && openLogin(runtime, outgoing, userLogin),
    userPresentations:
      verifierUrl === undefined ? undefined : openPresentations(runtime, verifierUrl, settings),
  }
}

function openLogin(
  { now }: OpenedOn,
  { allowHttp, remote }: OpenedBeside,
  settings: LoginSettings,
): UserLogin {
  if (!allowHttp && settings.issuer.startsWith('http:'))
    throw new StartRefused('userLogin: issuer has to be an https address, or allowHttp be set')
  const { claims, clientId, issuer, nameClaim, scopes } = settings
  const authentication = authenticationOf(settings)
  let opened: Promise<Pick<UserLogin, 'begin' | 'finish'>> | undefined
  const open = async () => {
    const { openidLogin } = await import('./openid-login.ts')
    return openidLogin(
      { issuer, clientId, authentication, scopes, nameClaim, allowHttp },
      { fetch: remoteFetch(remote, 'login'), now },
    )
  }
  const login = () => {
    opened ??= open()
    return opened
  }
  return {
    usualClaims: claims,
    begin: async (back) => (await login()).begin(back),
    finish: async (query, attempt, back) => (await login()).finish(query, attempt, back),
  }
}

function authenticationOf({
  clientKeyFile,
  clientKeyId,
  clientSecret,
}: LoginSettings): ProviderAuthentication {
  if (clientSecret !== undefined) return { clientSecret }
  if (clientKeyFile === undefined)
    throw new StartRefused('userLogin: clientSecret or clientKeyFile is needed')
  const clientKey = signingKey(clientKeyFile)
  return { clientKey, keyId: clientKeyId }
}

function signingKey(file: string): webcrypto.CryptoKey {
  const text = textOfFile(resolve(file))
  try {
    const key = text.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
      : createPrivateKey(text)
    return key.toCryptoKey(algorithmOf(key), false, ['sign'])
  } catch {
    throw new StartRefused(
      `userLogin: ${file} (clientKeyFile) is of no use: a private key for ES256, EdDSA or RS256 is needed, as PEM or JWK`,
    )
  }
}

function algorithmOf({ asymmetricKeyType: type }: KeyObject) {
  if (type === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  return type === 'ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' }
}

/** The operator names this address himself, so it may lie in his own network. */
function openPresentations(
  { closeAtEnd, metrics }: OpenedOn,
  verifierUrl: string,
  { managementApiKey, verifierApiKey, verifierApiKeyFile, walletAuthorizationUrl }: OpenedBy,
) {
  const allowHttp = verifierUrl.startsWith('http:')
  const remote = observedRemote(createRemote({ allowHttp, allowPrivateAddresses: true }), metrics)
  closeAtEnd(() => remote.close())
  const file = verifierApiKeyFile
  const apiKey = file === undefined ? (verifierApiKey ?? managementApiKey) : textOfFile(resolve(file)).trim()
  return verifierPresentations({ verifierUrl, apiKey, walletAuthorizationUrl }, remote)
}
