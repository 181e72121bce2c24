/**
 * What a service with shared, sealed sessions cannot do without beside its cryptography: the round trips of each request to
 * Redis, and how long the JSON is that is sealed. Seen with MONITOR on 1 December 2026, in the order of requests; commands that a
 * service could send together count as one trip, even where it sends them one after the other. Whoever changes what
 * services send or keep changes it here. Not in it: lists of sessions, which are written for many at once, and the database.
 */
export type StoreCommand =
  /** A new session under a new id. */
  | { readonly kind: 'create'; readonly jsonBytes: number }
  | { readonly kind: 'read' }
  /** Compare and set; whoever watches the session is told by the same script. */
  | { readonly kind: 'change'; readonly jsonBytes: number }
  /** What may be used once. */
  | { readonly kind: 'claim' }
  /** Sealed under a key of its own, for an honest retry. */
  | { readonly kind: 'keep'; readonly jsonBytes: number }

/** Sent together; the next one begins when all are answered. */
export type StoreTrip = readonly StoreCommand[]

const read = { kind: 'read' } as const
const claim = { kind: 'claim' } as const
const changed = (jsonBytes: number): StoreTrip => [{ kind: 'change', jsonBytes }]

/** JSON of a session after create, request object and answer. */
type Sizes = readonly [number, number, number]

/** Create, request object, answer, result. */
function verificationTrips([created, requested, decided]: Sizes): readonly (readonly StoreTrip[])[] {
  return [
    [[{ kind: 'create', jsonBytes: created }]],
    [[read], changed(requested)],
    [[read], changed(decided)],
    [[read]],
  ]
}

export const VERIFICATION_TRIPS = verificationTrips([643, 743, 1_229])
/** With the key for the answer. */
export const ENCRYPTED_VERIFICATION_TRIPS = verificationTrips([928, 1_028, 1_514])
export const MDOC_VERIFICATION_TRIPS = verificationTrips([709, 809, 1_092])

/** Offer, fetch of the offer, token, nonce, credential, notification. */
export const ISSUANCE_TRIPS: readonly (readonly StoreTrip[])[] = [
  [[{ kind: 'create', jsonBytes: 878 }]],
  [[read], changed(948)],
  [[claim, read], changed(1_221)],
  [],
  [[claim, read], [{ kind: 'keep', jsonBytes: 3_217 }], changed(992)],
  [[claim, read], changed(1_140)],
]
