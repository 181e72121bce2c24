/**
 * Entities of a list (ETSI TS 119 602) as trusted certificates. A service's present state and its history make
 * one timeline: a state lasts until the next begins. What cannot be used is passed over and named.
 */

import { readTimestamp } from '@countersign/core/date-time'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import { findAnchorFault } from '@countersign/x509/certification-path'
import type { TrustedCertificate, TrustList, TrustPeriod } from '../trust-anchor.ts'
import { reasonOf } from '../unusable-certificate.ts'
import type { ServiceRule } from './service-rules.ts'

/** A service that gives no anchor, or not all of its own, with its place in the list, counted from 0. */
export interface SkippedService {
  readonly entity: number
  readonly service: number
  readonly reason: string
}

export interface ServiceContext {
  readonly rules: readonly ServiceRule[]
  readonly source: string
  readonly usableUntil?: number | undefined
  readonly bindIssuer?: boolean | undefined
  readonly bindJurisdiction?: boolean | undefined
  readonly documentSignerUsages?: TrustedCertificate['documentSignerUsages']
}

export function readServices(
  entities: readonly JsonValue[],
  context: ServiceContext,
): { readonly list: TrustList; readonly skipped: readonly SkippedService[] } {
  const anchors: TrustedCertificate[] = []
  const pins: TrustedCertificate[] = []
  const skipped: SkippedService[] = []
  for (const [entity, value] of entities.entries()) {
    for (const [service, trusted] of readEntity(value, context).entries()) {
      const { unreadable, certificates } = trusted.ok
        ? trusted.value
        : { unreadable: [trusted.error], certificates: [] }
      skipped.push(...unreadable.map((reason) => ({ entity, service, reason })))
      for (const one of certificates) {
        const { certificate } = one
        const fault = certificate.isCa ? findAnchorFault(certificate) : undefined
        if (fault === undefined) (certificate.isCa ? anchors : pins).push(one)
        else
          skipped.push({ entity, service, reason: reasonOf({ ...fault, subject: certificate.subject.text }) })
      }
    }
  }
  return { list: { anchors, pins }, skipped }
}

/** The English text, or the first. */
export function inLanguage(texts: JsonValue | undefined): string | undefined {
  const objects = isJsonArray(texts) ? texts.filter(isJsonObject) : []
  const chosen = objects.find(({ lang }) => lang === 'en') ?? objects[0]
  const value = chosen?.['value']
  return typeof value === 'string' && value !== '' ? value.replace(/\p{C}/gu, '?').slice(0, 200) : undefined
}

/** One that cannot be read costs its service nothing but itself. */
interface Identity<T> {
  readonly certificates: readonly T[]
  /** Why, once for each. */
  readonly unreadable: readonly string[]
}

type TrustedService = Result<Identity<TrustedCertificate>, string>

function readEntity(value: JsonValue, context: ServiceContext): readonly TrustedService[] {
  const information = isJsonObject(value) ? value['TrustedEntityInformation'] : undefined
  const services = isJsonObject(value) ? value['TrustedEntityServices'] : undefined
  if (!isJsonObject(information) || !isJsonArray(services)) return [refuse('entity_malformed')]
  const name = inLanguage(information['TEName'])
  return services.map((service) => readService(service, name, context))
}

/** One state of a service: what it was, from when, and by which certificates. */
interface ServiceState {
  readonly serviceType?: string | undefined
  readonly status?: string | undefined
  readonly from?: number | undefined
  readonly identity: Identity<Certificate>
}

function readService(value: JsonValue, name: string | undefined, context: ServiceContext): TrustedService {
  const information = isJsonObject(value) ? value['ServiceInformation'] : undefined
  const history = isJsonObject(value) ? (value['ServiceHistory'] ?? []) : undefined
  if (!isJsonObject(information) || !isJsonArray(history)) return refuse('service_malformed')
  const present = readState(information)
  if (!present.ok) return present
  const states = [present.value]
  for (const instance of history) {
    // What was, says since when; a service type that it does not repeat has not changed.
    const state = isJsonObject(instance) ? readState(instance, present.value.serviceType) : undefined
    if (!state?.ok || state.value.from === undefined) return refuse('history_malformed')
    states.push(state.value)
  }
  if (states.length > 1 && present.value.from === undefined) return refuse('history_malformed')
  return trustStates(states, name, context)
}

function readState(state: JsonObject, inheritedType?: string): Result<ServiceState, string> {
  const { ServiceTypeIdentifier: type = inheritedType, ServiceStatus: status } = state
  const starting = state['StatusStartingTime']
  const from = readTimestamp(starting)
  if (starting !== undefined && from === undefined) return refuse('service_malformed')
  if (type !== undefined && typeof type !== 'string') return refuse('service_malformed')
  if (status !== undefined && typeof status !== 'string') return refuse('service_malformed')
  const identity = readCertificates(state['ServiceDigitalIdentity'])
  return identity.ok ? ok({ serviceType: type, status, from, identity: identity.value }) : identity
}

/** Keys and names alone are no certificate: whoever is listed by them cannot be recognised by a chain. */
function readCertificates(identity: JsonValue | undefined): Result<Identity<Certificate>, string> {
  const entries = isJsonObject(identity) ? identity['X509Certificates'] : undefined
  if (!isJsonArray(entries)) return refuse('identity_without_certificate')
  const certificates: Certificate[] = []
  const unreadable: string[] = []
  for (const entry of entries) {
    const text = isJsonObject(entry) ? entry['val'] : undefined
    const parsed = typeof text === 'string' ? parseX5cEntry(text) : MALFORMED_SERVICE
    if (parsed.ok) certificates.push(parsed.value)
    else unreadable.push(reasonOf(parsed.error))
  }
  const [first] = unreadable
  return certificates.length === 0 && first !== undefined ? refuse(first) : ok({ certificates, unreadable })
}

const MALFORMED_SERVICE = refuse({ code: 'service_malformed' })

function trustStates(
  states: readonly ServiceState[],
  name: string | undefined,
  { rules, ...ofList }: ServiceContext,
): TrustedService {
  const timeline = states.toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0))
  const trusted: TrustedCertificate[] = []
  const unreadable: string[] = []
  let refusal = 'service_type_without_rule'
  for (const [at, state] of timeline.entries()) {
    const rule = rules.find(({ serviceType }) => serviceType === state.serviceType)
    if (rule === undefined) continue
    refusal = 'service_status_not_accepted'
    if (!isAccepted(state, rule)) continue
    const { purposes, types, signerProfiles } = rule
    const periods = periodsOf(state, timeline[at + 1])
    const scope = { ...ofList, name, purposes, types, signerProfiles, periods }
    trusted.push(...state.identity.certificates.map((certificate) => ({ ...scope, certificate })))
    unreadable.push(...state.identity.unreadable)
  }
  return trusted.length > 0 ? ok({ certificates: trusted, unreadable }) : refuse(refusal)
}

function isAccepted({ status }: ServiceState, { acceptedStatuses = [] }: ServiceRule): boolean {
  return status === undefined ? acceptedStatuses.length === 0 : acceptedStatuses.includes(status)
}

function periodsOf(
  { from }: ServiceState,
  next: ServiceState | undefined,
): readonly TrustPeriod[] | undefined {
  if (from === undefined) return undefined
  return [{ from, until: next?.from }]
}
