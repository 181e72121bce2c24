/**
 * Under which name and address the machine is reached by others of its network: the one that was asked for, or else the name
 * that it has there, when it leads here, or its first private address. It promises that whoever follows a link comes to this
 * machine, and that the address is of a private network; every refusal is a sentence with what to do.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { isLoopbackHost } from '@countersign/service/config/loopback-host'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { classifyAddress } from '@countersign/service/outgoing/public-addresses'

export interface LanHost {
  /** In every link: a name of DNS in small letters, or the address. */
  readonly name: string
  /** IPv4. */
  readonly address: string
}

/** What is known of the machine in its network. */
export interface Machine {
  readonly hostname: string
  readonly interfaces: Readonly<Record<string, readonly Address[] | undefined>>
  /** IPv4 addresses of a name; none where nobody knows it. */
  addressesOf(name: string): Promise<readonly string[]>
}

type Address = Pick<NetworkInterfaceInfo, 'address' | 'family'>

export function thisMachine(): Machine {
  return { hostname: hostname(), interfaces: networkInterfaces(), addressesOf: lookedUp }
}

/** A name that nobody announces is asked for in vain, by some systems for a long time. */
const PATIENCE_MS = 3_000

async function lookedUp(name: string): Promise<readonly string[]> {
  const late = Promise.withResolvers<readonly string[]>()
  const timer = setTimeout(() => late.resolve([]), PATIENCE_MS)
  const found = lookup(name, { family: 4, all: true }).then(
    (addresses) => addresses.map(({ address }) => address),
    () => [],
  )
  try {
    return await Promise.race([found, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** `wish`: a name or an address of this machine; absent: what there is. Throws `StartRefused`. */
export async function chooseHost(wish: string | undefined, machine: Machine): Promise<LanHost> {
  if (wish === undefined) return foundHost(machine)
  if (isIP(wish.replace(/^\[|\]$/g, '')) !== 0) return ownAddress(wish, machine)
  return ownName(wish.toLowerCase(), machine)
}

/**
 * The name of multicast DNS, which phones find without a server (RFC 6762), where this machine finds itself by it: then
 * something announces it.
 */
async function foundHost(machine: Machine): Promise<LanHost> {
  const address = ownPrivateAddresses(machine)[0]
  if (address === undefined)
    throw new StartRefused('--lan: this machine has no address in a private network; --lan=ADDRESS names one')
  const [label = ''] = machine.hostname.toLowerCase().split('.')
  const name = `${label}.local`
  if (!isName(name)) return { name: address, address }
  const own = await ownAddressOf(name, machine)
  return own === undefined ? { name: address, address } : { name, address: own }
}

function ownAddress(wish: string, machine: Machine): LanHost {
  if (isIP(wish) !== 4) throw new StartRefused(`--lan=${wish}: say a name or an IPv4 address`)
  if (wish === SERVICES_LISTEN_ON) throw new StartRefused(`--lan=${wish}: ${ALONE}`)
  // No phone reaches it; all of it can be tried out where there is no network.
  if (isLoopbackHost(wish)) return { name: wish, address: wish }
  if (classifyAddress(wish) !== 'private')
    throw new StartRefused(
      `--lan=${wish}: that is no address of a private network, and what is for development is not served to everybody`,
    )
  const own = ownPrivateAddresses(machine)
  if (!own.includes(wish)) throw new StartRefused(`--lan=${wish}: ${notOurs(own)}`)
  return { name: wish, address: wish }
}

const SERVICES_LISTEN_ON = '127.0.0.1'
const ALONE = 'no phone reaches that, it is this machine alone'

function notOurs(own: readonly string[]): string {
  return own.length === 0
    ? 'this machine has no address in a private network'
    : `no address of this machine; it has ${own.join(', ')}`
}

async function ownName(name: string, machine: Machine): Promise<LanHost> {
  if (isLoopbackHost(name)) throw new StartRefused(`--lan=${name}: ${ALONE}`)
  if (!isName(name))
    throw new StartRefused(`--lan=${name}: that is no host name; say it without https:// and port`)
  const address = await ownAddressOf(name, machine)
  if (address !== undefined) return { name, address }
  const found = await machine.addressesOf(name)
  throw new StartRefused(
    found.length === 0
      ? `--lan=${name}: nobody here knows that name, so the services would not find each other by it; --lan=ADDRESS takes an address`
      : `--lan=${name}: the name leads to ${found.join(', ')} here, and ${notOurs(ownPrivateAddresses(machine))}`,
  )
}

async function ownAddressOf(name: string, machine: Machine): Promise<string | undefined> {
  const own = ownPrivateAddresses(machine)
  return (await machine.addressesOf(name)).find((address) => own.includes(address))
}

/** Networks between this machine and its containers, virtual machines and tunnels: a phone is in none of them. */
const VIRTUAL = /^(br-|cni|docker|lxc|podman|tap|tun|utun|vboxnet|veth|virbr|vmnet|wg|zt)/

/** Those that a phone may reach come first. */
function ownPrivateAddresses({ interfaces }: Machine): readonly string[] {
  const named = Object.entries(interfaces)
  const sorted = [
    ...named.filter(([name]) => !VIRTUAL.test(name)),
    ...named.filter(([name]) => VIRTUAL.test(name)),
  ]
  return sorted
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ address, family }) => family === 'IPv4' && classifyAddress(address) === 'private')
    .map(({ address }) => address)
    .filter((address) => address !== SERVICES_LISTEN_ON)
}

/** RFC 1123 §2.1, in small letters; the last label is no number, or it would be read as an address. */
function isName(name: string): boolean {
  const labels = name.split('.')
  const isLabel = (label: string) => /^(?!-)[a-z\d-]{1,63}(?<!-)$/.test(label)
  return name.length <= 253 && labels.every(isLabel) && /[a-z]/.test(labels.at(-1) ?? '')
}
