/** Compares the scanner with csv-parse over generated files, with a chunk border at every byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import {
  CSV_PARSE_OPTIONS,
  csvParseLine,
  csvParseMarks,
  cutAt,
  cutEvery,
  REASON_OF_CODE,
  type Scanned,
  scan,
} from './support.ts';

const ACTIVE_IDS = ['A1', '007', 'quo"te', 'com,ma', 'Ä€😀', '1E+05', ' pad '];

interface Marks {
  readonly delimiter: string;
  readonly quote: string;
}

interface File {
  readonly marks: Marks;
  readonly header: string;
  readonly lines: readonly string[];
  readonly bom: boolean;
}

const marks: fc.Arbitrary<Marks> = fc.constantFrom(
  { delimiter: ',', quote: '"' },
  { delimiter: ';', quote: '"' },
  { delimiter: '\t', quote: "'" },
  { delimiter: '|', quote: '' },
);

const id = fc.constantFrom(...ACTIVE_IDS, 'A1', 'A1', 'A10', 'a1', 'B2', '');
const quantity = fc.constantFrom(
  '0',
  '5',
  '5',
  '-3',
  '-0',
  '999999999',
  '1234567890',
  '+1',
  '1.0',
  '',
  ' 5',
  'x',
);
const facility = fc.constantFrom('042', '042', '7', '', 'Süd');
const location = fc.constantFrom('', '', 'L1', 'L2');
const hazard = fc.constantFrom(
  '"',
  '""',
  '"""',
  'a"b',
  '"a"b',
  '"a',
  'a""',
  '\0',
  '\r',
  '\r\r',
  ',',
  ';',
  "'",
  '|',
);

function cell(text: string, quote: string): fc.Arbitrary<string> {
  if (quote === '') return fc.constant(text);
  const quoted = `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;
  return fc.constantFrom(text, quoted, quoted);
}

function line({ delimiter, quote }: Marks): fc.Arbitrary<string> {
  const fields = fc
    .tuple(facility, facility, id, quantity, location)
    .chain(([external, own, idValue, qty, place]) =>
      fc.tuple(
        cell(external, quote),
        fc.constant(own),
        cell(idValue, quote),
        cell(qty, quote),
        cell(place, quote),
      ),
    );
  const damaged = fc
    .tuple(fields, fc.nat(4), fc.oneof(hazard, fc.constant(delimiter)))
    .map(([row, at, damage]) => {
      const text = row.join(delimiter);
      const place = Math.min(text.length, at * 3);
      return text.slice(0, place) + damage + text.slice(place);
    });
  const row = fc.oneof(
    { weight: 4, arbitrary: fields.map((values) => values.join(delimiter)) },
    { weight: 2, arbitrary: damaged },
    { weight: 1, arbitrary: fc.constantFrom('', delimiter, 'A1', '"', '\r', `${delimiter}${delimiter}`) },
  );
  return fc.tuple(row, fc.constantFrom('\n', '\n', '\r\n')).map(([text, end]) => text + end);
}

const file: fc.Arbitrary<File> = marks.chain((given) =>
  fc
    .tuple(
      fc.array(line(given), { maxLength: 12 }),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom('\n', '\r\n'),
    )
    .map(([lines, bom, cutEnd, end]) => ({
      marks: given,
      header:
        ['externalFacilityId', 'facilityId', 'idValue', 'availableQty', 'locationSeqId'].join(
          given.delimiter,
        ) + end,
      lines: cutEnd ? withoutFinalNewline(lines) : lines,
      bom,
    })),
);

function withoutFinalNewline(lines: readonly string[]): string[] {
  const cut = lines.map((text, at) => (at === lines.length - 1 ? text.replace(/\r?\n$/, '') : text));
  return cut.filter((text) => text !== '');
}

/** The rules in the simplest code, applied to csv-parse's result for each line. */
function expected({ marks: given, header, lines }: File) {
  const kept: string[] = [];
  const rejected: { line: number; reason: string }[] = [];
  const rowsByFacility = new Map<string, number>();
  const seen = new Map<string, Map<string, number>>();
  const conflicting = new Set<string>();
  const fieldsRead: string[][] = [];
  let dropped = 0;
  let collapsed = 0;
  for (const [at, text] of rowsOf(lines).entries()) {
    const reject = (reason: string) => rejected.push({ line: at + 2, reason });
    if (text.includes('\0')) {
      reject('nul_byte');
      continue;
    }
    const verdict = csvParseLine(header.trimEnd(), toLatin1(text), given);
    if ('code' in verdict) {
      reject(REASON_OF_CODE[verdict.code] ?? verdict.code);
      continue;
    }
    const fields = verdict.fields.map(fromLatin1);
    fieldsRead.push(fields);
    const [external = '', own = '', idValue = '', qty = '', place = ''] = fields;
    const store = external || own;
    if (store !== '') rowsByFacility.set(store, (rowsByFacility.get(store) ?? 0) + 1);
    if (!ACTIVE_IDS.includes(idValue)) dropped++;
    else if (store === '') reject('no_facility');
    else if (!/^-?\d{1,9}$/.test(qty)) reject('bad_quantity');
    else {
      const key = JSON.stringify([external === '' ? 'own' : 'external', store, idValue]);
      const there = seen.get(key) ?? new Map<string, number>();
      seen.set(key, there);
      const before = there.get(place);
      if (before === Number(qty) + 0) {
        collapsed++;
        continue;
      }
      if (before === undefined) there.set(place, Number(qty) + 0);
      else conflicting.add(key);
      kept.push(toLatin1(text));
    }
  }
  const several = [...seen.values()].filter((there) => there.size > 1).length;
  const covered = new Set([...seen.keys()].map((key) => JSON.parse(key)[2]));
  return {
    ...{
      kept,
      rejected,
      dropped,
      collapsed,
      conflicting: conflicting.size,
      several,
      rowsByFacility,
      fieldsRead,
    },
    keys: seen.size,
    withoutRow: ACTIVE_IDS.filter((one) => !covered.has(one)),
  };
}

