/** Types of an operator's own: what is taken, and that everything that is wrong is told at once, with file and member. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogue } from '@countersign/catalogue/catalogue'
import { claimsSchema } from '@countersign/catalogue/catalogue-type'
import type { JsonObject } from '@countersign/core/json'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StartRefused } from '../operation/start-refused.ts'
import { compileSchema } from './json-schema.ts'
import { judgeWritten } from './judge-written.ts'
import { openTypes } from './open-types.ts'
import { readOwnTypes } from './own-types.ts'

const gym = {
  name: 'GymCard',
  id: 'gym_card',
  formats: { 'dc+sd-jwt': 'urn:example:gym-card:1', mso_mdoc: 'org.example.gym.1' },
  namespace: 'org.example.gym.1',
  label: { en: 'Gym card', de: 'Karte fürs Studio', fr: 'Carte de salle' },
  description: { en: 'Training at Sample Gym.', de: 'Training im Studio Muster.', fr: 'Entraînement.' },
  card: { background: '#123456', text: '#ffffff', from: 'gym.name' },
  claims: {
    given_name: { mandatory: true },
    family_name: {},
    level: {
      label: { en: 'Level', de: 'Stufe', fr: 'Niveau' },
      schema: { enum: ['basic', 'full'] },
      sensitivity: 'ordinary',
      purposes: ['admission'],
    },
    gym: {
      label: { en: 'Gym', de: 'Studio', fr: 'Salle' },
      value: 'organisation',
      sensitivity: 'ordinary',
      purposes: ['admission'],
      sd: 'never',
    },
    member_since: { is: 'issue_date', label: { en: 'Since', de: 'Seit', fr: 'Depuis' } },
  },
  example: { given_name: 'Ada', level: 'full', gym: { name: 'Sample Gym' }, member_since: '2026-01-01' },
} as const

type Changes = Readonly<Record<string, unknown>>

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-types-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(file: string, contents: unknown): Promise<void> {
  await writeFile(join(folder, file), typeof contents === 'string' ? contents : JSON.stringify(contents))
}

async function mistakes(changes: Changes): Promise<readonly string[]> {
  await write('gym.json', { ...gym, ...changes })
  const read = await readOwnTypes({ folder, formats: ALL_FORMATS, known: catalogue })
  return read.ok ? [] : read.error.map(({ at, file, problem }) => `${file} ${at}: ${problem}`)
}

const withClaim = (claim: unknown): Changes => ({ claims: { ...gym.claims, level: claim } })

describe('a type of your own', () => {
  it('is as complete as those that come along', async () => {
    await write('gym.json', gym)
    const read = await readOwnTypes({ folder, formats: ALL_FORMATS, known: catalogue })
    if (!read.ok) throw new Error(JSON.stringify(read.error))
    const [type] = read.value
    expect(type).toMatchObject({ name: 'GymCard', topic: 'other' })
    expect(type?.display.map(({ locale }) => locale)).toEqual(['en', 'de', 'fr'])
    expect(type?.card.foot).toEqual([['given_name'], ['family_name']])
    expect(type?.claims.find(({ path }) => path[0] === 'member_since')).toMatchObject({
      encoding: 'full-date',
      use: { kind: 'issue_date' },
    })
    expect(type?.claims.find(({ path }) => path[0] === 'gym')?.parts.map(({ path }) => path)).toEqual([
      ['id'],
      ['name'],
    ])
  })

  it('may be named by a link, as a mounted folder has it, and lies beside files that are none', async () => {
    await mkdir(join(folder, '..data'))
    await writeFile(join(folder, '..data', 'gym.json'), JSON.stringify(gym))
    await symlink(join('..data', 'gym.json'), join(folder, 'gym.json'))
    await write('README.md', '# ours')
    await write('.hidden.json', '{')
    const read = await readOwnTypes({ folder, formats: ALL_FORMATS, known: catalogue })
    expect(read).toMatchObject({ ok: true, value: [{ name: 'GymCard' }] })
  })

  it.each<[string, Changes, readonly string[]]>([
    ['a member that nobody knows', { colour: 'red' }, ['gym.json : unknown key colour']],
    ['no name', { name: undefined }, ['gym.json name: is missing']],
    [
      'a name that is no name',
      { name: 'gym card' },
      ['gym.json name: must be letters and digits, beginning with a capital letter'],
    ],
    [
      'the name of one that comes along',
      { name: 'EuPid', id: 'eu_pid' },
      [
        'gym.json name: is that of EuPid, which comes along',
        'gym.json id: is that of EuPid, which comes along',
      ],
    ],
    [
      'the vct of one that comes along',
      { formats: { 'dc+sd-jwt': 'urn:eudi:pid:1' } },
      ['gym.json formats.dc+sd-jwt: is that of EuPid, which comes along'],
    ],
    [
      'a format that there is not',
      { formats: { ldp_vc: 'GymCard' } },
      ['gym.json formats: unknown key ldp_vc', 'gym.json formats: must name one format at least'],
    ],
    ['no format', { formats: {} }, ['gym.json formats: must name one format at least']],
    [
      'a language without a description',
      { description: { en: 'Training.' } },
      ['gym.json description.de: is missing', 'gym.json description.fr: is missing'],
    ],
    [
      'a description in a language that it has no name in',
      { description: { ...gym.description, it: 'Allenamento.' } },
      ['gym.json label.it: is missing'],
    ],
    [
      'a language that is none',
      { label: { ...gym.label, english: 'Gym' } },
      ['gym.json label.english: must be a language tag such as en or pt-BR'],
    ],
    [
      'colours that cannot be told apart',
      { card: { background: '#777777', text: '#888888' } },
      ['gym.json card.text: has a contrast of 1.2 to 1 on the background, and 4.5 is the least'],
    ],
    [
      'a colour that is none',
      { card: { background: 'red', text: '#ffffff' } },
      ['gym.json card.background: must be a colour such as #1f3a5f'],
    ],
    [
      'a card with a claim that there is not',
      { card: { ...gym.card, foot: ['level', 'points'], from: 'gym.town' } },
      ['gym.json card.from: there is no claim gym.town', 'gym.json card.foot.1: there is no claim points'],
    ],
    [
      'a claim that nobody knows',
      { claims: { ...gym.claims, locker: {} } },
      [
        'gym.json claims.locker.label: is missing, and the vocabulary has no such claim',
        'gym.json claims.locker.sensitivity: is missing, and the vocabulary has no such claim',
        'gym.json claims.locker.purposes: is missing, and the vocabulary has no such claim',
        'gym.json claims.locker.schema: is missing, and no value is named',
      ],
    ],
    [
      'a shared claim that there is not',
      { claims: { ...gym.claims, since: { is: 'isue_date' } } },
      [
        'gym.json claims.since.is: there is no shared claim isue_date; did you mean issue_date?',
        'gym.json claims.since.label: is missing, and the vocabulary has no such claim',
        'gym.json claims.since.sensitivity: is missing, and the vocabulary has no such claim',
        'gym.json claims.since.purposes: is missing, and the vocabulary has no such claim',
        'gym.json claims.since.schema: is missing, and no value is named',
      ],
    ],
    [
      'a shared value that there is not',
      withClaim({ ...gym.claims.level, schema: undefined, value: 'txt' }),
      ['gym.json claims.level.value: there is no shared value txt; did you mean text?'],
    ],
    [
      'a claim that the issuer writes itself',
      { claims: { ...gym.claims, iss: gym.claims.level } },
      ['gym.json claims.iss: is a member that the issuer writes itself'],
    ],
    [
      'words for a part that there is not',
      withClaim({ ...gym.claims.level, parts: { town: { en: 'Town' } } }),
      ['gym.json claims.level.parts.town: is not in the schema'],
    ],
    [
      'a part without words',
      withClaim({ ...gym.claims.level, schema: { type: 'object', properties: { a: { type: 'string' } } } }),
      ['gym.json claims.level.parts.a: is missing', 'gym.json example: /level must be object'],
    ],
    [
      'a schema with a reference',
      withClaim({ ...gym.claims.level, schema: { $ref: 'https://evil.example' } }),
      ['gym.json claims.level.schema: unknown key $ref'],
    ],
    [
      'a schema that needs a member twice',
      withClaim({ ...gym.claims.level, schema: { type: 'object', required: ['a', 'a'] } }),
      ['gym.json claims.level.schema.required: must name each member once'],
    ],
    [
      'a pattern that is none',
      withClaim({ ...gym.claims.level, schema: { type: 'string', pattern: '(' } }),
      ['gym.json claims.level.schema.pattern: must be a regular expression'],
    ],
    [
      'a purpose that there is not',
      withClaim({ ...gym.claims.level, purposes: ['admision'] }),
      [/^gym\.json claims\.level\.purposes\.0: must be .*; did you mean admission\?$/.source],
    ],
    [
      'an example that its schema refuses',
      { example: { ...gym.example, level: 'gold', member_since: '2026-02-30' } },
      [
        'gym.json example: /level must be equal to one of the allowed values',
        'gym.json example: /member_since must match format "date"',
      ],
    ],
    [
      'an example without what is needed, and with more',
      { example: { level: 'full', locker: '7' } },
      [
        "gym.json example: / must have required property 'given_name'",
        'gym.json example.locker: is no claim of this type',
      ],
    ],
    [
      'a mistake of every kind',
      {
        id: 'Gym Card',
        colour: 'red',
        formats: { 'dc+sd-jwt': 'urn:eudi:pid:1', ldp_vc: 'GymCard' },
        description: { en: 'Training.', de: '' },
        card: { background: '#777777', text: '#888888', from: 'gym.town', end: 'level', colour: 'red' },
        claims: {
          ...gym.claims,
          level: { ...gym.claims.level, purposes: [] },
          locker: {},
          member_since: { is: 'isue_date', ...gym.claims.level },
        },
        example: { given_name: 7, level: 'gold', gym: { name: 'Sample Gym' }, towel: true },
      },
      [
        'gym.json id: must be small letters, digits and underscores',
        'gym.json formats: unknown key ldp_vc',
        'gym.json description.de: must not be empty',
        'gym.json card: unknown key colour',
        /^gym\.json claims\.level\.purposes: /.source,
        'gym.json : unknown key colour',
        'gym.json claims.member_since.is: there is no shared claim isue_date; did you mean issue_date?',
        'gym.json claims.locker.label: is missing, and the vocabulary has no such claim',
        'gym.json claims.locker.sensitivity: is missing, and the vocabulary has no such claim',
        'gym.json claims.locker.purposes: is missing, and the vocabulary has no such claim',
        'gym.json claims.locker.schema: is missing, and no value is named',
        'gym.json card.from: there is no claim gym.town',
        'gym.json description.fr: is missing',
        'gym.json card.text: has a contrast of 1.2 to 1 on the background, and 4.5 is the least',
        'gym.json example: /given_name must be string',
        'gym.json example.towel: is no claim of this type',
        'gym.json formats.dc+sd-jwt: is that of EuPid, which comes along',
      ],
    ],
    ['claims that are none, on which all else rests', { claims: [] }, ['gym.json claims: must be an object']],
  ])('with %s is refused, and told why', async (_what, changes, wanted) => {
    const found = await mistakes(changes)
    expect(found).toHaveLength(wanted.length)
    for (const [at, text] of wanted.entries())
      if (text.startsWith('^')) expect(found[at]).toMatch(new RegExp(text))
      else expect(found[at]).toBe(text)
  })

  it.each([
    ['{"name": ', ': is not JSON'],
    ['[]', ': must be an object'],
    ['{"a":1,"a":2}', ': names a member twice'],
    ['{"a":1e999}', ': has a number that JSON does not carry'],
    [`{"a":"${'x'.repeat(300_000)}"}`, ': is larger than 262144 bytes, or has too many values'],
  ])('that is %j is refused', async (text, problem) => {
    await write('broken.json', text)
    const read = await readOwnTypes({ folder, formats: ALL_FORMATS, known: catalogue })
    expect(read).toMatchObject({
      ok: false,
      error: [{ file: 'broken.json', at: '', problem: problem.slice(2) }],
    })
  })

  it('does not change what all objects have', async () => {
    await write('bad.json', JSON.stringify(gym).replace('"level"', '"__proto__"'))
    await write('odd.json', { ...gym, claims: { ...gym.claims, constructor: { is: 'toString' } } })
    const read = await readOwnTypes({ folder, formats: ALL_FORMATS, known: catalogue })
    expect(read.ok).toBe(false)
    expect(({} as Record<string, unknown>)['label']).toBeUndefined()
  })
})

describe('the type in the documentation', () => {
  it('is one', async () => {
    const page = await readFile(new URL('../../../docs/credential-types.md', import.meta.url), 'utf8')
    await write('shown.json', /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const read = await readOwnTypes({ folder, formats: ALL_FORMATS, known: catalogue })
    expect(read).toMatchObject({ ok: true, value: [{ name: 'GymCard' }] })
  })
})

describe('the start of a service with types of your own', () => {
  const open = (typesDir: string | undefined) =>
    openTypes({ typesDir, cwd: folder, formats: ALL_FORMATS, types: catalogue })

  it('has them after those that come along', async () => {
    await mkdir(join(folder, 'types'))
    await writeFile(join(folder, 'types', 'gym.json'), JSON.stringify(gym))
    const types = await open('types')
    expect(types.slice(0, -1)).toEqual(catalogue)
    expect(types.at(-1)?.name).toBe('GymCard')
    expect(await open(undefined)).toBe(catalogue)
  })

  it('is refused with every mistake of every file', async () => {
    await mkdir(join(folder, 'types'))
    await writeFile(join(folder, 'types', 'a.json'), JSON.stringify({ ...gym, colour: 'red', id: 'Gym' }))
    await writeFile(join(folder, 'types', 'b.json'), JSON.stringify(gym))
    await writeFile(join(folder, 'types', 'c.json'), JSON.stringify({ ...gym, name: 'Other' }))
    await writeFile(join(folder, 'types', 'd.json'), '{')
    const refused = await open('types').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StartRefused)
    expect(refused).toMatchObject({
      message: '9 mistakes in its own types',
      details: [
        'types/a.json: id: must be small letters, digits and underscores',
        'types/a.json: unknown key colour',
        'types/d.json: is not JSON',
        'types/b.json: name: is that of a.json',
        'types/b.json: formats.dc+sd-jwt: is that of a.json',
        'types/b.json: formats.mso_mdoc: is that of a.json',
        'types/c.json: id: is that of b.json',
        'types/c.json: formats.dc+sd-jwt: is that of a.json',
        'types/c.json: formats.mso_mdoc: is that of a.json',
      ],
    })
  })

  it('is refused when the folder is not there', async () => {
    await expect(open('nowhere')).rejects.toMatchObject({
      details: ['nowhere: typesDir: cannot be read (ENOENT): is it there, and may this user read it?'],
    })
  })
})

describe('the types that come along', () => {
  const files = new URL('../../catalogue/types/', import.meta.url)

  it('are written as one of your own may be', async () => {
    const names = await readdir(fileURLToPath(files))
    const written = await Promise.all(
      names.map(
        async (name) =>
          JSON.parse(await readFile(new URL(name, files), 'utf8')) as (JsonObject & { name: string })[],
      ),
    )
    expect(
      written
        .flat()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(catalogue.map(({ name }) => name).toSorted())
    for (const type of written.flat()) {
      const { mistakes: found } = await judgeWritten(type, ALL_FORMATS)
      expect([type.name, found]).toEqual([type.name, []])
    }
  })

  it.each(catalogue.map((type) => [type.name, type] as const))(
    '%s has an example that its schema takes, and no other',
    async (_name, type) => {
      const check = await compileSchema(claimsSchema(type))
      expect(check(type.example)).toEqual([])
      const needed = type.claims.find(({ mandatory }) => mandatory)?.path[0] ?? ''
      const { [needed]: _needed, ...less } = type.example
      expect(check(less)).toEqual([`/ must have required property '${needed}'`])
    },
  )
})
