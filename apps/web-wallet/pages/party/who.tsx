/** Who is asking, or giving: the name, the host, and whether anybody vouches for them - in words, whatever the colour. */
import { Notice } from '@countersign/ui/elements/notice'
import { Part, Party, Said } from '@countersign/ui/elements/sheet'
import { Sentence } from '@countersign/ui/text/sentence'
import type { PartyFacts } from '../../shown/party-facts.ts'

export interface WhoTexts {
  readonly who: string
  readonly nameless: string
  readonly unconfirmed: string
  readonly verified: string
  readonly notVerified: string
  readonly notVerifiedWhy: string
  readonly callsItself: string
  readonly mixed: string
}

export function Who({ facts, texts }: { readonly facts: PartyFacts; readonly texts: WhoTexts }) {
  return (
    <Part label={texts.who}>
      <Party
        {...(facts.trusted && !facts.isHost && { name: facts.known })}
        host={facts.host}
        nameless={facts.trusted ? facts.host : facts.own === undefined ? texts.nameless : texts.unconfirmed}
      />
      {facts.trusted ? (
        <Said tone="ok">
          <Sentence text={texts.verified} places={{ anchor: <em class="foreign">{facts.anchor}</em> }} />
        </Said>
      ) : (
        <Notice tone="warn" heading={texts.notVerified}>
          <p>{texts.notVerifiedWhy}</p>
        </Notice>
      )}
      {facts.own !== undefined && (
        <p class="muted party-more">
          <Sentence text={texts.callsItself} places={{ name: <bdi class="foreign">{facts.own}</bdi> }} />
        </p>
      )}
      {facts.mixed && (
        <Notice tone="warn">
          <p>{texts.mixed}</p>
        </Notice>
      )}
    </Part>
  )
}

/** The name of somebody in a sentence of ours. */
export function Known({ facts }: { readonly facts: PartyFacts }) {
  return (
    <bdi class={facts.isHost ? 'host' : 'foreign'} dir={facts.isHost ? 'ltr' : undefined}>
      {facts.known}
    </bdi>
  )
}
