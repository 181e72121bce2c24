/** W9: keys and the names that others know them by. Exact words stand here, since only who looks for them comes here. */
import type { ListedDid } from '@countersign/api/wallet/dids'
import type { ListedKey } from '@countersign/api/wallet/keys'
import { Button } from '@countersign/ui/elements/button'
import { key as keyIcon } from '@countersign/ui/elements/icons'
import { Details } from '@countersign/ui/elements/notice'
import { Question } from '@countersign/ui/elements/question'
import { Facts } from '@countersign/ui/elements/sheet'
import { BackLink } from '@countersign/ui/page/back-link'
import { Heading } from '@countersign/ui/page/heading'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { DeedTold, type Told, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { isThere, NotFetched, useList } from '../own/use-list.tsx'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { didName, type KeyDeeds, KeySheet, keyName } from './key-sheet.tsx'
import { MakeDid } from './make-did.tsx'
import { MakeKey } from './make-key.tsx'

/** What a dialog is open for. */
type Wish =
  | { readonly wants: 'key' }
  | { readonly wants: 'did'; readonly keyId: string }
  | { readonly wants: 'no-key'; readonly key: ListedKey }
  | { readonly wants: 'no-did'; readonly did: ListedDid }

export function KeysPage({ walletId }: { readonly walletId: string }) {
  const t = own.value.keys
  const keys = useList<readonly ListedKey[]>(`/wallet/${walletId}/keys`)
  const dids = useList<readonly ListedDid[]>(`/wallet/${walletId}/dids`)
  const deed = useDeed()
  const [wish, setWish] = useState<Wish>()
  const close = () => setWish(undefined)
  const there = isThere(keys) && isThere(dids)

  async function reloaded(told: Told): Promise<Told> {
    await Promise.all([keys.reload(), dids.reload()])
    return told
  }

  function made(text: string) {
    close()
    deed.run(() => reloaded({ tone: 'ok', text }))
  }

  /** A thing that is gone already is what was wanted. */
  async function call(method: 'POST' | 'DELETE', path: string, text: string): Promise<Told> {
    const answer = await api.send(method, `/wallet/${walletId}${path}`)
    close()
    if (answer.ok || answer.error.status === 404) return reloaded({ tone: 'ok', text })
    return { tone: 'bad', text: answer.error.status === 409 ? t.keyInUse : whyNot(answer.error) }
  }

  const deeds: KeyDeeds = {
    makeDid: ({ keyId: { id } }) => setWish({ wants: 'did', keyId: id }),
    removeKey: (key) => setWish({ wants: 'no-key', key }),
    removeDid: (did) => setWish({ wants: 'no-did', did }),
    useDid: ({ did }) =>
      deed.run(() => call('POST', `/dids/default?did=${encodeURIComponent(did)}`, t.usualNow)),
  }

  return (
    <div class="column stack" data-gap="l" data-loading={!there || undefined}>
      <div class="stack" data-gap="s">
        <BackLink href="/settings">{own.value.settings.title}</BackLink>
        <Heading title={t.title} product={wallet.value.product} />
        <p class="lede">{t.lede}</p>
        <Details summary={t.words}>
          <Facts
            none={ui.value.notGiven}
            facts={[
              { label: t.wordKey, value: t.wordKeyWhy },
              { label: t.wordDid, value: t.wordDidWhy },
              { label: t.usual, value: t.usualWhy },
              { label: t.bound, value: t.boundWhy },
            ]}
          />
        </Details>
      </div>
      <NotFetched list={keys.failed ? keys : dids} />
      <DeedTold of={deed} />
      {!there && <p class="muted">{ui.value.loading}</p>}
      {there &&
        keys.value?.map((one) => (
          <KeySheet
            key={one.keyId.id}
            listed={one}
            dids={dids.value?.filter(({ keyId }) => keyId === one.keyId.id) ?? []}
            deeds={deeds}
          />
        ))}
      {there && (
        <div class="actions">
          <Button icon={keyIcon} onPress={() => setWish({ wants: 'key' })}>
            {t.makeKey}
          </Button>
        </div>
      )}
      <MakeKey walletId={walletId} open={wish?.wants === 'key'} onClose={close} onMade={made} />
      <MakeDid
        walletId={walletId}
        keyId={wish?.wants === 'did' ? wish.keyId : ''}
        open={wish?.wants === 'did'}
        onClose={close}
        onMade={made}
      />
      <Question
        {...questionFor(wish)}
        keep={t.keepIt}
        busy={deed.busy}
        open={wish?.wants === 'no-key' || wish?.wants === 'no-did'}
        onClose={close}
        onDo={() => {
          if (wish?.wants === 'no-key')
            deed.run(() => call('DELETE', `/keys/${encodeURIComponent(wish.key.keyId.id)}`, t.keyRemoved))
          if (wish?.wants === 'no-did')
            deed.run(() => call('DELETE', `/dids/${encodeURIComponent(wish.did.did)}`, t.didRemoved))
        }}
      />
    </div>
  )
}

function questionFor(wish: Wish | undefined) {
  const t = own.value.keys
  if (wish?.wants === 'no-did')
    return {
      heading: filled(t.removeSure, { name: didName(wish.did) }),
      why: t.removeDidWhy,
      doIt: t.removeDid,
    }
  const name = wish?.wants === 'no-key' ? keyName(wish.key) : ''
  return { heading: filled(t.removeSure, { name }), why: t.removeKeyWhy, doIt: t.removeKey }
}
