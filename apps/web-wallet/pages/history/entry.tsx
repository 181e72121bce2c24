/** One entry of the history: a line, and below it what was shared, without values until they are asked for. */
import type { HistoryItem } from '@countersign/api/wallet/history'
import { Button } from '@countersign/ui/elements/button'
import { Icon } from '@countersign/ui/elements/icon'
import { again, cross, forward, plus, warning } from '@countersign/ui/elements/icons'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainText } from '@countersign/ui/elements/plain-name'
import { type Fact, Facts } from '@countersign/ui/elements/sheet'
import { timeOfDay } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useEffect, useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { DeedTold, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { credentialFacts, entryLine, entryName, entryParty } from './entry-facts.ts'

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
  /** Asks whether it is to go. */
  readonly onDelete: () => void
}

export function Entry({ base, item, onDelete }: EntryProps) {
  const t = own.value.history
  const unsure = item.data.outcome === 'unanswered' || item.data.outcome === 'refused'
  const [open, setOpen] = useState(false)
  return (
    <li>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary class="entry">
          <span class="seal" aria-hidden="true">
            <Icon d={unsure && item.action !== 'Reject' ? warning : ICONS[item.action]} />
          </span>
          <span class="entry-what">
            <b class="foreign">{entryName(item, t)}</b>
            <span class="foreign">{entryLine(item, t)}</span>
          </span>
          <time dateTime={item.timestamp}>{timeOfDay(item.timestamp)}</time>
        </summary>
        {open && <Below base={base} item={item} onDelete={onDelete} />}
      </details>
    </li>
  )
}

/** It is put together when it is looked at, and forgets the values when it is closed. */
function Below({ base, item, onDelete }: EntryProps) {
  const t = own.value.history
  const deed = useDeed()
  const [whole, setWhole] = useState<HistoryItem>()
  // In another language it is told anew.
  useEffect(() => setWhole(undefined), [item])
  const shown = whole ?? item
  const { contact, host = '' } = item.data.party ?? {}
  const isShare = item.action === 'Present'

  async function toggleValues() {
    if (whole !== undefined) {
      setWhole(undefined)
      return undefined
    }
    const answer = await api.get<HistoryItem>(`${base}/${encodeURIComponent(item.id)}`)
    if (answer.ok) setWhole(answer.value)
    return answer.ok ? undefined : ({ tone: 'bad', text: whyNot(answer.error) } as const)
  }

  return (
    <div class="entry-body stack" data-gap="m">
      <DeedTold of={deed} />
      {shown.data.credentials.map((credential) => (
        <Facts
          key={credential.id}
          facts={credentialFacts(item.action, credential, t)}
          none={ui.value.notGiven}
        />
      ))}
      <Facts facts={aboutFacts(shown)} none={ui.value.notGiven} />
      <div class="actions" data-fill>
        {isShare && (
          <Button busy={deed.busy} onPress={() => deed.run(toggleValues)}>
            {whole === undefined ? t.showValues : t.hideValues}
          </Button>
        )}
        {isShare && contact !== undefined && (
          <a class="button" data-kind="quiet" href={letter(contact, host)}>
            <span>{t.askForDeletion}</span>
          </a>
        )}
        <Button kind="quiet" onPress={onDelete}>
          {t.deleteEntry}
        </Button>
      </div>
      <TechnicalDetails summary={ui.value.technicalDetails} text={JSON.stringify(shown, undefined, 2)} />
    </div>
  )
}

/** With whom, why, and the holder's own words. */
function aboutFacts(item: HistoryItem): readonly Fact[] {
  const t = own.value.history
  const { data, note } = item
  const { unissued } = data
  const party = entryParty(item)
  const facts: Fact[] = []
  if (data.purpose !== undefined)
    facts.push({ label: wallet.value.request.whyLabel, value: `“${plainText(data.purpose)}”` })
  if (unissued !== undefined) {
    const { code, words } = unissued
    const value = words === undefined ? wallet.value.waiting.why[code] : `“${plainText(words)}”`
    facts.push({ label: t.whyNot, value })
  }
  if (party !== undefined) {
    const host = (
      <bdi dir="ltr" class="host">
        {party.host}
      </bdi>
    )
    facts.push({ label: t.who, value: host })
    if (party.own !== undefined) facts.push({ label: t.callThemselves, value: party.own })
    if (data.party?.trust !== undefined)
      facts.push({ label: t.trust, value: party.trusted ? party.known : t.notTrusted })
  }
  if (note !== undefined) facts.push({ label: t.note, value: plainText(note) })
  return facts
}

/** RFC 6068: the address is one that the service has looked at. */
function letter(contact: string, host: string): string {
  const t = own.value.history
  const subject = encodeURIComponent(t.letterSubject)
  const body = encodeURIComponent(filled(t.letter, { host }))
  return `mailto:${encodeURIComponent(contact).replace('%40', '@')}?subject=${subject}&body=${body}`
}
