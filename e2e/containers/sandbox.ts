/**
 * A place to run containers that leaves nothing behind: processes, mounts, network and users' folders of its own, in
 * namespaces that end with one process. That process ends with this one, in whatever way this one ends, and takes with it
 * every container, mount and address; all files are in one temporary folder, which goes then. Ports in here are nobody's
 * outside. `docker` is podman in here. Knows podman's settings, and nothing of what is run.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Finished, finishedWithin } from '@countersign/local-servers/process/finished-within'
import { type Program, startProgram, untilReady } from '@countersign/local-servers/process/program'

export interface Sandbox {
  readonly folder: string
  /** The project as it lies there, in which whatever is written goes to the folder above. */
  readonly project: string
  /** What it prints; throws with all that it said when it fails or takes longer than two minutes. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<string>
  /** The same for one that may fail. */
  tried(program: string, args: readonly string[], options?: RunOptions): Promise<Finished>
  /** How a program is started in here: what to put in front of its name. */
  readonly entrance: readonly string[]
  /** Ends everything. Harmless when repeated. */
  close(): Promise<void>
}

export interface RunOptions {
  readonly cwd?: string | undefined
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly withinMs?: number | undefined
}

const WITHIN_MS = 120_000
const NEEDED = 'podman podman-compose catatonit nsenter iptables curl jq openssl git'.split(' ')
const NAMESPACES = [
  '--mount',
  '--net',
  '--pid',
  '--propagation=private',
  '--mount-proc',
  '--fork',
  '--kill-child',
]

/**
 * The first process of the namespaces: what follows has to be there before anybody enters. The folders that podman knows
 * no setting for are laid over, so that another podman of this machine never meets this one; and crun refuses two versions
 * of control groups side by side.
 */
const FIRST = `set -e
ip link set lo up
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/changes,workdir=$2/overlay" "$2/project"
echo ready > "$2/ready"
exec catatonit -- sleep infinity`

/** Why no containers can run here: what is missing, or what the kernel answers; undefined when they can. */
export function containersRefused(): string | undefined {
  if (process.platform !== 'linux') return 'containers are of Linux'
  if (process.getuid?.() !== 0) return 'only root may make name spaces and mounts'
  for (const program of NEEDED) {
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `${program} is not installed`
  }
  const trial = `d=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && mkdir "$d/1" "$d/2" "$d/3" &&
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$d/1,workdir=$d/2" "$d/3" && ip link add type bridge && ip link add type veth && iptables -t nat -L; e=$?
umount "$d/3" "$d"; rmdir "$d"; exit $e`
  const asked = spawnSync('unshare', [...NAMESPACES, 'sh', '-c', trial], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  return asked.status === 0 ? undefined : `the kernel refuses: ${asked.stderr.trim() || asked.error?.message}`
}

/** `project`: absolute path of the tree that is to be seen inside. */
export async function openSandbox(project: string): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-containers-'))
  for (const name of ['bin', 'store', 'net', 'tmp', 'home', 'changes', 'overlay', 'project'])
    mkdirSync(join(folder, name))
  for (const name of ['docker', 'podman'])
    copyFileSync(join(import.meta.dirname, 'programs', name), join(folder, 'bin', name))
  const env = { ...process.env, ...writeSettings(folder), PATH: `${folder}/bin:${process.env['PATH']}` }
  const holder = startProgram({
    program: 'unshare',
    args: [...NAMESPACES, 'sh', '-c', FIRST, 'first', project, folder],
    // It pays no heed to less.
    stopSignal: 'SIGKILL',
    temporaryFolder: folder,
  })
  await untilReady(holder, 'the sandbox', async () => isThere(join(folder, 'ready')))
  const first = execFileSync('pgrep', ['-P', `${holder.pid}`], { encoding: 'utf8' }).trim()
  const entrance = ['nsenter', '--target', first, '--mount', '--net', '--pid'] as const
  const [enter, ...where] = entrance
  const tried: Sandbox['tried'] = (program, args, options = {}) =>
    finishedWithin(options.withinMs ?? WITHIN_MS, {
      program: enter,
      args: [...where, `--wdns=${options.cwd ?? folder}`, '--', program, ...args],
      env: { ...env, ...options.env },
    })
  return {
    folder,
    project: join(folder, 'project'),
    entrance,
    tried,
    async run(program, args, options) {
      const { code, stdout, stderr } = await tried(program, args, options)
      if (code === 0) return stdout
      throw new Error(`${[program, ...args].join(' ')} failed (${code}):\n${stdout}\n${stderr}`)
    },
    close: () => closed(holder),
  }
}

async function closed(holder: Program): Promise<void> {
  await holder.kill()
}

function isThere(file: string): boolean {
  try {
    return readFileSync(file, 'utf8') === 'ready\n'
  } catch {
    return false
  }
}

/** Everything that podman and buildah write goes below the folder; control groups would outlive it, so there are none. */
function writeSettings(folder: string): NodeJS.ProcessEnv {
  const settings = {
    CONTAINERS_STORAGE_CONF: `[storage]
driver = "overlay"
graphroot = "${folder}/store"
runroot = "/run/containers/storage"
`,
    CONTAINERS_CONF: `[containers]
cgroups = "disabled"
default_sysctls = []
default_ulimits = ["nofile=8192:8192", "nproc=8192:8192"]
log_driver = "k8s-file"
[network]
network_backend = "netavark"
network_config_dir = "${folder}/net"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
tmp_dir = "/run/libpod"
`,
    CONTAINERS_REGISTRIES_CONF: 'unqualified-search-registries = ["docker.io"]\n',
  }
  const files = Object.entries(settings).map(([name, text]) => {
    const file = join(folder, `${name.toLowerCase()}.toml`)
    writeFileSync(file, text)
    return [name, file]
  })
  return {
    ...Object.fromEntries(files),
    TMPDIR: join(folder, 'tmp'),
    HOME: join(folder, 'home'),
    BUILDAH_ISOLATION: 'chroot',
  }
}