/** Returns the rows without the blank lines after the last one. */
function rowsOf(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((text) => !/^\r?\n$/.test(text)) + 1);
}

function toLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function fromLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

function bytesOfFile({ bom, header, lines }: File): Uint8Array {
  return new Uint8Array(Buffer.from((bom ? '\uFEFF' : '') + header + lines.join(''), 'utf8'));
}

function assertSame(scanned: Scanned, want: ReturnType<typeof expected>, given: File): void {
  assert.deepEqual(scanned.kept, want.kept);
  assert.deepEqual(
    scanned.rejected.map(({ line: at, reason }) => ({ line: at, reason })),
    want.rejected,
  );
  assert.equal(scanned.result.rowsIn, rowsOf(given.lines).length);
  assert.equal(scanned.result.blankLinesAtEnd, given.lines.length - rowsOf(given.lines).length);
  assert.equal(scanned.result.keysAtSeveralLocations, want.several);
  assert.deepEqual(scanned.result.activeWithoutRow, want.withoutRow);
  assert.equal(
    Object.values(scanned.result.keysByFacility).reduce((sum, keys) => sum + keys, 0),
    want.keys,
  );
  assert.equal(scanned.result.kept, want.kept.length);
  assert.equal(scanned.result.dropped, want.dropped);
  assert.equal(scanned.result.rejected, want.rejected.length);
  assert.equal(scanned.result.collapsed, want.collapsed);
  assert.equal(scanned.result.conflictingKeys, want.conflicting);
  assert.deepEqual(scanned.result.rowsByFacility, Object.fromEntries([...want.rowsByFacility].sort()));
  assert.equal(scanned.result.endsWithNewline, (given.lines.at(-1) ?? given.header).endsWith('\n'));
  assert.equal(scanned.header, toLatin1((given.bom ? '\uFEFF' : '') + given.header));
}

/** Registers the tests, on the given multiple of the files that each run of the tests compares anew. */
export function testScanner(times: number): void {
  test('the scanner takes exactly the rows that csv-parse takes, whatever the hazard', () => {
    fc.assert(
      fc.property(file, fc.integer({ min: 1, max: 40 }), (given, size) => {
        const bytes = bytesOfFile(given);
        const options = { activeIds: ACTIVE_IDS, ...given.marks };
        const want = expected(given);
        assertSame(scan([bytes], options), want, given);
        assertSame(scan(cutEvery(bytes, size), options), want, given);
      }),
      { numRuns: 500 * times },
    );
  });

  test('a chunk border at any byte changes nothing', () => {
    fc.assert(
      fc.property(file, (given) => {
        const bytes = bytesOfFile(given);
        const options = { activeIds: ACTIVE_IDS, ...given.marks };
        const want = expected(given);
        for (let at = 0; at <= bytes.length; at++) assertSame(scan(cutAt(bytes, at), options), want, given);
        assertSame(scan(cutEvery(bytes, 1), options), want, given);
      }),
      { numRuns: 20 * times },
    );
  });

  test('a file without a bad line reads the same to csv-parse as a whole', () => {
    let compared = 0;
    fc.assert(
      fc.property(file, (given) => {
        const want = expected(given);
        if (want.fieldsRead.length !== given.lines.length || given.lines.length === 0) return;
        compared++;
        const records: string[][] = parse(Buffer.from(bytesOfFile(given)), {
          ...CSV_PARSE_OPTIONS,
          ...csvParseMarks(given.marks),
        });
        assert.deepEqual(records.slice(1), want.fieldsRead);
      }),
      { numRuns: 700 * times },
    );
    assert.ok(compared > 15 * times, `only ${compared} files had no bad line`);
  });
}
