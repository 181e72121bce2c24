/** While it is asked what a code is: a sentence, and after a while when it ends. */
import { LiveLine } from '@countersign/ui/page/steps'
import { useEffect, useState } from 'preact/hooks'
import { wallet } from '../texts/wallet-texts.ts'

const SLOW_MS = 10_000

export function Asking() {
  const t = wallet.value.scanPage
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS)
    return () => clearTimeout(timer)
  }, [])
  return <LiveLine>{slow ? t.openingSlow : t.opening}</LiveLine>
}
