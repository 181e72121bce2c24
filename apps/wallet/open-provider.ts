/**
 * Opens the provider as it is configured: with the operator's key, or in development with one that is made for the deployment,
 * below an authority that vouches for nobody else.
 */

import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { Runtime } from '@countersign/service/compose/runtime'
import { openServiceSigner } from '@countersign/service/compose/service-signers'
import { developmentProviders, trustAnchors } from '@countersign/service/compose/trust-anchors'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { chainTrust } from '@countersign/trust/chain-trust'
import { anchorsFrom } from '@countersign/trust/trust-anchor'
import type { Certificate } from '@countersign/x509/certificate'
import { toPem } from '@countersign/x509/pem'
import { type WalletProvider, walletProvider } from './provider/wallet-provider.ts'

export interface ProviderSettings {
  readonly baseUrl: string
  readonly clientId: string
  readonly walletProviderKey?: string | undefined
  readonly walletProviderKeyFile?: string | undefined
  readonly walletProviderCertFile?: string | undefined
  readonly walletProviderAnchorFile?: string | undefined
  readonly walletAttestationTtlSeconds: number
  readonly attestedKeyStorage: readonly string[]
  readonly attestedUserAuthentication: readonly string[]
}

/** Undefined in production where no key is configured: nobody attests these wallets then. */
export async function openProvider(
  runtime: Runtime,
  settings: ProviderSettings,
): Promise<WalletProvider | undefined> {
  const {
    walletProviderCertFile: certificateFile,
    walletProviderKey: key,
    walletProviderKeyFile: keyFile,
  } = settings
  const isConfigured = key !== undefined || keyFile !== undefined
  if (!isConfigured && runtime.deployment.mode === 'production') {
    if (certificateFile === undefined) return undefined
    throw new StartRefused('walletProviderCertFile needs walletProviderKeyFile or walletProviderKey')
  }
  const wanted = { purpose: 'wallet-provider', setting: 'walletProvider', key, keyFile, certificateFile }
  const signer = await openServiceSigner(runtime, wanted)
  const anchors = await anchorsAbove(runtime, settings, signer)
  return walletProvider(
    {
      signer,
      name: settings.baseUrl,
      clientId: settings.clientId,
      lifetimeSeconds: settings.walletAttestationTtlSeconds,
      levels: {
        keyStorage: settings.attestedKeyStorage,
        userAuthentication: settings.attestedUserAuthentication,
      },
      anchorsPem: anchors.length === 0 ? undefined : toPem(anchors),
      now: runtime.now,
    },
    nodeCrypto,
  )
}

/** Those that an operator gives out have to vouch for the key, or every issuer that believes them would refuse every wallet. */
async function anchorsAbove(
  runtime: Runtime,
  { walletProviderAnchorFile: file, walletProviderCertFile }: ProviderSettings,
  { x5c }: Signer,
): Promise<readonly Certificate[]> {
  if (file === undefined) return walletProviderCertFile === undefined ? developmentProviders(runtime) : []
  const anchors = trustAnchors({ ...runtime, developmentAnchors: () => [] }, file)()
  const purpose = 'wallet_attester'
  const chains = chainTrust({ list: anchorsFrom(anchors, { purposes: [purpose] }), crypto: nodeCrypto })
  const trusted = await chains(x5c, { purpose }, runtime.now())
  if (!trusted.ok)
    throw new StartRefused(
      `no certificate of ${file} (walletProviderAnchorFile) vouches for the key of the wallet provider: set walletProviderCertFile to a chain below it`,
    )
  return anchors
}
