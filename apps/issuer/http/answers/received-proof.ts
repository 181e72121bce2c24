/** The DPoP proof of a request, as the endpoints that wallets call hand it on. */
import type { FastifyRequest } from 'fastify'
import type { ReceivedProof } from '../../authorization/sender-constraint.ts'

/** RFC 9449 §4.3: exactly one DPoP header. A repeated one arrives joined by a comma, which no proof contains. */
export function receivedProof(request: FastifyRequest, path: string, accessToken?: string): ReceivedProof {
  return { proof: String(request.headers['dpop'] ?? ''), method: request.method, path, accessToken }
}
