/**
 * How an honest client behaves when an answer does not come: it sends the same again, a moment later, and as long as it
 * takes. What is refused for good it does not repeat.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { UndescribedAnswer } from '@countersign/testing/client/checked-answers'
import type { Answer } from '@countersign/testing/client/http'

/** A flow that comes to no end in this time is lost. */
const PATIENCE_MS = 180_000

export class Lost extends Error {
  override readonly name = 'Lost'
}

/**
 * The first answer that is final. A used-up proof of possession is none: it says that the very request was served before
 * and its answer got lost, and `send` makes a new proof.
 */
export async function persistently(what: string, send: () => Promise<Answer>): Promise<Answer> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await send().catch((error: unknown) => {
      if (error instanceof UndescribedAnswer) throw error
      return undefined
    })
    if (answer !== undefined && isFinal(answer)) return answer
    if (performance.now() > deadline) throw new Lost(`${what}: ${answer?.status} ${answer?.text ?? 'cut'}`)
    await delay(waitOf(answer))
  }
}

/** Looks until there is something to see. */
export async function untilSeen<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (performance.now() > deadline) throw new Lost(what)
    await delay(250)
  }
}

/** A success, or a refusal that another try would not change. */
export async function successfully(what: string, send: () => Promise<Answer>): Promise<Answer> {
  const answer = await persistently(what, send)
  if (answer.status >= 300) throw new Lost(`${what}: ${answer.status} ${answer.text.slice(0, 300)}`)
  return answer
}

/** 408 and 429 ask for another try (RFC 9110 §15.5.9, RFC 6585 §4). */
function isFinal({ status, text }: Answer): boolean {
  return status < 500 && status !== 408 && status !== 429 && !text.includes('"invalid_dpop_proof"')
}

function waitOf(answer: Answer | undefined): number {
  const seconds = Number(answer?.headers.get('retry-after') ?? 0)
  return seconds * 1000 + 50 + Math.random() * 200
}
