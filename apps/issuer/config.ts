/** Keys that only the issuer knows, beside those that every service has. */
import { callbackShape } from '@countersign/service/config/callbacks'
import { managementTokensShape } from '@countersign/service/config/management-tokens'
import { outgoingShape } from '@countersign/service/config/outgoing'
import { secretText } from '@countersign/service/config/schema'
import { typesShape } from '@countersign/service/config/types-dir'
import { z } from 'zod'
import { attesterKeysSetting, clientsSetting } from './client-rules.ts'
import { userShape } from './user-settings.ts'

const texts = z.array(z.string().min(1).max(500)).min(1).max(100)

const requiredKeyAttestation = z.strictObject({
  /** Ids of credential configurations, as the metadata has them. */
  configurations: texts,
  keyStorage: texts.optional(),
  userAuthentication: texts.optional(),
})

const path = z.string().min(1).max(1000)

const issuerKey = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/, 'must be letters, digits, dots, dashes'),
    key: secretText().optional(),
    keyFile: path.optional(),
    certFile: path.optional(),
    issuer: z
      .string()
      .max(2000)
      .regex(/^(did:[a-z0-9]+:|https:\/\/)\S+$/, 'must be a DID or an https URL')
      .optional(),
  })
  .refine(
    ({ key, keyFile }) => (key === undefined) !== (keyFile === undefined),
    'names one of key and keyFile',
  )

export const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/

const tenant = z.looseObject({
  name: z.string().regex(TENANT_NAME, 'must be 1 to 40 characters of a-z 0-9 -, the first no hyphen'),
})

