/** What a language has to say about checks and verifications; the compiler asks each for all of it. Knows no language. */
import type { CheckName, CheckOutcome, TrustLink } from './described-check.ts'
import type { ReasonOf } from './reasons.ts'
import type { WallTime } from './shown-text.ts'

/** What sentences are made of. Names are ready to be shown; absent: not known, or nothing that people read. */
export interface Told {
  readonly issuer?: string | undefined
  readonly anchor?: string | undefined
  readonly validFrom?: WallTime | undefined
  readonly validUntil?: WallTime | undefined
  /** Whole days since the end of the validity. */
  readonly daysOver?: number | undefined
  readonly listIssuedAt?: WallTime | undefined
  /** How many claims were asked for; absent where one of several sets was enough. */
  readonly asked?: number | undefined
  /** The claim that is missing or differs. */
  readonly unmet?: string | undefined
  readonly policy?: string | undefined
  /** The number that a policy found. */
  readonly count?: number | undefined
}

export type Sentence = string | ((told: Told) => string)

export interface CheckText {
  /** Where the reason is about something else than the check is in general. */
  readonly title?: string
  readonly meaning: Sentence
  readonly advice?: string
}

export interface CheckTexts<Reason extends string> {
  /** Short name of the check. */
  readonly title: Sentence
  readonly outcomes: Readonly<Record<CheckOutcome, CheckText>>
  /** Where a code says more than the outcome. */
  readonly reasons: Readonly<Record<Reason, CheckText>>
}

/** Rows of evidence. */
export type EvidenceLabel =
  | 'algorithm'
  | 'anchor'
  | 'args'
  | 'asked'
  | 'checkedAt'
  | 'claimedIssuer'
  | 'issuer'
  | 'keyType'
  | 'listAnchor'
  | 'listGoodUntil'
  | 'listHost'
  | 'listIndex'
  | 'listIssuedAt'
  | 'listUri'
  | 'policy'
  | 'purpose'
  | 'source'
  | 'trustedUntil'
  | 'unmet'
  | 'validFrom'
  | 'validUntil'

export interface TrustNames extends Pick<Told, 'anchor' | 'issuer'> {
  readonly source?: string | undefined
}

/** An attempt: by the code of a decline, and of somebody whom nobody vouches for. */
export interface AttemptTexts {
  readonly declined: string
  /** The wallet could not do what it was asked. */
  readonly unable: string
  readonly stranger: string
}

export interface OutcomeTexts {
  readonly created: string
  readonly requested: string
  /** `why`: what is missing, as its check says; absent: not known. */
  readonly answered: (why: string | undefined) => string
  readonly verified: string
  readonly rejected: (why: string | undefined) => string
  readonly undetermined: (why: string | undefined) => string
  readonly declined: string
  readonly unable: string
  readonly expired: string
  /** What to do. */
  readonly advice: {
    readonly answered: string
    /** `open`: how many checks could not be finished. */
    readonly rejected: (open: number) => string
    readonly undetermined: string
    readonly declined: string
    readonly expired: string
  }
}

export interface DecisionTexts {
  readonly checks: { readonly [Name in CheckName]: CheckTexts<ReasonOf<Name>> }
  readonly labels: Readonly<Record<EvidenceLabel, string>>
  readonly links: Readonly<Record<TrustLink['role'], string>>
  /** `issuer` is absent where the anchor itself signed. */
  readonly trusted: (told: TrustNames) => string
  readonly attempts: AttemptTexts
  readonly outcome: OutcomeTexts
  readonly day: (at: WallTime) => string
}
