/** Words of the holder's own, under which cards are found again: made, renamed, and away. A card is put under one on its own page. */
import type { CategoriesAnswer } from '@countersign/api/wallet/categories'
import { Button } from '@countersign/ui/elements/button'
import { plus } from '@countersign/ui/elements/icons'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Question } from '@countersign/ui/elements/question'
import { Part } from '@countersign/ui/elements/sheet'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { DeedTold, type Told, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { type Listed, NotFetched } from '../own/use-list.tsx'
import { own } from '../texts/own-texts.ts'
import { NameDialog } from './name-dialog.tsx'

interface Wish {
  readonly wants: 'new' | 'name' | 'end'
  /** What it is about is called so. */
  readonly name: string
}

export interface CategoriesPartProps {
  readonly walletId: string
  readonly list: Listed<CategoriesAnswer>
}

export function CategoriesPart({ list, walletId }: CategoriesPartProps) {
  const t = own.value.categories
  const deed = useDeed()
  const [wish, setWish] = useState<Wish>()
  const close = () => setWish(undefined)
  const at = (name: string) => `/wallet/${walletId}/categories/${encodeURIComponent(name)}`

  async function named(name: string): Promise<string | undefined> {
    const answer =
      wish?.wants === 'name'
        ? await api.send('PUT', `${at(wish.name)}/rename/${encodeURIComponent(name)}`)
        : await api.send('POST', `${at(name)}/add`)
    if (!answer.ok) return answer.error.status === 409 ? t.there : whyNot(answer.error)
    const text = wish?.wants === 'name' ? t.renamed : t.made
    await list.reload()
    close()
    deed.tell({ tone: 'ok', text })
    return undefined
  }

  /** One that is gone already is what was wanted. */
  async function end(name: string): Promise<Told> {
    const answer = await api.send('DELETE', at(name))
    close()
    if (!answer.ok && answer.error.status !== 404) return { tone: 'bad', text: whyNot(answer.error) }
    await list.reload()
    return { tone: 'ok', text: t.deleted }
  }

  return (
    <Part label={t.title}>
      <div class="stack" data-gap="m">
        <NotFetched list={list} />
        <p>{t.why}</p>
        <DeedTold of={deed} />
        {(list.value?.length ?? 0) > 0 && (
          <ul class="rows" role="list">
            {list.value?.map(({ name }) => (
              <li key={name}>
                <span>
                  <b class="foreign">{plainName(name)}</b>
                </span>
                <div class="row">
                  <Button
                    kind="quiet"
                    label={`${t.rename}: ${plainName(name)}`}
                    onPress={() => setWish({ wants: 'name', name })}
                  >
                    {t.rename}
                  </Button>
                  <Button
                    kind="quiet"
                    label={`${t.delete}: ${plainName(name)}`}
                    onPress={() => setWish({ wants: 'end', name })}
                  >
                    {t.delete}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        )}
        <div class="actions">
          <Button icon={plus} onPress={() => setWish({ wants: 'new', name: '' })}>
            {t.make}
          </Button>
        </div>
        <NameDialog
          heading={wish?.wants === 'name' ? t.rename : t.make}
          label={t.name}
          before={wish?.wants === 'name' ? wish.name : ''}
          maxLength={100}
          open={wish?.wants === 'new' || wish?.wants === 'name'}
          onClose={close}
          onNamed={named}
        />
        <Question
          heading={filled(t.deleteSure, { name: plainName(wish?.name ?? '') })}
          why={t.deleteWhy}
          keep={t.keepIt}
          doIt={t.deleteIt}
          busy={deed.busy}
          open={wish?.wants === 'end'}
          onClose={close}
          onDo={() => deed.run(() => end(wish?.name ?? ''))}
        />
      </div>
    </Part>
  )
}
