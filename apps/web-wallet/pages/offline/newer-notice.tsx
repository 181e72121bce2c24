/** Says that there is a newer version of the pages, and changes to it by a press alone. */
import { Button } from '@countersign/ui/elements/button'
import { Notice } from '@countersign/ui/elements/notice'
import { away } from '../texts/offline-texts.ts'
import { useNewer } from './start-worker.ts'

export function NewerNotice() {
  const t = away.value
  return (
    <Notice tone="brand" announced>
      <p>{t.newer}</p>
      <div class="actions">
        <Button onPress={useNewer}>{t.useNewer}</Button>
      </div>
    </Notice>
  )
}
