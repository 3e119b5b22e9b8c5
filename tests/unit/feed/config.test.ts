import { describe, expect, it } from 'vitest';
import {
  ACCESS_SETTINGS,
  DEFAULT_FEED_SETTINGS,
  FEED_SETTINGS,
  readConfig,
} from '@/lib/feed/config';
import { FeedError } from '@/lib/protocol/errors';

function refusalOf(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof FeedError && error.code === 'config') return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}

const KEY = 'k3y-of-the-desk';

describe('config', () => {
  it('runs on the simulator, on loopback, without any setting', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      isLoopback: true,
      source: 'simulator',
      upstream: null,
      warnings: [],
    });
    expect(config.feed).toEqual(DEFAULT_FEED_SETTINGS);
  });

  it('takes the vendor with a key, at its own address unless another is given', () => {
    expect(readConfig({ OPTICODDS_API_KEY: KEY })).toMatchObject({
      source: 'opticodds',
      upstream: { apiKey: KEY, baseUrl: 'https://api.opticodds.com/api/v3' },
    });
    const env = { OPTICODDS_API_KEY: KEY, OPTICODDS_BASE_URL: 'http://127.0.0.1:9/api/v3/' };
    expect(readConfig(env).upstream?.baseUrl).toBe('http://127.0.0.1:9/api/v3');
  });

  it('refuses an address without a key', () => {
    expect(refusalOf({ OPTICODDS_BASE_URL: 'https://example.com' })).toContain('OPTICODDS_API_KEY');
  });

  it('refuses to show the prices of a key to everybody unless told to', () => {
    const env = { OPTICODDS_API_KEY: KEY, BOARD_HOST: '0.0.0.0' };
    expect(refusalOf(env)).toContain('BOARD_ACCESS=open');
    expect(readConfig({ ...env, BOARD_ACCESS: 'open' }).isLoopback).toBe(false);
    expect(readConfig({ BOARD_HOST: '0.0.0.0' }).source).toBe('simulator');
  });

  it.each([
    ['a password', { BOARD_PASSWORD: 'of-the-desk' }],
    ['a token', { BOARD_TOKENS: 'token-of-16-chars' }],
    ['the word that lets everybody in', { BOARD_ACCESS: 'open' }],
  ])('shows the prices of a key beyond this machine with %s', (_what, access) => {
    const env = { OPTICODDS_API_KEY: KEY, ...access };
    const ways: Record<string, string>[] = [
      { BOARD_HOST: '0.0.0.0' },
      { BOARD_ALLOWED_HOSTS: 'board.example.com' },
      { BOARD_TRUSTED_PROXIES: '127.0.0.1' },
    ];
    for (const way of ways) {
      expect(readConfig({ ...env, ...way }).upstream?.apiKey).toBe(KEY);
      expect(refusalOf({ OPTICODDS_API_KEY: KEY, ...way })).toContain('BOARD_PASSWORD');
    }
  });

  it('takes names of this machine for no way in from elsewhere', () => {
    const env = { OPTICODDS_API_KEY: KEY, BOARD_ALLOWED_HOSTS: 'localhost:3001' };
    expect(readConfig(env).source).toBe('opticodds');
  });

  it('refuses to be open and closed at once', () => {
    const env = { BOARD_ACCESS: 'open', BOARD_PASSWORD: 'of-the-desk' };
    expect(refusalOf(env)).toContain('BOARD_ACCESS is "open"');
  });

  it('reads tokens with and without names', () => {
    const { tokens } = readConfig({
      BOARD_TOKENS: 'model:0123456789abcdef, fedcba9876543210\nbot-2:0123456789ABCDEF',
    }).access;
    expect(tokens).toEqual([
      { name: 'model', token: '0123456789abcdef' },
      { name: '2', token: 'fedcba9876543210' },
      { name: 'bot-2', token: '0123456789ABCDEF' },
    ]);
  });

  it.each([
    [{ BOARD_PASSWORD: 'short' }, 'BOARD_PASSWORD: write 8 to 256'],
    [{ BOARD_PASSWORD: 'x'.repeat(257) }, 'BOARD_PASSWORD: write 8 to 256'],
    [{ BOARD_TOKENS: 'token-of-15-chr' }, 'BOARD_TOKENS: its token 1'],
    [{ BOARD_TOKENS: '0123456789abcdef,short' }, 'BOARD_TOKENS: its token 2'],
    [{ BOARD_TOKENS: 'a:b:0123456789abcdef' }, 'BOARD_TOKENS: its token 1'],
    [{ BOARD_TOKENS: 'a:0123456789abcdef a:0123456789abcdef' }, 'same name'],
    [{ BOARD_SESSION_SECRET: 'short' }, 'BOARD_SESSION_SECRET: write 16 to 256'],
  ])('refuses a secret of the wrong form without telling it: %j', (env, message) => {
    const told = refusalOf(env as Record<string, string>);
    expect(told).toContain(message);
    expect(told.split('\n')).toHaveLength(1);
    for (const secret of Object.values(env)) expect(told).not.toContain(secret);
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT', 'abc'],
    [{ PORT: '70000' }, 'PORT', '70000'],
    [{ BOARD_TICK_MS: '0' }, 'BOARD_TICK_MS', '0'],
    [{ BOARD_TICK_MS: '1.5' }, 'BOARD_TICK_MS', '1.5'],
    [{ BOARD_HOST: 'not a host' }, 'BOARD_HOST', 'not a host'],
    [{ BOARD_ACCESS: 'maybe' }, 'BOARD_ACCESS', 'maybe'],
    [{ BOARD_SIMULATOR_SPEED: '0' }, 'BOARD_SIMULATOR_SPEED', '0'],
    [{ BOARD_ALLOWED_HOSTS: 'a b*c' }, 'BOARD_ALLOWED_HOSTS', 'b*c'],
    [{ BOARD_TRUSTED_PROXIES: '10.0.0.0/33' }, 'BOARD_TRUSTED_PROXIES', '10.0.0.0/33'],
    [{ BOARD_TRUSTED_PROXIES: '::1, nginx' }, 'BOARD_TRUSTED_PROXIES', 'nginx'],
    [{ BOARD_ALLOWED_ORIGINS: '*' }, 'BOARD_ALLOWED_ORIGINS', '*'],
    [{ BOARD_ALLOWED_ORIGINS: 'desk.example' }, 'BOARD_ALLOWED_ORIGINS', 'desk.example'],
    [
      { BOARD_ALLOWED_ORIGINS: 'https://a.example/' },
      'BOARD_ALLOWED_ORIGINS',
      'https://a.example/',
    ],
    [{ BOARD_URL_LENGTH: '100' }, 'BOARD_URL_LENGTH', '100'],
    [{ BOARD_UPSTREAM_LATE_MS: '15000' }, 'BOARD_UPSTREAM_LATE_MS', '15000'],
  ])('refuses %j in one line that names setting and value', (env, name, value) => {
    const message = refusalOf(env as Record<string, string>);
    expect(message.split('\n')).toHaveLength(1);
    expect(message).toMatch(new RegExp(`^${name} is "${value.replace(/[.*]/g, '\\$&')}": write `));
  });

  it('never tells the key, nor what could be one in an address', () => {
    const secret = 'hunter2';
    const messages = [
      refusalOf({ OPTICODDS_API_KEY: `${secret} ${secret}` }),
      refusalOf({ OPTICODDS_API_KEY: secret, BOARD_HOST: '0.0.0.0' }),
      refusalOf({ OPTICODDS_API_KEY: secret, OPTICODDS_BASE_URL: `https://u:${secret}@x/` }),
      refusalOf({ OPTICODDS_API_KEY: secret, OPTICODDS_BASE_URL: `https://x/?key=${secret}` }),
      refusalOf({ OPTICODDS_BASE_URL: `https://x/#${secret}` }),
      refusalOf({ OPTICODDS_BASE_URL: secret }),
      refusalOf({ OPTICODDS_API_KEY: secret, OPTICODDS_BASE_URL: secret }),
    ];
    for (const message of messages) expect(message).not.toContain(secret);
  });

  it('warns of names that are no setting', () => {
    const { warnings } = readConfig({ BOARD_TIKC_MS: '5', BOARD_DIST_DIR: '.next', OTHER: '1' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('BOARD_TIKC_MS');
  });

  it('gives every setting a name of its own and a default that it accepts', () => {
    const settings = Object.values({ ...FEED_SETTINGS, ...ACCESS_SETTINGS });
    expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length);
    const env = Object.fromEntries(
      settings.map(({ name, byDefault }) => [name, String(byDefault)]),
    );
    expect(readConfig(env).feed).toEqual(DEFAULT_FEED_SETTINGS);
  });
});