export const issuerShape = {
  ...outgoingShape,
  ...managementTokensShape,
  ...callbackShape,
  ...typesShape,
  ...userShape,
  offerTtlSeconds: z
    .int()
    .min(10)
    .max(2_592_000)
    .default(300)
    .describe('How long an offer can be taken up unless the call says otherwise, in seconds'),
  resultRetentionSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(600)
    .describe(
      'How long an issuance can be looked at after that, in seconds; as long as a token lives in any case',
    ),
  bearerTtlSeconds: z.int().min(30).max(300).default(300).describe('Lifetime of a bearer token, in seconds'),
  boundTtlSeconds: z
    .int()
    .min(30)
    .max(3600)
    .default(600)
    .describe('Lifetime of a token that is bound to a DPoP key, in seconds'),
  refreshTokenTtlSeconds: z
    .int()
    .min(0)
    .max(2_592_000)
    .default(0)
    .describe(
      'How long a token that is bound to a DPoP key can be refreshed, and its credentials be issued once more, in seconds; 0: not at all. The claims of an offer are kept for as long',
    ),
  deferredTtlSeconds: z
    .int()
    .min(60)
    .max(2_592_000)
    .default(604_800)
    .describe(
      'How long a wallet with a bound token may come for a credential that somebody has to agree to first (`issuanceType: DEFERRED`), in seconds; the claims are kept for as long',
    ),
  deferredIntervalSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(30)
    .describe(
      'How long a wallet is told to wait before it asks once more for a credential that nobody has agreed to yet, in seconds',
    ),
  nonceTtlSeconds: z
    .int()
    .min(30)
    .max(600)
    .default(300)
    .describe('Lifetime of a `c_nonce`, of a DPoP nonce and of an attestation challenge, in seconds'),
  dpopNonces: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe('Whether a DPoP proof needs a nonce that this issuer gave (RFC 9449 §8, §9)'),
  requireSenderConstraint: z
    .boolean()
    .default(false)
    .describe('Whether every access token is bound to a DPoP key; a request without a proof is refused then'),
  publicClients: z
    .boolean()
    .default(true)
    .describe(
      'Whether clients are taken that are not in `clients` and do not authenticate; without, nobody uses a pre-authorized code anonymously',
    ),
  clients: clientsSetting.describe(
    'Clients that you register: each with `clientId`, `methods` (`private_key_jwt`, `attest_jwt_client_auth`, or `none` alone), the `keys` (JWKs) that `private_key_jwt` signs with, `redirectUris` and, for people, `name`',
  ),
  trustedWalletAttestersFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'PEM certificates of the authorities that vouch for those who attest wallets (`attest_jwt_client_auth`)',
    ),
  walletAttesterKeys: attesterKeysSetting.describe(
    'Keys (JWKs) of attesters of wallets that bring no certificate',
  ),
  attestationChallenges: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe('Whether a wallet that is attested needs a challenge of this issuer in its proof'),
  attestationMaxAgeSeconds: z
    .int()
    .min(60)
    .max(31_536_000)
    .optional()
    .describe(
      'How old an attestation of a wallet may be, in seconds; as old as it allows itself when absent',
    ),
  batchSize: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe(
      'How many credentials of one kind a wallet may get at once, each for a key of its own; 1 is no batches',
    ),
  requestEncryptionRequired: z
    .boolean()
    .default(false)
    .describe(
      'Whether credential requests in the clear are refused (OpenID4VCI 1.0 §10); encrypted ones are always taken',
    ),
  responseEncryptionRequired: z
    .boolean()
    .default(false)
    .describe(
      'Whether wallets have to ask for encrypted credential responses, and so to encrypt their requests; they always may',
    ),
  trustedKeyAttestersFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'PEM certificates of the authorities that vouch for those who attest keys of wallets (OpenID4VCI 1.0 appendix D); with it or `keyAttesterKeys` key attestations are judged, without both they are passed over',
    ),
  keyAttesterKeys: attesterKeysSetting.describe(
    'Keys (JWKs) of those who attest keys of wallets and bring no certificate',
  ),
  requiredKeyAttestations: z
    .array(requiredKeyAttestation)
    .max(200)
    .default([])
    .describe(
      'Which credentials are for attested keys alone: a list of `{ configurations, keyStorage, userAuthentication }`, the last two the accepted levels, any where absent',
    ),
  pushedRequestTtlSeconds: z
    .int()
    .min(5)
    .max(90)
    .default(90)
    .describe('How long a browser may come with an authorization request that was pushed, in seconds'),
  authorizationCodeTtlSeconds: z
    .int()
    .min(5)
    .max(60)
    .default(60)
    .describe('Lifetime of an authorization code, in seconds'),
  requirePushedRequests: z
    .boolean()
    .default(false)
    .describe('Whether the authorization endpoint takes pushed requests alone (RFC 9126 §5)'),
  signingKey: secretText()
    .optional()
    .describe(
      'Where the key is that signs credentials: `pkcs11:…`, `vault:https://…`, `aws-kms:…`, `file:…`',
    ),
  signingKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The key that signs credentials as a PEM or JWK file, in place of `signingKey`; production needs one of both',
    ),
  signingCertFile: z
    .string()
    .min(1)
    .optional()
    .describe('PEM chain of the key that signs credentials, leaf first'),
  publishedKeyFiles: z
    .array(path)
    .max(20)
    .default([])
    .describe(
      'Public keys that the metadata names beside the one that signs, for [another key](operations.md#another-key-that-signs-credentials): PEM of a public key or of certificates, a JWK, or a JWK set each',
    ),
  documentSigningKey: secretText()
    .optional()
    .describe('Where the key is that signs ISO mdocs; production without one offers no mdocs'),
  documentSigningKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe('The key that signs mdocs as a PEM or JWK file, in place of `documentSigningKey`'),
  documentSigningCertFile: z
    .string()
    .min(1)
    .optional()
    .describe('PEM chain of the key that signs mdocs, leaf first: the document signer, without its IACA'),
  issuerKeys: z
    .array(issuerKey)
    .max(100)
    .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, 'names a key twice')
    .default([])
    .meta({ secret: true })
    .describe(
      'Further keys that sign credentials, called by profiles: each with `name`, `key` or `keyFile`, and perhaps `certFile` and `issuer`, the DID or URL that it issues as ([profiles](issuer.md#profiles))',
    ),
  profilesDir: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder with [profiles](issuer.md#profiles), a `.json` or `.conf` (HOCON) file each; read at the start',
    ),
  statusLists: z
    .boolean()
    .optional()
    .describe('Whether credentials get a place in a status list; where there is a database when absent'),
  statusListSize: z
    .int()
    .min(131_072)
    .max(1_048_576)
    .multipleOf(8)
    .default(131_072)
    .describe(
      'Entries of a new list: how many credentials one hides among (Bitstring Status List §2.2: 131,072 at least)',
    ),
  statusListBlockSize: z
    .int()
    .min(1)
    .max(10_000)
    .default(256)
    .describe('Places that an instance takes at once, and loses when it dies'),
  statusListTtlSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .optional()
    .describe(
      'How long verifiers may keep a list before they ask again, in seconds; 300 when absent, 5 in development, where whoever revokes wants to see it',
    ),
  statusListLifetimeSeconds: z
    .int()
    .min(120)
    .max(2_592_000)
    .default(86_400)
    .describe('How long a signed list is good, in seconds; it is signed anew at half of that'),
  statusListKey: secretText()
    .optional()
    .describe(
      'Where the key is that signs status lists; production needs one where credentials have a status',
    ),
  statusListKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe('The key that signs status lists as a PEM or JWK file, in place of `statusListKey`'),
  statusListCertFile: z
    .string()
    .min(1)
    .optional()
    .describe('PEM chain of the key that signs status lists, leaf first'),
  extensionFormats: z
    .array(z.string().min(1).max(100))
    .max(20)
    .optional()
    .describe(
      'Formats beside those of OpenID4VCI 1.0 appendix A that are issued and stand in the metadata: `vc+jwt`, `vc+sd-jwt`; when absent all in development and none in production',
    ),
  auditDays: z
    .int()
    .min(0)
    .max(3650)
    .default(0)
    .describe(
      'How many days it is kept which management calls changed something ([log](operations.md#the-log-of-management-calls)); 0: they are not written down',
    ),
  bulkMaxBytes: z
    .int()
    .min(65_536)
    .max(1_073_741_824)
    .default(67_108_864)
    .describe('How large the input of [bulk offers](issuer.md#offers-for-many-at-once) may be, in bytes'),
  bulkRetentionSeconds: z
    .int()
    .min(60)
    .max(7_776_000)
    .default(604_800)
    .describe('How long a bulk that has ended can be looked at, and its offers be read, in seconds'),
  tenants: z
    .array(tenant)
    .max(200)
    .default([])
    .meta({ secret: true })
    .describe(
      'Further issuers under this deployment, each below the path of its `name`, with settings of its own ([tenants](tenants.md))',
    ),
  tenantsDir: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder with tenants, a `.json` or `.conf` (HOCON) file each, named as the tenant is; read at the start',
    ),
  displayName: z
    .string()
    .min(1)
    .max(100)
    .default('Countersign issuer')
    .describe("The issuer's name as wallets show it"),
} as const

export type IssuerDefaults = z.output<z.ZodObject<typeof issuerShape>>

/** What holds where nothing is configured. */
export const ISSUER_DEFAULTS: IssuerDefaults = z.object(issuerShape).parse({})
