/**
 * A connection that is always being kept: broken links are replaced with back-off, forever. A link is judged in one
 * place, at each look of the loop: it is broken when the server said nothing for the command timeout although it was
 * asked, pauses of this process not counted. So neither a busy loop nor a slow server cuts what everybody shares. An
 * operation gets one link, and after a broken one a second try on a new link, told that it is the second; by its age it
 * ends within 1.8 times the command timeout in every case. Nothing is queued: callers wait for a new link only in the
 * first moments of an outage, and after that hear `StoreUnavailable` at once.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { atEachLook, attentiveNow } from '@countersign/event-loop/attentive-time'
import { afterAttentive, withinTime } from '@countersign/event-loop/time-limit'
import { StoreRefuses, StoreUnavailable } from '../ports.ts'
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

/** Somebody who waits for a new link. */
interface Waiting {
  readonly take: (link: Link) => void
  readonly giveUp: () => void
}

/** A look of the loop less than the 1.8 that is promised. */
const WHOLE_OPERATION = 1.75
const BACKOFF_MS = { first: 20, longest: 500 }
const PING_EVERY_MS = 5_000

export class Connection {
  readonly #options: ConnectionOptions
  readonly #waiting = new Set<Waiting>()
  readonly #pinging: NodeJS.Timeout
  readonly #closing = new AbortController()
  readonly #stopJudging: () => void
  #link: Link | undefined
  #lostAt = attentiveNow()
  #adoptedAt = attentiveNow()
  #reported = false
  /** Why the last try to connect failed; undefined while connected. */
  #failure: unknown

  constructor(options: ConnectionOptions) {
    this.#options = options
    // A peer that vanished without a word is found out before a caller finds it.
    this.#pinging = setInterval(() => void this.#pingIdleLink(), PING_EVERY_MS).unref()
    this.#stopJudging = atEachLook(() => this.#judgeLink())
    void this.#connectUntilItHolds()
  }

  /** Runs the operation on a link; `isRetry` when an earlier try may have been executed unseen. */
  async run<T>(operation: (link: Link, isRetry: boolean) => Promise<T>): Promise<T> {
    const giveUpAt = attentiveNow() + this.#options.commandTimeoutMs * WHOLE_OPERATION
    const first = this.#link ?? (await this.#nextLink(giveUpAt))
    try {
      return await this.#until(giveUpAt, operation(first, false))
    } catch (error) {
      if (!(error instanceof LinkBroken)) throw error
      this.#drop(first, error)
    }
    const second = this.#link ?? (await this.#nextLink(giveUpAt))
    try {
      return await this.#until(giveUpAt, operation(second, true))
    } catch (error) {
      if (!(error instanceof LinkBroken)) throw error
      this.#drop(second, error)
      throw this.#unavailable(error)
    }
  }

  /** Answers when the server has done the command; `StoreUnavailable` after `timeoutMs`. There is no second try. */
  async ping(timeoutMs: number, command: readonly string[]): Promise<void> {
    const giveUpAt = attentiveNow() + timeoutMs
    const link = this.#link ?? (await this.#nextLink(giveUpAt))
    try {
      await this.#until(giveUpAt, link.send(command))
    } catch (error) {
      if (!(error instanceof LinkBroken)) throw error
      this.#leaveWrongServer(link, error)
      throw this.#unavailable(error)
    }
  }

  /**
   * A server that became a replica keeps its connections where nobody cuts them, and an instance that is not ready gets no
   * request that would find it out. Looked for again now and then: pings come ten times a second.
   */
  #leaveWrongServer(link: Link, cause: LinkBroken): void {
    if (attentiveNow() - this.#adoptedAt >= PING_EVERY_MS) this.#drop(link, cause)
  }

  /** What the present link can do without waiting; nothing when there is none. */
  withPresentLink(action: (link: Link) => Promise<void>): void {
    const link = this.#link
    if (link) action(link).catch((error: unknown) => this.#drop(link, error))
  }

  close(): void {
    this.#closing.abort()
    clearInterval(this.#pinging)
    this.#stopJudging()
    this.#link?.destroy()
    this.#link = undefined
  }

  /** What ends an operation by its age says nothing of the link: others hear from it. */
  #until<T>(giveUpAt: number, operation: Promise<T>): Promise<T> {
    const leftMs = Math.max(0, giveUpAt - attentiveNow())
    return withinTime(
      operation,
      leftMs,
      () => new StoreUnavailable(`${this.#options.name}: no answer in time`),
    )
  }

  #judgeLink(): void {
    const link = this.#link
    const { commandTimeoutMs } = this.#options
    if (link !== undefined && link.silentMs() >= commandTimeoutMs)
      this.#drop(link, new LinkBroken(`no answer within ${commandTimeoutMs} ms`))
  }

  #unavailable(cause: LinkBroken): StoreUnavailable {
    const { answered } = cause
    return new StoreUnavailable(`${this.#options.name}: ${cause.message}`, { cause, answered })
  }

  /** Whether the answer comes is judged like that of any command. */
  async #pingIdleLink(): Promise<void> {
    const link = this.#link
    await link
      ?.send(['PING'])
      .catch((error: unknown) => (error instanceof LinkBroken ? this.#drop(link, error) : undefined))
  }

  #nextLink(giveUpAt: number): Promise<Link> {
    const now = attentiveNow()
    const until = Math.min(giveUpAt, this.#lostAt + this.#options.commandTimeoutMs)
    const refusal = () =>
      this.#failure instanceof StoreRefuses
        ? this.#failure
        : this.#unavailable(new LinkBroken('not connected', { cause: this.#failure }))
    if (this.#closing.signal.aborted || until <= now) return Promise.reject(refusal())
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        take: (link) => {
          cancel()
          resolve(link)
        },
        giveUp: () => {
          cancel()
          this.#waiting.delete(waiting)
          reject(refusal())
        },
      }
      const cancel = afterAttentive(until - now, waiting.giveUp)
      this.#waiting.add(waiting)
    })
  }

  #drop(link: Link, cause: unknown): void {
    if (this.#link !== link) return
    this.#link = undefined
    this.#failure = cause
    this.#lostAt = attentiveNow()
    link.destroy()
    this.#report(cause)
    void this.#connectUntilItHolds()
  }

  async #connectUntilItHolds(): Promise<void> {
    for (let attempt = 0; !this.#closing.signal.aborted; attempt += 1) {
      try {
        return await this.#connectOnce()
      } catch (cause) {
        this.#failure = cause
        this.#report(cause)
        // Who is not let in now is not let in a second later.
        if (cause instanceof StoreRefuses) for (const { giveUp } of this.#waiting) giveUp()
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
    const { commandTimeoutMs, onConnected } = this.#options
    const late = () => new LinkBroken(`not prepared within ${commandTimeoutMs} ms`)
    try {
      const prepared = onConnected?.(link)
      if (prepared) await withinTime(prepared, commandTimeoutMs, late)
      if (broken || this.#closing.signal.aborted) throw broken ?? new LinkBroken('closed')
    } catch (error) {
      link.destroy()
      throw error
    }
    this.#adopt(link)
  }

  #adopt(link: Link): void {
    this.#link = link
    this.#adoptedAt = attentiveNow()
    this.#failure = undefined
    if (this.#reported) this.#options.onProblem(`${this.#options.name}: connected again`)
    this.#reported = false
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const { take } of waiting) take(link)
  }

  #report(cause: unknown): void {
    if (this.#reported || this.#closing.signal.aborted) return
    this.#reported = true
    this.#options.onProblem(`${this.#options.name}: not connected, trying again: ${innermostMessage(cause)}`)
  }
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
