/** A question to a store that has to be answered soon; late is `StoreUnavailable`. */
import { StoreUnavailable } from '../ports.ts'

export async function inTime(work: Promise<unknown>, timeoutMs: number, name: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const refuse = () => reject(new StoreUnavailable(`${name}: no answer within ${timeoutMs} ms`))
    timer = setTimeout(refuse, timeoutMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
