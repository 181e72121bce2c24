/**
 * What a page says when it cannot show what was asked: what happened, whether anything was shared, what to do now. No code on
 * the surface; whoever is asked for help finds the correlation id below. A service that does not answer is asked again.
 */
import { useEffect, useState } from 'preact/hooks'
import { Button, LinkButton } from '../elements/button.tsx'
import { Strokes } from '../elements/icon.tsx'
import { again } from '../elements/icons.ts'
import { TechnicalDetails } from '../elements/notice.tsx'
import type { CallFailure } from '../http/fetch-json.ts'
import { ui } from '../text/ui-texts.ts'
import { Heading } from './heading.tsx'

export interface ProblemProps {
  readonly failure: CallFailure
  readonly product: string
  readonly home: string
  /** Asks again; absent: there is nothing to try. */
  readonly retry?: () => void
  /** In place of the sentence that fits the failure. */
  readonly heading?: string
  readonly why?: string
}

const RETRY_SECONDS = 8

export function Problem({ failure, product, home, retry, heading, why }: ProblemProps) {
  const t = ui.value
  const [title, sentence] = sentencesFor(failure)
  const comesBack = isPassing(failure)
  return (
    <div class="column stack" data-gap="l">
      <div class="apart">
        <Strokes apart />
      </div>
      <div class="stack" data-gap="s">
        <Heading title={heading ?? title} product={product} />
        <p class="lede">{why ?? sentence}</p>
      </div>
      {comesBack && retry !== undefined && <Retrying retry={retry} />}
      <div class="actions">
        {retry !== undefined && (
          <Button kind="primary" icon={again} onPress={retry}>
            {comesBack ? t.tryNow : t.tryAgain}
          </Button>
        )}
        <LinkButton href={home}>{t.toStart}</LinkButton>
      </div>
      <TechnicalDetails summary={t.detailsForSupport} text={supportText(failure)} />
    </div>
  )
}

/** By itself, a second at a time, so that the sentence tells the truth. */
function Retrying({ retry }: { readonly retry: () => void }) {
  const [left, setLeft] = useState(RETRY_SECONDS)
  useEffect(() => {
    const timer = setTimeout(() => {
      if (left > 1) setLeft(left - 1)
      else {
        setLeft(RETRY_SECONDS)
        retry()
      }
    }, 1000)
    return () => clearTimeout(timer)
  }, [left, retry])
  useEffect(() => {
    addEventListener('online', retry)
    return () => removeEventListener('online', retry)
  }, [retry])
  return <p class="status muted">{ui.value.tryingAgain(left)}</p>
}

/** Nobody can say yet: it may be answered when it is asked again. */
export function isPassing({ kind, status }: CallFailure): boolean {
  return kind === 'unreachable' || kind === 'late' || status === 502 || status === 503 || status === 504
}

function sentencesFor(failure: CallFailure): readonly [string, string] {
  const t = ui.value
  if (isPassing(failure)) return [t.noAnswer, t.noAnswerWhy]
  if (failure.status === 404 || failure.status === 410) return [t.notThere, t.notThereWhy]
  if (failure.status === 401 || failure.status === 403) return [t.notAllowed, t.notAllowedWhy]
  return [t.broken, t.brokenWhy]
}

/** In English: it goes to whoever reads logs. */
export function supportText({ correlationId, status, code, message }: CallFailure): string {
  const lines = [
    ['correlation', correlationId ?? 'none'],
    ['when', new Date().toISOString()],
    ['status', status === 0 ? 'no answer' : String(status)],
    ...(code === undefined ? [] : [['code', code]]),
    ['message', message],
  ]
  return lines.map(([name = '', value = '']) => `${name.padEnd(12)} ${value}`).join('\n')
}
