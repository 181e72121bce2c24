/**
 * Profiles of an operator's own, from a folder: a JSON or HOCON file each, whose name is that of the profile. They are as good as
 * those of the API, or the start is refused: everything that is wrong in any file is told at once, with file and member.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { profileFile } from '@countersign/api/issuer/profiles'
import { parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { readHoconFile } from '@countersign/service/config/hocon'
import { problemOf } from '@countersign/service/config/typed-settings'
import type { KnownProfile } from '../issuer.ts'
import { type CheckingProfiles, type ProfileMistake, profileMistakes } from './check-profile.ts'

export type OwnProfiles = ReadonlyMap<string, KnownProfile>

const MAX_BYTES = 262_144
const MAX_FILES = 1000
const FILE = /^([a-z0-9][a-z0-9._-]{0,99})\.(json|conf)$/

/** Each mistake is a line: file, member, what is wrong. `tell`: in the words of the API. */
export async function readOwnProfiles(
  issuer: CheckingProfiles,
  { profilesDir, cwd, tell }: { profilesDir: string; cwd: string; tell: (mistake: ProfileMistake) => string },
): Promise<Result<OwnProfiles, readonly string[]>> {
  const folder = resolve(cwd, profilesDir)
  const listed = await listFiles(folder)
  if (!listed.ok) return refuse([`${profilesDir}: ${listed.error}`])
  const read = await Promise.all(
    listed.value.map(async (file) => ({
      file,
      ...(await readProfileFile(issuer, join(folder, file), tell)),
    })),
  )
  const known = new Map<string, KnownProfile>()
  const mistakes = read.flatMap(({ file, mistakes: found, profile }) => {
    const [, name = ''] = FILE.exec(file) ?? []
    const own = [...found]
    if (name === '')
      own.push('the name of a file is that of its profile: a-z 0-9 . _ - before .json or .conf')
    if (known.has(name)) own.push(`there are two files for the profile ${name}`)
    if (profile !== undefined) known.set(name, { ...profile, name, origin: 'file' })
    return own.map((problem) => `${profilesDir}/${file}: ${problem}`)
  })
  return mistakes.length > 0 ? refuse(mistakes) : ok(known)
}

async function listFiles(folder: string): Promise<Result<readonly string[], string>> {
  const entries = await readdir(folder).catch((error: unknown) => codeOf(error))
  if (typeof entries === 'string')
    return refuse(`cannot be read (${entries}): is it there, and may this user read it?`)
  // A mounted map of files has links to them, and folders that begin with a dot.
  const files = entries.filter((name) => /\.(json|conf)$/.test(name) && !name.startsWith('.')).toSorted()
  return files.length > MAX_FILES ? refuse(`has more than ${MAX_FILES} profiles`) : ok(files)
}

interface ReadProfile {
  readonly mistakes: readonly string[]
  readonly profile?: Pick<KnownProfile, 'profile' | 'version'>
}

async function readProfileFile(
  issuer: CheckingProfiles,
  path: string,
  tell: (mistake: ProfileMistake) => string,
): Promise<ReadProfile> {
  const content = path.endsWith('.json') ? await readJson(path) : await readHocon(path)
  if (!content.ok) return { mistakes: [content.error] }
  const parsed = profileFile.safeParse(content.value)
  if (!parsed.success)
    return {
      mistakes: parsed.error.issues.map((issue) => {
        const given = valueAt(content.value, issue.path)
        const missing = issue.code === 'invalid_type' && given === undefined
        const at = issue.path.map(String).join('.')
        const problem = missing ? 'is missing' : problemOf(issue, given)
        return at === '' ? problem : `${at}: ${problem}`
      }),
    }
  const { version, ...profile } = parsed.data
  return { mistakes: (await profileMistakes(issuer, profile)).map(tell), profile: { version, profile } }
}

async function readJson(path: string): Promise<Result<unknown, string>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => ({ code: codeOf(error) }))
  if (typeof text !== 'string') return refuse(`cannot be read (${text.code})`)
  const json = parseJsonObject(text.replace(/^\uFEFF/, ''), { maxBytes: MAX_BYTES, exactNumbers: true })
  return json.ok ? json : refuse(`is not JSON that can be read (${json.error.code.replaceAll('_', ' ')})`)
}

async function readHocon(path: string): Promise<Result<unknown, string>> {
  const read = await readHoconFile(path)
  if (read.ok) return read
  return refuse(read.error.code === 'file_missing' ? 'is gone' : read.error.reason)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (found, step) =>
      typeof found === 'object' && found !== null && Object.hasOwn(found, step)
        ? Reflect.get(found, step)
        : undefined,
    value,
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
