/** Wherever the account is open: each with what it is, and ended one by one or all but this one. */
import type { LoginsAnswer } from '@countersign/api/wallet/logins'
import { Badge } from '@countersign/ui/elements/badge'
import { Button } from '@countersign/ui/elements/button'
import { Part } from '@countersign/ui/elements/sheet'
import { dayAndTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { api } from '../account/session.ts'
import { DeedTold, type Told, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { type Listed, NotFetched } from '../own/use-list.tsx'
import { own } from '../texts/own-texts.ts'
import { programName } from './program-name.ts'

type Login = LoginsAnswer['logins'][number]

export function LoginsPart({ list }: { readonly list: Listed<LoginsAnswer> }) {
  const t = own.value.settings
  const deed = useDeed()
  const logins = list.value?.logins ?? []

  /** One that is over already is what was wanted. */
  async function end(path: string, told: string): Promise<Told> {
    const answer = await api.send('DELETE', path)
    if (!answer.ok && answer.error.status !== 404) return { tone: 'bad', text: whyNot(answer.error) }
    await list.reload()
    return { tone: 'ok', text: told }
  }

  return (
    <Part label={t.logins}>
      <div class="stack" data-gap="m">
        <NotFetched list={list} />
        <p>{t.loginsWhy}</p>
        <DeedTold of={deed} />
        <ul class="rows" role="list">
          {logins.map((login) => (
            <li key={login.id}>
              <span>
                <b class="foreign">{programName(login.userAgent ?? '')}</b>
                <span class="muted">{since(login)}</span>
              </span>
              {login.current ? (
                <Badge tone="brand">{t.thisOne}</Badge>
              ) : (
                <Button
                  kind="quiet"
                  busy={deed.busy}
                  label={`${t.endLogin}: ${programName(login.userAgent ?? '')}. ${since(login)}`}
                  onPress={() =>
                    deed.run(() => end(`/auth/logins/${encodeURIComponent(login.id)}`, t.loginEnded))
                  }
                >
                  {t.endLogin}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {list.value?.next !== undefined && <p class="muted">{t.moreLogins}</p>}
        {logins.length > 1 && (
          <div class="actions">
            <Button busy={deed.busy} onPress={() => deed.run(() => end('/auth/logins', t.othersEnded))}>
              {t.endOthers}
            </Button>
          </div>
        )}
      </div>
    </Part>
  )
}

function since({ by, createdOn, lastUsedOn }: Login): string {
  const t = own.value.settings
  const began = filled(by === undefined ? t.loggedIn : t.loggedInBy[by], {
    time: dayAndTime(createdOn) ?? '',
  })
  const used = dayAndTime(lastUsedOn)
  return used === undefined ? began : `${began} ${filled(t.lastUsed, { time: used })}`
}
