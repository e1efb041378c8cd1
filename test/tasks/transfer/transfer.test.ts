import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ConnectionError, FailTask, type JsonObject, TaskError } from '../../../runner/task.ts';
import { openTaskWorld } from '../../../runner/testing.ts';
import transfer from '../../../tasks/transfer.ts';
import { SERVERS, startDemoServer } from '../../runner/connections/sftp/suite.ts';
import { type Partners, twoPartners } from './two_partners.ts';

// printf 'one\n' | sha256sum
const SHA_OF_ONE = '2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806';

async function opened(partners: Partners) {
  const world = await openTaskWorld({ env: partners.env }); // scheduled for 2026-03-10T05:00:00Z
  const run = async (params: Parameters<typeof transfer.params.parse>[0]): Promise<JsonObject> => {
    const output = await transfer.run(world.context(transfer.params.parse(params)));
    return output as JsonObject;
  };
  return Object.assign(world, { transfer: run });
}

for (const { name, skip, start } of SERVERS) {
  test(`on ${name} files are copied, moved and archived, whole and verified`, { skip }, async (t) => {
    const server = await start();
    t.after(() => server[Symbol.asyncDispose]());
    const partners = await twoPartners(server, 'actions');
    await using world = await opened(partners);
    await partners.put('a/out/one.csv', 'one\n');
    await partners.put('a/out/two.csv', 'two\n');
    await partners.put('a/out/two.txt', 'text');

    const copied = await world.transfer({
      action: 'copy',
      from: 'sftp://a/out/*.csv',
      to: 'sftp://b/in/day',
      name: '{stem}.v1{ext}',
    });
    assert.deepEqual(copied, {
      action: 'copy',
      count: 2,
      bytes: 8,
      files: [
        {
          from: 'sftp://a/out/one.csv',
          to: 'sftp://b/in/day/one.v1.csv',
          bytes: 4,
          sha256: SHA_OF_ONE,
          result: 'copied',
        },
        {
          from: 'sftp://a/out/two.csv',
          to: 'sftp://b/in/day/two.v1.csv',
          bytes: 4,
          // printf 'two\n' | sha256sum
          sha256: '27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a',
          result: 'copied',
        },
      ],
    });
    // Within one connection a move is one request, and reads nothing.
    const moved = await world.transfer({ action: 'move', from: 'sftp://a/out/one.csv', to: 'sftp://a/done' });
    assert.deepEqual(moved.files, [
      {
        from: 'sftp://a/out/one.csv',
        to: 'sftp://a/done/one.csv',
        bytes: 4,
        sha256: null,
        result: 'renamed',
      },
    ]);
    const archived = await world.transfer({ action: 'archive', from: 'sftp://a/out/two.*', to: 'sftp://b' });
    assert.equal(archived.count, 2);
    assert.deepEqual(await partners.held(), {
      'a/done/one.csv': 'one\n',
      'b/2026-03-10_two.csv': 'two\n',
      'b/2026-03-10_two.txt': 'text',
      'b/in/day/one.v1.csv': 'one\n',
      'b/in/day/two.v1.csv': 'two\n',
    });
    assert.deepEqual(
      world.events.map(({ action, before }) => [action, before?.location]),
      [
        ['file.moved', 'sftp://a/out/one.csv'],
        ['file.moved', 'sftp://a/out/two.csv'],
        ['file.removed', 'sftp://a/out/two.csv'],
        ['file.moved', 'sftp://a/out/two.txt'],
        ['file.removed', 'sftp://a/out/two.txt'],
      ],
    );

    // The same again: the named file is known at its target, and nothing else is left to do.
    const again = await world.transfer({ action: 'move', from: 'sftp://a/out/one.csv', to: 'sftp://a/done' });
    assert.deepEqual([again.count, again.bytes], [1, 4]);
    assert.equal(
      (await world.transfer({ action: 'archive', from: 'sftp://a/out/two.*', to: 'sftp://b' })).count,
      0,
    );
  });
}

const server = await startDemoServer();
after(() => server[Symbol.asyncDispose]());

test('a file with other content is never replaced, unless that is asked for; with the same content it is done', async () => {
  const partners = await twoPartners(server, 'existing');
  await using world = await opened(partners);
  await partners.put('a/x.csv', 'one\n');
  await partners.put('b/x.csv', 'another');
  const move = { action: 'move', from: 'sftp://a/x.csv', to: 'sftp://b' } as const;
  await assert.rejects(world.transfer(move), (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(
      error.message,
      /^sftp:\/\/b\/x\.csv exists with other content \(7 bytes; sftp:\/\/a\/x\.csv has 4\)/,
    );
    return true;
  });
  assert.deepEqual(await partners.held(), { 'a/x.csv': 'one\n', 'b/x.csv': 'another' });
  await world.transfer({ ...move, overwrite: true });
  assert.deepEqual(await partners.held(), { 'b/x.csv': 'one\n' });
  await partners.put('a/x.csv', 'one\n');
  const done = await world.transfer(move);
  assert.deepEqual(done.files, [
    { from: 'sftp://a/x.csv', to: 'sftp://b/x.csv', bytes: 4, sha256: SHA_OF_ONE, result: 'already_there' },
  ]);
  assert.deepEqual(await partners.held(), { 'b/x.csv': 'one\n' });
});

