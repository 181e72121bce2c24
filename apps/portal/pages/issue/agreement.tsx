/** What an offer waits for that somebody has to agree to: a yes or a no, before its wallet asks or after. */
import type { IssuanceSessionView } from '@countersign/api/issuer/sessions'
import { Button } from '@countersign/ui/elements/button'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { useState } from 'preact/hooks'
import { Refused } from '../parts/refused.tsx'
import type { SessionEvent } from '../parts/use-session-stream.ts'
import { api } from '../session.ts'
import { portal } from '../text/portal-texts.ts'

interface AgreementProps {
  readonly view: IssuanceSessionView
  readonly events: readonly SessionEvent[]
}

/** Nothing where nothing is left to be decided. */
export function Agreement({ view, events }: AgreementProps) {
  const decided = events.filter(({ type }) => type.startsWith('deferral_')).map(({ detail }) => detail)
  const open = Object.entries(view.deferred ?? {}).filter(
    ([id, { decision }]) => decision === 'pending' && !decided.includes(id),
  )
  return (
    <>
      {open.map(([id]) => (
        <Decision key={id} sessionId={view.id} configurationId={id} />
      ))}
    </>
  )
}

interface DecisionProps {
  readonly sessionId: string
  readonly configurationId: string
}

function Decision({ sessionId, configurationId }: DecisionProps) {
  const t = portal.value.offer
  const [busy, setBusy] = useState<'approve' | 'refuse'>()
  const [failure, setFailure] = useState<CallFailure>()
  async function decide(decision: 'approve' | 'refuse') {
    setBusy(decision)
    setFailure(undefined)
    const path = `/issuer/openid4vc/session/${encodeURIComponent(sessionId)}/deferred`
    const answer = await api.send('POST', path, { credentialConfigurationId: configurationId, decision })
    // What was decided comes as an event, and takes this away.
    if (answer.ok) return
    setBusy(undefined)
    setFailure(answer.error)
  }
  return (
    <section class="sheet" aria-labelledby="agreement">
      <h2 id="agreement">{t.agreement}</h2>
      <div class="stack" data-gap="m">
        <p class="muted">{t.agreementWhy}</p>
        {failure !== undefined && <Refused heading={t.notDecided} failure={failure} />}
        <div class="actions">
          <Button kind="primary" busy={busy === 'approve'} onPress={() => void decide('approve')}>
            {t.agree}
          </Button>
          <Button kind="danger" busy={busy === 'refuse'} onPress={() => void decide('refuse')}>
            {t.refuse}
          </Button>
        </div>
      </div>
    </section>
  )
}
