/** Wherever the account is open: each with what it is, and ended one by one or all but this one. */
import type { LoginsAnswer } from '@countersign/api/wallet/logins'
import { Badge } from '@countersign/ui/elements/badge'
import { Button } from '@countersign/ui/elements/button'
import { Part, Said } from '@countersign/ui/elements/sheet'
import { announce } from '@countersign/ui/page/frame'
import { dayAndTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { useList } from '../account/use-list.ts'
import { own } from '../texts/own-texts.ts'
import { programIn } from './program.ts'

type Login = LoginsAnswer['logins'][number]

export function LoginsPart() {
  const t = own.value.settings
  const { failed, reload, value } = useList<LoginsAnswer>('/auth/logins')
  const [problem, setProblem] = useState(false)
  const logins = value?.logins ?? []

  async function end(path: string, told: string) {
    const answer = await api.send('DELETE', path)
    setProblem(!answer.ok)
    if (answer.ok) announce(told)
    await reload()
  }

  return (
    <Part label={t.logins}>
      <div class="stack" data-gap="m">
        {(failed || problem) && <Said tone="bad">{t.failed}</Said>}
        <p>{t.loginsWhy}</p>
        <ul class="rows" role="list">
          {logins.map((login) => (
            <li key={login.id}>
              <span>
                <b class="foreign">{nameOf(login)}</b>
                <span class="muted">{since(login)}</span>
                {login.current && <Badge tone="brand">{t.thisOne}</Badge>}
              </span>
              {!login.current && (
                <Button kind="quiet" onPress={() => void end(`/auth/logins/${login.id}`, t.loginEnded)}>
                  {t.endLogin}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {(logins.length > 1 || value?.next !== undefined) && (
          <div class="actions">
            <Button onPress={() => void end('/auth/logins', t.othersEnded)}>{t.endOthers}</Button>
          </div>
        )}
      </div>
    </Part>
  )
}

function nameOf({ userAgent }: Login): string {
  const t = own.value.settings
  const { browser, system } = programIn(userAgent ?? '')
  if (browser === undefined) return t.otherProgram
  return system === undefined ? browser : filled(t.browserOn, { browser, system })
}

function since({ by, createdOn, lastUsedOn }: Login): string {
  const t = own.value.settings
  const began = filled(by === undefined ? t.loggedIn : t.loggedInBy[by], {
    time: dayAndTime(createdOn) ?? '',
  })
  const used = dayAndTime(lastUsedOn)
  return used === undefined ? began : `${began} ${filled(t.lastUsed, { time: used })}`
}
