/**
 * Answers that one check alone does not pass, by check and format: what is wrong, what becomes of it (docs/decisions/018), and the code that is
 * seen. `every-check.test.ts` holds them to it, and to being all.
 */
import { ok, refuse } from '@countersign/core/result'
import type { CheckName } from '@countersign/credential/contract/checks'
import type { Remote } from '@countersign/service/outgoing/guarded-client'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { rewriteCbor } from '@countersign/testing/forging/cbor'
import {
  boundByKeyBinding,
  boundByPresentation,
  inNameOf,
  type Kind,
  kinds,
  licenceNamespace,
  mdocKind,
} from '@countersign/testing/forging/credential-kinds'
import { base64url, rewriteProof } from '@countersign/testing/forging/jws'
import { mechanismOf } from '@countersign/testing/forging/status-lists'
import { boundTo, textOf } from '../mutations/parts.testing.ts'
import { PAYMENT, UNMET_POLICIES } from '../mutations/unmet.testing.ts'
import type { Asking } from '../testing/response-ways.testing.ts'
import { type Asked, issued, shown } from '../testing/two-instances.testing.ts'

const AWAY = 'https://away.example'

/** Whoever is asked says no, or is away. */
export const remote: Pick<Remote, 'request'> = {
  request: async ({ url }) => {
    if (url.startsWith(AWAY)) return refuse({ code: 'unreachable', reason: 'ECONNREFUSED' })
    const isRule = url.includes('/v1/data/')
    const body = isRule ? '{"result":false}' : ''
    return ok({ status: isRule ? 200 : 403, headers: {}, body, bytes: Buffer.from(body) })
  },
}

/** `refused`: 400, nothing is kept. `attempt`: noted, and open. `rejected`: for good. `undetermined`: taken, and so at the end of the time. */
export type Ends = 'refused' | 'attempt' | 'rejected' | 'undetermined' | 'not returned'

export interface Fault {
  readonly check: CheckName
  /** Of the check `policy`. */
  readonly policy?: string
  readonly what: string
  readonly ends: Ends
  readonly code: string
  readonly kinds: readonly Kind[]
  readonly asking?: (kind: Kind) => Asking
  present(request: Asked): Promise<string>
}

type Made = (request: Asked) => Promise<Held>

const inGoodOrder: Made = (request) => issued(request)
const shownAs = (made: Made) => async (request: Asked) => shown(request, { held: await made(request) })

const HOUR = 3600
const other = { nonce: 'another' }

const STRUCTURE: readonly Fault[] = [
  {
    what: 'a disclosure that the issuer did not promise',
    code: 'disclosure_unreferenced',
    kinds: boundByKeyBinding,
    present: async (request: Asked) => {
      const held = await issued(request)
      const own = base64url('["salt","age_over_18",true]')
      return boundTo(`${textOf(await shown(request, { held }))}${own}~`, request, held.holder)
    },
  },
  {
    what: 'a presentation of a type that is none',
    code: 'typ_wrong',
    kinds: boundByPresentation,
    present: async (request: Asked) => {
      const held = await issued(request)
      const header = (own: object) => ({ ...own, typ: 'x' })
      return rewriteProof(await shown(request, { held }), { header }, held.holder)
    },
  },
  {
    what: 'an element that is not what the issuer signed',
    code: 'digest_wrong',
    kinds: [mdocKind],
    present: async (request: Asked) =>
      rewriteCbor(
        await shown(request),
        ['documents', 0, 'issuerSigned', 'nameSpaces', licenceNamespace, 0, 'elementValue'],
        () => 'Mallory',
      ),
  },
].map((fault) => ({ ...fault, check: 'structure', ends: 'refused' }))

const OF_CREDENTIAL: readonly Fault[] = [
  {
    check: 'issuer_signature',
    what: "the issuer's chain, and the signature of somebody else",
    ends: 'attempt',
    code: 'signature_invalid',
    kinds,
    present: shownAs((request) =>
      issued(request, { signer: inNameOf(request.stage.issuerOf(request.kind)) }),
    ),
  },
  {
    check: 'issuer_trust',
    what: 'an issuer whom nobody believes',
    ends: 'attempt',
    code: 'anchor_unknown',
    kinds,
    present: shownAs((request) => issued(request, { signer: request.stage.strangerFor(request.kind) })),
  },
  {
    check: 'validity_period',
    what: 'a credential that is over',
    ends: 'rejected',
    code: 'expired',
    kinds,
    present: shownAs((request) =>
      issued(request, { issuedAt: request.stage.now - 2 * HOUR, expiresAt: request.stage.now - HOUR }),
    ),
  },
  {
    check: 'holder_binding',
    what: 'a proof for another nonce',
    ends: 'refused',
    code: 'nonce_wrong',
    kinds: kinds.filter((kind) => kind !== mdocKind),
    present: (request) => shown(request, { bound: other }),
  },
  {
    check: 'holder_binding',
    what: 'a proof for another nonce, which stands in what is signed alone',
    ends: 'refused',
    code: 'signature_invalid',
    kinds: [mdocKind],
    present: (request) => shown(request, { bound: other }),
  },
]

