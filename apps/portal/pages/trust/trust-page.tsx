/** Whom the services believe, by which source, until when and why not; and the keys by which others know them. */

import type { BelievedFacts, OwnKeyFacts, TrustFacts, TrustSourceFacts } from '@countersign/api/trust'
import { ok } from '@countersign/core/result'
import { formatName } from '@countersign/credential/display/format-name'
import { Badge, type Tone } from '@countersign/ui/elements/badge'
import { Details } from '@countersign/ui/elements/notice'
import { plainText } from '@countersign/ui/elements/plain-name'
import { type Fact, Facts } from '@countersign/ui/elements/sheet'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { day, dayAndTime, list } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { api } from '../session.ts'
import { home } from '../text/home-texts.ts'
import { operation } from '../text/operation-texts.ts'
import { portal } from '../text/portal-texts.ts'

interface BothFacts {
  readonly verifier: TrustFacts
  readonly issuer: TrustFacts
}

export function TrustPage() {
  const { value, failure, retry } = useLoaded(loadTrust, 'trust')
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  if (value === undefined) return <Loading />
  return <Trust facts={value} />
}

async function loadTrust(): Promise<Answer<BothFacts>> {
  const [verifier, issuer] = await Promise.all([
    api.get<TrustFacts>('/verifier/trust'),
    api.get<TrustFacts>('/issuer/trust'),
  ])
  if (!verifier.ok) return verifier
  return issuer.ok ? ok({ verifier: verifier.value, issuer: issuer.value }) : issuer
}

