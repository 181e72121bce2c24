/** Whom the verifier believes for a while: authorities, pins and lists that end while it runs, and how it says so. */

import { brought } from '@countersign/testing/people/authorities'
import { eventually } from '@countersign/testing/time/eventually'
import { expect } from 'vitest'
import { issued, mdoc, noteOf, sdJwt, shown } from '../flows.ts'
import { DAY, HOUR, MINUTE } from '../moments.ts'
import type { Chapter, Story } from '../story.ts'
import { ANCHORS_DAYS, type Believed, LISTS_DAYS, OPERATORS_DAYS } from '../week.ts'

interface Source {
  readonly name: string
  readonly one: typeof sdJwt
  readonly days: number
  /** Why nobody is believed any more. */
  readonly reason: string
  readonly of: keyof Believed
}

const SOURCES: readonly Source[] = [
  {
    name: 'an authority of a file',
    one: sdJwt,
    days: ANCHORS_DAYS,
    reason: 'certificate_expired',
    of: 'endingAuthority',
  },
  { name: 'a pinned signer', one: sdJwt, days: ANCHORS_DAYS, reason: 'certificate_expired', of: 'pinned' },
  { name: 'a VICAL', one: mdoc, days: LISTS_DAYS, reason: 'anchor_list_outdated', of: 'onVical' },
  {
    name: 'a list of trusted entities',
    one: sdJwt,
    days: LISTS_DAYS,
    reason: 'anchor_list_outdated',
    of: 'onList',
  },
]

function sourceStory({ name, one, days, reason, of }: Source): Story {
  let held: string
  return [
    {
      at: HOUR,
      says: `whoever leads to ${name} is believed`,
      async act(week) {
        held = await issued(week, week.issuer, one, brought(week.believed[of]))
        expect(await shown(week, week.verifier, one, held)).toMatchObject({ state: 'verified' })
      },
    },
    {
      at: days * DAY - MINUTE,
      says: `and until the last minute of ${name}`,
      async act(week) {
        expect(await shown(week, week.verifier, one, held)).toMatchObject({ state: 'verified' })
      },
    },
    {
      at: days * DAY + MINUTE,
      says: `and no longer, whatever was remembered of the chain`,
      async act(week) {
        const { state, told } = await shown(week, week.verifier, one, held)
        expect(state).not.toBe('verified')
        expect(told).toContain(reason)
      },
    },
    ...(reason === 'anchor_list_outdated' ? [successor()] : []),
  ]

  /** The operators of the lists publish the next ones when they renew their certificates. */
  function successor(): Chapter {
    return {
      at: OPERATORS_DAYS * DAY + 2 * HOUR,
      says: `and by the successor of ${name}, which the verifier found while it ran`,
      async act(week) {
        expect(await shown(week, week.verifier, one, held)).toMatchObject({ state: 'verified' })
      },
    }
  }
}

const told: Story = [
  [MINUTE, 'an authority that is believed ends in 4 days'],
  [LISTS_DAYS * DAY + 2 * MINUTE, 'an authority that is believed ends in 0 days'],
  [ANCHORS_DAYS * DAY + 2 * MINUTE, 'an authority that is believed counts no longer'],
].map(([at, note]) => ({
  at: Number(at),
  says: `the verifier says: ${note}`,
  act: async ({ verifier }) => {
    const notes = (await noteOf(verifier, 'certificates')).split('; ')
    expect(notes.filter((one) => one.startsWith('an authority'))).toEqual([note])
  },
}))

/** Both lists of the verifier, without a restart between them. */
const toldOfLists: Story = [
  [
    HOUR,
    /^source 3 \(vicalFile\): 1 entry of \S+, next update \S+; source 4 \(listFile\): 1 entry of \S+, next update \S+$/,
  ],
  [LISTS_DAYS * DAY + HOUR, /ended \S+, last look: list_outdated; .*last look: list_outdated$/],
  [
    OPERATORS_DAYS * DAY + 3 * HOUR,
    /^[^:]+: 1 entry of \S+, next update \S+; [^:]+: 1 entry of \S+, next update \S+$/,
  ],
].map(([at, note]) => ({
  at: Number(at),
  says: `the verifier says of its lists: ${note}`,
  act: async ({ verifier }) => {
    await eventually('the looks that were due', async () =>
      (note as RegExp).test(await noteOf(verifier, 'trust')),
    )
  },
}))

export const believed = (): readonly Story[] => [...SOURCES.map(sourceStory), told, toldOfLists]
