/** A credential as a card: title, issuer, holder, validity, in this order for those who listen. What is not known has no line. */
import './card.css'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Icon } from '../elements/icon.tsx'
import { cards, diploma, health, identity, licence } from '../elements/icons.ts'
import { plainName } from '../elements/plain-name.ts'
import type { CardLook } from './card-look.ts'

export interface CardView {
  readonly title: string
  readonly issuer?: string | undefined
  readonly holder?: string | undefined
  /** `until 31 May 2029`. */
  readonly validity?: string | undefined
  readonly look: CardLook
  /** The issuer's own, where it has one. */
  readonly own?: OwnLook | undefined
  /** Expired, revoked: it has no colour, and its edge is dashed. */
  readonly ended?: boolean
}

/** The issuer's part of how a card looks. */
export interface OwnLook {
  readonly backgroundColor?: string | undefined
  readonly textColor?: string | undefined
  /** Whether the print may lie under the text. */
  readonly print?: boolean | undefined
  /** In the place of the emblem; an address of our own. */
  readonly logo?: { readonly uri: string } | undefined
  /** The whole card, in the place of what we would draw; an address of our own, and a picture of 1.586 to 1. */
  readonly drawing?: { readonly uri: string } | undefined
}

const EMBLEMS: Readonly<Record<CardLook, string>> = { identity, licence, diploma, health, neutral: cards }

export interface CardProps extends CardView {
  /** Where the card leads; absent: it is a picture of one. */
  readonly href?: string
  /** `issued by {issuer}`, for those who listen. */
  readonly issuedBy: string
}

export function Card({ href, ended = false, look, own, ...view }: CardProps) {
  const drawing = ended ? undefined : own?.drawing?.uri
  const face = <CardFace {...view} look={look} logo={own?.logo?.uri} drawing={drawing} />
  const print = { ...printed(look, own), 'data-ended': ended || undefined }
  if (href === undefined)
    return (
      <div class="card" {...print}>
        {face}
      </div>
    )
  return (
    <a class="card" {...print} href={href}>
      {face}
    </a>
  )
}

/** The print of a type, in the issuer's own where both are there. */
function printed(look: CardLook, own: OwnLook | undefined) {
  const { backgroundColor: ground, textColor: ink, print = false } = own ?? {}
  if (ground === undefined || ink === undefined) return { 'data-look': look }
  return {
    'data-look': look,
    'data-own': print ? 'printed' : 'plain',
    // Set by script, which the policy of our pages lets be; markup could not.
    style: { '--own-ground': ground, '--own-ink': ink },
  }
}

function CardFace({
  title,
  issuer,
  holder,
  validity,
  look,
  logo,
  drawing,
  issuedBy,
}: Omit<CardProps, 'href' | 'ended' | 'own'> & {
  readonly logo: string | undefined
  readonly drawing: string | undefined
}) {
  const [broken, setBroken] = useState(false)
  const [undrawn, setUndrawn] = useState(false)
  return (
    <span class="card-face">
      {drawing !== undefined && !undrawn && (
        <img class="card-drawing" src={drawing} alt="" onError={() => setUndrawn(true)} />
      )}
      <span class="card-title foreign">{plainName(title)}</span>
      {issuer !== undefined && (
        <span class="card-issuer">
          <span class="visually-hidden">{`, ${issuedBy} `}</span>
          <bdi>{plainName(issuer)}</bdi>
        </span>
      )}
      {logo === undefined || broken ? (
        <span class="card-emblem">
          <Icon d={EMBLEMS[look]} />
        </span>
      ) : (
        <img class="card-logo" src={logo} alt="" loading="lazy" onError={() => setBroken(true)} />
      )}
      <span class="card-foot">
        <span class="card-holder foreign">{holder === undefined ? '' : plainName(holder)}</span>
        {validity !== undefined && <span>{validity}</span>}
      </span>
    </span>
  )
}

/** A card in a line of text: its print alone. */
export function Thumb({ look, own }: Pick<CardView, 'look' | 'own'>) {
  return <span class="thumb" {...printed(look, own)} aria-hidden="true" />
}

export interface FromCardProps {
  readonly title: string
  readonly issuer?: string | undefined
  readonly look: CardLook
  readonly own?: OwnLook | undefined
}

/** From which card: thumb, title, issuer. */
export function FromCard({ title, issuer, look, own }: FromCardProps) {
  return (
    <div class="from">
      <Thumb look={look} own={own} />
      <p>
        <b class="foreign">{plainName(title)}</b>
        {issuer !== undefined && <small class="foreign">{plainName(issuer)}</small>}
      </p>
    </div>
  )
}

export function CardNote({ children }: { readonly children: ComponentChildren }) {
  return <p class="card-note">{children}</p>
}