function Trust({ facts }: { readonly facts: BothFacts }) {
  const t = operation.value
  return (
    <div class="stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.trust.title} product={portal.value.product} />
        <p class="lede">{t.trust.lede}</p>
      </div>
      {(['verifier', 'issuer'] as const).map((service) => (
        <section key={service} class="stack" data-gap="m" aria-labelledby={`trust-${service}`}>
          <h2 id={`trust-${service}`}>{t.trust.believes[service]}</h2>
          <Sources facts={facts[service]} />
        </section>
      ))}
      {(['verifier', 'issuer'] as const).map((service) => (
        <section key={service} class="stack" data-gap="m" aria-labelledby={`keys-${service}`}>
          <h2 id={`keys-${service}`}>{t.trust.keys[service]}</h2>
          <ul class="tiles" role="list">
            {facts[service].keys.map((key) => (
              <li key={key.purpose} class="sheet">
                <Key own={key} now={facts[service].at} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function Sources({ facts: { at, believes } }: { readonly facts: TrustFacts }) {
  const t = operation.value.trust
  if (believes === undefined) return <p class="muted">{t.needsNobody}</p>
  if (believes.length === 0) return <p>{t.nobody}</p>
  return (
    <ul class="tiles" role="list">
      {believes.map((source) => (
        <li key={`${source.kind} ${source.place}`} class="sheet">
          <Source source={source} now={at} />
        </li>
      ))}
    </ul>
  )
}

interface SourceProps {
  readonly source: TrustSourceFacts
  /** Epoch seconds, of the service. */
  readonly now: number
}

function Source({ source, now }: SourceProps) {
  const t = operation.value.trust
  const { believed, issue, kind, lookedAt, more, name, nextUpdate, place, problem, signedBy } = source
  const when = (seconds: number) => dayAndTime(isoOf(seconds)) ?? ''
  const [tone, state] = stateOf(source)
  const facts: readonly (Fact | undefined)[] = [
    { label: t.kind, value: t.kinds[kind] },
    { label: t.place, value: plainText(place) },
    kind === 'issuer' ? { label: t.types, value: typesOf(source) } : undefined,
    nextUpdate === undefined
      ? undefined
      : {
          label: t.nextUpdate,
          value: nextUpdate < now ? filled(t.ended, { time: when(nextUpdate) }) : when(nextUpdate),
        },
    signedBy === undefined ? undefined : { label: t.signedBy, value: plainText(signedBy) },
    issue === undefined ? undefined : { label: t.issue, value: String(issue) },
    lookedAt === undefined ? undefined : { label: t.lookedAt, value: when(lookedAt) },
    problem === undefined ? undefined : { label: t.problem, value: plainText(problem.sentence) },
    source.unusable.length === 0
      ? undefined
      : {
          label: t.unusable,
          value: list(source.unusable.map(({ count, reason }) => `${count} × ${plainText(reason)}`)),
        },
  ]
  const count = believed.length + (more ?? 0)
  return (
    <div class="stack" data-gap="m">
      <div class="row" data-spread>
        <h3 class="foreign">{plainText(name ?? lastPart(place))}</h3>
        <Badge tone={tone}>{state}</Badge>
      </div>
      <Facts none={ui.value.notGiven} facts={facts.filter((fact) => fact !== undefined)} />
      {count > 0 && (
        <Details summary={t.entries(count)}>
          <ul class="entries" role="list">
            {believed.map((one, at) => (
              <Believed key={at} believed={one} />
            ))}
          </ul>
          {more !== undefined && <p class="muted">{t.more(more)}</p>}
        </Details>
      )}
    </div>
  )
}

function stateOf({ believed, inForce, problem }: TrustSourceFacts): readonly [Tone, string] {
  const t = operation.value.trust
  if (!inForce) return ['bad', t.notInForce]
  if (problem !== undefined) return ['warn', t.lookFailed]
  // Every one of them counts no more, although the file itself was read well.
  if (believed.length > 0 && believed.every(({ why }) => why !== undefined)) return ['bad', t.notInForce]
  return ['ok', t.inForce]
}

function typesOf({ types }: Pick<TrustSourceFacts, 'types'>): string {
  return types === undefined ? operation.value.trust.allTypes : list(types.map(plainText))
}

/** A path or an address is too long for a heading. */
function lastPart(place: string): string {
  return place.split('/').findLast((part) => part !== '') ?? place
}

function Believed({ believed }: { readonly believed: BelievedFacts }) {
  const t = operation.value.trust
  const { as, formats, name, notAfter, subject, types, why } = believed
  const facts = [
    as === 'authority' ? t.authority : t.signer,
    filled(t.until, { day: day(isoOf(notAfter)) ?? '' }),
    `${t.types} ${typesOf({ types })}`,
    ...(formats === undefined ? [] : [list(formats.map(formatName))]),
  ]
  return (
    <li class="entry" data-bare>
      <b class="foreign">{plainText(name)}</b>
      <span class="muted">{facts.join(' · ')}</span>
      {subject !== name && <span class="muted foreign">{plainText(subject)}</span>}
      {why !== undefined && (
        <span>
          <Badge tone="bad">{t.reasons[why]}</Badge>
        </span>
      )}
    </li>
  )
}

function Key({ own, now }: { readonly own: OwnKeyFacts; readonly now: number }) {
  const t = operation.value.trust
  const { algorithm, certificates, purpose } = own
  const [first] = certificates
  const end =
    certificates.length === 0 ? undefined : Math.min(...certificates.map(({ notAfter }) => notAfter))
  const known = home.value.purposes as Readonly<Record<string, string>>
  const until = (seconds: number) => day(isoOf(seconds)) ?? ''
  return (
    <div class="stack" data-gap="m">
      <h3>{known[purpose] ?? purpose}</h3>
      <Facts
        none={t.noCertificate}
        facts={[
          { label: t.algorithm, value: algorithm },
          { label: t.certificate, value: first && plainText(first.subject) },
          ...(first === undefined ? [] : [{ label: t.certifiedBy, value: plainText(first.issuer) }]),
          ...(end === undefined
            ? []
            : [
                {
                  label: t.validUntil,
                  value:
                    end < now ? (
                      <Badge tone="bad">{filled(t.ended, { time: until(end) })}</Badge>
                    ) : (
                      until(end)
                    ),
                },
              ]),
        ]}
      />
    </div>
  )
}
