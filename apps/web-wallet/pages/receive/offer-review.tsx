/** The review of an offer: who, what, the code, and the two answers. */
import type { OfferPreview } from '@countersign/api/wallet/offer-exchange'
import { Card, FromCard } from '@countersign/ui/credential/card'
import { lookOf } from '@countersign/ui/credential/card-look'
import { Button } from '@countersign/ui/elements/button'
import { useGuardedPress } from '@countersign/ui/elements/guarded-press'
import { Notice, TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainName, plainText } from '@countersign/ui/elements/plain-name'
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { supportText } from '@countersign/ui/page/problem'
import { list } from '@countersign/ui/text/format'
import { Sentence } from '@countersign/ui/text/sentence'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useState } from 'preact/hooks'
import { partyFacts } from '../../shown/party-facts.ts'
import type { Exchange } from '../exchange/use-exchange.ts'
import { WithNetwork } from '../offline/with-network.tsx'
import { Who } from '../party/who.tsx'
import { wallet } from '../texts/wallet-texts.ts'

export interface OfferReviewProps {
  readonly preview: OfferPreview
  readonly exchange: Exchange<OfferPreview>
}

export function OfferReview({ preview, exchange }: OfferReviewProps) {
  const t = wallet.value.offer
  const [code, setCode] = useState('')
  const [missing, setMissing] = useState(false)
  const facts = partyFacts(preview.issuer)
  const usable = preview.credentials.filter(({ unusable }) => unusable === undefined)
  const title = plainName(usable[0]?.title ?? preview.credentials[0]?.title ?? '')
  const text = usable.length > 1 ? t.titleMany(usable.length) : t.title

  /** Whoever has to say yes somewhere else is sent there. */
  async function take() {
    const taken = await exchange.decide('use', preview.txCode === undefined ? {} : { txCode: code.trim() })
    const url = taken?.authorization?.url
    if (url !== undefined) location.assign(url)
  }
  const add = useGuardedPress(() => {
    if (preview.txCode !== undefined && code.trim() === '') {
      setMissing(true)
      document.getElementById(CODE_FIELD)?.focus()
      return
    }
    void take()
  }, preview.id)
  const decline = useGuardedPress(() => void exchange.decide('reject', {}), preview.id)
  // What was said yes to is only fetched any more.
  const elsewhere = preview.state === 'unfinished' ? undefined : preview.authorization?.host

  return (
    <div class="column stack" data-gap="l">
      <Heading title={filled(text, { title })} product={wallet.value.product}>
        <Sentence text={text} places={{ title: <bdi class="foreign">{title}</bdi> }} />
      </Heading>
      {exchange.failure !== undefined && preview.txCode === undefined && (
        <Failure failure={exchange.failure} />
      )}
      {preview.state === 'unfinished' && (
        <Notice tone="warn">
          <p>{t.cut}</p>
        </Notice>
      )}
      {preview.state === 'authorizing' && (
        <Notice tone="warn">
          <p>{t.notBackYet}</p>
        </Notice>
      )}
      <Sheet parts>
        <Who facts={facts} texts={t} />
        <Offered preview={preview} />
        {preview.txCode !== undefined && (
          <TransactionCode
            txCode={preview.txCode}
            code={code}
            onInput={(next) => {
              setCode(next)
              setMissing(false)
            }}
            error={missing ? t.codeMissing : codeError(exchange.failure)}
          />
        )}
      </Sheet>
      <div class="stack" data-gap="m">
        {usable.length === 0 ? (
          <Notice tone="warn">
            <p>{t.nothingUsable}</p>
          </Notice>
        ) : null}
        {usable.length > 0 && elsewhere !== undefined && (
          <p>
            <Sentence
              text={t.askedElsewhere}
              places={{
                host: (
                  <bdi class="host" dir="ltr">
                    {elsewhere}
                  </bdi>
                ),
              }}
            />
          </p>
        )}
        <WithNetwork>
          <div class="actions" data-fill>
            {usable.length > 0 && (
              <Button kind={facts.trusted ? 'primary' : 'caution'} big busy={exchange.busy} onPress={add}>
                <TakeWord elsewhere={elsewhere} busy={exchange.busy} trusted={facts.trusted} />
              </Button>
            )}
            <Button big busy={exchange.busy} onPress={decline}>
              {t.decline}
            </Button>
          </div>
        </WithNetwork>
        <p class="muted">{t.keepsNothing}</p>
        <TechnicalDetails summary={ui.value.technicalDetails} text={exactWords(preview, exchange.failure)} />
      </div>
    </div>
  )
}

interface TakeWordProps {
  readonly elsewhere: string | undefined
  readonly busy: boolean
  readonly trusted: boolean
}

