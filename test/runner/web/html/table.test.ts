import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '../../../../runner/view/listing.ts';
import { html } from '../../../../runner/web/html/html.ts';
import { table } from '../../../../runner/web/html/table.ts';

interface Row {
  readonly name: string;
  readonly state: string;
  readonly count: number | null;
  readonly at: Temporal.Instant | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: 'task_id', value: ({ name }) => name },
  { key: 'state', value: ({ state }) => state, state: ({ state }) => state },
  { key: 'rows_in', value: ({ count }) => count, omitEmpty: true },
  {
    key: 'started_at',
    value: ({ at }) => at,
    text: ({ at }) => (at === null ? '-' : '01:30:00 EST'),
    omitEmpty: true,
  },
  { key: 'secret', value: () => 'for machines', dataOnly: true },
];

const AT = Temporal.Instant.from('2026-01-31T06:30:00Z');
const LOAD: Row = { name: 'load', state: 'failed', count: 1_200, at: AT };

async function render(rows: readonly Row[], cells = {}): Promise<string> {
  return String(
    await table({ columns: COLUMNS, rows }, { caption: 'Tasks', cells, rowId: ({ name }) => `task-${name}` }),
  );
}

test('a row has its name as its header, its state as shape and word, numbers at the right, and instants as <time>', async () => {
  const page = await render([LOAD]);
  assert.match(page, /<tr id="task-load"><th scope="row">load<\/th>/);
  assert.match(
    page,
    /<td data-label="state"><span class="state s-failed"><span class="mark" aria-hidden="true">✕<\/span> failed<\/span><\/td>/,
  );
  assert.match(page, /<th scope="col" class="num">rows in<\/th>/);
  assert.match(page, /<td data-label="rows in" class="num">1200<\/td>/);
  assert.match(page, /<time datetime="2026-01-31T06:30:00Z">01:30:00 EST<\/time>/);
  assert.doesNotMatch(page, /for machines/);
});

test('a column that is empty in every row is left out, and an empty cell holds nothing', async () => {
  const none = await render([{ ...LOAD, count: null, at: null }]);
  assert.doesNotMatch(none, /rows in|started at/);
  const some = await render([LOAD, { ...LOAD, name: 'send', at: null }]);
  assert.match(some, /<td data-label="started at"><\/td>/);
});

test('every text is escaped, in cells, ids and attributes', async () => {
  const page = await render([{ ...LOAD, name: '<script>"x"</script>', state: '<b>' }]);
  assert.doesNotMatch(page, /<script>|<b>/);
  assert.match(page, /id="task-&lt;script&gt;&quot;x&quot;&lt;\/script&gt;"/);
  assert.match(page, /&lt;b&gt;/);
});

test('a column may be rendered as HTML of its own', async () => {
  const link = { task_id: ({ name }: Row) => html`<a href="/tasks/${name}">${name}</a>` };
  assert.match(await render([LOAD], link), /<th scope="row"><a href="\/tasks\/load">load<\/a><\/th>/);
});
