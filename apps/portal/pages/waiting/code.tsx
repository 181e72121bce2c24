/** A code to scan while somebody can still use it, what stands in its place afterwards, and the way to another one. */
import { QrCode, QrGone } from '@countersign/ui/code/qr-code'
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { Icon, Strokes } from '@countersign/ui/elements/icon'
import { again, cards, cross } from '@countersign/ui/elements/icons'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { CopyLine } from '@countersign/ui/page/copy-line'
import { Countdown } from '@countersign/ui/page/countdown'
import { clockTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Refused } from '../parts/refused.tsx'
import { isoOf } from '../parts/times.ts'
import { webWalletAddress } from '../parts/web-wallet.ts'
import { portal } from '../text/portal-texts.ts'

export interface OpenCodeProps {
  /** What is in the code; absent: another window made it. */
  readonly url: string | undefined
  /** Epoch seconds. */
  readonly times: { readonly createdAt: number; readonly expiresAt: number }
  readonly onOver: () => void
}

export function OpenCode({ url, times, onOver }: OpenCodeProps) {
  const t = portal.value
  const wallet = url === undefined ? undefined : webWalletAddress(url)
  return (
    <>
      {url === undefined ? (
        <QrGone>
          <p>{t.codeGone}</p>
        </QrGone>
      ) : (
        <QrCode text={url} label={t.qrLabel} tooLong={<p>{t.codeTooLong}</p>} />
      )}
      <div class="code-side stack" data-gap="m">
        <Countdown until={isoOf(times.expiresAt)} since={isoOf(times.createdAt)} onOver={onOver} />
        {wallet !== undefined && (
          <div class="actions" data-fill>
            <LinkButton kind="primary" href={wallet} icon={cards}>
              {t.openWallet}
            </LinkButton>
          </div>
        )}
        {url !== undefined && <CopyLine text={url} />}
      </div>
    </>
  )
}

export interface UsedCodeProps {
  readonly tone: 'ok' | 'open' | 'bad'
  readonly title: string
}

export function UsedCode({ tone, title }: UsedCodeProps) {
  return (
    <QrGone>
      <span class="gone-mark" data-tone={tone}>
        {tone === 'bad' ? <Icon d={cross} /> : <Strokes />}
      </span>
      <b>{title}</b>
      <span>{portal.value.usedOnce}</span>
    </QrGone>
  )
}

export interface UnusedCodeProps {
  readonly shape: string
  readonly title: string
  /** Epoch seconds: its end. */
  readonly at: number | undefined
}

export function UnusedCode({ shape, title, at }: UnusedCodeProps) {
  return (
    <QrGone>
      <Icon d={shape} />
      <b>{title}</b>
      {at !== undefined && (
        <span>{filled(portal.value.expiredAt, { time: clockTime(isoOf(at)) ?? '' })}</span>
      )}
    </QrGone>
  )
}

export interface NewCodeProps {
  readonly isOpen: boolean
  readonly whenRefused: string
  readonly make: () => Promise<Answer<{ readonly id: string }>>
  /** Where codes of the kind are shown: `/offers`. */
  readonly below: string
  /** Absent: it gets a new code. */
  readonly text?: string | undefined
}

/** Another code for the same. */
export function NewCode({ isOpen, whenRefused, make, below, text }: NewCodeProps) {
  const { route } = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  async function makeAnother() {
    setBusy(true)
    setFailure(undefined)
    const answer = await make()
    setBusy(false)
    if (!answer.ok) return setFailure(answer.error)
    return route(`${below}/${encodeURIComponent(answer.value.id)}`)
  }
  return (
    <>
      {failure !== undefined && <Refused heading={whenRefused} failure={failure} />}
      <Button kind={isOpen ? 'plain' : 'primary'} icon={again} busy={busy} onPress={() => void makeAnother()}>
        {text ?? portal.value.newCode}
      </Button>
    </>
  )
}

/** Below the code: what can be done next, and what is kept for it. */
export function BelowCode({
  kept,
  children,
}: {
  readonly kept: string
  readonly children: ComponentChildren
}) {
  return (
    <div class="code-side stack" data-gap="s">
      {children}
      <p class="muted">{kept}</p>
    </div>
  )
}
