/**
 * Bodies larger than a message, which take memory for as long as their requests are served: all of an instance share a pool,
 * a sender has a part of it, and each has a time. What is announced is taken from the pool before the first byte is read, what
 * is not as it comes. A body that finds no room, or that is late, ends with the error that it was given for that; what is
 * still sent of it is passed over. It knows no HTTP.
 */
import { type Readable, Transform, type TransformCallback } from 'node:stream'
import { afterAttentive } from '@countersign/event-loop/time-limit'

export interface LargeBodyLimits {
  readonly poolBytes: number
  readonly senderBytes: number
  readonly bodyMs: number
}

export interface BodyPool {
  /** Room for one body, of no bytes yet. `sender`: absent for those who are not counted. */
  open(sender: string | undefined): BodyRoom
  /** For one of several who share the pool: he may take as much of it as is left after that, so that nobody takes all. */
  share(): BodyPool
}

export interface BodyRoom {
  /** To as many bytes in all; false: there is no room, and nothing was taken. */
  growTo(bytes: number): boolean
  leave(): void
}

export function bodyPool(limits: LargeBodyLimits): BodyPool {
  const taken = { bytes: 0 }
  return poolOf(limits, taken, () => limits.poolBytes - taken.bytes)
}

/** `taken`: by all; `freeBytes`: how much more may be taken here. */
function poolOf(
  limits: LargeBodyLimits,
  taken: { bytes: number },
  freeBytes: (own: number) => number,
): BodyPool {
  const { poolBytes, senderBytes } = limits
  const bySender = new Map<string, number>()
  let own = 0
  const take = (sender: string | undefined, bytes: number) => {
    taken.bytes += bytes
    own += bytes
    if (sender === undefined) return
    const left = (bySender.get(sender) ?? 0) + bytes
    if (left > 0) bySender.set(sender, left)
    else bySender.delete(sender)
  }
  const hasRoom = (sender: string | undefined, bytes: number) =>
    bytes <= freeBytes(own) && (sender === undefined || (bySender.get(sender) ?? 0) + bytes <= senderBytes)
  return {
    // So that what he has then is no more than what is left then.
    share: () => poolOf(limits, taken, (ofHis) => (poolBytes - taken.bytes - ofHis) / 2),
    open(sender) {
      let held = 0
      let left = false
      return {
        growTo(bytes) {
          const more = bytes - held
          if (more <= 0) return true
          if (left || !hasRoom(sender, more)) return false
          take(sender, more)
          held = bytes
          return true
        },
        leave() {
          if (!left) take(sender, -held)
          left = true
        },
      }
    },
  }
}

export interface LargeBodyOptions {
  readonly room: BodyRoom
  /** As many bytes need no room: a body that announces no length may be small. */
  readonly freeBytes: number
  readonly bodyMs: number
  readonly full: () => Error
  readonly late: () => Error
}

/** The same bytes, within their room and their time. */
export function limitedBody(source: Readable, options: LargeBodyOptions): Readable {
  return new LimitedBody(source, options)
}

class LimitedBody extends Transform {
  readonly #source: Readable
  readonly #options: LargeBodyOptions
  readonly #cancelTime: () => void
  #received = 0

  constructor(source: Readable, options: LargeBodyOptions) {
    super()
    this.#source = source
    this.#options = options
    this.#cancelTime = afterAttentive(options.bodyMs, () => this.destroy(options.late()))
    source.once('error', (error) => this.destroy(error))
    // Whoever reads hears of it; where nobody reads any more it is nobody's fault.
    this.on('error', () => {})
    source.pipe(this)
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const { freeBytes, full, room } = this.#options
    this.#received += chunk.length
    if (this.#received > freeBytes && !room.growTo(this.#received)) done(full())
    else done(null, chunk)
  }

  override _flush(done: TransformCallback): void {
    this.#cancelTime()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancelTime()
    this.#source.unpipe(this)
    this.#source.resume()
    done(error)
  }
}
