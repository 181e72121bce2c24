/** The passkeys of the account: added, and removed but for the last way in. */
import type { PasskeyOptionsAnswer, PasskeysAnswer } from '@countersign/api/wallet/passkeys'
import { Button } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { Part, Said } from '@countersign/ui/elements/sheet'
import { makePasskey } from '@countersign/ui/login/passkeys'
import { announce } from '@countersign/ui/page/frame'
import { day } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { useList } from '../account/use-list.ts'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'

export function PasskeysPart() {
  const t = own.value.settings
  const { failed, reload, value } = useList<PasskeysAnswer>('/auth/passkeys')
  const [problem, setProblem] = useState<string>()

  async function add() {
    setProblem(undefined)
    const begun = await api.send<PasskeyOptionsAnswer>('POST', '/auth/passkeys/options')
    if (!begun.ok) return setProblem(t.failed)
    const { ceremony, options } = begun.value
    const credential = await makePasskey(options)
    if (!credential.ok) return setProblem(wallet.value.welcome.passkeyFailed)
    const made = await api.send('POST', '/auth/passkeys', { ceremony, credential: credential.value })
    if (!made.ok) return setProblem(t.failed)
    announce(t.passkeyAdded)
    return reload()
  }

  async function remove(id: string) {
    setProblem(undefined)
    const removed = await api.send('DELETE', `/auth/passkeys/${encodeURIComponent(id)}`)
    if (!removed.ok) return setProblem(removed.error.code === 'last_login' ? t.lastPasskey : t.failed)
    announce(t.passkeyRemoved)
    return reload()
  }

  return (
    <Part label={t.passkeys}>
      <div class="stack" data-gap="m">
        {(failed || problem !== undefined) && <Said tone="bad">{problem ?? t.failed}</Said>}
        {value?.length === 0 && <p>{t.noPasskeys}</p>}
        <ul class="rows" role="list">
          {value?.map(({ createdOn, id, label, lastUsedOn }) => (
            <li key={id}>
              <span>
                <b class="foreign">{label}</b>
                <span class="muted">
                  {filled(lastUsedOn === undefined ? t.since : t.sinceAndUsed, {
                    since: day(createdOn) ?? '',
                    used: day(lastUsedOn) ?? '',
                  })}
                </span>
              </span>
              <Button kind="quiet" onPress={() => void remove(id)}>
                {t.remove}
              </Button>
            </li>
          ))}
        </ul>
        <div class="actions">
          <Button icon={key} onPress={() => void add()}>
            {t.addPasskey}
          </Button>
        </div>
      </div>
    </Part>
  )
}
