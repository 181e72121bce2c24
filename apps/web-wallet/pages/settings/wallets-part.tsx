/** The wallets of the account: which one is open, and others beside it. */
import { Badge } from '@countersign/ui/elements/badge'
import { Button } from '@countersign/ui/elements/button'
import { plus } from '@countersign/ui/elements/icons'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Part } from '@countersign/ui/elements/sheet'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { api, type LoggedIn, type OwnWallet, openWallet, welcome } from '../account/session.ts'
import { DeedTold, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { type Confirmation, Confirming } from '../own/confirming.tsx'
import { own } from '../texts/own-texts.ts'
import { NameDialog } from './name-dialog.tsx'

type Wish = { readonly wants: 'new' } | { readonly wants: 'name' | 'end'; readonly of: OwnWallet }

const PATH = '/wallet/accounts/wallets'

export function WalletsPart({ who: { session, walletId, wallets } }: { readonly who: LoggedIn }) {
  const t = own.value.wallets
  const deed = useDeed()
  const [wish, setWish] = useState<Wish>()
  const close = () => setWish(undefined)

  /** Looks again which wallets there are, and says it. */
  async function changed(text: string): Promise<void> {
    await welcome(session)
    close()
    deed.tell({ tone: 'ok', text })
  }

  async function named(name: string): Promise<string | undefined> {
    const answer: Answer<unknown> =
      wish?.wants === 'name'
        ? await api.send('PUT', `${PATH}/${wish.of.id}`, { name })
        : await api.send('POST', PATH, { name })
    if (!answer.ok) return answer.error.status === 409 ? t.tooMany : whyNot(answer.error)
    await changed(wish?.wants === 'name' ? t.renamed : t.made)
    return undefined
  }

  async function end(confirmation: Confirmation) {
    const id = wish?.wants === 'end' ? wish.of.id : ''
    const answer = await api.send('POST', `${PATH}/${id}/delete`, { confirmation })
    if (answer.ok) await changed(t.deleted)
    return answer
  }

  return (
    <Part label={t.title}>
      <div class="stack" data-gap="m">
        <p>{t.why}</p>
        <DeedTold of={deed} />
        <ul class="rows" role="list">
          {wallets.map((one) => {
            const name = plainName(one.name)
            return (
              <li key={one.id}>
                <span>
                  <b class="foreign">{name}</b>
                </span>
                <div class="row">
                  {one.id === walletId ? (
                    <Badge tone="brand">{t.isOpen}</Badge>
                  ) : (
                    <Button
                      label={`${t.open}: ${name}`}
                      onPress={() => {
                        openWallet(one.id)
                        deed.tell({ tone: 'ok', text: filled(t.opened, { name }) })
                      }}
                    >
                      {t.open}
                    </Button>
                  )}
                  <Button
                    kind="quiet"
                    label={`${t.rename}: ${name}`}
                    onPress={() => setWish({ wants: 'name', of: one })}
                  >
                    {t.rename}
                  </Button>
                  {wallets.length > 1 && (
                    <Button
                      kind="quiet"
                      label={`${t.delete}: ${name}`}
                      onPress={() => setWish({ wants: 'end', of: one })}
                    >
                      {t.delete}
                    </Button>
                  )}
                </div>
              </li>
            )
          })}
        </ul>
        <div class="actions">
          <Button icon={plus} onPress={() => setWish({ wants: 'new' })}>
            {t.make}
          </Button>
        </div>
        <NameDialog
          heading={wish?.wants === 'name' ? t.rename : t.make}
          label={t.name}
          before={wish?.wants === 'name' ? wish.of.name : ''}
          maxLength={200}
          open={wish?.wants === 'new' || wish?.wants === 'name'}
          onClose={close}
          onNamed={named}
        />
        <Confirming
          heading={filled(t.deleteSure, { name: wish?.wants === 'end' ? plainName(wish.of.name) : '' })}
          why={t.deleteWhy}
          action={t.deleteIt}
          danger
          open={wish?.wants === 'end'}
          onClose={close}
          perform={end}
        />
      </div>
    </Part>
  )
}
