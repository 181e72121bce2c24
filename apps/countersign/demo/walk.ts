/**
 * The walk of the demo: log in, offer, receive, ask, present, read the result. Every step is one call of the public
 * API and one report; what a later step needs of an earlier one is handed on, nothing is kept.
 */

import { type Answer, type Call, call, callWell, DemoStopped, memberOf, textAt } from './caller.ts'
import { CALLED } from './flags.ts'

export { DemoStopped } from './caller.ts'

export type Addresses = Readonly<Record<(typeof CALLED)[number], string>>

export interface StepReport {
  readonly number: number
  /** Which instance answered. */
  readonly instance: string
  readonly what: string
  readonly detail: string
}

export interface CheckRow {
  readonly name: string
  readonly outcome: string
  readonly detail: string
}

export interface WalkOutcome {
  /** `verified`, `rejected` … */
  readonly state: string
  readonly checks: readonly CheckRow[]
  readonly claims: Readonly<Record<string, unknown>>
}

const ACCOUNT = { type: 'email', email: 'user@email.com', password: 'password' }
const CONFIGURATION = 'identity_credential_dc+sd-jwt'
const TYPE = 'urn:countersign:identity-credential:1'
const ASKED = ['given_name', 'family_name']

/** Throws `DemoStopped` when a step cannot be done. `apiKey`: for issuer and verifier, when they want one. */
export async function walk(
  addresses: Addresses,
  apiKey: string | undefined,
  tell: (report: StepReport) => void,
): Promise<WalkOutcome> {
  await allRunning(addresses)
  const ask = askerOf(addresses, apiKey, tell)
  const wallet = await openWallet(ask)
  const offer = await makeOffer(ask)
  const credentialId = await receive(ask, wallet, offer)
  const verification = await startVerification(ask)
  await present(ask, wallet, verification.url, credentialId)
  return readResult(ask, verification.id)
}

type Request = Omit<Call, 'service' | 'base'>

/** Does one step and tells it; `detail` says what is worth showing of the answer. */
type Ask = (
  service: keyof Addresses,
  what: string,
  request: Request,
  detail?: (answer: Answer) => string,
) => Promise<Answer>

function askerOf(addresses: Addresses, apiKey: string | undefined, tell: (report: StepReport) => void): Ask {
  let number = 0
  return async (service, what, request, detail = () => '') => {
    // The wallet's door opens to its account, not to the operator.
    const wantsKey = apiKey !== undefined && service !== 'wallet'
    const headers = { ...(wantsKey && { 'x-api-key': apiKey }), ...request.headers }
    const answer = await callWell({ ...request, headers, service, base: addresses[service] })
    number += 1
    tell({ number, instance: answer.instance, what, detail: shortened(detail(answer)) })
    return answer
  }
}

/** Before the first step, so that a missing service leaves no half-done walk behind. */
async function allRunning(addresses: Addresses): Promise<void> {
  await Promise.all(
    CALLED.map((service) => call({ service, base: addresses[service], method: 'GET', path: '/livez' })),
  )
}

interface OpenWallet {
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
}

async function openWallet(ask: Ask): Promise<OpenWallet> {
  const login = { method: 'POST', path: '/wallet-api/auth/login', body: ACCOUNT } as const
  const { json } = await ask('wallet', 'logs the pre-registered account in', login, () => ACCOUNT.email)
  const headers = { authorization: `Bearer ${needed(textAt(json, 'token'), 'a token')}` }
  const list = { method: 'GET', path: '/wallet-api/wallet/accounts/wallets', headers } as const
  const idOf = (answer: Answer) => needed(textAt(answer.json, 'wallets', 0, 'id'), 'a wallet')
  return { id: idOf(await ask('wallet', 'finds its wallet', list, idOf)), headers }
}

async function makeOffer(ask: Ask): Promise<string> {
  const body = {
    credentialConfigurationId: CONFIGURATION,
    credentialData: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
  }
  const headers = { accept: 'text/plain' }
  const request = { method: 'POST', path: '/openid4vc/sdjwt/issue', headers, body } as const
  const { text } = await ask('issuer', 'offers an identity credential', request, (answer) => answer.text)
  return text
}

async function receive(ask: Ask, { id, headers }: OpenWallet, offer: string): Promise<string> {
  const path = `/wallet-api/wallet/${encodeURIComponent(id)}/exchange/useOfferRequest`
  const idOf = (answer: Answer) => needed(textAt(answer.json, 0, 'id'), 'a credential')
  return idOf(
    await ask(
      'wallet',
      'takes the offer up and keeps it',
      { method: 'POST', path, headers, body: offer },
      idOf,
    ),
  )
}

async function startVerification(ask: Ask): Promise<{ readonly id: string; readonly url: string }> {
  const request = {
    method: 'POST',
    path: '/openid4vc/verify',
    headers: { accept: 'application/json' },
    body: {
      dcql_query: {
        credentials: [
          {
            id: 'identity',
            format: 'dc+sd-jwt',
            meta: { vct_values: [TYPE] },
            claims: ASKED.map((name) => ({ path: [name] })),
          },
        ],
      },
    },
  } as const
  const urlOf = (answer: Answer) => needed(textAt(answer.json, 'url'), 'a request URL')
  const answer = await ask('verifier', `asks for ${ASKED.join(' and ')}`, request, urlOf)
  return { id: needed(textAt(answer.json, 'id'), 'a session id'), url: urlOf(answer) }
}

async function present(
  ask: Ask,
  { id, headers }: OpenWallet,
  url: string,
  credentialId: string,
): Promise<void> {
  const path = `/wallet-api/wallet/${encodeURIComponent(id)}/exchange/usePresentationRequest`
  const body = { presentationRequest: url, selectedCredentials: [credentialId] }
  await ask('wallet', 'presents the credential', { method: 'POST', path, headers, body })
}

async function readResult(ask: Ask, id: string): Promise<WalkOutcome> {
  const request = { method: 'GET', path: `/openid4vc/session/${encodeURIComponent(id)}` } as const
  const stateOf = (answer: Answer) => needed(textAt(answer.json, 'state'), 'a state')
  const answer = await ask('verifier', 'tells the result', request, stateOf)
  const claims = memberOf(memberOf(memberOf(answer.json, 'credentials'), 0), 'claims')
  return { state: stateOf(answer), checks: checksOf(answer.json), claims: { ...asObject(claims) } }
}

function checksOf(session: unknown): readonly CheckRow[] {
  const checks = memberOf(session, 'checks')
  if (!Array.isArray(checks)) return []
  return checks.map((check: unknown) => ({
    name: textAt(check, 'policy') ?? textAt(check, 'name') ?? '?',
    outcome: textAt(check, 'outcome') ?? '?',
    detail: textAt(check, 'detail') ?? '',
  }))
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new DemoStopped(`the answer holds no ${what.replace(/^an? /, '')}`)
  return value
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}
