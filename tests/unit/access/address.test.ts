import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { countedAs, createClientReader, isAddressHost, plainAddress } from '@/lib/access/address';

function request(remoteAddress: string | undefined, headers: Record<string, string> = {}) {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe('plainAddress', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    [' 10.0.0.1:4711 ', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:0a00:0001', '10.0.0.1'],
    ['[::ffff:10.0.0.1]:80', '10.0.0.1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['"[2001:DB8::7]:443"', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['unknown', null],
    ['10.0.0.256', null],
    ['', null],
  ])('reads %j as %j', (text, address) => {
    expect(plainAddress(text)).toBe(address);
  });
});

describe('countedAs', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::1', '::1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::2', '0:0:0:0::/64'],
  ])('counts %s as %s', (address, counted) => {
    expect(countedAs(address)).toBe(counted);
  });
});

describe('the client of a request', () => {
  const forwarded = (value: string) => ({ 'x-forwarded-for': value, 'x-forwarded-proto': 'https' });

  it('is the socket where nobody is trusted, whatever the headers say', () => {
    const read = createClientReader([]);
    expect(read(request('::ffff:9.9.9.9', forwarded('1.1.1.1')))).toEqual({
      address: '9.9.9.9',
      isLoopback: false,
      isHttps: false,
    });
    expect(read(request('127.0.0.1', forwarded('1.1.1.1')))).toMatchObject({ isLoopback: true });
  });

  it('is the right-most address that is no proxy of ours', () => {
    const read = createClientReader(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32']);
    const of = (value: string) => read(request('127.0.0.1', forwarded(value))).address;
    expect(of('6.6.6.6, 9.9.9.9')).toBe('9.9.9.9');
    expect(of('6.6.6.6, 9.9.9.9, 10.1.2.3, 2001:db8::9')).toBe('9.9.9.9');
    expect(of('127.0.0.1, 9.9.9.9:5000')).toBe('9.9.9.9');
    expect(of('10.9.9.9')).toBe('10.9.9.9');
    expect(of('9.9.9.9, unknown')).toBe('127.0.0.1');
    expect(of('')).toBe('127.0.0.1');
    expect(of(`${'6.6.6.6, '.repeat(1_000)} 10.0.0.1`)).toBe('6.6.6.6');
  });

  it('is not on loopback because its header says so', () => {
    const read = createClientReader(['127.0.0.1']);
    expect(read(request('8.8.8.8', forwarded('127.0.0.1'))).isLoopback).toBe(false);
    expect(read(request('127.0.0.1', forwarded('127.0.0.1, 8.8.8.8'))).isLoopback).toBe(false);
  });

  it('speaks https where a proxy of ours says so', () => {
    const read = createClientReader(['::1']);
    expect(read(request('::1', forwarded('8.8.8.8'))).isHttps).toBe(true);
    expect(read(request('::1', { 'x-forwarded-proto': 'https, http' })).isHttps).toBe(false);
    expect(read(request('8.8.8.8', forwarded('8.8.8.8'))).isHttps).toBe(false);
  });

  it('is nobody in particular once its socket is gone', () => {
    expect(createClientReader([])(request(undefined)).isLoopback).toBe(false);
  });
});

describe('isAddressHost', () => {
  it.each(['10.0.0.1', '10.0.0.1:3000', '[2001:db8::7]', '[2001:db8::7]:3000'])(
    'takes %s for an address',
    (host) => {
      expect(isAddressHost(host)).toBe(true);
    },
  );
  it.each([null, '', 'board.example', '10.0.0.1.evil.example', '10.0.0.256', '2001:db8::7', '[x]'])(
    'takes %s for none',
    (host) => {
      expect(isAddressHost(host)).toBe(false);
    },
  );
});
