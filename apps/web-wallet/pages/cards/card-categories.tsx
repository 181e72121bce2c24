/** The categories that a card is in: ticked, and made where one is missing. */
import type { CategoriesAnswer } from '@countersign/api/wallet/categories'
import { SubmitButton } from '@countersign/ui/elements/button'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Part } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { DeedTold, type Told, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { wallet } from '../texts/wallet-texts.ts'

export interface CardCategoriesProps {
  readonly walletId: string
  readonly cardId: string
  /** Those that it is in. */
  readonly initial: readonly string[]
  /** All of the wallet. */
  readonly known: CategoriesAnswer
}

export function CardCategories({ cardId, initial, known, walletId }: CardCategoriesProps) {
  const t = wallet.value.card
  const deed = useDeed()
  const [all, setAll] = useState(() => [...new Set([...known.map(({ name }) => name), ...initial])])
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(initial))
  const [name, setName] = useState('')
  const path = `/wallet/${walletId}/credentials/${encodeURIComponent(cardId)}/category`

  /** Ticked at once; and back where the service did not take it. */
  async function put(category: string, isIn: boolean): Promise<Told> {
    setChosen((held) => changed(held, category, isIn))
    const answer = await api.send(isIn ? 'PUT' : 'DELETE', path, [category])
    if (!answer.ok) {
      setChosen((held) => changed(held, category, !isIn))
      return { tone: 'bad', text: whyNot(answer.error) }
    }
    return { tone: 'ok', text: filled(isIn ? t.putInto : t.takenOut, { category: plainName(category) }) }
  }

  /** One that is there already is as good as a new one. */
  async function make(): Promise<Told> {
    const wanted = name.trim()
    if (wanted === '') return { tone: 'bad', text: t.categoryEmpty }
    const made = await api.send('POST', `/wallet/${walletId}/categories/${encodeURIComponent(wanted)}/add`)
    const isThere = !made.ok && made.error.status === 409 && all.includes(wanted)
    if (!made.ok && !isThere)
      return { tone: 'bad', text: made.error.status === 409 ? t.categoryFull : whyNot(made.error) }
    if (!all.includes(wanted)) setAll([...all, wanted])
    setName('')
    return put(wanted, true)
  }

  return (
    <Part label={t.categories}>
      <div class="stack" data-gap="m">
        {all.length > 0 && (
          <fieldset class="choices">
            <legend class="visually-hidden">{t.categories}</legend>
            {all.map((one) => (
              <label key={one}>
                <input
                  class="tick"
                  type="checkbox"
                  checked={chosen.has(one)}
                  onChange={({ currentTarget }) => void put(one, currentTarget.checked).then(deed.tell)}
                />
                <span class="foreign">{plainName(one)}</span>
              </label>
            ))}
          </fieldset>
        )}
        <DeedTold of={deed} />
        <form
          class="stack"
          data-gap="m"
          onSubmit={(event) => {
            event.preventDefault()
            deed.run(make)
          }}
        >
          <TextField
            label={t.newCategory}
            hint={t.newCategoryHint}
            value={name}
            onInput={setName}
            maxLength={100}
          />
          <div class="actions">
            <SubmitButton kind="plain" busy={deed.busy}>
              {t.makeCategory}
            </SubmitButton>
          </div>
        </form>
      </div>
    </Part>
  )
}

function changed(held: ReadonlySet<string>, category: string, isIn: boolean): ReadonlySet<string> {
  return new Set(isIn ? [...held, category] : [...held].filter((one) => one !== category))
}
