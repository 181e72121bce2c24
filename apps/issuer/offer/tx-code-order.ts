/** How a call asks for a transaction code: by what it should be like, by its value, or by both. */
import type { TxCodeOrder } from '../authorization/transaction-code.ts'

interface AskedTxCode {
  readonly txCode?:
    | {
        readonly input_mode: 'numeric' | 'text'
        readonly length: number
        readonly description?: string | undefined
      }
    | undefined
  readonly txCodeValue?: string | undefined
}

export function txCodeOrder({ txCode, txCodeValue }: AskedTxCode): TxCodeOrder {
  return {
    inputMode: txCode?.input_mode ?? (/^\d+$/.test(txCodeValue ?? '0') ? 'numeric' : 'text'),
    length: txCodeValue?.length ?? txCode?.length ?? 6,
    description: txCode?.description,
    value: txCodeValue,
  }
}
