/**
 * A connection that is always being kept: broken links are replaced with back-off, forever. An operation gets one
 * link, and after a broken one a second try on a new link, told that it is the second; it ends within 1.8 times the
 * command timeout in every case. Nothing is queued: callers wait for a new link only in the first moments of an
 * outage, and after that hear `StoreUnavailable` at once.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreUnavailable } from '../ports.ts'
import { type Link, LinkBroken } from './subscriber.ts'

export interface ConnectionOptions {
  /** Starts every message. */
  readonly name: string
  readonly connect: (onBroken: (cause: Error) => void) => Promise<Link>
  readonly commandTimeoutMs: number
  /** For logs: once when the store is lost or cannot be reached, once when it is back. */
  readonly onProblem: (message: string) => void
  /** Prepares a new link before anybody uses it. */
  readonly onConnected?: (link: Link) => Promise<void>
}

const WHOLE_OPERATION = 1.8
const BACKOFF_MS = { first: 20, longest: 500 }
const PING_EVERY_MS = 5_000

export class Connection {
  readonly #options: ConnectionOptions
  readonly #waiting = new Set<(link: Link) => void>()
  readonly #pinging: NodeJS.Timeout
  readonly #closing = new AbortController()
  #link: Link | undefined
  #lostAt = performance.now()
  #reported = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    // A peer that vanished without a word is found out before a caller finds it.
    this.#pinging = setInterval(() => void this.#pingIdleLink(), PING_EVERY_MS).unref()
    void this.#connectUntilItHolds()
  }

  /** Runs the operation on a link; `isRetry` when an earlier try may have been executed unseen. */
  async run<T>(operation: (link: Link, isRetry: boolean) => Promise<T>): Promise<T> {
    const { commandTimeoutMs } = this.#options
    const giveUpAt = performance.now() + commandTimeoutMs * WHOLE_OPERATION
    const first = this.#link ?? (await this.#nextLink(giveUpAt))
    try {
      const leftMs = giveUpAt - performance.now()
      return await withinTime(operation(first, false), Math.min(commandTimeoutMs, leftMs))
    } catch (error) {
      if (!(error instanceof LinkBroken)) throw error
      this.#drop(first, error)
    }
    const second = this.#link ?? (await this.#nextLink(giveUpAt))
    return this.#secondTry(second, operation(second, true), giveUpAt)
  }

  /** Answers when the server does; `StoreUnavailable` after `timeoutMs`. */
  async ping(timeoutMs: number): Promise<void> {
    const giveUpAt = performance.now() + timeoutMs
    const link = this.#link ?? (await this.#nextLink(giveUpAt))
    try {
      await withinTime(link.send(['PING']), giveUpAt - performance.now())
    } catch (error) {
      throw error instanceof LinkBroken ? this.#unavailable(error) : error
    }
  }

  /** What the present link can do without waiting; nothing when there is none. */
  withPresentLink(action: (link: Link) => Promise<void>): void {
    const link = this.#link
    if (link) action(link).catch((error: unknown) => this.#drop(link, error))
  }

  close(): void {
    this.#closing.abort()
    clearInterval(this.#pinging)
    this.#link?.destroy()
    this.#link = undefined
  }

  async #secondTry<T>(link: Link, operation: Promise<T>, giveUpAt: number): Promise<T> {
    try {
      return await withinTime(operation, giveUpAt - performance.now())
    } catch (error) {
      if (!(error instanceof LinkBroken)) throw error
      this.#drop(link, error)
      throw this.#unavailable(error)
    }
  }

  #unavailable(cause: LinkBroken): StoreUnavailable {
    return new StoreUnavailable(`${this.#options.name}: ${cause.message}`, { cause })
  }

  async #pingIdleLink(): Promise<void> {
    const link = this.#link
    if (!link) return
    await withinTime(link.send(['PING']), this.#options.commandTimeoutMs).catch((error: unknown) =>
      error instanceof LinkBroken ? this.#drop(link, error) : undefined,
    )
  }

  #nextLink(giveUpAt: number): Promise<Link> {
    const now = performance.now()
    const until = Math.min(giveUpAt, this.#lostAt + this.#options.commandTimeoutMs)
    const refusal = () => this.#unavailable(new LinkBroken('not connected'))
    if (this.#closing.signal.aborted || until <= now) return Promise.reject(refusal())
    return new Promise((resolve, reject) => {
      const take = (link: Link) => {
        clearTimeout(timer)
        resolve(link)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(take)
        reject(refusal())
      }, until - now)
      this.#waiting.add(take)
    })
  }

  #drop(link: Link, cause: unknown): void {
    if (this.#link !== link) return
    this.#link = undefined
    this.#lostAt = performance.now()
    link.destroy()
    this.#report(cause)
    void this.#connectUntilItHolds()
  }

  async #connectUntilItHolds(): Promise<void> {
    for (let attempt = 0; !this.#closing.signal.aborted; attempt += 1) {
      try {
        return await this.#connectOnce()
      } catch (cause) {
        this.#report(cause)
        await sleep(backoff(attempt), undefined, { signal: this.#closing.signal, ref: false }).catch(() => {})
      }
    }
  }

  async #connectOnce(): Promise<void> {
    let link: Link | undefined
    let broken: Error | undefined
    link = await this.#options.connect((cause) => {
      broken = cause
      if (link) this.#drop(link, cause)
    })
    try {
      const prepared = this.#options.onConnected?.(link)
      if (prepared) await withinTime(prepared, this.#options.commandTimeoutMs)
      if (broken || this.#closing.signal.aborted) throw broken ?? new LinkBroken('closed')
    } catch (error) {
      link.destroy()
      throw error
    }
    this.#adopt(link)
  }

  #adopt(link: Link): void {
    this.#link = link
    if (this.#reported) this.#options.onProblem(`${this.#options.name}: connected again`)
    this.#reported = false
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const take of waiting) take(link)
  }

  #report(cause: unknown): void {
    if (this.#reported || this.#closing.signal.aborted) return
    this.#reported = true
    this.#options.onProblem(`${this.#options.name}: not connected, trying again: ${innermostMessage(cause)}`)
  }
}

/** The timer asks once more after the replies that are already here were read: our own pause is not the server's. */
function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () =>
      setImmediate(() => reject(new LinkBroken(`no answer within ${Math.round(timeoutMs)} ms`)))
    const timer = setTimeout(late, Math.max(1, timeoutMs))
    work.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
}

function backoff(attempt: number): number {
  const longest = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** Math.min(attempt, 10))
  // Jitter, so that all instances do not come back in the same moment.
  return longest / 2 + (Math.random() * longest) / 2
}

function innermostMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return innermostMessage(error.cause)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
