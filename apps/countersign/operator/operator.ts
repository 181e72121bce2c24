/**
 * Who may use the portal: `countersign operator add NAME` prints a one-time link, for a new operator as well as for one who has lost
 * the way in. Works on the portal's database, with the portal's own flags and files; no portal needs to run. Prints nothing but what
 * was asked for; what has to be said beside it goes to the other stream.
 */
import { showDateTime } from '@countersign/core/date-time'
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import type { CommandOutcome, Surroundings } from '../command/command.ts'
import { startRefusal } from '../command/start-refusal.ts'

const ACTIONS = ['add', 'list', 'remove']
const PORTAL_PORT = 7102

export async function operator(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome> {
  const [action = '', ...rest] = argv
  const { complain } = surroundings
  if (!ACTIONS.includes(action)) {
    const nearest = nearestWord(action, ACTIONS)
    complain(`countersign operator add NAME|list|remove NAME${didYouMean(nearest)}`)
    return 2
  }
  if (action === 'list') return onPortal(rest, surroundings, listAll)
  const [name = '', ...flags] = rest
  if (name === '' || name.startsWith('-')) {
    complain(`countersign operator ${action} NAME: the name is missing`)
    return 2
  }
  const work = action === 'add' ? addOne : removeOne
  return onPortal(flags, surroundings, (portal, operators) => work(portal, operators, name, surroundings))
}

type PortalOperators = typeof import('@countersign/portal/operator-command')
type Operators = Parameters<PortalOperators['listOperators']>[0]
type Work = (portal: PortalOperators, operators: Operators, surroundings: Surroundings) => Promise<number>

async function onPortal(
  flags: readonly string[],
  surroundings: Surroundings,
  work: Work,
): Promise<CommandOutcome> {
  const portal = await import('@countersign/portal/operator-command')
  const { complain, cwd, env } = surroundings
  const start = { argv: ['--logLevel=silent', ...flags], env, cwd, defaultPort: PORTAL_PORT }
  try {
    return await portal.withOperators(start, (operators) => work(portal, operators, surroundings))
  } catch (error) {
    const reason = startRefusal(error)
    if (reason === undefined) throw error
    complain(reason)
    return 1
  }
}

async function addOne(
  portal: PortalOperators,
  operators: Operators,
  name: string,
  { complain, print }: Surroundings,
): Promise<number> {
  const made = await portal.makeLink(operators, name)
  if (!made.ok) {
    complain(portal.NAME_EXPECTED)
    return 2
  }
  const { known, url } = made.value
  const minutes = portal.LINK_SECONDS / 60
  if (known)
    complain(
      `${name} is an operator already: with the link a new password or passkey takes the place of the old ones.`,
    )
  complain(`Open it within ${minutes} minutes; it works once:`)
  print(url)
  return 0
}

async function removeOne(
  portal: PortalOperators,
  operators: Operators,
  name: string,
  { complain }: Surroundings,
): Promise<number> {
  const removed = await portal.removeOperator(operators, name)
  complain(
    removed.ok
      ? `${name} can no longer log in, and is logged out everywhere.`
      : `there is no operator ${name}`,
  )
  return removed.ok ? 0 : 1
}

async function listAll(
  portal: PortalOperators,
  operators: Operators,
  { print }: Surroundings,
): Promise<number> {
  for (const { createdAt, hasPassword, name, passkeys } of await portal.listOperators(operators)) {
    const since = showDateTime(createdAt).slice(0, 10)
    const means = [
      ...(hasPassword ? ['password'] : []),
      ...(passkeys > 0 ? [`${passkeys} passkey${passkeys > 1 ? 's' : ''}`] : []),
    ]
    print(`${name}\tsince ${since}\t${means.join(', ') || 'has not used the link yet'}`)
  }
  return 0
}
