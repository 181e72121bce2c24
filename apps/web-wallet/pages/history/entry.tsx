/** One entry of the history: a line, and below it what was shared, without values until they are asked for. */
import type { HistoryItem } from '@countersign/api/wallet/history'
import { Button } from '@countersign/ui/elements/button'
import { Icon } from '@countersign/ui/elements/icon'
import { again, cross, forward, plus } from '@countersign/ui/elements/icons'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainName } from '@countersign/ui/elements/plain-name'
import { type Fact, Facts, Said } from '@countersign/ui/elements/sheet'
import { clockTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { entryLine, entryName } from './entry-facts.ts'

const ICONS: Readonly<Record<HistoryItem['action'], string>> = {
  Present: forward,
  Receive: plus,
  Reject: cross,
  Delete: cross,
  Restore: again,
}

export interface EntryProps {
  readonly item: HistoryItem
  /** Path of the history. */
  readonly base: string
  readonly onDeleted: () => void
}

export function Entry({ base, item, onDeleted }: EntryProps) {
  const t = own.value.history
  const [whole, setWhole] = useState<HistoryItem>()
  const [problem, setProblem] = useState(false)
  const shown = whole ?? item
  const { contact, host } = item.data.party ?? {}

  async function showValues() {
    const answer = await api.get<HistoryItem>(`${base}/${item.id}`)
    setProblem(!answer.ok)
    if (answer.ok) setWhole(answer.value)
  }

  async function remove() {
    const answer = await api.send('DELETE', `${base}/${item.id}`)
    if (answer.ok) onDeleted()
    else setProblem(true)
  }

  const hasValues = item.action === 'Present'
  return (
    <li>
      <details>
        <summary class="entry">
          <span class="seal" aria-hidden="true">
            <Icon d={ICONS[item.action]} />
          </span>
          <span class="entry-what">
            <b class="foreign">{plainName(entryName(item, t))}</b>
            <span>{entryLine(item, t)}</span>
          </span>
          <time dateTime={item.timestamp}>{clockTime(item.timestamp)}</time>
        </summary>
        <div class="entry-body stack" data-gap="m">
          {problem && <Said tone="bad">{t.failed}</Said>}
          <Facts facts={factsOf(shown)} none={ui.value.notGiven} />
          <div class="actions">
            {hasValues && whole === undefined && (
              <Button onPress={() => void showValues()}>{t.showValues}</Button>
            )}
            {hasValues && whole !== undefined && (
              <Button onPress={() => setWhole(undefined)}>{t.hideValues}</Button>
            )}
            {contact !== undefined && hasValues && (
              <a class="button" data-kind="quiet" href={letter(contact, host ?? '')}>
                <span>{t.askForDeletion}</span>
              </a>
            )}
            <Button kind="quiet" onPress={() => void remove()}>
              {t.deleteEntry}
            </Button>
          </div>
          <TechnicalDetails summary={ui.value.technicalDetails} text={JSON.stringify(shown, undefined, 2)} />
        </div>
      </details>
    </li>
  )
}

/** Words of others among them; a value that nobody asked for is six dots, however long it is. */
function factsOf({ action, data, note }: HistoryItem): readonly Fact[] {
  const t = own.value.history
  const claims = data.credentials.flatMap(({ claims: shared }) =>
    action === 'Present' ? shared.map(({ label, value }) => ({ label, value: value ?? '••••••' })) : [],
  )
  const { party } = data
  return [
    ...claims,
    ...data.credentials.map(({ title }) => ({ label: action === 'Present' ? t.from : t.card, value: title })),
    ...(data.purpose === undefined
      ? []
      : [{ label: wallet.value.request.whyLabel, value: `“${data.purpose}”` }]),
    ...(party === undefined
      ? []
      : [
          {
            label: t.who,
            value: (
              <bdi dir="ltr" class="host">
                {party.host}
              </bdi>
            ),
          },
        ]),
    ...(party?.trust === undefined
      ? []
      : [{ label: t.trust, value: party.trust.trusted ? (party.trust.name ?? t.trusted) : t.notTrusted }]),
    ...(note === undefined ? [] : [{ label: t.note, value: note }]),
  ]
}

function letter(contact: string, host: string): string {
  const t = own.value.history
  const subject = encodeURIComponent(t.letterSubject)
  return `mailto:${encodeURIComponent(contact)}?subject=${subject}&body=${encodeURIComponent(filled(t.letter, { host }))}`
}
