/**
 * The walk of the demo: log in, offer, receive, ask, present, read the result. Every step is one call of the public
 * API and one report; what a later step needs of an earlier one is handed on, nothing is kept.
 */
import { type Answer, type Call, call, callWell, DemoStopped, memberOf, textAt } from './caller.ts'

export { DemoStopped } from './caller.ts'

export interface Addresses {
  readonly wallet: string
  readonly issuer: string
  readonly verifier: string
}

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
  const step = stepsTold(addresses, apiKey, tell)
  await allRunning(addresses)
  const wallet = await openWallet(step)
  const offer = await step('issuer', 'offers a credential', {
    method: 'POST',
    path: '/openid4vc/sdjwt/issue',
    body: {
      credentialConfigurationId: CONFIGURATION,
      credentialData: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
    },
    headers: { accept: 'text/plain' },
  }, (answer) => answer.text)
  const credentialId = await receive(step, wallet, offer)
  const started = await step('verifier', 'asks for two of its claims', {
    method: 'POST',
    path: '/openid4vc/verify',
    body: { dcql_query: dcqlQuery() },
    headers: { accept: 'application/json' },
  }, (answer) => needed(textAt(answer.json, 'url'), 'the verifier names no URL'), 'id')
  await present(step, wallet, started, credentialId)
  return readResult(step, started)
}
