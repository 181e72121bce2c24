/**
 * `countersign demo`: issues a credential, puts it into the wallet of the pre-registered account, asks for it and shows
 * the outcome, over the same API that scripts use. It tells each step and which instance answered, so that a
 * cluster can be watched at work; it knows nothing that a caller from outside could not know.
 */
import { describeMistake, readArguments } from '../command/arguments.ts'
import type { CommandOutcome, Surroundings } from '../command/command.ts'
import { localUrl } from '../services.ts'
import { DEMO_FLAGS } from './flags.ts'
import { type Addresses, DemoStopped, type StepReport, walk } from './walk.ts'

export async function demo(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome> {
  const { env, print, complain } = surroundings
  const addresses = addressesFrom(argv)
  if (typeof addresses === 'string') {
    complain(addresses)
    complain('countersign demo --help tells the flags.')
    return 2
  }
  try {
    const apiKey = env['COUNTERSIGN_MANAGEMENT_API_KEY']
    const outcome = await walk(addresses, apiKey, (report) => print(stepLine(report)))
    for (const line of outcomeLines(outcome)) print(line)
    return outcome.state === 'verified' ? 0 : 1
  } catch (error) {
    if (!(error instanceof DemoStopped)) throw error
    complain(`✗ ${error.message}`)
    return 1
  }
}

export function addressesFrom(argv: readonly string[]): Addresses | string {
  const read = readArguments(DEMO_FLAGS, argv)
  if (!read.ok) return describeMistake(read.error)
  const where = read.value.on('cluster') ? 'balanced' : 'single'
  const given = (name: keyof Addresses) =>
    (read.value.text(name) ?? localUrl(name, where)).replace(/\/+$/, '')
  return { wallet: given('wallet'), issuer: given('issuer'), verifier: given('verifier') }
}

/** `  3  issuer2        offers the credential         openid-credential-offer://…` */
export function stepLine({ number, instance, what, detail }: StepReport): string {
  return `  ${String(number).padStart(2)}  ${instance.padEnd(16)} ${what.padEnd(44)} ${detail}`.trimEnd()
}

/** The result with a row for each check. */
export function outcomeLines({ state, checks, claims }: Awaited<ReturnType<typeof walk>>): readonly string[] {
  const width = Math.max(0, ...checks.map(({ name }) => name.length))
  const rows = checks.map(({ name, outcome, detail }) =>
    `  ${markOf(outcome)} ${name.padEnd(width)}  ${outcome === 'passed' ? detail : `${outcome} ${detail}`}`.trimEnd(),
  )
  const shown = Object.entries(claims).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)
  return [
    '',
    `The verification is ${state}.`,
    ...rows,
    ...(shown.length > 0 ? ['', 'Disclosed, and no more:', ...shown] : []),
  ]
}

const MARKS: Readonly<Record<string, string>> = { passed: '✓', skipped: '–', undetermined: '?' }

function markOf(outcome: string): string {
  return MARKS[outcome] ?? '✗'
}
