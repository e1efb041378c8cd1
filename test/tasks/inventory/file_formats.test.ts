import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { findColumns } from '../../../tasks/inventory/columns/header_check.ts';
import { RESET_COLUMNS } from '../../../tasks/inventory/columns/mapping.ts';
import { resetColumnsSchema, varianceColumnsSchema } from '../../../tasks/inventory/columns/param.ts';
import { foreignContent } from '../../../tasks/inventory/file/content_sniff.ts';
import { dialectShape } from '../../../tasks/inventory/file/dialect.ts';
import { InvalidFileError } from '../../../tasks/inventory/file/invalid_file.ts';
import { within } from '../../../tasks/inventory/file/location.ts';
import { disagreements, parseManifest } from '../../../tasks/inventory/file/manifest.ts';
import { namePatternSchema, snapshotAtOf } from '../../../tasks/inventory/file/name.ts';
import { publishedName } from '../../../tasks/inventory/file/published_name.ts';
import { assertConserved } from '../../../tasks/inventory/row/account.ts';
import {
  NO_QUANTITY,
  parseQuantity,
  quantityAt,
  zeroDecimalQuantityAt,
} from '../../../tasks/inventory/row/quantity.ts';
import { bytesOf } from './scan/support.ts';

const DEFAULTS = resetColumnsSchema.parse(undefined);

test('columns that are not named keep their own names', () => {
  assert.equal(resetColumnsSchema.parse({ idValue: 'SKU' }).idValue, 'SKU');
  assert.equal(resetColumnsSchema.parse({ idValue: 'SKU' }).availableQty, 'availableQty');
  assert.equal(varianceColumnsSchema.parse({}).varianceReasonId, 'varianceReasonId');
  assert.equal(resetColumnsSchema.safeParse({ sku: 'SKU' }).success, false);
});

test('columns are found case-insensitively, one of the two facility columns is enough', () => {
  assert.deepEqual(
    findColumns(['AVAILABLEQTY', 'x', 'idvalue', 'FacilityId'], DEFAULTS, RESET_COLUMNS, ','),
    {
      facilityId: 3,
      idValue: 2,
      availableQty: 0,
    },
  );
});

function headerRefusal(header: string[], delimiter = ','): string {
  try {
    findColumns(header, DEFAULTS, RESET_COLUMNS, delimiter);
  } catch (error) {
    if (error instanceof InvalidFileError) return error.message;
    throw error;
  }
  return 'accepted';
}

test('a missing column is refused with the columns that are there', () => {
  assert.equal(
    headerRefusal(['sku', 'qty']),
    'header: no column externalFacilityId or facilityId, idValue, availableQty (found: sku, qty)',
  );
});

test('a header name that occurs twice is refused, in another case too', () => {
  assert.equal(
    headerRefusal(['facilityId', 'idValue', 'availableQty', 'IDVALUE']),
    'header: column IDVALUE occurs twice, at 2 and 4',
  );
});

test('a wrong delimiter is recognised and named', () => {
  assert.match(
    headerRefusal(['facilityId;idValue;availableQty']),
    /it looks delimited by semicolon, and comma was expected$/,
  );
  assert.match(headerRefusal(['"facilityId"\t"idValue"\t"availableQty"']), /by tab, and comma was expected$/);
  assert.match(headerRefusal(['facilityId,idValue,availableQty'], '|'), /by comma, and pipe was expected$/);
});

test('a quantity reads the same as text and as bytes, whatever it is', () => {
  const anything = fc.oneof(fc.stringMatching(/^[-+]?\d{0,11}[.e ]?[0\d]{0,3}$/), fc.string());
  fc.assert(
    fc.property(anything, (text) => {
      const bytes = bytesOf(`x${text}x`);
      assert.equal(quantityAt(bytes, 1, bytes.length - 1), parseQuantity(text, 'integer') ?? NO_QUANTITY);
      assert.equal(
        zeroDecimalQuantityAt(bytes, 1, bytes.length - 1),
        parseQuantity(text, 'decimal_zero') ?? NO_QUANTITY,
      );
    }),
  );
  assert.equal(parseQuantity('-007', 'integer'), -7);
  assert.ok(Object.is(parseQuantity('-0', 'integer'), 0));
  for (const [text, value] of [
    ['5.0', 5],
    ['-12.000', -12],
    ['5.', null],
    ['.0', null],
    ['5.01', null],
    ['1,200', null],
    ['+5', null],
    ['5-', null],
    ['(5)', null],
    [' 7', null],
    ['', null],
  ] as const) {
    assert.equal(parseQuantity(text, 'decimal_zero'), value, text);
    assert.equal(parseQuantity(text, 'integer'), null, text);
  }
});

