import { networkInterfaces } from 'node:os'

/** An IPv4 address of this machine beside 127.0.0.1: that of its network or, where there is none, another of loopback (Linux has all of 127/8). */
export function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.2'
}
