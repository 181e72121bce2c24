/** In the place of a code: the press with which this browser is asked for a wallet, and what came of it. */
import type { BrowserAnsweredBody } from '@countersign/api/portal/verifications'
import type { AuthorizationResponseTaken } from '@countersign/api/verifier/wallet'
import { Button } from '@countersign/ui/elements/button'
import { cards } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { filled } from '@countersign/ui/text/sentence-parts'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Refused } from '../parts/refused.tsx'
import { api } from '../session.ts'
import { asking } from '../text/asking-texts.ts'
import type { Started } from './begin-verification.ts'
import { asksWallets, askWallet, type NotAsked } from './digital-credential.ts'

export interface AskBrowserProps {
  readonly id: string
  /** Absent: another window made it. */
  readonly started: Started | undefined
  /** How long it can be asked. */
  readonly children: ComponentChildren
  /** An answer goes to the verifier: whatever is heard of it meanwhile waits. */
  readonly onBringing: () => void
  /** With the code for the way back, where the verifier gave one. */
  readonly onBrought: (responseCode: string | undefined) => void
}

export function AskBrowser({ children, id, onBringing, onBrought, started }: AskBrowserProps) {
  const t = asking.value.browser
  const digital = started !== undefined && 'digital' in started ? started.digital : undefined
  const [isAsking, setAsking] = useState(false)
  const [notDone, setNotDone] = useState<NotAsked>()
  const [failure, setFailure] = useState<CallFailure>()
  async function ask() {
    if (digital === undefined) return
    setAsking(true)
    setNotDone(undefined)
    setFailure(undefined)
    const asked = await askWallet(digital)
    if (asked.ok) await bring(asked.value)
    else setNotDone(asked.error)
    setAsking(false)
  }
  async function bring(answer: BrowserAnsweredBody) {
    onBringing()
    const path = `/verifications/${encodeURIComponent(id)}/answer`
    const brought = await api.send<AuthorizationResponseTaken>('POST', path, answer)
    if (!brought.ok) setFailure(brought.error)
    onBrought(brought.ok ? codeIn(brought.value.redirect_uri) : undefined)
  }
  return (
    <>
      <section class="sheet stack" data-gap="m">
        <p>{reasonNot(digital !== undefined) ?? t.why}</p>
        {reasonNot(digital !== undefined) === undefined && (
          <div class="actions" data-fill>
            <Button kind="primary" big icon={cards} busy={isAsking} onPress={() => void ask()}>
              {isAsking ? t.asking : t.ask}
            </Button>
          </div>
        )}
        {children}
      </section>
      {notDone !== undefined && <NotDone notDone={notDone} />}
      {failure !== undefined && <Refused heading={t.notTaken} failure={failure} />}
    </>
  )
}

function reasonNot(isOwn: boolean): string | undefined {
  const t = asking.value.browser
  if (!isOwn) return t.elsewhere
  return asksWallets() ? undefined : t.cannot
}

/** The page goes back to itself by its own address, whatever stands in front of the code. */
function codeIn(redirectUri: string | undefined): string | undefined {
  return URL.parse(redirectUri ?? '')?.searchParams.get('response_code') ?? undefined
}

function NotDone({ notDone }: { readonly notDone: NotAsked }) {
  const t = asking.value.browser
  if (notDone.code === 'nothing_shared')
    return (
      <Notice tone="open" heading={t.nothing} level={2} announced>
        <p>{t.nothingWhy}</p>
      </Notice>
    )
  return (
    <Notice tone="bad" heading={t.failed} level={2} announced>
      <p>{filled(t.failedWhy, { name: notDone.name })}</p>
    </Notice>
  )
}
