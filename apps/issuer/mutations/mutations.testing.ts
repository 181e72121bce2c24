/** What somebody makes of a message who has it, or has one of his own beside it. */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { newKey } from '@countersign/testing/people/keys'
import { type Hall, type Message, proofOf, type Sent, written } from './messages.testing.ts'

export interface Mutation {
  readonly what: string
  /** `other`: the same message of another issuance. */
  send(hall: Hall, message: Message, other: Message): Promise<Sent>
}

/** A text in place of another; undefined leaves it out. */
type TextChange = (text: string, other: string) => string | undefined

const TEXTS: Readonly<Record<string, TextChange>> = {
  ...Object.fromEntries(
    Array.from(
      { length: 12 },
      (_, at) => [`with another letter at ${at} twelfths`, changedAt(at / 12)] as const,
    ),
  ),
  'twice over': (text) => text + text,
  'twice, with a dot between': (text) => `${text}.${text}`,
  backwards: (text) => Array.from(text).reverse().join(''),
  'with a line break': (text) => `${text}\n`,
  'with a zero byte': (text) => `${text}\0`,
  'with what nobody sees': (text) => `${text}\u200b`,
  'in quotes': (text) => `"${text}"`,
  escaped: (text) => encodeURIComponent(`${text}%`),
  'left out': () => undefined,
  empty: () => '',
  'with another last letter': (text) => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A'),
  'with another first letter': (text) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1),
  'cut in half': (text) => text.slice(0, text.length >> 1),
  'with a letter more': (text) => `${text}A`,
  'behind a space': (text) => ` ${text}`,
  'in the other case': (text) => (text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase()),
  'without end': (text) => text + 'A'.repeat(20_000),
  'of another issuance': (_text, other) => other,
  'that every object has': () => '__proto__',
}

function changedAt(share: number): TextChange {
  return (text) => {
    const at = Math.floor(text.length * share)
    return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  }
}

/** What is no text. */
const VALUES: Readonly<Record<string, JsonValue>> = {
  'that is a number': 1,
  'that is a list': ['x'],
  'that is an object': {},
  'that is null': null,
}

/** `other` is a sample as well: what both have alike is no other issuance's. */
export function mutationsOf(message: Message, other: Message): readonly Mutation[] {
  const isAlike = (name: string) =>
    message.form?.[name] === other.form?.[name] && message.json?.[name] === other.json?.[name]
  const body =
    message.form === undefined
      ? jsonMutations(message.json ?? {}, isAlike)
      : formMutations(message.form, isAlike)
  return [...body, ...proofMutations(message), ...(message.accessToken === undefined ? [] : tokenMutations())]
}

type IsAlike = (name: string) => boolean

function textsFor(name: string, isAlike: IsAlike): readonly (readonly [string, TextChange])[] {
  return Object.entries(TEXTS).filter(([how]) => how !== 'of another issuance' || !isAlike(name))
}

function formMutations(form: Readonly<Record<string, string>>, isAlike: IsAlike): readonly Mutation[] {
  return Object.keys(form).flatMap((name) => [
    ...textsFor(name, isAlike).map(([how, change]) => ({
      what: `${name} ${how}`,
      send: async (hall: Hall, message: Message, other: Message) => {
        const { [name]: text = '', ...rest } = message.form ?? {}
        const value = change(text, other.form?.[name] ?? '')
        return written(hall, { ...message, form: value === undefined ? rest : { ...rest, [name]: value } })
      },
    })),
    {
      what: `${name} twice`,
      send: async (hall: Hall, message: Message) => {
        const sent = await written(hall, message)
        const again = new URLSearchParams({ [name]: message.form?.[name] ?? '' })
        return { ...sent, payload: `${sent.payload}&${again.toString()}` }
      },
    },
  ])
}

function jsonMutations(json: JsonObject, isAlike: IsAlike): readonly Mutation[] {
  return Object.keys(json).flatMap((name) => [
    ...(typeof json[name] === 'string' ? textMutations(name, isAlike) : []),
    ...Object.entries(VALUES).map(([how, value]) => ({
      what: `${name} ${how}`,
      send: async (hall: Hall, message: Message) =>
        written(hall, { ...message, json: { ...message.json, [name]: value } }),
    })),
    ...(name === 'proofs' ? keyProofMutations() : []),
  ])
}

function textMutations(name: string, isAlike: IsAlike): readonly Mutation[] {
  return textsFor(name, isAlike).map(([how, change]) => ({
    what: `${name} ${how}`,
    send: async (hall, message, other) => {
      const { [name]: own, ...rest } = message.json ?? {}
      const others = other.json?.[name]
      if (typeof own !== 'string' || typeof others !== 'string') throw new Error(`${name} is no text`)
      const value = change(own, others)
      return written(hall, { ...message, json: value === undefined ? rest : { ...rest, [name]: value } })
    },
  }))
}

