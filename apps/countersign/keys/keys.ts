/**
 * Keys for people: the certificates of the development CA and IACA, to trust them elsewhere, a new deployment secret, and
 * certificates for keys of one's own. Prints nothing but what was asked for, so that the output can be piped; never a
 * private key, never a secret that is in use.
 */
import { randomBytes } from 'node:crypto'
import { accessSync } from 'node:fs'
import { join } from 'node:path'
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { certificatePem } from '@countersign/x509/pem'
import type { CommandOutcome, Surroundings } from '../command/command.ts'
import { startRefusal } from '../command/start-refusal.ts'

const ACTIONS = ['anchor', 'secret', 'authority', 'certificate']

export async function keys(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome> {
  const [action, ...flags] = argv
  const { print, complain } = surroundings
  if (action === 'secret' && flags.length === 0) {
    print(randomBytes(32).toString('base64url'))
    return 0
  }
  if (action === 'anchor') return printAnchors(flags, surroundings)
  if (action === 'authority' || action === 'certificate') {
    return (await import('./key-certificates.ts')).printCertificate(action, flags, surroundings)
  }
  const nearest = nearestWord(action ?? '', ACTIONS)
  const problem =
    action === 'secret'
      ? 'keys secret takes no flags'
      : 'countersign keys anchor|secret|authority|certificate'
  complain(`${problem}${didYouMean(nearest === action ? undefined : nearest)}`)
  return 2
}

async function printAnchors(flags: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    for (const anchor of await developmentAnchors(flags, surroundings))
      surroundings.print(certificatePem(anchor).trimEnd())
    return 0
  } catch (error) {
    const reason = startRefusal(error)
    if (reason === undefined) throw error
    surroundings.complain(reason)
    return 1
  }
}

/** Throws what the system says where one may not look. */
function isThere(folder: string): boolean {
  try {
    accessSync(folder)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/**
 * Opens the deployment as a service would. Without a shared store it wants an identity that is there already: one made
 * now, in the wrong folder, would be a certificate that nobody uses.
 */
async function developmentAnchors(
  argv: readonly string[],
  { env, cwd }: Surroundings,
): Promise<readonly string[]> {
  const [{ configure }, { StartRefused }, { openRuntime }] = await Promise.all([
    import('@countersign/service/compose/configure'),
    import('@countersign/service/operation/start-refused'),
    import('@countersign/service/compose/runtime'),
  ])
  const start = { argv: ['--logLevel=silent', ...argv], env, cwd, defaultPort: 0 }
  const config = await configure({ service: 'keys', extra: {}, managementDoor: false }, start)
  if (config.mode === 'production') throw new StartRefused('production has no development CA')
  const folder = join(config.dataDir ?? '', 'identity')
  if (config.sessions.type === 'memory' && !isThere(folder)) {
    throw new StartRefused(`there is no identity in ${folder} yet: start a service, or say --data DIR`)
  }
  const runtime = await openRuntime(config)
  try {
    const { deployment } = runtime
    return [...deployment.developmentAnchors(), ...deployment.developmentIacas()]
  } finally {
    await runtime.close()
  }
}
