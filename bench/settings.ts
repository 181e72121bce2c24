/**
 * How long a run takes. Every figure is a median over rounds in which the measured side and its limit alternate, so
 * that a slow moment of the machine meets both; more rounds make it steadier, more flows a round make it finer.
 */
export interface Settings {
  readonly rounds: number
  readonly flowsPerRound: number
  /** Flows before anything is measured: until the compiler has settled. */
  readonly warmUpFlows: number
  /** Of one more flow through a service that is warm. */
  readonly furtherWarmUpFlows: number
  /** The memory of a service is read after exactly so many flows, those of the warm-up included. */
  readonly memoryFlows: number
  /** Flows under way at once, for each instance. */
  readonly concurrency: number
  readonly coldStarts: number
  readonly eventSamples: number
  /** Flows through every part, in each round. */
  readonly partFlows: number
  readonly partRounds: number
  /** Cold visits to each page; five by the budgets. */
  readonly pageVisits: number
  readonly portalAnswers: number
  /** Live sessions in Redis, few and many. */
  readonly liveSessions: { readonly few: number; readonly many: number }
  /** Rounds with many live sessions each begin with writing these. */
  readonly liveSessionRounds: number
  /** Steps of a closed loop, and how long each is kept up. */
  readonly overload: { readonly connections: readonly number[]; readonly seconds: number }
}

export const FULL: Settings = {
  rounds: 9,
  flowsPerRound: 1500,
  warmUpFlows: 16_000,
  furtherWarmUpFlows: 4_000,
  memoryFlows: 20_000,
  concurrency: 16,
  coldStarts: 7,
  eventSamples: 200,
  partFlows: 200,
  partRounds: 7,
  pageVisits: 5,
  portalAnswers: 40,
  liveSessions: { few: 1_000, many: 100_000 },
  liveSessionRounds: 7,
  overload: { connections: [16, 64, 256, 1_024, 4_096], seconds: 15 },
}

/** A smoke check: all figures, none of them steady. */
export const QUICK: Settings = {
  rounds: 5,
  flowsPerRound: 300,
  warmUpFlows: 600,
  furtherWarmUpFlows: 600,
  memoryFlows: 1_000,
  concurrency: 16,
  coldStarts: 3,
  eventSamples: 40,
  partFlows: 60,
  partRounds: 3,
  pageVisits: 2,
  portalAnswers: 10,
  liveSessions: { few: 1_000, many: 20_000 },
  liveSessionRounds: 3,
  overload: { connections: [16, 256, 4_096], seconds: 8 },
}

/** A million live sessions take about three gigabytes of memory. */
export const LARGE_LIVE_SESSIONS = 1_000_000

export interface Wish {
  readonly settings: Settings
  readonly quick: boolean
  /** Names of figures; empty: all. */
  readonly only: readonly string[]
  /** Where the measured services leave CPU profiles. */
  readonly profileDir?: string
}

/** Throws for a flag that is not one of `USAGE`. */
export function readWish(argv: readonly string[]): Wish {
  const quick = argv.includes('--quick')
  const large = argv.includes('--large')
  const unknown = argv.find((word) => !/^--(quick|large|only=.+|profile=.+)$/.test(word))
  if (unknown !== undefined) throw new Error(`${unknown} is not known\n${USAGE}`)
  const base = quick ? QUICK : FULL
  const { few } = base.liveSessions
  const profileDir = flagValue(argv, 'profile')
  return {
    quick,
    only: flagValue(argv, 'only')?.split(',') ?? [],
    settings: large
      ? { ...base, liveSessions: { few, many: LARGE_LIVE_SESSIONS }, liveSessionRounds: 5 }
      : base,
    ...(profileDir !== undefined && { profileDir }),
  }
}

export const USAGE = `npm run bench -- [flags]
  --quick            every figure roughly; nothing is written
  --large            a million live sessions in Redis instead of a hundred thousand
  --only=a,b         some figures: verification, verification-formats, verification-ways, issuance, issuance-ways, instances,
                     live-sessions, events, cold-start, formats, parts, pages, portal-answer, overload
  --profile=DIR      CPU profiles of the measured services`

function flagValue(argv: readonly string[], flag: string): string | undefined {
  return argv.find((word) => word.startsWith(`--${flag}=`))?.slice(flag.length + 3)
}
