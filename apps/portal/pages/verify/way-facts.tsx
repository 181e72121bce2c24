/** By which way a request goes to a wallet and its answer comes back, for those who look. */
import type { VerificationView } from '@countersign/api/verifier/session'
import { plainText } from '@countersign/ui/elements/plain-name'
import type { Fact } from '@countersign/ui/elements/sheet'
import { asking } from '../text/asking-texts.ts'
import { portal } from '../text/portal-texts.ts'
import { isThroughBrowser, waysOf } from './asking-ways.ts'

export function wayFacts(view: VerificationView): readonly Fact[] {
  const { facts: t, prefixes } = asking.value
  const { answer, place, prefix } = waysOf(view)
  const travelled = isThroughBrowser(answer) ? 'browser' : place
  return [
    { label: portal.value.request.answer, value: answerText(view.responseMode) },
    ...(prefix === undefined
      ? []
      : [{ label: t.asksAs, value: <AsksAs name={prefixes[prefix]} clientId={view.clientId} /> }]),
    ...(travelled === undefined ? [] : [{ label: t.request, value: t.places[travelled] }]),
  ]
}

function answerText(mode: VerificationView['responseMode']): string {
  const { encrypted, inClear } = portal.value.request
  if (mode === 'direct_post.jwt') return encrypted
  return mode === 'direct_post' ? inClear : asking.value.facts.answers[mode]
}

function AsksAs({ name, clientId }: { readonly name: string; readonly clientId: string }) {
  return (
    <>
      {name}
      <br />
      <bdi class="client-id" dir="ltr">
        {shortened(plainText(clientId))}
      </bdi>
    </>
  )
}

/** A DID can be longer than all the rest of the page; in full it stands in the raw view. */
const MOST = 72

function shortened(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}…`
}
