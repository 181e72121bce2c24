/** The passkeys of the account: added, and removed but for the last way in. */
import type { PasskeyOptionsAnswer, PasskeysAnswer } from '@countersign/api/wallet/passkeys'
import { Button } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Part } from '@countersign/ui/elements/sheet'
import { hasPasskeys, isAtAddress, makePasskey } from '@countersign/ui/login/passkeys'
import { day } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { DeedTold, type Told, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { type Confirmation, Confirming } from '../own/confirming.tsx'
import { type Listed, NotFetched } from '../own/use-list.tsx'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { programName } from './program-name.ts'

export function PasskeysPart({ list }: { readonly list: Listed<PasskeysAnswer> }) {
  const t = own.value.settings
  const deed = useDeed()

  const [asking, setAsking] = useState(false)

  const begin = (confirmation?: Confirmation) =>
    api.send<PasskeyOptionsAnswer>('POST', '/auth/passkeys/options', { confirmation })

  async function add(): Promise<Told | undefined> {
    const begun = await begin()
    if (begun.ok) return keep(begun.value)
    // The login is older than ten minutes.
    if (begun.error.code !== 'confirmation_needed')
      return refused(begun.error.status === 409 ? t.tooManyPasskeys : whyNot(begun.error))
    setAsking(true)
    return undefined
  }

  async function addConfirmed(confirmation: Confirmation) {
    const begun = await begin(confirmation)
    if (begun.ok) {
      setAsking(false)
      deed.run(() => keep(begun.value))
    }
    return begun
  }

  async function keep({ ceremony, options }: PasskeyOptionsAnswer): Promise<Told> {
    const credential = await makePasskey(options)
    if (!credential.ok) return refused(whyNot(credential.error))
    const made = await api.send('POST', '/auth/passkeys', {
      ceremony,
      credential: credential.value,
      label: programName(navigator.userAgent),
    })
    if (!made.ok) return refused(made.error.code === 'passkey_exists' ? t.passkeyThere : whyNot(made.error))
    await list.reload()
    return { tone: 'ok', text: t.passkeyAdded }
  }

  async function remove(id: string): Promise<Told> {
    const removed = await api.send('DELETE', `/auth/passkeys/${encodeURIComponent(id)}`)
    if (!removed.ok && removed.error.code === 'last_login') return refused(t.lastPasskey)
    if (!removed.ok && removed.error.status !== 404) return refused(whyNot(removed.error))
    await list.reload()
    return { tone: 'ok', text: t.passkeyRemoved }
  }

  return (
    <Part label={t.passkeys}>
      <div class="stack" data-gap="m">
        <NotFetched list={list} />
        <DeedTold of={deed} />
        {list.value?.length === 0 && <p>{t.noPasskeys}</p>}
        {(list.value?.length ?? 0) > 0 && (
          <ul class="rows" role="list">
            {list.value?.map(({ createdOn, id, label, lastUsedOn }) => {
              const since = filled(lastUsedOn === undefined ? t.since : t.sinceAndUsed, {
                since: day(createdOn) ?? '',
                used: day(lastUsedOn) ?? '',
              })
              return (
                <li key={id}>
                  <span>
                    <b class="foreign">{plainName(label)}</b>
                    <span class="muted">{since}</span>
                  </span>
                  <Button
                    kind="quiet"
                    busy={deed.busy}
                    label={`${t.remove}: ${plainName(label)}, ${since}`}
                    onPress={() => deed.run(() => remove(id))}
                  >
                    {t.remove}
                  </Button>
                </li>
              )
            })}
          </ul>
        )}
        {hasPasskeys() ? (
          <div class="actions">
            <Button icon={key} busy={deed.busy} onPress={() => deed.run(add)}>
              {t.addPasskey}
            </Button>
          </div>
        ) : (
          <p class="muted">
            {isAtAddress() ? wallet.value.welcome.passkeysWantName : wallet.value.welcome.noPasskeysHere}
          </p>
        )}
        <Confirming
          heading={t.addPasskey}
          why={t.addPasskeyWhy}
          action={t.addPasskey}
          open={asking}
          onClose={() => setAsking(false)}
          perform={addConfirmed}
        />
      </div>
    </Part>
  )
}

function refused(text: string): Told {
  return { tone: 'bad', text }
}
