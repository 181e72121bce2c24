/** Whom the verifier believes for a while: authorities, pins and lists that end while it runs, and how it says so. */
import { expect } from 'vitest'
import { brought } from '../authorities.ts'
import { certificateNote, issued, mdoc, sdJwt, shown } from '../flows.ts'
import { DAY, HOUR, MINUTE } from '../moments.ts'
import type { Story } from '../story.ts'
import { ANCHORS_DAYS, type Believed, LISTS_DAYS } from '../week.ts'

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
  ]
}

const told: Story = [
  [MINUTE, 'a source of trust ends in 3 days; a source of trust ends in 4 days'],
  [LISTS_DAYS * DAY + 2 * MINUTE, 'a source of trust counts no longer; a source of trust ends in 0 days'],
  [ANCHORS_DAYS * DAY + 2 * MINUTE, 'a source of trust counts no longer'],
].map(([at, note]) => ({
  at: Number(at),
  says: `the verifier says: ${note}`,
  act: async ({ verifier }) => {
    const notes = (await certificateNote(verifier)).split('; ')
    expect(notes.filter((one) => one.startsWith('a source')).toSorted()).toEqual(String(note).split('; '))
  },
}))

export const believed = (): readonly Story[] => [...SOURCES.map(sourceStory), told]
