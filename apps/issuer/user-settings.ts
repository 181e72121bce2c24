/** Where it is found out who users are, as the configuration says it. */
import { userClaims } from '@countersign/api/issuer/users'
import { secretText } from '@countersign/service/config/schema'
import { z } from 'zod'

const webAddress = z
  .url({ protocol: /^https?$/, error: 'must be a URL such as https://login.example', abort: true })
  .max(500)
  .refine((text) => !/[?#@]/.test(text), 'must have no user, query or fragment')

const path = z.string().min(1).max(1000)
const claimName = z.string().min(1).max(100)

const userLogin = z
  .strictObject({
    issuer: webAddress,
    clientId: z.string().min(1).max(500),
    clientSecret: secretText().optional(),
    clientKeyFile: path.optional(),
    clientKeyId: z.string().min(1).max(200).optional(),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be a scope value'))
      .max(20)
      .refine((scopes) => scopes.includes('openid'), 'must have openid among them')
      .default(['openid', 'profile']),
    nameClaim: claimName.default('name'),
    claims: userClaims.optional(),
  })
  .refine(
    ({ clientKeyFile, clientSecret }) => (clientKeyFile === undefined) !== (clientSecret === undefined),
    'names one of clientSecret and clientKeyFile',
  )
  .refine(({ clientKeyFile, clientKeyId }) => clientKeyId === undefined || clientKeyFile !== undefined, {
    path: ['clientKeyId'],
    error: 'goes with clientKeyFile',
  })

export const userShape = {
  userLogin: userLogin
    .optional()
    .describe(
      'OpenID provider at which users log in (`authenticationMethod: PWD`, [users](issuer.md#who-the-user-is)): `issuer`, `clientId`, `clientSecret` or `clientKeyFile` (PEM or JWK, with `clientKeyId`), `scopes` (`openid profile` when absent), `nameClaim`, by which a user is shown his name, and `claims`, what offers take that have no `userClaims`',
    ),
  verifierUrl: webAddress
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe(
      'Verifier that asks wallets (`authenticationMethod: VP_TOKEN`), where this issuer reaches its management API; a private address, too',
    ),
  verifierApiKey: secretText(16)
    .optional()
    .describe("The verifier's managementApiKey; the issuer's own when absent"),
  verifierApiKeyFile: path.optional().describe("File that holds the verifier's managementApiKey"),
  walletAuthorizationUrl: z
    .string()
    .max(500)
    .regex(/^(?!javascript:|data:|vbscript:|blob:)[a-z][a-z0-9+.-]*:\/\/[^\s#]+$/i, 'must be an address')
    .optional()
    .describe(
      'What the link begins with that opens the wallet for it; `openid4vp://authorize` when absent, and the address of a web wallet where users have that',
    ),
} as const

export type UserSettings = z.output<z.ZodObject<typeof userShape>>
export type LoginSettings = NonNullable<UserSettings['userLogin']>