test('a name that is taken between the look and the rename is kept too', async () => {
  const partners = await twoPartners(server, 'taken');
  await using world = await opened(partners);
  await partners.put('b/x.csv', 'another');
  const refused = world.context({}).files.publish('sftp://b/x.csv', 'one\n', { existing: 'refuse' });
  await assert.rejects(refused, (error) => error instanceof ConnectionError && error.kind === 'conflict');
  await assert.rejects(
    world.files
      .publish('artifact:x', 'a')
      .then(() => world.files.publish('artifact:x', 'b', { existing: 'refuse' })),
  );
  assert.deepEqual(await partners.held(), { 'b/x.csv': 'another' });
});

test('prune removes what is older than its age at the scheduled instant, and never the newest files', async () => {
  const partners = await twoPartners(server, 'prune');
  await using world = await opened(partners);
  const laid = async () => {
    for (const day of ['01', '05', '08', '09'])
      await partners.put(`a/n_${day}.csv`, day, `2026-03-${day}T05:00:00Z`);
  };
  const left = async () => Object.keys(await partners.held());
  await laid();
  const pruned = await world.transfer({ action: 'prune', from: 'sftp://a/n_*.csv', older_than: '2d' });
  // The file of 2026-03-08T05:00Z is exactly two days old, and not older.
  assert.deepEqual(pruned.files, [
    { from: 'sftp://a/n_01.csv', bytes: 2 },
    { from: 'sftp://a/n_05.csv', bytes: 2 },
  ]);
  assert.deepEqual(await left(), ['a/n_08.csv', 'a/n_09.csv']);
  await laid();
  await world.transfer({ action: 'prune', from: 'sftp://a/n_*.csv', older_than: '1h', keep_newest: 3 });
  assert.deepEqual(await left(), ['a/n_05.csv', 'a/n_08.csv', 'a/n_09.csv']);
  await world.transfer({
    action: 'delete',
    from: ['sftp://a/n_05.csv', 'sftp://a/none.csv', 'sftp://a/n_09*'],
  });
  assert.deepEqual(await left(), ['a/n_08.csv']);
  assert.deepEqual(world.events.at(-1), {
    action: 'file.removed',
    before: { location: 'sftp://a/n_09.csv', bytes: 2, modified_at: '2026-03-09T05:00:00Z' },
  });
});

test('a file whose age the server does not tell stays, with a warning', async (t) => {
  const silent = await startDemoServer({ oddities: { withheld: () => ['TIMES'] } });
  t.after(() => silent[Symbol.asyncDispose]());
  const partners = await twoPartners(silent, 'ageless');
  await using world = await opened(partners);
  await partners.put('a/x.csv', 'x', '2020-01-01T00:00:00Z');
  const pruned = await world.transfer({ action: 'prune', from: 'sftp://a/*.csv', older_than: '1d' });
  assert.equal(pruned.count, 0);
  assert.deepEqual(world.warnings, [
    'The server gives no mtime of sftp://a/x.csv, so older_than left them where they are',
  ]);
  await assert.rejects(
    world.transfer({ action: 'prune', from: 'sftp://a/*.csv', keep_newest: 1 }),
    /gives no mtime/,
  );
  assert.deepEqual(await partners.held(), { 'a/x.csv': 'x' });
});

test('artifacts are copied and never removed, and local folders take part', async () => {
  const partners = await twoPartners(server, 'artifacts');
  await using world = await opened(partners);
  await world.files.publish('artifact:report.csv', 'one\n');
  await world.transfer({
    action: 'copy',
    from: 'artifact:*.csv',
    to: 'sftp://b/reports',
    name: '{business_date}_{name}',
  });
  await world.transfer({ action: 'copy', from: 'sftp://b/reports/*', to: 'artifact:', name: 'kept_{name}' });
  assert.equal(await world.files.text('artifact:kept_2026-03-10_report.csv'), 'one\n');
  await world.transfer({
    action: 'move',
    from: 'sftp://b/reports/2026-03-10_report.csv',
    to: 'file:reports',
  });
  assert.equal(await world.files.text('file:reports/2026-03-10_report.csv'), 'one\n');
  assert.deepEqual(await partners.held(), {});
  for (const action of ['move', 'archive'] as const) {
    const params = { action, from: 'artifact:report.csv', to: 'sftp://b' };
    assert.throws(() => transfer.params.parse(params), /artifacts are part of the history of their run/);
  }
});

test('what cannot be meant is refused before anything is done', async () => {
  const partners = await twoPartners(server, 'refused');
  await using world = await opened(partners);
  await partners.put('a/x.csv', 'x');
  await partners.put('a/y.csv', 'y');
  const all = { from: 'sftp://a/*.csv', to: 'sftp://b' };
  await assert.rejects(
    world.transfer({ action: 'move', ...all, name: 'same.csv' }),
    /sftp:\/\/a\/x\.csv and sftp:\/\/a\/y\.csv would both become sftp:\/\/b\/same\.csv: write \{name\} into name/,
  );
  await assert.rejects(world.transfer({ action: 'copy', ...all, to: 'sftp://a' }), /would become itself/);
  const absent = { from: 'sftp://a/none.csv', to: 'sftp://b' };
  await assert.rejects(world.transfer({ action: 'copy', ...absent }), {
    constructor: TaskError,
    message: 'there is no file sftp://a/none.csv',
  });
  await assert.rejects(world.transfer({ action: 'move', ...absent }), /and none at sftp:\/\/b\/none\.csv/);
  assert.deepEqual(Object.keys(await partners.held()), ['a/x.csv', 'a/y.csv']);
  assert.throws(
    () => transfer.params.parse({ action: 'prune', from: 'sftp://a/*' }),
    /older_than, keep_newest or both/,
  );
  assert.throws(() => transfer.params.parse({ action: 'copy', ...all, name: '../{name}' }), /is of A-Z a-z/);
});
