/** What a caller says it accepts (RFC 9110 §12.5.1), as far as our own API asks: text by default, JSON to whoever names it. */
import type { FastifyRequest } from 'fastify'

export function acceptsJson({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers.accept?.includes('application/json') === true
}
