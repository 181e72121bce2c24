/**
 * How whoever takes up an offer shows that he may, and what is known of him then: members of issue calls and of profiles. What is
 * asked of his wallet is said as our verifier takes it.
 */
import { z } from 'zod'
import { strict } from '../strict.ts'
import { startVerificationBody } from '../verifier/start.ts'

/** walt.id's names. */
export const AUTHENTICATION_METHODS = ['PRE_AUTHORIZED', 'NONE', 'PWD', 'VP_TOKEN'] as const

export type AuthenticationMethod = (typeof AUTHENTICATION_METHODS)[number]

export const authenticationMethod = z
  .enum(AUTHENTICATION_METHODS, {
    error: (issue) =>
      issue.input === 'ID_TOKEN'
        ? 'ID_TOKEN is not supported: wallets of OpenID4VCI 1.0 answer no such request; PWD asks a login provider, VP_TOKEN a wallet'
        : `must be one of ${AUTHENTICATION_METHODS.join(', ')}`,
  })
  .describe(
    'PRE_AUTHORIZED when absent: the code in the offer gives the token. The others go through a browser (authorization code), where somebody says yes: NONE, whoever has the offer; PWD, who has logged in at the login provider of the configuration; VP_TOKEN, who has presented what vpRequest asks for',
  )

/** A name of a member, or a JSON Pointer to one that lies deeper (RFC 6901). */
const place = z
  .string()
  .regex(
    /^(?:[^/]{1,200}|(?:\/(?:[^/~]|~[01]){1,200}){1,8})$/u,
    'must be the name of a member, or a JSON Pointer such as /address/locality',
  )

const MOST = 50

export const userClaims = z
  .record(place, place)
  .refine((map) => Object.keys(map).length <= MOST, `has more than ${MOST} members`)
  .describe(
    'What goes into the credential of what is known of the user: where it is put, and where it stands, names or JSON Pointers. With PWD in what the login provider says of him, with VP_TOKEN in what was disclosed, by the id of its credential query: {"given_name":"/pid/given_name"}',
  )

const { dcql_query, purpose, request_credentials, vc_policies, vp_policies } = startVerificationBody.shape

export const vpRequest = strict(
  { dcql_query, purpose, request_credentials, vc_policies, vp_policies },
  {
    sameDevice: 'not supported: the browser that began has to come back, always',
    keepPresentations: 'not supported: what was disclosed is taken, and no presentation kept',
    transaction_data: 'not supported: nothing is authorised but the issuance',
  },
)
  .refine((body) => (body.dcql_query === undefined) !== (body.request_credentials === undefined), {
    message: 'exactly one of dcql_query and request_credentials is required',
    path: ['dcql_query'],
  })
  .describe('With VP_TOKEN: what is asked for, as POST /openid4vc/verify of the verifier takes it')

export type VpRequest = z.output<typeof vpRequest>

/** What of an order, a profile or an offer by one has to fit together. */
export interface UserTerms {
  readonly authenticationMethod?: AuthenticationMethod | undefined
  readonly vpRequest?: VpRequest | undefined
  readonly userClaims?: Readonly<Record<string, string>> | undefined
  /** Of a profile: where its claims come from. */
  readonly claims?: { readonly source?: unknown } | undefined
  readonly txCode?: unknown
  readonly txCodeValue?: unknown
}

export interface TermsMistake {
  readonly member: keyof UserTerms
  readonly message: string
}

/** Everything at once. */
export function termsMistakes(terms: UserTerms): readonly TermsMistake[] {
  const { authenticationMethod: method = 'PRE_AUTHORIZED', txCode, txCodeValue } = terms
  const mistakes: TermsMistake[] = []
  const tell = (member: keyof UserTerms, message: string) => mistakes.push({ member, message })
  if (method !== 'PRE_AUTHORIZED' && (txCode ?? txCodeValue) !== undefined)
    tell('txCode', 'goes with PRE_AUTHORIZED: a transaction code guards the code in the offer')
  if (method === 'VP_TOKEN' && terms.vpRequest === undefined)
    tell('vpRequest', 'is needed with VP_TOKEN: it says what is asked for')
  if (method !== 'VP_TOKEN' && terms.vpRequest !== undefined)
    tell('vpRequest', 'goes with authenticationMethod VP_TOKEN')
  if (method !== 'VP_TOKEN' && method !== 'PWD' && terms.userClaims !== undefined)
    tell(
      'userClaims',
      'goes with authenticationMethod PWD or VP_TOKEN: otherwise nobody knows who the user is',
    )
  if (terms.claims?.source === 'webhook' && terms.userClaims !== undefined)
    tell('userClaims', 'does not go with claims that are asked for when the wallet comes')
  return mistakes
}

/** The same for a body. */
export function tellTerms(terms: UserTerms, context: z.core.$RefinementCtx): void {
  for (const { member, message } of termsMistakes(terms))
    context.addIssue({ code: 'custom', message, path: [member] })
}
