/**
 * `countersign account reset NAME` prints a one-time link, with which the owner of an account at the wallet gets back in who has lost
 * password, passkeys and recovery codes. Works on the wallet's database, with the wallet's own flags and files; no wallet needs to
 * run. Prints nothing but what was asked for; what has to be said beside it goes to the other stream.
 */
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import type { CommandOutcome, Surroundings } from '../command/command.ts'
import { startRefusal } from '../command/start-refusal.ts'

const ACTIONS = ['reset']
const WALLET_PORT = 7001

export async function account(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome> {
  const [action = '', name = '', ...flags] = argv
  const { complain } = surroundings
  if (!ACTIONS.includes(action)) {
    complain(`countersign account reset NAME${didYouMean(nearestWord(action, ACTIONS))}`)
    return 2
  }
  if (name === '' || name.startsWith('-')) {
    complain(
      'countersign account reset NAME: the name is missing: an e-mail address, or the id of an account',
    )
    return 2
  }
  return reset(name, flags, surroundings)
}

async function reset(
  name: string,
  flags: readonly string[],
  { complain, cwd, env, print }: Surroundings,
): Promise<CommandOutcome> {
  const { RESET_SECONDS, resetLink } = await import('@countersign/wallet/account-command')
  const start = { argv: ['--logLevel=silent', ...flags], env, cwd, defaultPort: WALLET_PORT }
  try {
    const link = await resetLink(start, name)
    if (link === undefined) {
      complain(`there is no account ${name}`)
      return 1
    }
    complain(
      `With this link a new password or passkey takes the place of all that opened the account before. It works for ${RESET_SECONDS / 60} minutes and once:`,
    )
    print(link)
    return 0
  } catch (error) {
    const reason = startRefusal(error)
    if (reason === undefined) throw error
    complain(reason)
    return 1
  }
}