/** What the button says that takes the offer up, or leads to where it is. */
function TakeWord({ busy, elsewhere, trusted }: TakeWordProps) {
  const t = wallet.value.offer
  if (elsewhere === undefined) return busy ? t.adding : trusted ? t.add : t.addAnyway
  return (
    <Sentence
      text={trusted ? t.goOnAt : t.goOnAtAnyway}
      places={{ host: <bdi dir="ltr">{elsewhere}</bdi> }}
    />
  )
}

const CODE_FIELD = 'transaction-code'

function Offered({ preview }: { readonly preview: OfferPreview }) {
  const t = wallet.value.offer
  const [only, ...others] = preview.credentials
  if (only === undefined) return null
  const issuer = partyFacts(preview.issuer).known
  return (
    <Part label={t.what}>
      <div class="stack">
        {others.length === 0 && (
          <Card
            title={only.title}
            issuer={issuer}
            look={lookOf(only.type ?? only.configurationId, only.title)}
            own={only.look}
            issuedBy={wallet.value.home.issuedBy}
          />
        )}
        {preview.credentials.map((credential) => (
          <div key={credential.configurationId}>
            {others.length > 0 && (
              <FromCard
                title={credential.title}
                look={lookOf(credential.type ?? credential.configurationId, credential.title)}
                own={credential.look}
              />
            )}
            <OfferedClaims labels={credential.claims.map(({ label }) => label)} />
            {credential.unusable !== undefined && (
              <Notice tone="warn">
                <p>{t.unusable}</p>
              </Notice>
            )}
          </div>
        ))}
      </div>
    </Part>
  )
}

function OfferedClaims({ labels }: { readonly labels: readonly string[] }) {
  const t = wallet.value.offer
  if (labels.length === 0) return <p class="muted">{t.saysNothing}</p>
  return (
    <>
      <h3 class="label">{t.says}</h3>
      <p class="foreign">{list(labels.map((label) => plainName(label)))}</p>
    </>
  )
}

interface TransactionCodeProps {
  readonly txCode: NonNullable<OfferPreview['txCode']>
  readonly code: string
  readonly onInput: (code: string) => void
  readonly error: string | undefined
}

function TransactionCode({ txCode, code, onInput, error }: TransactionCodeProps) {
  const t = wallet.value.offer
  const { length, description } = txCode
  const isNumber = txCode.inputMode === 'numeric'
  const left = length === undefined ? undefined : Math.max(0, length - code.trim().length)
  return (
    <section class="stack" data-gap="s">
      <TextField
        id={CODE_FIELD}
        label={t.code}
        hint={isNumber && length !== undefined ? t.codeHintDigits(length) : t.codeHint(length)}
        error={error}
        value={code}
        onInput={onInput}
        inputMode={isNumber ? 'numeric' : 'text'}
        autocomplete="one-time-code"
        {...(length !== undefined && { maxLength: length })}
        required
        code
      />
      {left !== undefined && <p class="muted">{left === 0 ? t.codeFull : t.codeLeft(left)}</p>}
      {description !== undefined && (
        <p class="muted">
          <Sentence
            text={t.codeSays}
            places={{ words: <q class="foreign">{plainText(description).slice(0, 300)}</q> }}
          />
        </p>
      )}
    </section>
  )
}

function Failure({ failure }: { readonly failure: CallFailure }) {
  return (
    <Notice tone="bad" announced>
      <p>{sentenceFor(failure)}</p>
    </Notice>
  )
}

function sentenceFor({ kind }: CallFailure): string {
  const t = wallet.value.offer
  return kind === 'unreachable' || kind === 'late' ? t.cut : t.failed
}

function codeError(failure: CallFailure | undefined): string | undefined {
  if (failure === undefined) return undefined
  if (failure.kind !== 'refused') return sentenceFor(failure)
  return filled(wallet.value.offer.codeWrong, { words: plainText(failure.message).slice(0, 400) })
}

function exactWords(
  { issuer, credentials, expiresAt }: OfferPreview,
  failure: CallFailure | undefined,
): string {
  const lines = [
    `issuer       ${issuer.url}`,
    `trust        ${issuer.trust.trusted ? `${issuer.trust.anchor ?? ''} ${issuer.trust.source ?? ''}` : (issuer.trust.reason ?? 'none')}`,
    ...credentials.map(
      ({ configurationId, format, type }) => `credential   ${configurationId} · ${format} · ${type ?? ''}`,
    ),
    `kept until   ${expiresAt}`,
    ...(failure === undefined ? [] : ['', supportText(failure)]),
  ]
  return plainText(lines.join('\n'))
}
