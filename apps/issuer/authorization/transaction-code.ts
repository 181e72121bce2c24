/**
 * Transaction codes (OpenID4VCI 1.0 §4.1.1): made, kept as a keyed hash and compared. A code is told once, to whoever orders
 * the offer; the session cannot give it back.
 */
import type { PreAuthorizedCodeFacts } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession, TransactionCode } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'

export interface TxCodeOrder {
  readonly inputMode: 'numeric' | 'text'
  readonly length: number
  readonly description?: string | undefined
  /** The code that the caller has told its user already; where it is absent, one is made. */
  readonly value?: string | undefined
}

export interface OrderedTxCode {
  readonly value: string
  /** What the session keeps of it. */
  readonly kept: TransactionCode
}

export async function orderTransactionCode(
  issuer: Pick<Issuer, 'crypto' | 'macs'>,
  sessionId: string,
  order: TxCodeOrder,
): Promise<OrderedTxCode> {
  const { inputMode, description } = order
  const value = order.value ?? makeTransactionCode(issuer, order)
  const hash = await hashTransactionCode(issuer, sessionId, value)
  return { value, kept: { hash, inputMode, length: value.length, description } }
}

export async function judgeTransactionCode(
  issuer: Pick<Issuer, 'macs'>,
  { id, txCode }: IssuanceSession,
  given: string | undefined,
): Promise<PreAuthorizedCodeFacts['txCode']> {
  if (txCode === undefined) return given === undefined ? 'none' : 'unexpected'
  if (given === undefined) return 'missing'
  // Both sides are keyed hashes, so the time that the comparison takes tells nothing about the code.
  return (await hashTransactionCode(issuer, id, given)) === txCode.hash ? 'correct' : 'wrong'
}

/** Keyed with the session id, so that equal codes of two sessions do not look equal. */
async function hashTransactionCode(
  { macs }: Pick<Issuer, 'macs'>,
  sessionId: string,
  value: string,
): Promise<string> {
  return macs.txCode(`${sessionId}:${value}`)
}

const ALPHABETS = { numeric: '0123456789', text: 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789' } as const

/** Uniform over the alphabet: bytes beyond the largest multiple of its size are thrown away. */
function makeTransactionCode({ crypto }: Pick<Issuer, 'crypto'>, order: TxCodeOrder): string {
  const alphabet = ALPHABETS[order.inputMode]
  const limit = 256 - (256 % alphabet.length)
  let code = ''
  while (code.length < order.length) {
    for (const byte of crypto.randomBytes(32)) {
      if (byte < limit && code.length < order.length) code += alphabet[byte % alphabet.length]
    }
  }
  return code
}
