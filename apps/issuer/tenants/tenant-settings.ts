/**
 * The configuration of one tenant, made of what it says itself and of what the deployment says for all. Which of both counts is
 * decided here for each setting, so that a new one does not compile before somebody has decided: what makes an identity, says whom
 * it believes or opens its doors is never taken over from the deployment.
 */
import { defined } from '@countersign/core/json'
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type Config, secretFrom } from '@countersign/service/config/load'
import { isLoopbackHost } from '@countersign/service/config/loopback-host'
import { type ServiceConfig, serviceConfigShape } from '@countersign/service/config/schema'
import { fitTo, problemOf } from '@countersign/service/config/typed-settings'
import { z } from 'zod'
import { issuerShape, TENANT_NAME } from '../config.ts'

export type IssuerConfig = Config<typeof issuerShape>

/**
 * `own`: only what the tenant says; `inherited`: what the tenant says, else what the deployment does; `deployment`: the same for
 * all, and no tenant may say otherwise.
 */
type Whose = 'own' | 'inherited' | 'deployment'

const ISSUER_SETTINGS: Readonly<Record<keyof typeof issuerShape, Whose>> = {
  allowHttp: 'deployment',
  allowPrivateAddresses: 'deployment',
  tenants: 'deployment',
  tenantsDir: 'deployment',
  displayName: 'own',
  managementTokens: 'own',
  userLogin: 'own',
  verifierUrl: 'own',
  verifierApiKey: 'own',
  verifierApiKeyFile: 'own',
  walletAuthorizationUrl: 'inherited',
  callbackSecretFile: 'own',
  clients: 'own',
  trustedWalletAttestersFile: 'own',
  walletAttesterKeys: 'own',
  trustedKeyAttestersFile: 'own',
  keyAttesterKeys: 'own',
  requiredKeyAttestations: 'own',
  signingKey: 'own',
  signingKeyFile: 'own',
  signingCertFile: 'own',
  publishedKeyFiles: 'own',
  documentSigningKey: 'own',
  documentSigningKeyFile: 'own',
  documentSigningCertFile: 'own',
  issuerKeys: 'own',
  profilesDir: 'own',
  statusListKey: 'own',
  statusListKeyFile: 'own',
  statusListCertFile: 'own',
  typesDir: 'inherited',
  extensionFormats: 'inherited',
  offerTtlSeconds: 'inherited',
  resultRetentionSeconds: 'inherited',
  bearerTtlSeconds: 'inherited',
  boundTtlSeconds: 'inherited',
  refreshTokenTtlSeconds: 'inherited',
  deferredTtlSeconds: 'inherited',
  deferredIntervalSeconds: 'inherited',
  nonceTtlSeconds: 'inherited',
  dpopNonces: 'inherited',
  requireSenderConstraint: 'inherited',
  publicClients: 'inherited',
  attestationChallenges: 'inherited',
  attestationMaxAgeSeconds: 'inherited',
  batchSize: 'inherited',
  requestEncryptionRequired: 'inherited',
  responseEncryptionRequired: 'inherited',
  pushedRequestTtlSeconds: 'inherited',
  authorizationCodeTtlSeconds: 'inherited',
  requirePushedRequests: 'inherited',
  statusLists: 'inherited',
  statusListSize: 'inherited',
  statusListBlockSize: 'inherited',
  statusListTtlSeconds: 'inherited',
  statusListLifetimeSeconds: 'inherited',
  auditDays: 'inherited',
  bulkMaxBytes: 'inherited',
  bulkRetentionSeconds: 'inherited',
}

const { managementApiKey, managementApiKeyFile, managementApiKeys } = serviceConfigShape
const { maxEventStreams, senderRequestsAtOnce, senderRequestsPerSecond } = serviceConfigShape
/** Of the settings that every service has, those that a tenant may say for itself. */
const SERVICE_SETTINGS = {
  managementApiKey,
  managementApiKeyFile,
  managementApiKeys,
  maxEventStreams,
  senderRequestsAtOnce,
  senderRequestsPerSecond,
}

const KNOWN: readonly string[] = [
  ...Object.entries(ISSUER_SETTINGS).flatMap(([key, whose]) => (whose === 'deployment' ? [] : [key])),
  ...Object.keys(SERVICE_SETTINGS),
]

export interface WrittenTenant {
  readonly name: string
  /** Where it stands, for mistakes. */
  readonly source: string
  readonly values: Readonly<Record<string, unknown>>
}

export interface Tenant {
  readonly name: string
  readonly source: string
  readonly config: IssuerConfig
}

