/**
 * Requests whose bodies are still on their way. One that is not complete after a moment waits for its sender and not for
 * us: it gives its place back and takes one again when it is complete. Where too many wait, the one that has waited
 * longest is cut: an honest slow sender is done in seconds, one that never ends makes room.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { atEachLook } from '@countersign/event-loop/attentive-time'

export interface Place {
  leave(): void
  /** Answers how to leave. */
  take(): () => void
}

interface Body {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly place: Place
  looks: number
}

export interface SlowBodies {
  watch(request: IncomingMessage, response: ServerResponse, place: Place): void
  stop(): void
}

/** A tenth of a second. */
const LOOKS_UNTIL_SLOW = 4

/** `onCut` is told of every one that is cut. */
export function slowBodies(maxSlow: number, onCut: () => void): SlowBodies {
  const coming = new Set<Body>()
  const slow = new Set<Body>()
  const stop = atEachLook(() => {
    for (const body of slow) {
      if (isOver(body)) slow.delete(body)
      else if (body.request.complete) {
        slow.delete(body)
        body.response.on('close', body.place.take())
      }
    }
    for (const body of coming) {
      if (body.request.complete || isOver(body)) coming.delete(body)
      else if (++body.looks >= LOOKS_UNTIL_SLOW) {
        coming.delete(body)
        body.place.leave()
        slow.add(body)
      }
    }
    for (const body of slow) {
      if (slow.size <= maxSlow) break
      slow.delete(body)
      onCut()
      body.request.socket.destroy()
    }
  })
  return {
    watch: (request, response, place) => {
      const body = { request, response, place, looks: 0 }
      coming.add(body)
      // Not held until the next look: thousands of requests would outlive their answers by it, and grow old in memory.
      request.once('end', () => coming.delete(body))
    },
    stop,
  }
}

function isOver({ response }: Body): boolean {
  return response.writableEnded || response.destroyed
}
