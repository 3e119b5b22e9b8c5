import { describe, expect, it } from 'vitest';
import { DEFAULT_FEED_SETTINGS, FEED_SETTINGS, readConfig } from '@/lib/feed/config';
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
    [{ PORT: 'abc' }, 'PORT', 'abc'],
    [{ PORT: '70000' }, 'PORT', '70000'],
    [{ BOARD_TICK_MS: '0' }, 'BOARD_TICK_MS', '0'],
    [{ BOARD_TICK_MS: '1.5' }, 'BOARD_TICK_MS', '1.5'],
    [{ BOARD_HOST: 'not a host' }, 'BOARD_HOST', 'not a host'],
    [{ BOARD_ACCESS: 'maybe' }, 'BOARD_ACCESS', 'maybe'],
    [{ BOARD_SIMULATOR_SPEED: '0' }, 'BOARD_SIMULATOR_SPEED', '0'],
    [{ BOARD_ALLOWED_HOSTS: 'a b*c' }, 'BOARD_ALLOWED_HOSTS', 'b*c'],
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
    const settings = Object.values(FEED_SETTINGS);
    expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length);
    const env = Object.fromEntries(
      settings.map(({ name, byDefault }) => [name, String(byDefault)]),
    );
    expect(readConfig(env).feed).toEqual(DEFAULT_FEED_SETTINGS);
  });
});
