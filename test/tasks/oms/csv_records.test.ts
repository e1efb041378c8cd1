import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { dialectShape } from '../../../tasks/inventory/file/dialect.ts';
import { InvalidFileError } from '../../../tasks/inventory/file/invalid_file.ts';
import { type CsvRecord, csvRecords } from '../../../tasks/oms/csv/records.ts';

const dialectSchema = z.strictObject(dialectShape);

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function read(content: string | Uint8Array, dialect: z.input<typeof dialectSchema> = {}, size = 1e6) {
  const records: CsvRecord[] = [];
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for await (const block of csvRecords(inPieces(bytes, size), dialectSchema.parse(dialect)))
    records.push(...block);
  return records;
}

const fieldsOf = (records: readonly CsvRecord[]) => records.map((record) => record.problem ?? record.fields);

test('records are the same wherever the chunks end', async () => {
  const text = '\uFEFFa,b\r\n"x ""1"", y",é€𝄞\n,\nlast,"q"\n';
  const expected = [
    ['a', 'b'],
    ['x "1", y', 'é€𝄞'],
    ['', ''],
    ['last', 'q'],
  ];
  for (let size = 1; size <= Buffer.byteLength(text); size++) {
    const records = await read(text, {}, size);
    assert.deepEqual(fieldsOf(records), expected, `chunks of ${size}`);
    assert.deepEqual(
      records.map(({ line }) => line),
      [1, 2, 3, 4],
    );
    assert.equal(records[1]?.raw, '"x ""1"", y",é€𝄞');
  }
});

test('a stray quote and a NUL spoil their own line only', async () => {
  const records = await read('a,b\nx"y,1\n"open,2\nok,3\n\n"q",4\nnul\0,5\n');
  assert.deepEqual(fieldsOf(records), [
    ['a', 'b'],
    'quotes do not match',
    'quotes do not match',
    ['ok', '3'],
    [''],
    ['q', '4'],
    'NUL byte',
  ]);
  assert.equal(records[6]?.raw, 'nul\u{fffd},5');
});

test('gzip, other encodings, delimiters and quotes are read as the dialect says', async () => {
  const expected = [
    ['a', 'b'],
    ['é', "it's"],
  ];
  assert.deepEqual(fieldsOf(await read(gzipSync("a,b\né,it's\n"), { compression: 'auto' })), expected);
  assert.deepEqual(
    fieldsOf(await read(Buffer.from("a;b\né;it's\n", 'utf16le'), { encoding: 'utf-16le', delimiter: ';' })),
    expected,
  );
  assert.deepEqual(
    fieldsOf(await read(Buffer.from("a,b\né,it's\n", 'latin1'), { encoding: 'windows-1252' })),
    expected,
  );
  assert.deepEqual(fieldsOf(await read("a,b\né,'it''s'\n", { quote: "'" })), expected);
  assert.deepEqual(fieldsOf(await read('a,b\n"x,1\n', { quote: '' })), [
    ['a', 'b'],
    ['"x', '1'],
  ]);
});

for (const [what, content, dialect, message] of [
  ['a file cut in its last line', 'a,b\nx,1', {}, /line 2 has no line end/],
  ['bytes of another encoding', Buffer.from('a,b\né,1\n', 'latin1'), {}, /not utf-8/],
  ['cut gzip', gzipSync('a,b\nx,1\n').subarray(0, -6), { compression: 'gzip' }, /not readable as gzip/],
  ['plain text where gzip was expected', 'a,b\n', { compression: 'gzip' }, /not readable as gzip/],
  ['an endless line', 'x'.repeat(70_000), {}, /longer than 65536 characters/],
] as const) {
  test(`${what} is refused`, async () => {
    await assert.rejects(
      read(content, dialect),
      (error) => error instanceof InvalidFileError && message.test(error.message),
    );
  });
}

test('a reader that stops early lets the file go', async () => {
  let isClosed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.from('a,b\n');
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of csvRecords(source(), dialectSchema.parse({}))) break;
  assert.equal(isClosed, true);
});
