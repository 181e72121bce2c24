/** What the pages of the repository say. */
import type { Topic } from '@countersign/catalogue/topics'
import type { Purpose, Sensitivity } from '@countersign/catalogue/vocabulary'

export interface SiteTexts {
  readonly product: string
  readonly skip: string
  readonly mainMenu: string
  readonly types: string
  readonly api: string
  readonly invented: string
  readonly lede: string
  readonly search: string
  readonly find: string
  readonly found: (count: number) => string
  readonly none: string
  readonly all: string
  readonly topics: Readonly<Record<Topic, string>>
  readonly notThere: string
  readonly notThereWhy: string
  readonly claims: string
  readonly claimsLede: string
  readonly needed: string
  readonly withholdable: string
  readonly alwaysShown: string
  readonly wholeIn: (formats: string) => string
  readonly partsIn: (formats: string) => string
  readonly sensitivity: Readonly<Record<Sensitivity, string>>
  readonly usedFor: (purposes: string) => string
  readonly purposes: Readonly<Record<Purpose, string>>
  readonly instead: (claims: string) => string
  readonly calledIn: string
  readonly called: (format: string) => string
  readonly namespace: string
  readonly lifetime: string
  readonly days: (count: number) => string
  readonly integrity: string
  readonly documents: string
  readonly documentsLede: string
  readonly example: (format: string) => string
  readonly mapping: (format: string) => string
  readonly manifest: (format: string) => string
  readonly schema: string
  readonly typeMetadata: string
  readonly asFile: string
}

/** In years where there are such. */
function time(days: number): string {
  const [count, unit] = days % 365 === 0 ? [days / 365, 'year'] : [days, 'day']
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`
}

export const en: SiteTexts = {
  product: 'Credential types',
  skip: 'Skip to content',
  mainMenu: 'Main menu',
  types: 'Types',
  api: 'API',
  invented: 'All people in the examples are invented.',
  lede: 'What a credential says, how it looks, and what an issuer needs for it.',
  search: 'Search for a type',
  find: 'Search',
  found: (count) => (count === 1 ? '1 type' : `${count} types`),
  none: 'No type has this in its name or its description.',
  all: 'All types',
  topics: {
    identity: 'Identity',
    age: 'Age',
    driving: 'Driving',
    education: 'Education',
    employment: 'Work',
    health: 'Health',
    travel: 'Travel',
    tickets: 'Tickets',
    membership: 'Membership',
    payment: 'Payment',
    business: 'Business and taxes',
    residence: 'Residence',
    other: 'Of your own',
  },
  notThere: 'There is no such type',
  notThereWhy: 'The name may be misspelt, or the type was taken out of the catalogue.',
  claims: 'Claims',
  claimsLede: 'What each tells of a person, and what it is usually asked for.',
  needed: 'needed',
  withholdable: 'can be withheld',
  alwaysShown: 'always shown',
  wholeIn: (formats) => `As ${formats}, everything is always shown.`,
  partsIn: (formats) => `As ${formats}, each claim can be withheld.`,
  sensitivity: { ordinary: 'says little of a person', personal: 'personal', sensitive: 'sensitive' },
  usedFor: (purposes) => `Usually for ${purposes}.`,
  purposes: {
    age: 'an age check',
    identity: 'knowing who somebody is',
    contact: 'getting in touch',
    delivery: 'delivery',
    residence: 'a proof of residence',
    driving: 'driving',
    work: 'work',
    education: 'education',
    health: 'health care',
    travel: 'travel',
    admission: 'admission',
    payment: 'payment',
    tax: 'taxes',
    credit: 'a credit check',
    business: 'business',
  },
  instead: (claims) => `Often ${claims} would do.`,
  calledIn: 'Formats and names',
  called: (format) => `As ${format}`,
  namespace: 'Namespace',
  lifetime: 'Usually good for',
  days: time,
  integrity: 'Hash of the type metadata',
  documents: 'For issuers and programs',
  documentsLede: 'Each as the API has it; long values are cut here.',
  example: (format) => `Example, as ${format}`,
  mapping: (format) => `Mapping, as ${format}`,
  manifest: (format) => `Labels, as ${format}`,
  schema: 'JSON Schema of the claims',
  typeMetadata: 'Type metadata of the SD-JWT VC',
  asFile: 'Open by itself',
}
