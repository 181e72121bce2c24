/** Of codes, tokens, nonces, proofs and credentials: what is used once is used once, on all instances together. */
import type { JsonObject } from '@countersign/core/json'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { keyThumbprint } from '@countersign/keys/signers/software-key'
import { MAX_WRONG_TX_CODES } from '@countersign/protocol/openid4vci/session/offered'
import { type Request, textIn } from './endpoints.ts'
import type { Invariant, Recorded } from './invariant.ts'
import type { Exchange } from './network.ts'
import { credentialIn } from './wallet.ts'

export const issuanceInvariants: Readonly<Record<string, Invariant>> = {
  'a code gives its one token to one sender': function* (recorded) {
    for (const [code, given] of groups(tokensGiven(recorded), ({ code }) => code)) {
      const senders = distinct(given.map(({ sender }) => sender))
      const tokens = distinct(given.map(({ token }) => token))
      if (senders.length > 1 || tokens.length > 1)
        yield `${code}: ${senders.length} senders, ${tokens.length} tokens`
    }
  },
  'a bearer client is told its token once': function* (recorded) {
    const bearer = tokensGiven(recorded).filter(({ sender }) => sender === 'bearer')
    for (const [code, given] of groups(bearer, ({ code }) => code)) {
      if (given.length > 1) yield `${code}: told ${given.length} times`
    }
  },
  'a token that was told is in the session': function* (recorded) {
    for (const { exchange, code, sender } of tokensGiven(recorded)) {
      const writes = recorded.committed.issuances.get(sessionOf(code)) ?? []
      const last = writes.at(-1)?.value
      const kept = last !== undefined && 'grant' in last && (last.grant.senderKey ?? 'bearer') === sender
      if (!kept) yield `${exchange.by}: a token without a grant`
    }
  },
  'a code whose token led to a credential gives nothing more': function* (recorded) {
    for (const { exchange, code } of tokensGiven(recorded)) {
      const writes = recorded.committed.issuances.get(sessionOf(code)) ?? []
      const issued = writes.find(({ value }) => 'issued' in value && Object.keys(value.issued).length > 0)
      if (issued !== undefined && issued.step <= exchange.arrived)
        yield `${exchange.by}: a token that was asked for after a credential was issued`
    }
  },
  'a token serves the key that it is bound to': function* (recorded) {
    const owners = new Map(tokensGiven(recorded).map(({ token, sender }) => [token, sender]))
    for (const { token, sender, exchange } of credentialsGiven(recorded)) {
      if (owners.get(token) !== sender) yield `${exchange.by}: a credential for somebody else's token`
    }
  },
  'wrong transaction codes are counted, and end the offer': function* ({ exchanges, committed }) {
    const wrong = exchanges.filter(({ reply }) => !reply.ok && reply.code === 'tx_code_wrong')
    for (const [code, told] of groups(wrong, ({ request }) => codeOf(request))) {
      if (told.length > MAX_WRONG_TX_CODES) yield `${code}: ${told.length} guesses`
    }
    for (const [id, writes] of committed.issuances) {
      const last = writes.at(-1)?.value
      if (last === undefined) continue
      const counted = last.events.filter(({ type }) => type === 'tx_code_wrong').length
      const closed = last.state === 'closed' && last.reason === 'too_many_wrong_tx_codes'
      if (counted !== last.wrongTxCodes || counted >= MAX_WRONG_TX_CODES !== closed)
        yield `${id}: ${counted} counted`
    }
  },
  'one credential is given for a session and configuration': function* (recorded) {
    const given = credentialsGiven(recorded)
    yield* severalCredentials(groups(given, (one) => `${sessionOf(one.token)} ${one.configurationId}`))
  },
  'one credential is given for a nonce': function* (recorded) {
    yield* severalCredentials(groups(credentialsGiven(recorded), ({ nonce }) => nonce))
  },
  'a spent nonce is refused to another proof': function* (recorded) {
    for (const { nonce, jwt, token, configurationId, exchange } of credentialsGiven(recorded)) {
      const spent = recorded.committed.answers.get(nonce.split('.')[0] ?? '')?.[0]
      if (spent === undefined || spent.step > exchange.arrived) continue
      const requestHash = hashOf([sessionOf(token), configurationId, jwt])
      if (spent.value.requestHash !== requestHash)
        yield `${exchange.by}: with a nonce that was spent before it came`
    }
  },
  'a credential is given to the key that it is bound to': function* (recorded) {
    for (const { credential, jwt, exchange } of credentialsGiven(recorded)) {
      const bound = payloadOf(credential.split('~')[0] ?? '').payload['cnf']
      const proven = { jwk: payloadOf(jwt).header['jwk'] }
      if (JSON.stringify(bound) !== JSON.stringify(proven)) yield `${exchange.by}: bound to another key`
    }
  },
  'a credential that was given is recorded': function* (recorded) {
    for (const { token, configurationId, exchange } of credentialsGiven(recorded)) {
      const session = recorded.committed.issuances.get(sessionOf(token))?.at(-1)?.value
      const issued = session !== undefined && 'issued' in session && configurationId in session.issued
      if (!issued) yield `${exchange.by}: ${configurationId} is not in the session`
    }
  },
  'what a wallet told and was heard with is in the session': function* ({ exchanges, committed }) {
    for (const { by, request, reply } of exchanges) {
      if (request.kind !== 'notification' || !reply.ok) continue
      const last = committed.issuances.get(sessionOf(request.token))?.at(-1)?.value
      const event = textIn(request.body, 'event')
      const id = textIn(request.body, 'notification_id')
      const told = Object.values(last !== undefined && 'issued' in last ? last.issued : {})
        .filter(({ answerId }) => answerId === id)
        .flatMap(({ notified = [] }) => notified)
      if (!told.some((one) => one === event)) yield `${by}: ${event} is not in the session`
    }
  },
  'what a wallet tells comes after the credential, and each thing once': function* ({ committed }) {
    for (const [id, writes] of committed.issuances) {
      const events = writes.at(-1)?.value.events ?? []
      for (const { detail, sequence, type } of events.filter((one) => NOTIFIED.has(one.type))) {
        const issued = events.find((one) => one.type === 'credential_issued' && one.detail === detail)
        if (issued === undefined || issued.sequence > sequence) yield `${id}: ${type} before the credential`
        const same = events.filter((one) => one.type === type && one.detail === detail)
        if (same.length > 1) yield `${id}: ${type} ${same.length} times`
      }
    }
  },
  'an offer is opened once, and before its code is used': function* ({ committed }) {
    for (const [id, writes] of committed.issuances) {
      const types = (writes.at(-1)?.value.events ?? []).map(({ type }) => type)
      const opened = types.filter((type) => type === 'opened').length
      const late = types.includes('opened') && types.indexOf('opened') > types.indexOf('token_issued')
      if (opened > 1 || (late && types.includes('token_issued'))) yield `${id}: ${types.join()}`
    }
  },
  'a DPoP proof is accepted once': function* ({ exchanges }) {
    const accepted = exchanges.filter(isPastSenderCheck)
    for (const [proof, uses] of groups(accepted, ({ request }) => proofOf(request))) {
      if (proof !== undefined && uses.length > 1)
        yield `accepted ${uses.length} times: ${uses.map(({ by }) => by).join()}`
    }
  },
}

