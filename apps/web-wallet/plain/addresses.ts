/**
 * Where the pages without a script are. Whoever asks sends people to `ENTRY`; what needs to know who is logged in lies below the
 * wallet API's path, where alone the log-in's cookie goes.
 */
export const ENTRY = '/authorize'

export const OPEN = '/wallet-api/authorize'
export const LOG_IN = `${OPEN}/login`

export interface ExchangePlace {
  readonly wallet: string
  readonly exchange: string
}

export function exchangePage({ exchange, wallet }: ExchangePlace): string {
  return `${OPEN}/${encodeURIComponent(wallet)}/${encodeURIComponent(exchange)}`
}
