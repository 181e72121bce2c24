/** Says that there is no network, what waits for it, and goes on by itself as soon as there is an answer. */
import { Button } from '@countersign/ui/elements/button'
import { again } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import { ui } from '@countersign/ui/text/ui-texts'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { away } from '../texts/offline-texts.ts'

export interface AwayNoticeProps {
  /** Of the sentence that says what waits: buttons that wait are described by it. */
  readonly id: string
  readonly retry: () => void
  readonly children: ComponentChildren
}

export function AwayNotice({ id, retry, children }: AwayNoticeProps) {
  const t = away.value
  useRetry(retry)
  return (
    <div class="stack" data-gap="m">
      {/* The browser knows that there is no network; that there is one it only believes. */}
      <Notice tone="open" level={2} heading={navigator.onLine ? t.noAnswer : t.offline}>
        <p id={id}>{children}</p>
        <p>{t.goesOn}</p>
      </Notice>
      <div class="actions" data-fill>
        <Button icon={again} onPress={retry}>
          {ui.value.tryNow}
        </Button>
      </div>
    </div>
  )
}

const AGAIN_MS = 10_000

/** When the browser says that there is a network again, and now and then, since it may be wrong. */
function useRetry(retry: () => void): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') retry()
    }, AGAIN_MS)
    addEventListener('online', retry)
    return () => {
      clearInterval(timer)
      removeEventListener('online', retry)
    }
  }, [retry])
}
