/**
 * Where a link from elsewhere arrives. Following a link asks nobody anything: first the page says what the link is, and its
 * button asks. So no page of somebody else's can make this wallet do anything, not even ask.
 */
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { useGuardedPress } from '@countersign/ui/elements/guarded-press'
import { lock } from '@countersign/ui/elements/icons'
import { Notice, TechnicalDetails } from '@countersign/ui/elements/notice'
import { Part, Said, Sheet } from '@countersign/ui/elements/sheet'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { supportText } from '@countersign/ui/page/problem'
import { ui } from '@countersign/ui/text/ui-texts'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { WithNetwork } from '../offline/with-network.tsx'
import { wallet } from '../texts/wallet-texts.ts'
import { Asking } from './asking.tsx'
import { linkOfAddress } from './link-of-address.ts'
import { openCode } from './open-code.ts'
import { refusedSentence, wrongSentence } from './scan-page.tsx'
import { scannedCode } from './scanned-code.ts'

/** Another link to this page changes nothing but what is behind `#`. */
function useHash(): string {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const follow = () => setHash(location.hash)
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  return hash
}

function addressHere() {
  const { pathname, search } = location
  return { pathname, search }
}

export function OpenPage({ walletId }: { readonly walletId: string }) {
  const t = wallet.value.open
  const { route } = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  const code = scannedCode(linkOfAddress({ ...addressHere(), hash: useHash() }))
  const isCode = code.kind === 'offer' || code.kind === 'request'

  async function look() {
    if (!isCode) return
    setBusy(true)
    const answer = await openCode(walletId, code)
    if (answer.ok) route(answer.value, true)
    else {
      setFailure(answer.error)
      setBusy(false)
    }
  }
  const press = useGuardedPress(() => void look(), isCode ? code.link : code.kind)

  return (
    <div class="column stack" data-gap="l">
      <Heading title={t.title} product={wallet.value.product} />
      {failure !== undefined && isCode && (
        <Notice tone="warn" announced>
          <p>{refusedSentence(code.kind, failure)}</p>
        </Notice>
      )}
      {isCode ? (
        <Sheet parts>
          <div class="stack" data-gap="m">
            <p>{code.kind === 'offer' ? t.offer : t.request}</p>
            <Said icon={lock}>{t.nothingYet}</Said>
          </div>
          {code.host !== undefined && (
            <Part label={t.saysFrom}>
              <bdi class="host" dir="ltr">
                {code.host}
              </bdi>
            </Part>
          )}
        </Sheet>
      ) : (
        <Notice tone="warn">
          <p>{t.nothing}</p>
          <p>{wrongSentence(code)}</p>
        </Notice>
      )}
      {busy && <Asking />}
      <WithNetwork>
        <div class="actions" data-fill>
          {isCode && (
            <Button kind="primary" big busy={busy} onPress={press}>
              {t.look}
            </Button>
          )}
          <LinkButton big href="/">
            {t.leave}
          </LinkButton>
        </div>
      </WithNetwork>
      {failure !== undefined && (
        <TechnicalDetails summary={ui.value.technicalDetails} text={supportText(failure)} />
      )}
    </div>
  )
}
