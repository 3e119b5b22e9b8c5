/** Who is on the other end of a socket: the client's own address, also behind proxies that are trusted. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv4, isIPv6 } from 'node:net';

export type Client = {
  /** The address as it is counted: IPv4, or the network of an IPv6 address. */
  address: string;
  isLoopback: boolean;
  /** Whether the client itself speaks https, whatever the last hop does. */
  isHttps: boolean;
};

/** Proxies on the way are few; what is sent beyond that is made up. */
const MOST_HOPS = 20;

const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** An address without port, zone and IPv4-in-IPv6 dress; null where it is none. */
export function plainAddress(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replace(/^\[([^\]]*)\](:\d{1,5})?$/, '$1')
    .replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1')
    .replace(/%.*$/, '');
  const address = MAPPED.exec(bare)?.[1] ?? bare;
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return null;
  // The URL parser writes each IPv6 address in one way, an IPv4 one in its tail included.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!mapped) return canonical;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** What a plain address is counted as: a household has a whole /64 of IPv6. */
export function countedAs(address: string): string {
  if (!isIPv6(address) || address === '::1') return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function networks(list: readonly string[]): BlockList {
  const block = new BlockList();
  for (const entry of list) {
    const [text = '', bits] = entry.split('/');
    const address = plainAddress(text) ?? text;
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) block.addAddress(address, family);
    else block.addSubnet(address, Number(bits), family);
  }
  return block;
}

/**
 * Reads the client off a request. Of `X-Forwarded-For` the right-most entry that is no proxy of ours counts: what
 * stands left of it is the client's own word.
 * @param trustedProxies addresses and networks, checked before
 */
export function createClientReader(
  trustedProxies: readonly string[],
): (request: IncomingMessage) => Client {
  const trusted = networks(trustedProxies);
  const isTrusted = (address: string) => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

  return ({ socket, headers }) => {
    // A socket that is gone has no address; nobody reads its answer.
    let address = plainAddress(socket.remoteAddress ?? '') ?? '::';
    let isHttps = false;
    // Who was forwarded is not on this machine, whatever is said of it.
    let isForwarded = false;
    if (isTrusted(address)) {
      const hops = last(headers['x-forwarded-for']).slice(-MOST_HOPS);
      while (hops.length > 0 && isTrusted(address)) {
        const next = plainAddress(hops.pop() ?? '');
        if (next === null) break;
        address = next;
        isForwarded = true;
      }
      isHttps = last(headers['x-forwarded-proto']).at(-1)?.toLowerCase() === 'https';
    }
    return {
      address: countedAs(address),
      isLoopback: !isForwarded && isLoopbackAddress(address),
      isHttps,
    };
  };
}

function last(header: string | string[] | undefined): string[] {
  return String(header ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** True where a `Host` header is an address: nobody's DNS can point it elsewhere. */
export function isAddressHost(header: string | null): boolean {
  const host = (header ?? '').replace(/:\d{1,5}$/, '');
  return isIPv4(host) || (/^\[.+\]$/.test(host) && isIPv6(host.slice(1, -1)));
}
