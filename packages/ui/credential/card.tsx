/** A credential as a card: title, issuer, holder, validity, in this order for those who listen. What is not known has no line. */
import './card.css'
import type { ComponentChildren } from 'preact'
import { Icon } from '../elements/icon.tsx'
import { cards, diploma, health, identity, licence } from '../elements/icons.ts'
import { plainName } from '../elements/plain-name.ts'

export type CardLook = 'identity' | 'licence' | 'diploma' | 'health' | 'neutral'

export interface CardView {
  readonly title: string
  readonly issuer?: string | undefined
  readonly holder?: string | undefined
  /** `until 31 May 2029`. */
  readonly validity?: string | undefined
  readonly look: CardLook
  /** Expired, revoked: it has no colour, and its edge is dashed. */
  readonly ended?: boolean
}

const EMBLEMS: Readonly<Record<CardLook, string>> = { identity, licence, diploma, health, neutral: cards }

/** What a type calls itself and its titles decide which print it has; an unknown type has strokes. */
export function lookOf(type: string, title = ''): CardLook {
  const words = `${type} ${title}`.toLowerCase()
  if (/mdl|driv|licen[cs]e|führerschein/.test(words)) return 'licence'
  if (/diploma|degree|university|educat|zeugnis|certificate of/.test(words)) return 'diploma'
  if (/health|ehic|insurance|vaccin|medical|gesundheit/.test(words)) return 'health'
  if (/\bpid\b|pid[:.]|identity|passport|ausweis|person|age/.test(words)) return 'identity'
  return 'neutral'
}

export interface CardProps extends CardView {
  /** Where the card leads; absent: it is a picture of one. */
  readonly href?: string
  /** `issued by {issuer}`, for those who listen. */
  readonly issuedBy: string
}

export function Card({ href, ended = false, look, ...view }: CardProps) {
  const face = <CardFace {...view} look={look} />
  if (href === undefined)
    return (
      <div class="card" data-look={look} data-ended={ended || undefined}>
        {face}
      </div>
    )
  return (
    <a class="card" data-look={look} data-ended={ended || undefined} href={href}>
      {face}
    </a>
  )
}

function CardFace({ title, issuer, holder, validity, look, issuedBy }: Omit<CardProps, 'href' | 'ended'>) {
  return (
    <span class="card-face">
      <span class="card-title foreign">{plainName(title)}</span>
      {issuer !== undefined && (
        <span class="card-issuer">
          <span class="visually-hidden">{`, ${issuedBy} `}</span>
          <bdi>{plainName(issuer)}</bdi>
        </span>
      )}
      <span class="card-emblem">
        <Icon d={EMBLEMS[look]} />
      </span>
      <span class="card-foot">
        <span class="card-holder foreign">{holder === undefined ? '' : plainName(holder)}</span>
        {validity !== undefined && <span>{validity}</span>}
      </span>
    </span>
  )
}

/** A card in a line of text: its print alone. */
export function Thumb({ look }: { readonly look: CardLook }) {
  return <span class="thumb" data-look={look} aria-hidden="true" />
}

export interface FromCardProps {
  readonly title: string
  readonly issuer?: string | undefined
  readonly look: CardLook
}

/** From which card: thumb, title, issuer. */
export function FromCard({ title, issuer, look }: FromCardProps) {
  return (
    <div class="from">
      <Thumb look={look} />
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
