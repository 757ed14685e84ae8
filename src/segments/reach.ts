import { type LookupAddress, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Where connections may lead: out into the internet only, into one's own network only, or anywhere. */
export type Reach = 'public' | 'private' | 'any'

/** An address that is not to be connected to. Its message names the setting, never the address. */
export class OutOfReach extends Error {}

/** IPv4 ranges that are nobody's on the internet (IANA's special-purpose registry, and multicast). */
const INNER_V4: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
/** Of IPv6 only this is the internet, but for what carries other addresses inside (Teredo, 6to4) or is for examples. */
const OUTER_V6: [network: string, prefix: number] = ['2000::', 3]
const INNER_V6: [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const inner = new BlockList()
for (const [network, prefix] of INNER_V4) inner.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of INNER_V6) inner.addSubnet(network, prefix, 'ipv6')
const outer = new BlockList()
outer.addSubnet(...OUTER_V6, 'ipv6')

function isWithin(reach: Reach, address: string): boolean {
  const isPublic =
    isIP(address) === 4 ? !inner.check(address, 'ipv4') : outer.check(address, 'ipv6') && !inner.check(address, 'ipv6')
  return reach === 'any' || isPublic === (reach === 'public')
}

function outOfReach(reach: Reach): OutOfReach {
  return new OutOfReach(
    reach === 'public'
      ? 'The address leads into a private network, which is refused unless ALLOW_PRIVATE is yes.'
      : 'The address leads out into the internet, where only https is allowed.',
  )
}

/** Throws if a host that is already an address is out of reach. Node never looks those up, so `lookup` can't tell. */
export function assertWithin(reach: Reach, host: string): void {
  const address = host.replace(/^\[|\]$/g, '')
  if (isIP(address) && !isWithin(reach, address)) throw outOfReach(reach)
}

type Resolve = (
  name: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void

/**
 * A `lookup` for sockets that yields only addresses within reach. What was looked at is what is connected to, so a name
 * that changes its address in between gains nothing.
 */
export function lookupWithin(reach: Reach, resolve: Resolve = lookup): LookupFunction {
  return (name, options, done) =>
    resolve(name, { ...options, all: true }, (error, found) => {
      const allowed = error ? [] : found.filter(({ address }) => isWithin(reach, address))
      const [first] = allowed
      if (!first) return done(error ?? outOfReach(reach), [])
      if (options.all) return done(null, allowed)
      done(null, first.address, first.family)
    })
}
