import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { addressOf } from './serial-url.ts';

test.each([
  ['tcp://127.0.0.1:9090', { kind: 'tcp', host: '127.0.0.1', port: 9090 }],
  ['rfc2217://[fe80::1]:3001', { kind: 'rfc2217', host: 'fe80::1', port: 3001 }],
  ['rfc2217://lab-host.local:3001/', { kind: 'rfc2217', host: 'lab-host.local', port: 3001 }],
])('%s', (url, address) => {
  expect(addressOf(url, 'board')).toEqual(address);
});

test.each([
  ['tcp://127.0.0.1', 'names no port'],
  ['tcp://127.0.0.1:0', 'names no port'],
  ['tcp://127.0.0.1:99999', 'is no URL'],
  ['tcp://:9090', 'is no URL'],
  ['tcp://[::1:9090', 'is no URL'],
  ['', 'is no URL'],
  ['tpc://host:1', 'Did you mean "tcp"?'],
  ['http://host:1', 'begins with http'],
  ['tcp://user@host:1', 'more than a host and a port'],
  ['tcp://host:1/dev/ttyACM0', 'more than a host and a port'],
  ['tcp://host:1?baud=9600', 'more than a host and a port'],
])('"%s" %s', (url, what) => {
  expect(() => addressOf(url, 'board')).toThrow(InputError);
  expect(() => addressOf(url, 'board')).toThrow(what);
});
