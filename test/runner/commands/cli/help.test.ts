import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { cliProject } from '../cli_project.ts';

const project = await cliProject({ after });
await project.write(
  'tasks/commands/count_stock.ts',
  '/** Counts the stock. */\nexport function configure(command, shell) {\n' +
    "  command.argument('<store>').action((store) => { shell.stdout.write(`counted ${store}\\n`); shell.exitCode = 1; });\n}\n",
);
await project.write('tasks/commands/wreck.ts', '/** Never loads */\nthrow new Error("no such library");\n');
await project.write('tasks/commands/status.ts', '/** Not this one. */\nexport const configure = 1;\n');

test('the top-level help shows examples first, then every command, also those found beside the tasks', async () => {
  const { code, stdout, stderr } = await project.run(['--help']);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  const order = ['Examples:', 'Commands:', 'Options:'].map((title) => stdout.indexOf(title));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  for (const name of ['demo', 'up', 'worker', 'migrate', 'status', 'dags', 'trigger', 'runs', 'tasks']) {
    assert.match(stdout, new RegExp(`^  ${name} +\\S`, 'm'));
  }
  assert.match(stdout, /^ {2}count-stock {2}counts the stock$/m);
  assert.match(stdout, /^ {2}wreck +never loads$/m);
  assert.doesNotMatch(stdout, /not this one/i);
});

test('a found command runs with the shell, and one that cannot be loaded is named', async () => {
  const [counted, wrecked, own] = await Promise.all([
    project.run(['count-stock', '12']),
    project.run(['wreck']),
    project.run(['status', '--help']),
  ]);
  assert.deepEqual(counted, { code: 1, stdout: 'counted 12\n', stderr: '' });
  assert.equal(wrecked.code, 1);
  assert.match(wrecked.stderr, /tasks\/commands\/wreck\.ts cannot be loaded: no such library/);
  assert.match(own.stdout, /last night/);
});

test('what is more than a pipe holds arrives whole, however slowly it is read', async () => {
  await project.write(
    'tasks/commands/flood.ts',
    "/** Much. */\nexport function configure(command, shell) { command.action(() => shell.stdout.write('x'.repeat(3_000_000))); }\n",
  );
  const cli = path.resolve(import.meta.dirname, '../../../../runner/cli.ts');
  const line = `"${process.execPath}" "${cli}" flood | { sleep 0.5; wc -c; }`;
  const { stdout } = await promisify(execFile)('bash', ['-c', line], { cwd: project.dir });
  assert.equal(Number(stdout), 3_000_000);
});

test('the help of a command shows how it is used before its options', async () => {
  const [byOption, byWord] = await Promise.all([
    project.run(['dags', 'next', '--help']),
    project.run(['help', 'dags', 'next']),
  ]);
  assert.equal(byOption.code, 0);
  assert.ok(byOption.stdout.indexOf('Examples:') < byOption.stdout.indexOf('Options:'));
  assert.match(byOption.stdout, /\$ stockflow dags next nightly_load\n/);
  assert.equal(byWord.stdout, byOption.stdout);
});

test('a typing error exits 2 with the nearest right word and the usage, and prints nothing on stdout', async () => {
  const wanted: readonly (readonly [readonly string[], RegExp])[] = [
    [['dgas'], /unknown command 'dgas'\n\(Did you mean dags\?\)\nUsage: stockflow /],
    [['dags', 'lsit'], /Did you mean list\?\)\nUsage: stockflow dags /],
    [['web', 'usr'], /unknown command 'usr'\n\(Did you mean user\?\)\nUsage: stockflow web /],
    [['web', '--prot', '1'], /Did you mean --port\?\)\nUsage: stockflow web \[options\]/],
    [['web', 'user', 'ad'], /Did you mean add\?\)\nUsage: stockflow web user /],
    [
      ['dags', 'next', 'x', '--cuont', '3'],
      /Did you mean --count\?\)\nUsage: stockflow dags next \[options\] <dag>/,
    ],
    [['runs', 'list', '-o', 'yaml'], /Allowed choices are table, json, jsonl, csv/],
    [['trigger', 'x', '--date', '31.1.2026'], /Write a date such as 2026-01-31/],
    [['dags', 'next', 'x', '-n', '0'], /whole number from 1/],
    [[], /Usage: stockflow <command>/],
  ];
  const ends = await Promise.all(wanted.map(([args]) => project.run(args)));
  for (const [index, { code, stdout, stderr }] of ends.entries()) {
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, wanted[index]?.[1] ?? /never/);
  }
});

test('settings that are wrong are all named at once, without the secret of the database', async () => {
  await project.write('.env', 'STOCKFLOW_CONCURRENCY=many\nSTOCKFLOW_LOG=json\n');
  const { code, stderr } = await project.runAlone(['runs', 'list'], {
    DATABASE_URL: 'mysql://me:s3cret@host/db',
    STOCKFLOW_LOG: 'loud',
    STOCKFLOW_ALERTS_TO: 'ops_slack,Night Mail',
  });
  assert.equal(code, 2);
  assert.match(stderr, /DATABASE_URL: write postgres:/);
  assert.match(stderr, /STOCKFLOW_CONCURRENCY=many: write a whole number/);
  assert.match(stderr, /STOCKFLOW_LOG=loud: write pretty or json/);
  assert.match(
    stderr,
    /STOCKFLOW_ALERTS_TO=ops_slack,Night Mail: write the ids of channels, such as ops_slack,night_mail/,
  );
  assert.doesNotMatch(stderr, /s3cret/);
});
