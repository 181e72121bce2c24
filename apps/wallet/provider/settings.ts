/** Settings of the role that attests these wallets. */
import { secretText } from '@countersign/service/config/schema'
import { z } from 'zod'

const file = z.string().min(1).optional()

/**
 * Appendix D.2: these are results of an evaluation. Keys of these wallets are software keys, so that whoever says more than the
 * lowest of them says what cannot be true.
 */
const BEYOND_SOFTWARE = ['iso_18045_enhanced-basic', 'iso_18045_moderate', 'iso_18045_high']

const levels = z
  .array(
    z
      .string()
      // A name or a URI; brackets and quotes would be those of a list that was refused.
      .regex(/^[A-Za-z0-9][A-Za-z0-9:/._~#?%-]{0,199}$/, 'must be the name of a level')
      .refine((level) => !BEYOND_SOFTWARE.includes(level), 'is more than software keys can have'),
  )
  .max(10)
  .default([])

export const providerShape = {
  walletProviderKey: secretText()
    .optional()
    .describe(
      'Where the key is that attests these wallets and their keys: `pkcs11:…`, `vault:https://…`, `aws-kms:…`, `file:…`; production without one has wallets that nobody attests',
    ),
  walletProviderKeyFile: file.describe(
    'The key that attests wallets as a PEM or JWK file, in place of `walletProviderKey`',
  ),
  walletProviderCertFile: file.describe(
    'PEM chain of the key that attests wallets, leaf first; without it issuers know the key itself (`walletAttesterKeys`, `keyAttesterKeys`)',
  ),
  walletProviderAnchorFile: file.describe(
    'PEM certificates of the authorities above `walletProviderCertFile`, given out at `/wallet-api/provider/anchor` for operators of issuers',
  ),
  walletAttestationTtlSeconds: z
    .int()
    .min(300)
    .max(86_400)
    .default(43_200)
    .describe('How long an attestation of a wallet is good, in seconds; a new one is made before it ends'),
  attestedKeyStorage: levels.describe(
    'What key attestations say of how keys are kept (`key_storage`, OpenID4VCI 1.0 appendix D.2): what an evaluation of your deployment has found, `iso_18045_basic` at most, or a name that you and your issuers have agreed on. Absent: nothing',
  ),
  attestedUserAuthentication: levels.describe(
    'What key attestations say of who may use the keys (`user_authentication`), by the same rule',
  ),
} as const
