/**
 * The images that the product stands on, made from the programs of this machine under the names that `deploy/` asks for, so
 * that a test needs no registry: Node with npm, Caddy, Redis, PostgreSQL. They have what these need and nothing else, and
 * where the official images do something before their program starts, `entrypoints/` does it too.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, postgresFolders } from '@countersign/local-servers/find-program'
import type { Sandbox } from './sandbox.ts'

export interface ImageNames {
  readonly node: string
  readonly caddy: string
  readonly redis: string
  readonly postgres: string
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What a shell, an entry point and `deploy/Dockerfile` call. */
const TOOLS =
  'sh bash cat chmod chown cp du env find groupadd id install ls mkdir rm setpriv sleep stat touch useradd'.split(
    ' ',
  )
const POSTGRES_PROGRAMS = ['postgres', 'initdb', 'psql', 'pg_isready']

/** Makes and names all four; throws `ProgramMissing` when this machine has not what goes in. */
export async function makeBaseImages(sandbox: Sandbox, names: ImageNames): Promise<void> {
  const root = join(sandbox.folder, 'root')
  const postgres = realpathSync(findProgram(['postgres'], 'postgresql', postgresFolders()))
  const places = linkEverything(join(root, 'followed'), postgres)
  writeSkeleton(join(root, 'kept'))
  const archive = join(sandbox.folder, 'root.tar')
  await sandbox.run('tar', ['-C', join(root, 'kept'), '-cf', archive, '.'])
  await sandbox.run('tar', [
    '-C',
    join(root, 'followed'),
    '--dereference',
    '-rf',
    archive,
    ...places.map((place) => `.${place}`),
  ])
  await sandbox.run('podman', ['import', '--quiet', archive, names.node])
  await sandbox.run('rm', [archive])
  for (const [name, lines] of Object.entries(upon(names, dirname(postgres)))) {
    const file = join(sandbox.folder, 'Containerfile')
    writeFileSync(file, [`FROM ${names.node}`, ...lines, ''].join('\n'))
    await sandbox.run('/usr/bin/podman', ['build', '--quiet', '-t', name, '-f', file, join(root, 'kept/tmp')])
  }
}

function upon(
  { caddy, redis, postgres }: ImageNames,
  postgresPrograms: string,
): Record<string, readonly string[]> {
  return {
    [caddy]: ['CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]'],
    [redis]: [
      'RUN install -d -o redis -g redis /data',
      'VOLUME /data',
      'WORKDIR /data',
      'ENTRYPOINT ["/entrypoints/redis"]',
      'CMD ["redis-server"]',
    ],
    [postgres]: [
      'ENV PGDATA=/var/lib/postgresql/data',
      `ENV PATH=${postgresPrograms}:/usr/local/bin:/usr/sbin:/usr/bin`,
      'RUN install -d -o postgres -g postgres $PGDATA',
      'VOLUME /var/lib/postgresql/data',
      'ENTRYPOINT ["/entrypoints/postgres"]',
      'STOPSIGNAL SIGINT',
      'CMD ["postgres"]',
    ],
  }
}

/** A tree of links to the files of this machine, each at the place that its file has in the image; answers the places. */
function linkEverything(tree: string, postgres: string): readonly string[] {
  const major = dirname(dirname(postgres))
  const libraries = readdirSync(join(major, 'lib')).filter(
    (name) => name.endsWith('.so') && name !== 'llvmjit.so',
  )
  const programs = [
    ...TOOLS.map((name) => findProgram([name], name)),
    findProgram(['caddy'], 'caddy'),
    findProgram(['redis-server'], 'redis-server'),
    findProgram(['redis-cli'], 'redis-tools'),
    ...POSTGRES_PROGRAMS.map((name) => join(dirname(postgres), name)),
    ...libraries.map((name) => join(major, 'lib', name)),
  ]
  const node = here('../../node_modules/node/bin/node')
  const places = new Map(
    [...programs, ...librariesOf([...programs, node])].map((file) => [inOneTree(file), file]),
  )
  // What once was of the C library alone, modules for Node still name.
  const library = [...places.values()].find((file) => file.endsWith('/libc.so.6')) ?? ''
  for (const name of ['libdl.so.2', 'libpthread.so.0', 'librt.so.1', 'libresolv.so.2', 'libutil.so.1'])
    places.set(join(dirname(inOneTree(library)), name), join(dirname(library), name))
  places.set('/usr/local/bin/node', node).set('/usr/local/lib/node_modules/npm', npmFolder())
  for (const folder of [major.replace('/lib/', '/share/'), '/usr/share/zoneinfo']) places.set(folder, folder)
  for (const [place, from] of places) {
    mkdirSync(join(tree, dirname(place)), { recursive: true })
    symlinkSync(realpathSync(from), join(tree, place))
  }
  return [...places.keys()]
}

/** `/bin` and `/lib` are links into `/usr`, here and in the image. */
function inOneTree(path: string): string {
  return path.replace(/^\/(s?bin|lib|lib64)\//, '/usr/$1/')
}

/** Shared libraries, the loader among them, as the loader itself says. */
function librariesOf(programs: readonly string[]): ReadonlySet<string> {
  const listed = execFileSync('ldd', programs, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return new Set([...listed.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, file = '']) => file))
}

/** The npm of this machine, whose cache it knows how to read. */
function npmFolder(): string {
  return dirname(dirname(realpathSync(findProgram(['npm'], 'npm'))))
}

function writeSkeleton(tree: string): void {
  for (const folder of [
    'etc/caddy',
    'usr/local/bin',
    'root',
    'run',
    'dev',
    'proc',
    'sys',
    'var',
    'entrypoints',
    'home',
    'tmp',
  ])
    mkdirSync(join(tree, folder), { recursive: true })
  chmodSync(join(tree, 'tmp'), 0o1777)
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(tree, name))
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(tree, 'usr/local/bin/npm'))
  const users = [
    ['root', 0, '/root'],
    ['redis', 999, '/data'],
    ['postgres', 998, '/tmp'],
    ['nobody', 65534, '/'],
  ] as const
  writeFileSync(
    join(tree, 'etc/passwd'),
    users.map(([name, id, home]) => `${name}:x:${id}:${id}::${home}:/bin/sh\n`).join(''),
  )
  writeFileSync(join(tree, 'etc/group'), users.map(([name, id]) => `${name}:x:${id}:\n`).join(''))
  for (const name of ['redis', 'postgres'])
    copyFileSync(here(`entrypoints/${name}`), join(tree, 'entrypoints', name))
}
