import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase } from '../../../support/postgres/database.ts';
import { until } from '../../../support/until.ts';
import { cliProject } from '../cli_project.ts';

const { url, pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });
const project = await cliProject({ after }, { DATABASE_URL: url });

const dag = (dagId: string, schedule: string, task: string) =>
  project.write(
    `dags/${dagId}.yaml`,
    `dag_id: ${dagId}\ntimezone: UTC\nschedule: ${schedule}\ncatchup: none\nmax_active_runs: 9\ntasks:\n  - {task_id: only, type: step, retries: 0${task}}\n`,
  );
await dag('good', '"0 1 * * *"', '');
await dag('bad', '"0 1 * * *"', ', with: {fail: "no file"}');
await dag('unasked', '"0 1 * * *"', '');
await dag('manual', 'null', '');
await dag('slow', '"0 1 * * *"', ', with: {ms: 600000}');
await project.write('dags/broken.yaml', 'dag_id: broken\ntimezone: UTC\nschedule: null\ntusks: []\n');

const RANGE = ['--from', '2026-01-05', '--to', '2026-01-06'];
const create = (dagId: string, ...more: readonly string[]) => [
  'backfill',
  'create',
  dagId,
  ...RANGE,
  ...more,
];
const NOWHERE = { DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:1/stock' };

interface Row {
  readonly code: number;
  readonly words: readonly string[];
  /** On stderr; for a result that is data, on stdout. */
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

const ROWS: readonly Row[] = [
  { code: 0, words: ['dags', 'validate', 'dags/good.yaml'], says: /1 file checked, no problem found/ },
  { code: 0, words: ['trigger', 'good', '--local'], says: /of good: success/ },
  { code: 0, words: create('good', '--dry-run'), says: /2 of 2 dates to work: 2 create/ },
  { code: 0, words: create('good', '-y', '--local'), says: /2 dates: 2 success/ },
  { code: 0, words: create('good', '-y'), says: /nothing to do: 0 of 2 dates to work: 2 skip \(succeeded\)/ },
  { code: 0, words: ['backfill', 'watch', 'good'], says: /2 dates: 2 success/ },

  { code: 1, words: ['trigger', 'bad', '--local'], says: /only failed at attempt 1: no file/ },
  { code: 1, words: create('bad', '-y', '--local'), says: /2026-01-06 failed at only: no file/ },
  { code: 1, words: ['backfill', 'watch', 'bad'], says: /stockflow backfill retry-failed \d+/ },
  { code: 1, words: ['backfill', 'retry-failed', 'bad', '--local'], says: /2 dates: 2 failed/ },
  { code: 1, words: ['backfill', 'cancel', 'bad'], says: /backfill \d+ has ended: failed/ },
  { code: 1, words: ['status'], says: /bad +failed/ },

  { code: 2, words: ['dgas'], says: /Did you mean dags/ },
  {
    code: 2,
    words: ['backfill', 'create', 'good', '--from', '2026-01-05'],
    says: /'--to <date>' not specified/,
  },
  {
    code: 2,
    words: ['backfill', 'create', 'good', '--from', '2026-02-30', '--to', '2026-03-01'],
    says: /Write a date such as 2026-01-31/,
  },
  {
    code: 2,
    words: ['backfill', 'create', 'good', '--from', '2026-02-01', '--to', '2026-01-01', '-y'],
    says: /--from 2026-02-01 lies after --to 2026-01-01/,
  },
  {
    code: 2,
    words: ['backfill', 'create', 'good', '--from', '2016-01-01', '--to', '2026-01-01', '-y'],
    says: /at most 1000 instants.* 3654 dates; ask for it in parts/,
  },
  { code: 2, words: create('manual', '-y'), says: /manual has no schedule.*stockflow trigger manual --date/ },
  { code: 2, words: create('good', '-y', '--param', 'store=1'), says: /the DAG has no param store/ },
  {
    code: 2,
    words: create('good', '--reprocess', 'all'),
    says: /Allowed choices are none, failed, completed/,
  },

  { code: 3, words: ['dags', 'validate', 'dags/broken.yaml'], says: /broken\.yaml:4:1 tusks/ },
  { code: 3, words: ['trigger', 'broken'], says: /broken\.yaml:4:1 tusks/ },
  { code: 3, words: create('broken', '--dry-run'), says: /broken\.yaml:4:1 tusks/ },

  { code: 4, words: ['runs', 'show', '999999'], says: /no run 999999/ },
  { code: 4, words: create('goood', '-y'), says: /there is no DAG goood, did you mean good\?/ },
  { code: 4, words: ['backfill', 'show', '999999'], says: /there is no backfill 999999/ },
  {
    code: 4,
    words: ['backfill', 'watch', 'manual'],
    says: /there is no backfill and no DAG manual|manual has no backfill yet/,
  },

  { code: 5, words: ['status'], env: NOWHERE, says: /stock at 127\.0\.0\.1:1/ },
  { code: 5, words: create('good', '--dry-run'), env: NOWHERE, says: /stock at 127\.0\.0\.1:1/ },

  { code: 6, words: create('unasked'), says: /work 2 dates of unasked\? Say yes with -y/ },

  { code: 7, words: ['trigger', 'slow', '--wait', '--timeout', '100ms'], says: /has not ended within 100ms/ },
  {
    code: 7,
    words: create('slow', '-y', '--timeout', '100ms'),
    says: /no worker is running[\s\S]*backfill \d+ has not ended within 100ms; stockflow backfill watch \d+/,
  },
];

/** The process itself ends with each code: with the first row of each. */
function holds({ code, words, says, env }: Row): void {
  test(`${code}: stockflow ${words.join(' ')}${env === undefined ? '' : ' without a database'}`, async () => {
    const isFirstOfCode = ROWS.find((row) => row.code === code)?.words === words;
    const end = await (isFirstOfCode ? project.runAlone(words, env) : project.run(words, env));
    assert.equal(end.code, code, end.stderr);
    assert.match(`${end.stdout}${end.stderr}`, says);
    assert.doesNotMatch(end.stderr, /unexpected error|s3cret/);
    if (code >= 2) assert.equal(words.includes('validate') ? '' : end.stdout, '');
  });
}

/** The exit codes of commands that changed nothing, so that their order does not matter. */
const UNDONE: readonly number[] = [2, 3, 4, 5, 6];

suite('what is worked, one after the other: later lines stand on what earlier ones made', () => {
  for (const row of ROWS.filter(({ code }) => !UNDONE.includes(code))) holds(row);
});
suite('what is refused before anything is done', { concurrency: 3 }, () => {
  for (const row of ROWS.filter(({ code }) => UNDONE.includes(code))) holds(row);
});

test('130: Ctrl-C detaches from a backfill, which goes on', async () => {
  const watching = project.start(['backfill', 'watch', 'slow']);
  await watching.said('no worker is running');
  watching.kill('SIGINT');
  const { code, stderr } = await watching.ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /detached: backfill \d+ goes on .*stockflow backfill watch \d+ follows it/);
  const { rows } = await pool.query(`select state from stockflow.backfill where dag_id = 'slow'`);
  assert.deepEqual(rows, [{ state: 'running' }]);
});

test('130: Ctrl-C on a backfill worked here gives its run back and leaves it to other workers', async () => {
  const working = project.start(['backfill', 'watch', 'slow', '--local']);
  const attempts = async () => {
    const { rows } = await pool.query<{ state: string }>(
      `select a.state from stockflow.task_attempt a join stockflow.task_instance t using (task_instance_id)
         join stockflow.dag_run r using (run_id) where r.dag_id = 'slow' and r.run_type = 'backfill'`,
    );
    return rows.map(({ state }) => state);
  };
  await until(
    'its run to be worked',
    async () => ((await attempts()).includes('running') ? true : null),
    120_000,
  );
  working.kill('SIGINT');
  await working.said('Ctrl-C again hands them over at once');
  // Two signals within 300 ms are one.
  await pause(400);
  working.kill('SIGINT');
  const askedAgainAt = performance.now();
  assert.equal((await working.ended).code, 130);
  assert.ok(performance.now() - askedAgainAt < 15_000, 'its task was given the 20 s of a first Ctrl-C');
  assert.deepEqual(await attempts(), ['handed_over']);
});

test('every exit code of the contract is reached', () => {
  const reached = new Set([...ROWS.map(({ code }) => code), 130]);
  assert.deepEqual([...reached], [0, 1, 2, 3, 4, 5, 6, 7, 130]);
});