const NOTIFIED: ReadonlySet<string> = new Set(['accepted', 'credential_failure', 'credential_deleted'])

interface GivenToken {
  readonly code: string
  readonly token: string
  /** Thumbprint of the proven key, or `bearer`. */
  readonly sender: string
  readonly exchange: Exchange
}

function tokensGiven({ exchanges }: Recorded): readonly GivenToken[] {
  return exchanges.flatMap((exchange) => {
    const { request, reply } = exchange
    if (request.kind !== 'token' || !reply.ok) return []
    const token = textIn(reply.body, 'access_token')
    return [{ code: codeOf(request), token, sender: senderOf(request.dpop), exchange }]
  })
}

interface GivenCredential {
  readonly token: string
  readonly configurationId: string
  readonly jwt: string
  readonly nonce: string
  readonly sender: string
  readonly credential: string
  readonly exchange: Exchange
}

function credentialsGiven({ exchanges }: Recorded): readonly GivenCredential[] {
  return exchanges.flatMap((exchange) => {
    const { request, reply } = exchange
    if (request.kind !== 'credential' || !reply.ok) return []
    const { proofs, credential_configuration_id: configurationId } = request.body as unknown as RequestBody
    const jwt = proofs.jwt[0] ?? ''
    return [
      {
        token: request.token,
        configurationId,
        jwt,
        nonce: textIn(payloadOf(jwt).payload, 'nonce'),
        sender: senderOf(request.dpop),
        credential: credentialIn(reply),
        exchange,
      },
    ]
  })
}

interface RequestBody {
  readonly credential_configuration_id: string
  readonly proofs: { readonly jwt: readonly string[] }
}

function* severalCredentials(given: ReadonlyMap<string, readonly GivenCredential[]>): Iterable<string> {
  for (const [what, all] of given) {
    const credentials = distinct(all.map(({ credential }) => credential))
    const to = all.map(({ exchange }) => exchange.by).join()
    if (credentials.length > 1) yield `${what}: ${credentials.length} credentials to ${to}`
  }
}

/** Refusals that come before the proof is claimed, and the one that says that it was claimed before. */
const BEFORE_THE_CLAIM = /^(dpop_|token_unknown$|invalid_request$|unavailable$)/

function isPastSenderCheck({ request, reply }: Exchange): boolean {
  return proofOf(request) !== undefined && (reply.ok || !BEFORE_THE_CLAIM.test(reply.code))
}

function proofOf(request: Request): string | undefined {
  return 'dpop' in request ? request.dpop : undefined
}

function codeOf(request: Request): string {
  return request.kind === 'token' ? (request.form['pre-authorized_code'] ?? '') : ''
}

/** Codes and tokens begin with the id of their session. */
function sessionOf(codeOrToken: string): string {
  return codeOrToken.split('.')[0] ?? ''
}

function senderOf(dpop: string | undefined): string {
  if (dpop === undefined) return 'bearer'
  const key = parsePublicJwk(payloadOf(dpop).header['jwk'])
  if (!key.ok) throw new Error(`a proof without a key was accepted: ${key.error.code}`)
  return keyThumbprint(key.value)
}

function payloadOf(jwt: string): { readonly header: JsonObject; readonly payload: JsonObject } {
  const decoded = decodeJws(jwt, { maxLength: 20_000 })
  if (!decoded.ok) throw new Error(`an unreadable proof was accepted: ${decoded.error.code}`)
  return decoded.value
}

function hashOf(parts: readonly string[]): string {
  return nodeCrypto.digestBase64url('sha-256', JSON.stringify(parts))
}

function groups<T, K>(list: readonly T[], keyOf: (entry: T) => K): ReadonlyMap<K, readonly T[]> {
  return Map.groupBy(list, keyOf)
}

function distinct<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)]
}
