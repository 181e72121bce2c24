import { describe, expect, it } from 'vitest'
import { describeAttempt, describeOutcome, type SessionToDescribe } from './describe-session.ts'
import { LANGUAGES, TEXTS } from './language.ts'

const passed = { name: 'structure', outcome: 'passed' } as const
const revoked = { name: 'status', outcome: 'failed', detail: 'revoked' } as const
const away = { name: 'status', outcome: 'undetermined', detail: 'list_unreachable: timeout' } as const

const SESSIONS: readonly (readonly [SessionToDescribe, string, string, string])[] = [
  [
    { state: 'created' },
    'open',
    'Waiting: nobody has opened the request yet.',
    'Warten: Noch hat niemand die Anfrage geöffnet.',
  ],
  [
    { state: 'requested' },
    'open',
    'A wallet opened the request. Waiting for its answer.',
    'Eine Brieftasche hat die Anfrage geöffnet. Warten auf ihre Antwort.',
  ],
  [
    { state: 'answered', checks: [away] },
    'open',
    'An answer came, and it cannot be judged yet. Could not be checked: the status list did not answer. This does not count as passed.',
    'Es kam eine Antwort, die noch nicht zu beurteilen ist. Nicht prüfbar: die Statusliste hat nicht geantwortet. Das gilt nicht als bestanden.',
  ],
  [
    { state: 'verified', checks: [passed, passed, { name: 'status', outcome: 'skipped' }] },
    'verified',
    'Verified: every check passed.',
    'Geprüft: Jede Prüfung ist bestanden.',
  ],
  [
    { state: 'rejected', checks: [passed, revoked] },
    'not_verified',
    'Not verified. Revoked by its issuer.',
    'Nicht bestätigt. Widerrufen vom Aussteller.',
  ],
  [
    { state: 'undetermined', checks: [passed, away] },
    'could_not_be_checked',
    'Could not be checked: the status list did not answer. This does not count as passed.',
    'Nicht prüfbar: die Statusliste hat nicht geantwortet. Das gilt nicht als bestanden.',
  ],
  [
    { state: 'declined', reason: 'access_denied' },
    'declined',
    'They declined. Nothing was shared.',
    'Sie haben abgelehnt. Es wurde nichts geteilt.',
  ],
  [
    { state: 'declined', reason: 'vp_formats_not_supported' },
    'declined',
    'Their wallet could not answer. Nothing was shared.',
    'Die Brieftasche konnte nicht antworten. Es wurde nichts geteilt.',
  ],
  [
    { state: 'expired' },
    'expired',
    'Nobody answered in time. Nothing was shared.',
    'Niemand hat rechtzeitig geantwortet. Es wurde nichts geteilt.',
  ],
]

describe('a verification in one sentence', () => {
  it.each(SESSIONS)('%j is %s: %s', (session, verdict, english, german) => {
    expect(describeOutcome(session, TEXTS.en)).toMatchObject({ verdict, sentence: english })
    expect(describeOutcome(session, TEXTS.de)).toMatchObject({ verdict, sentence: german })
  })

  it('that is not verified says how many checks were left open', () => {
    const rejected = (checks: SessionToDescribe['checks']) =>
      describeOutcome({ state: 'rejected', checks }, TEXTS.en).advice
    expect(rejected([revoked])).toBe('Do not rely on what was shown.')
    expect(rejected([revoked, away])).toBe(
      'Do not rely on what was shown. One more check could not be finished.',
    )
    expect(rejected([revoked, away, away])).toContain('2 more checks')
  })

  it.each(LANGUAGES)('says what to do about every end but the good one, in %s', (language) => {
    for (const [session] of SESSIONS) {
      const { advice, verdict } = describeOutcome(session, TEXTS[language])
      const isDone = verdict === 'verified' || session.state === 'created' || session.state === 'requested'
      expect(advice === undefined, session.state).toBe(isDone)
    }
  })
})

describe('an attempt', () => {
  it.each(LANGUAGES)('says that it decides nothing, in %s', (language) => {
    const sentences = [
      describeAttempt({ kind: 'declined', reason: 'access_denied' }, TEXTS[language]),
      describeAttempt({ kind: 'declined', reason: 'other' }, TEXTS[language]),
      describeAttempt({ kind: 'stranger' }, TEXTS[language]),
    ]
    expect(new Set(sentences).size).toBe(3)
    for (const sentence of sentences) expect(sentence).toMatch(/decides nothing|entscheidet (noch )?nichts/)
  })
})
