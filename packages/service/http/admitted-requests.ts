/**
 * The server in front of the applications of a service: by its first line alone a request ranks, takes a place of whoever it is
 * for, and is told in his form where there is none.
 */
import type { RequestListener, Server } from 'node:http'
import type { Admission, Places } from '../operation/admission.ts'
import type { Logger } from '../operation/log.ts'
import type { Metrics } from '../operation/metrics.ts'
import type { StandardHeaders } from './answer-headers.ts'
import { brokenAnswer, overloadTeller } from './answers-by-hand.ts'
import type { Mounts } from './mounted-services.ts'
import type { KnownRoutes } from './route-facts.ts'
import { admittingServers } from './server/admitting-server.ts'
import { answerBrokenRequests, type ConnectionLimits, forgivePauses } from './server/connections.ts'

export interface AdmissionParts {
  readonly admission: Admission
  /** Those of requests that are for nobody else. */
  readonly own: Places
  readonly routes: KnownRoutes
  readonly mounts: Mounts | undefined
  readonly headers: StandardHeaders
  readonly limits: ConnectionLimits
  readonly maxSlowBodies: number
  readonly metrics: Pick<Metrics, 'refused'> | undefined
  readonly log: Logger
}

const KEEP_ALIVE_MS = 72_000

export function admittingServer(parts: AdmissionParts): (handler: RequestListener) => Server {
  const { admission, headers, limits, log, maxSlowBodies, metrics, mounts, own, routes } = parts
  const refuse = overloadTeller(routes, headers)
  const serverOf = admittingServers({
    admission,
    placesOf: (request) => mounts?.of(request)?.places ?? own,
    precedenceOf: (request) => {
      const { method = '', url = '' } = request
      return (mounts?.of(request)?.routes ?? routes).of(method, url).precedence
    },
    refusal: (request, seconds) => (mounts?.of(request)?.refusal ?? refuse)(request, seconds),
    maxSlowBodies,
    log,
    onRefused: (reason, precedence, request) => {
      const counted = (request && mounts?.of(request))?.metrics ?? metrics
      counted?.refused(reason, precedence)
    },
    timeouts: { keepAliveMs: KEEP_ALIVE_MS, ...limits },
  })
  return (handler) =>
    forgivePauses(
      answerBrokenRequests(serverOf(mounts === undefined ? handler : mounts.before(handler)), brokenAnswer),
      limits,
    )
}