const statusOf = (request: Asked, uri: string) =>
  issued(request, { statuses: [mechanismOf(request.kind).reference(uri)] })

const FOUND_OUT: readonly Fault[] = [
  {
    check: 'status',
    what: 'a credential that was revoked',
    ends: 'rejected',
    code: 'revoked',
    kinds,
    present: shownAs(async (request) =>
      statusOf(request, await request.stage.publish(request.kind, { status: 1 })),
    ),
  },
  {
    check: 'status',
    what: 'a status list that is away',
    ends: 'undetermined',
    code: 'list_unreachable',
    kinds,
    present: shownAs((request) => statusOf(request, 'https://issuer.example/status/away')),
  },
  {
    check: 'query_match',
    what: 'a claim of another value than the one that is asked for',
    ends: 'rejected',
    code: 'claim_value_differs',
    kinds,
    asking: ({ paths, query }) => ({
      dcqlQuery: {
        credentials: [{ ...query, claims: paths.map((path) => ({ path: [...path], values: ['Somebody'] })) }],
      },
    }),
    present: shownAs(inGoodOrder),
  },
  {
    check: 'transaction_data',
    what: 'a payment that the holder does not authorise',
    ends: 'rejected',
    code: 'not_confirmed',
    kinds: kinds.filter(({ codec }) => codec.confirmsTransactions),
    asking: () => ({ transactionData: [PAYMENT] }),
    present: shownAs(inGoodOrder),
  },
  {
    check: 'same_device',
    what: 'a browser that does not come back',
    ends: 'not returned',
    code: 'not_returned',
    kinds,
    asking: () => ({
      sameDevice: 'required',
      successRedirectUri: 'https://shop.example/done',
      errorRedirectUri: 'https://shop.example/failed',
    }),
    present: shownAs(inGoodOrder),
  },
]

const RULE = { policy_name: 'allow', policy_query: 'vc/verification' }

/** Those that somebody else is asked for, who says no or says nothing. */
const ASKING_OTHERS: readonly (readonly [string, Ends, string, unknown])[] = [
  ['webhook', 'rejected', 'webhook_refused', 'https://shop.example/hook'],
  ['webhook', 'undetermined', 'webhook_unreachable', `${AWAY}/hook`],
  ['dynamic', 'rejected', 'opa_denied', { ...RULE, opa_server: 'https://opa.example' }],
  ['dynamic', 'undetermined', 'opa_unreachable', { ...RULE, opa_server: AWAY }],
]

const POLICY_FAULTS: readonly Fault[] = [
  ...Object.entries(UNMET_POLICIES).map(([policy, { args, by }]) => ({
    policy,
    code: by,
    ends: 'rejected' as const,
    argsFor: args,
  })),
  ...ASKING_OTHERS.map(([policy, ends, code, args]) => ({ policy, ends, code, argsFor: () => args })),
].map(({ argsFor, code, ends, policy }) => ({
  check: 'policy',
  policy,
  what: `the policy ${policy}, which ${ends === 'rejected' ? 'is not met' : 'nobody can ask'}`,
  ends,
  code,
  kinds,
  asking: (kind) => ({ policies: [{ policy, args: argsFor(kind) }] }),
  present: shownAs(inGoodOrder),
}))

export const FAULTS: readonly Fault[] = [...STRUCTURE, ...OF_CREDENTIAL, ...FOUND_OUT, ...POLICY_FAULTS]

/** Checks that cannot fail in a format, and why. */
export const IMPOSSIBLE: readonly {
  readonly check: CheckName
  readonly kinds: readonly Kind[]
  readonly because: string
}[] = [
  {
    check: 'transaction_data',
    kinds: kinds.filter(({ codec }) => !codec.confirmsTransactions),
    because: 'its proofs have no place for it, so that nobody is asked (the test below)',
  },
]
