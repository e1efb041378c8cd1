/** Holds the API against the command line, on one database. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cliProject } from '../../commands/cli_project.ts';
import type { ApiWorld, Seeded } from './world.ts';

interface Keys {
  readonly [key: string]: unknown;
}

type Same = readonly [command: string, path: string, part: (answer: Keys) => unknown];

/** Commands with `-o json`, the path that has the same, and the part of the answer that is the same. */
const sameOf = ({ failedRun, waitingRun, backfill }: Seeded, inAnHour: string): readonly Same[] => [
  ['dags list', '/dags', ({ dags }) => dags],
  ['dags show nightly', '/dags/nightly', ({ dag }) => dag],
  [
    'dags next nightly -n 4 --after 2026-03-06T12:00:00Z',
    '/dags/nightly/next?count=4&after=2026-03-06T12:00:00Z',
    ({ next }) => next,
  ],
  [`dags plan edited --at ${inAnHour}`, `/dags/edited/plan?at=${inAnHour}`, (plan) => [plan]],
  [`dags plan nightly --at ${inAnHour}`, `/dags/nightly/plan?at=${inAnHour}`, (plan) => [plan]],
  ['runs list --limit 3', '/runs?limit=3', ({ runs }) => runs],
  ['runs list nightly --state failed', '/runs?dag=nightly&state=failed', ({ runs }) => runs],
  [`runs show ${failedRun}`, `/runs/${failedRun}`, (report) => report],
  [`runs show ${waitingRun}`, `/runs/${waitingRun}`, (report) => report],
  [`runs artifacts ${failedRun}`, `/runs/${failedRun}/artifacts`, ({ artifacts }) => artifacts],
  [`tasks logs ${failedRun} fetch`, `/runs/${failedRun}/tasks/fetch/logs`, ({ lines }) => lines],
  ['backfill list', '/backfills', ({ backfills }) => backfills],
  [`backfill show ${backfill}`, `/backfills/${backfill}`, (report) => report],
  ['pools list', '/pools', ({ pools }) => pools],
  [
    'audit events --limit 30',
    '/audit/events?limit=30',
    ({ events }) => (events as readonly unknown[]).toReversed(),
  ],
];

/** Registers the tests. */
export async function compareWithCommandLine(world: ApiWorld): Promise<void> {
  const { engine, seeded } = world;
  const { waitingRun } = seeded;
  const project = await cliProject({ after }, { DATABASE_URL: engine.url, STOCKFLOW_DAGS: engine.dagsDir });
  async function printed(command: string): Promise<unknown> {
    const { stdout, stderr } = await project.run([...command.split(' '), '-o', 'json']);
    assert.notEqual(stdout, '', `${command}: ${stderr}`);
    return JSON.parse(stdout);
  }

  async function answered(path: string): Promise<Keys> {
    const { status, json, text } = await world.get(`/api/v1${path}`);
    assert.equal(status, 200, text);
    return json as Keys;
  }

  test('what a command prints as JSON, the API answers in the same keys and values', async () => {
    const inAnHour = Temporal.Now.instant().add({ hours: 1 }).round('second').toString();
    for (const [command, path, part] of sameOf(seeded, inAnHour))
      assert.deepEqual(part(await answered(path)), await printed(command), command);
  });

  test('the plan of a backfill is that of its dry run', async () => {
    const range = ['--from', '2026-01-01', '--to', '2026-01-05', '--reprocess', 'failed'];
    const { dates } = (await printed(`backfill create nightly ${range.join(' ')} --dry-run`)) as Keys;
    const body = {
      dag: 'nightly',
      from: '2026-01-01',
      to: '2026-01-05',
      reprocess: 'failed',
      dry_run: true,
    };
    const answer = await world.post('/api/v1/backfills', { body });
    assert.deepEqual((answer.json as Keys).dates, dates);
  });

  test('sentences lack the command that the command line puts behind them, and all else of a status and an explanation is the same', async () => {
    const rows = (await printed('status')) as readonly Keys[];
    const { dags } = await answered('/status');
    assert.deepEqual(
      (dags as readonly Keys[]).map(({ sentence, next, advice, ...row }) => row),
      rows.map(({ sentence, command, ...row }) => row),
    );
    for (const [index, { sentence }] of (dags as readonly Keys[]).entries())
      assert.ok(String(rows[index]?.sentence).startsWith(String(sentence)));
    const commandLine = JSON.stringify(await printed(`runs explain ${waitingRun}`));
    const api = JSON.stringify(await answered(`/runs/${waitingRun}/explain`));
    const plain = (text: string) =>
      text
        .replaceAll(/"at":"[^"]*","dag_is_paused"/g, '"dag_is_paused"')
        .replaceAll(/"sentence":"[^"]*"/g, '""');
    assert.equal(plain(api), plain(commandLine));
    assert.doesNotMatch(api, /stockflow /);
  });
}