/** Each mistake is a line: where it stands, the key, what is wrong. */
export function tenantOf(
  written: WrittenTenant,
  deployment: IssuerConfig,
  cwd: string,
): Result<Tenant, readonly string[]> {
  const { name, source } = written
  const at = (key: string, problem: string) => `${source}: ${[key, problem].filter(Boolean).join(': ')}`
  const values = fitTo({ ...issuerShape, ...SERVICE_SETTINGS }, { ...written.values })
  const merged = { displayName: name, ...inheritedFrom(deployment), ...values }
  const service = z.object(SERVICE_SETTINGS).safeParse(merged)
  const extra = z.object(issuerShape).safeParse(merged)
  const mistakes = [
    ...(TENANT_NAME.test(name) ? [] : [at('', 'the name of a tenant is 1 to 40 characters of a-z 0-9 -')]),
    ...unknownIn(written.values).map(([key, problem]) => at(key, problem)),
    ...[service, extra].flatMap(({ error }) =>
      (error?.issues ?? []).map((issue) => at(issue.path.map(String).join('.'), problemOf(issue, undefined))),
    ),
  ]
  if (!service.success || !extra.success || mistakes.length > 0) return refuse(mistakes)
  const key = keyOf(service.data, deployment, cwd)
  if (!key.ok) return refuse(key.error.map((problem) => at('managementApiKey', problem)))
  const base = baseOf(deployment, { ...service.data, name, managementApiKey: key.value })
  return ok({ name, source, config: { ...extra.data, ...base } })
}

function inheritedFrom(deployment: IssuerConfig): Record<string, unknown> {
  const { maxEventStreams, senderRequestsAtOnce, senderRequestsPerSecond } = deployment
  const inherited = Object.entries(deployment).filter(([key]) => whoseIs(key) === 'inherited')
  return defined({
    ...Object.fromEntries(inherited),
    maxEventStreams,
    senderRequestsAtOnce,
    senderRequestsPerSecond,
  })
}

function whoseIs(key: string): Whose | undefined {
  const known: Readonly<Record<string, Whose>> = ISSUER_SETTINGS
  return Object.hasOwn(known, key) ? known[key] : undefined
}

function unknownIn(values: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.keys(values)
    .filter((key) => !KNOWN.includes(key))
    .map((key) => [
      key.slice(0, 60),
      whoseIs(key) === 'deployment' || Object.hasOwn(serviceConfigShape, key)
        ? 'is said by the deployment for all of its tenants'
        : `unknown key${didYouMean(nearestWord(key, KNOWN))}`,
    ])
}

/** Where the deployment has a key, or needs one, so does the tenant: nothing of a tenant opens by the deployment's own. */
function keyOf(
  values: z.output<z.ZodObject<typeof SERVICE_SETTINGS>>,
  { managementApiKey: ofDeployment, mode, webHost }: IssuerConfig,
  cwd: string,
): Result<string | undefined, readonly string[]> {
  const mistakes: Parameters<typeof secretFrom>[5] = []
  const key = secretFrom(values, 'managementApiKey', 'managementApiKeyFile', 16, cwd, mistakes)
  if (mistakes.length > 0)
    return refuse(mistakes.map(({ source, problem }) => `managementApiKeyFile ${source} ${problem}`))
  if (key !== undefined && key === ofDeployment)
    return refuse(['is that of the deployment: a tenant needs one of its own'])
  if (key !== undefined) return ok(key)
  // Without it the door is open on loopback, whatever further credentials there are.
  if (values.managementApiKeys.length > 0) return refuse(['needed by managementApiKeys'])
  if (mode === 'production') return refuse(['needed in production'])
  if (!isLoopbackHost(webHost)) return refuse([`needed to listen on ${webHost}`])
  return ofDeployment === undefined ? ok(key) : refuse(['needed where the deployment has one'])
}

/** Named one by one: what is added to the settings of services is no tenant's before somebody puts it here. */
function baseOf(
  deployment: IssuerConfig,
  own: Pick<
    ServiceConfig,
    | 'managementApiKey'
    | 'managementApiKeys'
    | 'maxEventStreams'
    | 'senderRequestsAtOnce'
    | 'senderRequestsPerSecond'
  > & { readonly name: string },
): ServiceConfig {
  const { name, managementApiKey, managementApiKeys, maxEventStreams } = own
  const { senderRequestsAtOnce, senderRequestsPerSecond } = own
  return {
    baseUrl: `${deployment.baseUrl}/${name}`,
    managementApiKey,
    managementApiKeys,
    maxEventStreams,
    senderRequestsAtOnce,
    senderRequestsPerSecond,
    service: deployment.service,
    mode: deployment.mode,
    webHost: deployment.webHost,
    webPort: deployment.webPort,
    configDir: deployment.configDir,
    dataDir: deployment.dataDir,
    sessions: deployment.sessions,
    database: deployment.database,
    keyPrefix: deployment.keyPrefix,
    instance: deployment.instance,
    trustedProxies: deployment.trustedProxies,
    logLevel: deployment.logLevel,
    storeWaitSeconds: deployment.storeWaitSeconds,
    drainSeconds: deployment.drainSeconds,
    features: deployment.features,
    maxRequestsInFlight: deployment.maxRequestsInFlight,
    maxLoopDelayMs: deployment.maxLoopDelayMs,
    maxRequestsWhileLate: deployment.maxRequestsWhileLate,
    maxSlowBodies: deployment.maxSlowBodies,
  }
}