function keyProofMutations(): readonly Mutation[] {
  const proofOfMessage = ({ json }: Message) =>
    (json?.['proofs'] as { readonly jwt: readonly string[] } | undefined)?.jwt[0] ?? ''
  const withProofs = (hall: Hall, message: Message, proofs: JsonObject) =>
    written(hall, { ...message, json: { ...message.json, proofs } })
  const parts = ['header', 'payload', 'signature'] as const
  return [
    ...Object.entries(TEXTS)
      // A proof of another issuance proves another key, which may be had: whose token it is, says the token.
      .filter(([how]) => how !== 'of another issuance')
      .map(([how, change]) => ({
        what: `the key proof ${how}`,
        send: (hall: Hall, message: Message) =>
          withProofs(hall, message, { jwt: [change(proofOfMessage(message), '') ?? null] }),
      })),
    ...parts.map((part, at) => ({
      what: `the key proof with the ${part} of another`,
      send: (hall: Hall, message: Message, other: Message) => {
        const own = proofOfMessage(message).split('.')
        return withProofs(hall, message, {
          jwt: [own.with(at, proofOfMessage(other).split('.')[at] ?? '').join('.')],
        })
      },
    })),
    {
      what: 'the key proof twice',
      send: (hall, message) => {
        const proof = proofOfMessage(message)
        return withProofs(hall, message, { jwt: [proof, proof] })
      },
    },
    {
      what: 'the key proof under another type',
      send: (hall, message) => withProofs(hall, message, { attestation: [proofOfMessage(message)] }),
    },
    {
      what: 'the key proof beside one of another type',
      send: (hall, message) => withProofs(hall, message, { jwt: [proofOfMessage(message)], di_vp: ['x'] }),
    },
  ]
}

function proofMutations({ accessToken }: Message): readonly Mutation[] {
  const withProof =
    (make: (hall: Hall, message: Message, other: Message) => Promise<string>): Mutation['send'] =>
    async (hall, message, other) =>
      written(hall, message, await make(hall, message, other))
  const texts = Object.entries(TEXTS).filter(([how]) => how !== 'of another issuance')
  return [
    ...texts.map(([how, change]) => ({
      what: `the DPoP proof ${how}`,
      send: async (hall: Hall, message: Message) => {
        const proof = change(await proofOf(hall, message), '')
        const sent = await written(hall, message, proof ?? '')
        const { dpop: _dpop, ...others } = sent.headers
        return proof === undefined ? { ...sent, headers: others } : sent
      },
    })),
    {
      what: 'the DPoP proof of another key',
      send: withProof((hall, message) => proofOf(hall, message, { key: newKey() })),
    },
    {
      what: 'the DPoP proof for another address',
      send: withProof((hall, message) => proofOf(hall, message, { path: '/elsewhere' })),
    },
    {
      what: 'the DPoP proof for another method',
      send: withProof((hall, message) => proofOf(hall, message, { method: 'GET' })),
    },
    {
      what: 'the DPoP proof of an hour ago',
      send: withProof((hall, message) => proofOf(hall, message, { age: 3600 })),
    },
    {
      what: 'the DPoP proof of an hour hence',
      send: withProof((hall, message) => proofOf(hall, message, { age: -3600 })),
    },
    {
      what: 'the DPoP proof twice',
      send: withProof(async (hall, message) => {
        const proof = await proofOf(hall, message)
        return `${proof}, ${proof}`
      }),
    },
    ...(accessToken === undefined
      ? []
      : [
          {
            what: 'the DPoP proof without the token',
            send: withProof((hall, message) => proofOf(hall, message, { accessToken: undefined })),
          },
          {
            what: 'the DPoP proof for the token of another',
            send: withProof((hall, message, other) =>
              proofOf(hall, message, { accessToken: other.accessToken }),
            ),
          },
        ]),
  ]
}

function tokenMutations(): readonly Mutation[] {
  return [
    ...Object.entries(TEXTS).map(([how, change]) => ({
      what: `the access token ${how}`,
      send: async (hall: Hall, message: Message, other: Message) => {
        const accessToken = change(message.accessToken ?? '', other.accessToken ?? '')
        return written(hall, { ...message, accessToken })
      },
    })),
    {
      what: 'the access token without its key',
      send: async (hall, message) => {
        const sent = await written(hall, message)
        const { dpop: _dpop, ...headers } = sent.headers
        return { ...sent, headers: { ...headers, authorization: `Bearer ${message.accessToken}` } }
      },
    },
    {
      what: 'the access token under another scheme',
      send: async (hall, message) => {
        const sent = await written(hall, message)
        return { ...sent, headers: { ...sent.headers, authorization: `Basic ${message.accessToken}` } }
      },
    },
  ]
}
