/**
 * What the limits of a flow do, made from a recorded flow of the real service: the same requests in, answers of the
 * same size out, and the cryptography that the flow cannot do without. No parsing, no checks; `bare` has no store, `store` does the
 * round trips of a service as well, with its seals and its JSON.
 */
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { Exchange } from '../load/flows.ts'
import { credentialOf } from '../load/issuance-flow.ts'
import { jwtClaims } from '../load/json-text.ts'
import { ISSUANCE_TRIPS, type StoreTrip, VERIFICATION_TRIPS } from './store-work.ts'
import type { Work, WorkAtOnce } from './work.ts'

export interface LimitStep {
  readonly method: string
  readonly path: string
  readonly contentType: string
  readonly reply: string
  readonly work: readonly Work[]
  /** Where there is a store. */
  readonly trips: readonly StoreTrip[]
}

export interface LimitPlan {
  readonly steps: readonly LimitStep[]
  /** Port of the Redis of the store; without it the limit is bare. */
  readonly store?: number
}

/** One signature for the request; what else there is to do depends on what is asked for and how it comes. */
export interface VerificationWork {
  /** Beside the randomness of session and nonce. */
  readonly create?: readonly Work[]
  readonly answer: readonly Work[]
  readonly trips?: readonly (readonly StoreTrip[])[]
}

export function verificationPlan(
  exchanges: readonly Exchange[],
  { answer: answerWork, create: createWork = [], trips = VERIFICATION_TRIPS }: VerificationWork,
): LimitPlan {
  const [create, request, answer, result] = exchanges
  if (!create || !request || !answer || !result) throw new Error('a verification has four steps')
  return {
    steps: [
      step(create, [
        { kind: 'random', bytes: 16, times: 1 },
        { kind: 'random', bytes: 24, times: 1 },
        ...createWork,
      ]),
      step(request, [{ kind: 'sign', text: signingInput(request.reply.body) }]),
      step(answer, answerWork),
      step(result, []),
    ].map(withTrips(trips)),
  }
}

/** What no verification of an SD-JWT with key binding can do without. */
export function verificationWork(presentation: string, issuerKey: PublicJwk): readonly WorkAtOnce[] {
  const parts = presentation.split('~')
  const [issuerJwt = ''] = parts
  const keyBinding = parts.at(-1) ?? ''
  const bound = presentation.slice(0, -keyBinding.length)
  return [
    { kind: 'verify', jwt: issuerJwt, key: issuerKey, keyIsNew: false },
    { kind: 'hash', texts: [...parts.slice(1, -1), bound] },
    { kind: 'verify', jwt: keyBinding, key: holderKeyOf(issuerJwt), keyIsNew: true },
  ]
}

/**
 * Three checks of sender's proofs (the key is new in the first), one of the holder's, the credential's salts, hashes and
 * signature, and the randomness of session and nonce.
 */
export function issuancePlan(exchanges: readonly Exchange[]): LimitPlan {
  const [offer, fetch, token, nonce, credential, notification] = exchanges
  if (!offer || !fetch || !token || !nonce || !credential || !notification)
    throw new Error('an issuance has six steps')
  const keyProof = keyProofOf(credential)
  return {
    steps: [
      step(offer, [{ kind: 'random', bytes: 16, times: 1 }]),
      step(fetch, []),
      step(token, [proofCheck(token.request.headers['dpop'] ?? '', true)]),
      step(nonce, [{ kind: 'random', bytes: 16, times: 1 }]),
      step(credential, [
        proofCheck(credential.request.headers['dpop'] ?? '', false),
        proofCheck(keyProof, true),
        ...issueWork(credentialOf(credential.reply.body)),
      ]),
      step(notification, [proofCheck(notification.request.headers['dpop'] ?? '', false)]),
    ].map(withTrips(ISSUANCE_TRIPS)),
  }
}

/** What no issuance of this credential can do without. */
export function issueWork(credential: string): readonly WorkAtOnce[] {
  const [jwt = '', ...rest] = credential.split('~')
  const disclosures = rest.slice(0, -1)
  return [
    { kind: 'random', bytes: 16, times: disclosures.length },
    // The thumbprint of the holder's key is one more.
    { kind: 'hash', texts: [...disclosures, signingInput(jwt).slice(0, 120)] },
    { kind: 'sign', text: signingInput(jwt) },
  ]
}

type Step = Omit<LimitStep, 'trips'>

function step({ request, reply }: Exchange, work: readonly Work[]): Step {
  const { method, path } = request
  return { method, path, contentType: reply.contentType, reply: reply.body, work }
}

/** In the order of requests. */
function withTrips(trips: readonly (readonly StoreTrip[])[]): (made: Step, at: number) => LimitStep {
  return (made, at) => ({ ...made, trips: trips[at] ?? [] })
}

/** A proof that carries its key in its header. */
function proofCheck(jwt: string, keyIsNew: boolean): Work {
  const header: { jwk: PublicJwk } = JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString())
  return { kind: 'verify', jwt, key: header.jwk, keyIsNew }
}

function holderKeyOf(issuerJwt: string): PublicJwk {
  const claims: { cnf: { jwk: PublicJwk } } = JSON.parse(jwtClaims(issuerJwt))
  return claims.cnf.jwk
}

function keyProofOf({ request }: Exchange): string {
  const body: { proofs: { jwt: string[] } } = JSON.parse(request.body ?? '{}')
  return body.proofs.jwt[0] ?? ''
}

function signingInput(jwt: string): string {
  return jwt.slice(0, jwt.lastIndexOf('.'))
}
