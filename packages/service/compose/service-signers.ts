/**
 * The signers of a service: the key that an operator configured, wherever it lives, or in development one that is made
 * once for the deployment. A key that callers bring along is opened here too, over the guarded way out.
 */
import { resolve } from 'node:path'
import type { Result } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { fileReference } from '@countersign/keys/backends/key-reference'
import type { SignerRefusal } from '@countersign/keys/deployment/deployment'
import type { OpenedSigner, OpenSignerOptions, OpenSignerRefusal } from '@countersign/keys/open-signer'
import type { Metrics } from '../operation/metrics.ts'
import { StartRefused } from '../operation/start-refused.ts'
import { remoteFetch } from '../outgoing/guarded-fetch.ts'
import { textOfFile } from './configured-file.ts'
import { observedSigner } from './observed.ts'
import type { Outgoing } from './outgoing.ts'
import type { Runtime } from './runtime.ts'

export interface SigningKey {
  /** `verifier-request`, `credential-issuer`: a key serves one purpose. */
  readonly purpose: string
  /** How its keys in the configuration begin: `requestSigning`. */
  readonly setting: string
  /** A reference such as `pkcs11:…`, `vault:https://…`, `aws-kms:…` or `file:…` (`keys/backends/key-reference.ts`). */
  readonly key?: string | undefined
  /** The short form of `file:…`. */
  readonly keyFile?: string | undefined
  readonly certificateFile?: string | undefined
}

/** What of the service this needs. */
export type SignerHome = Pick<Runtime, 'deployment' | 'certificates' | 'trust' | 'closeAtEnd' | 'now'> & {
  readonly metrics: Metrics
  readonly config: Pick<Runtime['config'], 'mode' | 'baseUrl'>
}

/** Throws `StartRefused` when the key cannot be opened or may not be used. */
export async function openServiceSigner(home: SignerHome, wanted: SigningKey): Promise<Signer> {
  const { config, deployment } = home
  const configuredSigner = await openConfiguredKey(home, wanted)
  const { certificateFile } = wanted
  const configuredCertificates = certificateFile ? textOfFile(certificateFile) : undefined
  const signer = await deployment.signer(wanted.purpose, {
    baseUrl: config.baseUrl,
    dnsNames: [],
    configuredSigner,
    configuredCertificates,
  })
  if (!signer.ok) throw await refusedFor(signer.error, wanted)
  if (signer.value.x5c) home.certificates.add(wanted.purpose, signer.value.x5c)
  home.trust.addKey({ ...signer.value, purpose: wanted.purpose })
  return observedSigner(signer.value, wanted.purpose, home.metrics)
}

/** Opens a key by its reference. The back ends are loaded when the first key is opened. */
export async function openKey(
  reference: unknown,
  options: OpenSignerOptions,
): Promise<Result<OpenedSigner, OpenSignerRefusal>> {
  const { openSigner } = await import('@countersign/keys/open-signer')
  return openSigner(reference, options)
}

/** A key that a caller names makes this process call an address that the caller chose, without any right of its own. */
export type OpenCallersKey = (reference: unknown) => ReturnType<typeof openKey>

export function callersKeyOpener(
  { remote, allowHttp }: Outgoing,
  { now }: Pick<Runtime, 'now'>,
): OpenCallersKey {
  const fetch = remoteFetch(remote, 'callers_key')
  return (reference) => openKey(reference, { fetch, environment: {}, allowHttp, now })
}

/** Undefined where none is configured. */
export async function openConfiguredKey(home: SignerHome, wanted: SigningKey): Promise<Signer | undefined> {
  const { key, keyFile, purpose, setting } = wanted
  if (key !== undefined && keyFile !== undefined)
    throw new StartRefused(`the ${purpose} key is given twice: leave out ${setting}Key or ${setting}KeyFile`)
  if (key === undefined && !keyFile) return undefined
  const reference = key ?? fileReference(resolve(keyFile ?? ''))
  const opened = await openKey(reference, { allowHttp: home.config.mode === 'development', now: home.now })
  if (!opened.ok) throw await refusedFor(opened.error, wanted)
  home.closeAtEnd(() => opened.value.close())
  return opened.value
}

async function refusedFor(
  refusal: OpenSignerRefusal | SignerRefusal,
  { setting, keyFile, certificateFile }: SigningKey,
): Promise<StartRefused> {
  const { keySentence } = await import('./start-sentences.ts')
  const names = {
    key: keyFile ? `${keyFile} (${setting}KeyFile)` : `the key of ${setting}Key`,
    certificates: `${certificateFile ?? 'the chain'} (${setting}CertFile)`,
    settings: `${setting}KeyFile or ${setting}Key`,
  }
  return new StartRefused(keySentence(refusal, names))
}
