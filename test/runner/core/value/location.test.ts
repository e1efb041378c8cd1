import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatLocation,
  LocationError,
  matchesPattern,
  parseLocation,
  parseLocationPattern,
} from '../../../../runner/core/value/location.ts';

test('each scheme is read and written back', () => {
  const table = {
    'artifact:active_products.csv': { scheme: 'artifact', name: 'active_products.csv' },
    'sftp://retailpro/out/a b.csv': { scheme: 'sftp', connection: 'retailpro', path: 'out/a b.csv' },
    'sftp://oms_2/x': { scheme: 'sftp', connection: 'oms_2', path: 'x' },
    'file:data/été.csv': { scheme: 'file', path: 'data/été.csv' },
  } as const;
  for (const [text, expected] of Object.entries(table)) {
    const location = parseLocation(text);
    assert.deepEqual(location, expected);
    assert.equal(formatLocation(location), text);
  }
});

test('what could leave its folder, or is no single file, is refused', () => {
  const refused = [
    '',
    'x.csv',
    'http://host/x',
    'artifact:',
    'artifact:a/b',
    'artifact:a*',
    `artifact:${'a'.repeat(129)}`,
    'sftp://retailpro',
    'sftp://retailpro/',
    'sftp://retailpro//etc/passwd',
    'sftp://retailpro/../x',
    'sftp://retailpro/a/../../x',
    'sftp://retailpro/./x',
    'sftp://retailpro/a/',
    'sftp://retailpro/a\\..\\b',
    'sftp://retailpro/a\0b',
    'sftp://retailpro/a\nb',
    'sftp://retailpro/with_*.csv',
    'sftp://retailpro/ x',
    `sftp://retailpro/${'é'.repeat(128)}`,
    'sftp://user@host/x',
    'sftp://Retail/x',
    'sftp:///x',
    'file:/etc/passwd',
    'file://x',
    'file:..',
    'file:',
  ];
  for (const text of refused) assert.throws(() => parseLocation(text), LocationError, JSON.stringify(text));
});

test('a refusal says what was found and what to write', () => {
  assert.throws(() => parseLocation('out/x.csv'), {
    message:
      '"out/x.csv" is not a location: write artifact:name, sftp://connection/path or file:relative/path',
  });
  assert.throws(() => parseLocation('sftp://retailpro/a/../b'), {
    message: '"sftp://retailpro/a/../b" is not a location: the path may not hold ..',
  });
});

test('a pattern may hold * in its last part only', () => {
  assert.deepEqual(parseLocationPattern('sftp://retailpro/out/reset_*.csv'), {
    scheme: 'sftp',
    connection: 'retailpro',
    folder: 'out',
    pattern: 'reset_*.csv',
  });
  assert.deepEqual(parseLocationPattern('file:*'), { scheme: 'file', folder: '', pattern: '*' });
  assert.deepEqual(parseLocationPattern('artifact:a_*'), { scheme: 'artifact', pattern: 'a_*' });
  for (const text of ['file:*/x.csv', 'sftp://r/a*/b/c', 'sftp://r/*/../x', 'artifact:a/*']) {
    assert.throws(() => parseLocationPattern(text), LocationError, text);
  }
});

test('* stands for any run of characters, none included', () => {
  const table: readonly [string, string, boolean][] = [
    ['reset_*.csv', 'reset_20260308T060000Z.csv', true],
    ['reset_*.csv', 'reset_.csv', true],
    ['reset_*.csv', 'reset_1.csv.part', false],
    ['reset_*.csv', 'xreset_1.csv', false],
    ['a.csv', 'a.csv', true],
    ['a.csv', 'axcsv', false],
    ['*', 'anything', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['**', 'x', true],
    ['a*bc*c', 'abc', false],
  ];
  for (const [pattern, name, expected] of table) {
    assert.equal(matchesPattern(pattern, name), expected, `${pattern} ${name}`);
  }
});

test('hidden and hostile names match no pattern', () => {
  for (const name of ['.hidden', '..', '.', '', 'a/b', 'a\\b', 'a\0b', 'a\nb', 'a b', 'x'.repeat(129), 'é']) {
    assert.equal(matchesPattern('*', name), false, JSON.stringify(name));
  }
});

test('matching agrees with the same pattern as a regular expression', () => {
  const word = fc
    .array(fc.constantFrom('a', 'b', '.', '_'), { minLength: 1, maxLength: 8 })
    .map((l) => l.join(''));
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '.', '*'), { minLength: 1, maxLength: 6 })
    .map((l) => l.join(''));
  fc.assert(
    fc.property(pattern, word, (glob, name) => {
      fc.pre(!name.startsWith('.'));
      const regex = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      assert.equal(matchesPattern(glob, name), regex.test(name));
    }),
    { numRuns: 1_000 },
  );
});
