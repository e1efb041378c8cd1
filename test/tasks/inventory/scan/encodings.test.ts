import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidFileError } from '../../../../tasks/inventory/file/invalid_file.ts';
import { bytesOf, cutAt, cutEvery, HEADER, scan } from './support.ts';

test('a byte order mark belongs to no column name and stays in the header line', () => {
  const { header, kept } = scan(cutEvery(bytesOf(`\uFEFF${HEADER}S1,A1,5\n`), 1));
  assert.equal(header, `\xEF\xBB\xBF${HEADER}`);
  assert.equal(kept.length, 1);
});

test('bytes that are no UTF-8 refuse the file, with their offset, wherever the chunks end', () => {
  const cases: [string, number[]][] = [
    ['a lone continuation byte', [0x80]],
    ['a Latin-1 letter', [0xe9, 0x2c]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a character cut by a newline', [0xe2, 0x82, 0x0a]],
  ];
  const good = bytesOf(`${HEADER}Süd,€😀,5\n`);
  for (const [what, bad] of cases) {
    const bytes = Uint8Array.from([...good, ...bad, ...bytesOf(',B,1\n')]);
    const byte = (bad[0] ?? 0).toString(16);
    const refusal = new InvalidFileError(
      `not UTF-8: byte 0x${byte} at offset ${good.length} (encoding: windows-1252?)`,
    );
    for (let at = 0; at <= bytes.length; at++) assert.throws(() => scan(cutAt(bytes, at)), refusal, what);
  }
});

test('a file that ends inside a character is refused', () => {
  const bytes = Uint8Array.from([...bytesOf(HEADER), 0xe2, 0x82]);
  assert.throws(
    () => scan([bytes]),
    new InvalidFileError(`not UTF-8: byte 0xe2 at offset ${HEADER.length} (encoding: windows-1252?)`),
  );
});

test('windows-1252 rows are matched and rejected by their characters and kept by their bytes', () => {
  const rows = Uint8Array.from([
    ...bytesOf('S'),
    0xfc,
    ...bytesOf('d,'),
    0x80,
    ...bytesOf('1,5\nS1,'),
    0x80,
    ...bytesOf('1,x\n'),
  ]);
  const { kept, rejected, result } = scan([bytesOf(HEADER), rows], {
    encoding: 'windows-1252',
    activeIds: ['€1', '日本'],
  });
  assert.deepEqual(kept, ['S\xfcd,\x801,5\n']);
  assert.deepEqual(rejected, [{ line: 3, reason: 'bad_quantity', raw: 'S1,€1,x' }]);
  assert.deepEqual(result.rowsByFacility, { S1: 1, Süd: 1 });
});

test('a raw row is capped at 500 characters and never ends in half a character', () => {
  const { rejected } = scan([bytesOf(`${HEADER}${'😀'.repeat(249)}x😀😀,A1,5,\n`)]);
  const [row] = rejected;
  assert.equal(row?.raw.length, 500);
  assert.ok(row?.raw.isWellFormed());
});
