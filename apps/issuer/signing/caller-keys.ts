/**
 * Keys that an offer is signed with in place of the deployment's: one of the configuration, by its name, or one that a caller
 * brings along with an issue call: a private key, or a key in a Vault of theirs. Such a key makes this
 * process call an address that the caller chose, so it goes the guarded way out; keys that would be used under
 * this machine's own rights (its cloud role, its tokens, its files) are refused.
 */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { SignerProfile } from '@countersign/credential/contract/format-facts'
import type { Signer } from '@countersign/crypto/engine'
import { resolveDid } from '@countersign/did/did'
import type { Deployment, SignerOptions } from '@countersign/keys/deployment/deployment'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { OpenedSigner } from '@countersign/keys/open-signer'
import { parsePrivateKey, softwareSigner } from '@countersign/keys/signers/software-key'
import type { Runtime } from '@countersign/service/compose/runtime'
import type { OpenCallersKey } from '@countersign/service/compose/service-signers'
import { type CallerKeys, CONFIGURED_KEY } from '../issuer.ts'
import type { NamedKeys } from './named-keys.ts'

type Opened = Result<Signer, { readonly code: string }>

export interface CallerKeysHome extends Pick<Runtime, 'closeAtEnd'> {
  readonly deployment: Pick<Deployment, 'signer' | 'rememberName'>
  readonly config: Pick<Runtime['config'], 'baseUrl'>
}

export function callerKeys(
  home: CallerKeysHome,
  openKey: OpenCallersKey,
  named: NamedKeys = new Map(),
): CallerKeys {
  const { deployment, config } = home
  const remoteKeys = remoteKeyCache(home, openKey)
  const noted = new Set<string>()

  async function open(key: JsonObject): Promise<Opened> {
    if (isRemote(key)) return remoteKeys(key)
    const parsed = parsePrivateKey(key)
    return parsed.ok ? ok<Signer>(softwareSigner(parsed.value)) : parsed
  }

  /** A DID that is its own key says all that a verifier needs: certificates beside it would be a second way, and many take but one. */
  async function underOwnName(did: string, opened: Opened): Promise<Opened> {
    if (!opened.ok) return opened
    if (!noted.has(did)) {
      const kept = await deployment.rememberName(did)
      if (!kept.ok) return refuse({ code: kept.error.code })
      if (noted.size >= MAX_NOTED) noted.clear()
      noted.add(did)
    }
    const { algorithm, keyId, publicJwk } = opened.value
    return ok<Signer>({ algorithm, keyId, publicJwk, sign: (data) => opened.value.sign(data) })
  }

  /** Its certificates are those of the configuration, whatever those were when the offer was made. */
  async function configured(name: JsonValue | undefined, profile: SignerProfile): Promise<Opened> {
    const found = typeof name === 'string' ? named.get(name) : undefined
    if (found === undefined) return refuse({ code: 'issuer_key_unknown' })
    const { certificates, issuer, signer } = found
    if (certificates === undefined && profile === 'jose' && issuer !== undefined && resolveDid(issuer).ok)
      return underOwnName(issuer, ok(signer))
    return certified(profile, issuer, {
      configuredSigner: signer,
      configuredCertificates: certificates,
    })
  }

  async function certified(
    profile: SignerProfile,
    issuer: string | undefined,
    key: Pick<SignerOptions, 'configuredSigner' | 'configuredKey' | 'configuredCertificates'>,
  ): Promise<Opened> {
    const common = { dnsNames: [], baseUrl: config.baseUrl, uri: issuer }
    const opened = await deployment.signer(PURPOSES[profile], { ...common, ...key })
    if (opened.ok) return ok<Signer>(opened.value)
    return refuse({ code: 'cause' in opened.error ? opened.error.cause.code : opened.error.code })
  }

  return {
    open,
    async signer(key, x5c, profile, issuer) {
      if (key['type'] === CONFIGURED_KEY) return configured(key['name'], profile)
      if (x5c === undefined && profile === 'jose' && issuer !== undefined && resolveDid(issuer).ok)
        return underOwnName(issuer, await open(key))
      const remote = isRemote(key) ? await remoteKeys(key) : ok(undefined)
      if (!remote.ok) return remote
      return certified(profile, issuer, {
        ...(remote.value ? { configuredSigner: remote.value } : { configuredKey: key }),
        configuredCertificates: x5c,
      })
    },
  }
}

/**
 * In development a key that comes without certificates, and under no DID that is its own key, gets one from the development CA,
 * so that what it signs is believed within the deployment, under the name that the caller gives it; for mdocs one with the profile of a document signer.
 */
const PURPOSES: Readonly<Record<SignerProfile, string>> = {
  jose: 'caller-issuer',
  'iso-mdl': 'caller-document-signer',
}

/** Names that this process has noted: an issuer issues more than once. */
const MAX_NOTED = 1000

/** walt.id's name for a key in Vault's transit engine. */
function isRemote({ type }: JsonObject): boolean {
  return type === 'tse'
}

const MAX_OPEN_KEYS = 32
/** No request takes longer: whoever signs with the key right now is done by then. */
const CLOSE_AFTER_MS = 60_000

function closeLater(signer: OpenedSigner): void {
  setTimeout(() => void signer.close().catch(() => undefined), CLOSE_AFTER_MS).unref()
}

/** Opening costs a login and a trial signature, and an issuer issues more than once; the oldest is closed first. */
function remoteKeyCache(
  { closeAtEnd }: CallerKeysHome,
  openKey: OpenCallersKey,
): (key: JsonObject) => Promise<Opened> {
  const open = new Map<string, OpenedSigner>()
  closeAtEnd(async () => {
    for (const signer of open.values()) await signer.close()
  })
  return async (key) => {
    const id = nodeCrypto.digestBase64url('sha-256', JSON.stringify(key))
    const known = open.get(id)
    if (known !== undefined) return ok(known)
    const opened = await openKey(key)
    if (!opened.ok) return refuse({ code: opened.error.code })
    const [oldest] = open.entries()
    if (oldest !== undefined && open.size >= MAX_OPEN_KEYS) {
      open.delete(oldest[0])
      closeLater(oldest[1])
    }
    open.set(id, opened.value)
    return opened
  }
}