test('a file name gives the instant of its snapshot, or none', () => {
  const pattern = 'reset_inventory_{snapshot_at}.csv';
  assert.equal(
    snapshotAtOf('reset_inventory_20260310T030000Z.csv', pattern)?.toString(),
    '2026-03-10T03:00:00Z',
  );
  for (const name of [
    'reset_inventory_20260310T030000Z.csv.manifest.json',
    'reset_inventory_20260310T030000.csv',
    'reset_inventory_20260230T030000Z.csv',
    'reset_inventory_20260310T250000Z.csv',
    'xreset_inventory_20260310T030000Z.csv',
    'reset_inventory_.csv',
  ]) {
    assert.equal(snapshotAtOf(name, pattern), null, name);
  }
  assert.equal(namePatternSchema.safeParse('reset.csv').success, false);
});

test('a manifest that is not one is refused with the key and what is wrong', () => {
  const good = { sha256: 'a'.repeat(64), bytes: 1, rows: 0, snapshot_at: '2026-03-10T03:00:00Z' };
  assert.equal(
    parseManifest(JSON.stringify({ ...good, sender: 'x' })).snapshot_at.toString(),
    '2026-03-10T03:00:00Z',
  );
  assert.throws(() => parseManifest('{"sha256"'), /^InvalidFileError: manifest: not JSON/);
  assert.throws(
    () => parseManifest(JSON.stringify({ ...good, bytes: -1 })),
    /^InvalidFileError: manifest: bytes: /,
  );
  assert.throws(
    () => parseManifest(JSON.stringify({ ...good, snapshot_at: 'now' })),
    /snapshot_at: not an instant: "now"/,
  );
});

test('every figure in which manifest and file disagree is named with both values', () => {
  const file = { sha256: 'a'.repeat(64), bytes: 10, rows: 2 };
  assert.deepEqual(disagreements(file, file), []);
  assert.deepEqual(disagreements({ ...file, bytes: 11, rows: 3 }, file), [
    'bytes is 11 in the manifest and 10 in the file',
    'rows is 3 in the manifest and 2 in the file',
  ]);
});

test('content that is no CSV is named', () => {
  const named: [Uint8Array, string][] = [
    [gzipSync('a,b\n'), 'gzip'],
    [Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]), 'zip'],
    [bytesOf('%PDF-1.7'), 'PDF'],
    [bytesOf('\n <!DOCTYPE HTML><p>Sorry'), 'HTML'],
    [bytesOf('<html>'), 'HTML'],
    [bytesOf('<?xml version="1.0"?>'), 'XML'],
    [bytesOf('{"error": "quota"}'), 'JSON'],
    [Uint8Array.from([0xff, 0xfe, 0x61, 0]), 'UTF-16 little-endian text'],
    [Uint8Array.from([0xfe, 0xff, 0, 0x61]), 'UTF-16 big-endian text'],
    [Buffer.from('facilityId,idValue', 'utf16le'), 'UTF-16 text'],
  ];
  for (const [bytes, kind] of named) assert.equal(foreignContent(bytes, 'utf-8'), kind);
  assert.equal(foreignContent(bytesOf('\uFEFFfacilityId,idValue,availableQty\n'), 'utf-8'), null);
  assert.equal(foreignContent(bytesOf('a,b\n\0\0\0'), 'utf-8'), null);
  assert.equal(foreignContent(Buffer.from('\uFEFFfacilityId', 'utf16le'), 'utf-16le'), null);
  assert.equal(foreignContent(new Uint8Array(0), 'utf-8'), null);
});

test('a delimiter or quote that could stand in an id or a number is refused', () => {
  for (const good of [',', ';', '\t', '|', ' ', '^', '~', '"', "'"]) {
    assert.equal(dialectShape.delimiter.safeParse(good).success, true, good);
  }
  for (const bad of ['a', '7', '-', '', ',,', '\n', '\r', '\0', '€']) {
    assert.equal(dialectShape.delimiter.safeParse(bad).success, false, JSON.stringify(bad));
  }
});

test('a published name carries the night and the first of the checksum', () => {
  const sha256 = '0123456789abcdef'.repeat(4);
  const name = publishedName('reset_inventory', Temporal.PlainDate.from('2026-03-10'), sha256);
  assert.equal(name, 'reset_inventory_2026-03-10_0123456789ab.csv');
  assert.equal(within('sftp://retailpro/out/', name), `sftp://retailpro/out/${name}`);
});

test('P5: rows that vanish are a fault of the program', () => {
  assertConserved({ rowsIn: 10, kept: 1, dropped: 2, rejected: 3, collapsed: 4 });
  assert.throws(
    () => assertConserved({ rowsIn: 11, kept: 1, dropped: 2, rejected: 3, collapsed: 4 }),
    /rows are not conserved: 11 in; .* = 10$/,
  );
});
