/**
 * Bodies that are read as they come and held by nobody: they need no room in memory, and last for as long as their sender and
 * their reader take. A limit of bytes, a time in which something has to come while the reader waits for it, and one for all.
 */
import { type Readable, Transform, type TransformCallback } from 'node:stream'
import { afterAttentive } from '@countersign/event-loop/time-limit'

export interface StreamedBodyLimits {
  readonly maxBytes: number
  /** How long nothing may come while somebody waits for it. */
  readonly idleMs: number
  readonly bodyMs: number
}

export const STREAMED_BODIES = { idleMs: 10_000, bodyMs: 900_000 } as const

export interface StreamedBodyOptions extends StreamedBodyLimits {
  readonly tooLarge: () => Error
  readonly late: () => Error
}

/** The same bytes, within their limits; what is still sent of one that ended is passed over. */
export function streamedBody(source: Readable, options: StreamedBodyOptions): Readable {
  return new StreamedBody(source, options)
}

class StreamedBody extends Transform {
  readonly #source: Readable
  readonly #options: StreamedBodyOptions
  readonly #cancelTime: () => void
  #cancelIdle: () => void = () => {}
  #received = 0

  constructor(source: Readable, options: StreamedBodyOptions) {
    super()
    this.#source = source
    this.#options = options
    this.#cancelTime = afterAttentive(options.bodyMs, () => this.destroy(options.late()))
    source.once('error', (error) => this.destroy(error))
    // A sender who goes away in the middle has sent no body.
    source.once('close', () => {
      if (!source.readableEnded) this.destroy(options.late())
    })
    this.on('error', () => {})
    source.pipe(this)
    this.#waitForMore()
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#cancelIdle()
    this.#received += chunk.length
    if (this.#received > this.#options.maxBytes) done(this.#options.tooLarge())
    else {
      this.#waitForMore()
      done(null, chunk)
    }
  }

  override _flush(done: TransformCallback): void {
    this.#cancelLimits()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancelLimits()
    this.#source.unpipe(this)
    this.#source.resume()
    done(error)
  }

  #waitForMore(): void {
    const { idleMs, late } = this.#options
    this.#cancelIdle = afterAttentive(idleMs, () => {
      // What came lies here unread: then it is the reader who is late, and he has a limit of his own.
      if (this.readableLength > 0) this.#waitForMore()
      else this.destroy(late())
    })
  }

  #cancelLimits(): void {
    this.#cancelTime()
    this.#cancelIdle()
  }
}
