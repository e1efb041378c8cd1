/** Tries servers that differ from OpenSSH: the client works with each by another request, or names what is missing. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Oddities } from '../../../../demo/sftp_server/oddities.ts';
import { STATUS } from '../../../../demo/sftp_server/packet.ts';
import type { SftpConnection } from '../../../../runner/connections/sftp/sftp.ts';
import { connect, partsLeft, pattern, readAll, SERVERS, startDemoServer } from './suite.ts';

const OWNER = { runId: '7', token: 'a1' };
const CONTENT = pattern(600_000);
const { FAILURE, OP_UNSUPPORTED, PERMISSION_DENIED } = STATUS;

async function odd(t: TestContext, oddities: Oddities, extensions?: Readonly<Record<string, string>>) {
  const server = await startDemoServer({ oddities, ...(extensions === undefined ? {} : { extensions }) });
  t.after(() => server[Symbol.asyncDispose]());
  const sftp = await connect(server);
  t.after(() => sftp[Symbol.asyncDispose]());
  return { server, sftp, local: (path: string) => join(server.rootDir, path) };
}

const names = async (sftp: SftpConnection, folder: string) =>
  (await sftp.list(folder)).entries.map(({ name, kind }) => `${name} ${kind}`);

test('an entry without a time concerns itself alone', async (t) => {
  const { sftp, local } = await odd(t, { withheld: (name) => (name === 'notes.txt' ? ['TIMES'] : []) });
  for (const name of ['notes.txt', 'reset.csv']) {
    await writeFile(local(name), name);
    await utimes(local(name), 1_700_000_000, 1_700_000_000);
  }
  assert.deepEqual(
    (await sftp.list('')).entries.map(({ name, modifiedAt }) => [name, modifiedAt?.toString()]),
    [
      ['notes.txt', undefined],
      ['reset.csv', '2023-11-14T22:13:20Z'],
    ],
  );
  assert.equal((await readAll(sftp, 'notes.txt')).toString(), 'notes.txt');
});

test('a folder whose entries all lack a time is listed with one further request, and not with one an entry', async (t) => {
  let answers = 0;
  const { sftp, local } = await odd(t, {
    withheld: () => {
      answers += 1;
      return ['TIMES'];
    },
  });
  for (let index = 0; index < 50; index += 1) await writeFile(local(`f${index}`), '');
  assert.equal((await sftp.list('')).entries.length, 50);
  assert.equal(answers, 51);
});

test('a time of 1970 counts as none', async (t) => {
  const { sftp, local } = await odd(t, {});
  await writeFile(local('a.csv'), '');
  await utimes(local('a.csv'), 0, 0);
  assert.equal((await sftp.stat('a.csv'))?.modifiedAt, null);
});

for (const [what, oddities] of [
  ['the line of ls -l', { withheld: () => ['PERMISSIONS'] }],
  ['whether it opens as a folder', { withheld: () => ['PERMISSIONS'], bareNames: true }],
] satisfies [string, Oddities][]) {
  test(`without permissions a file is distinguished from a folder by ${what}`, async (t) => {
    const { sftp, local } = await odd(t, oddities);
    await mkdir(local('dir'));
    await writeFile(local('-data.csv'), '');
    await writeFile(local('dir/a.csv'), 'a');
    assert.deepEqual(await names(sftp, ''), ['-data.csv file', 'dir directory']);
    assert.equal((await readAll(sftp, 'dir/a.csv')).toString(), 'a');
    await sftp.publish('dir/sub/b.csv', Buffer.from('b'), OWNER);
    assert.equal(await readFile(local('dir/sub/b.csv'), 'utf8'), 'b');
    await sftp.publish('dir/sub/b.csv', Buffer.from('b'), OWNER);
  });
}

test('a file of no known size is left out, and named', async (t) => {
  const { sftp, local } = await odd(t, { withheld: (name) => (name === 'a.csv' ? ['SIZE'] : []) });
  await writeFile(local('a.csv'), 'a');
  await writeFile(local('b.csv'), 'b');
  const { entries, leftOut } = await sftp.list('');
  assert.deepEqual(
    [entries.map(({ name }) => name), leftOut],
    [['b.csv'], [{ name: 'a.csv', why: 'the server does not give its size' }]],
  );
  await assert.rejects(sftp.open('a.csv'), { kind: 'unsupported', message: /does not give its size/ });
});

test('where a missing file is answered with FAILURE, the listing of its folder decides that it is missing', async (t) => {
  const { sftp, local } = await odd(t, { missing: FAILURE });
  assert.equal(await sftp.stat('a.csv'), null);
  assert.equal(await sftp.stat('no/such/a.csv'), null);
  assert.deepEqual(await sftp.list('no/such'), { entries: [], leftOut: [] });
  await assert.rejects(sftp.open('a.csv'), { kind: 'not_found' });
  await sftp.publish('new/folder/a.csv', Buffer.from('a'), OWNER);
  assert.equal(await readFile(local('new/folder/a.csv'), 'utf8'), 'a');
});

test('a FAILURE about a file that exists is reported as it is, without a full disk as its cause', async (t) => {
  const { sftp, local } = await odd(t, { refused: { LSTAT: FAILURE } });
  await writeFile(local('a.csv'), 'a');
  await assert.rejects(sftp.stat('a.csv'), (error: Error) => {
    assert.match(error.message, /^retailpro: cannot stat a\.csv: the server answered "not supported here"$/);
    return true;
  });
});

test('a FAILURE while something is stored names a full disk, a quota and a name taken', async (t) => {
  const { sftp } = await odd(t, { refused: { WRITE: FAILURE } });
  await assert.rejects(sftp.publish('a.csv', Buffer.from('a'), OWNER), {
    kind: 'refused_by_server',
    message:
      /cannot write \.a\.csv\.7\.a1\.part: .*a full disk, a quota or a name already taken look like this/,
  });
});

for (const status of [OP_UNSUPPORTED, FAILURE, PERMISSION_DENIED]) {
  test(`where FSTAT is refused with status ${status}, the file is watched by its name`, async (t) => {
    const { sftp, local } = await odd(t, { refused: { FSTAT: status } });
    await writeFile(local('a.csv'), CONTENT);
    assert.ok((await readAll(sftp, 'a.csv')).equals(CONTENT));
    await assert.rejects(
      async () => {
        for await (const _chunk of (await sftp.open('a.csv')).chunks())
          await writeFile(local('a.csv'), 'other');
      },
      { kind: 'changed_while_read' },
    );
  });
}

test('a server without LSTAT is asked by STAT', async (t) => {
  const { sftp, local } = await odd(t, { refused: { LSTAT: OP_UNSUPPORTED } });
  await mkdir(local('dir'));
  await writeFile(local('dir/a.csv'), 'a');
  assert.equal((await readAll(sftp, 'dir/a.csv')).toString(), 'a');
  assert.equal(await sftp.stat('dir/b.csv'), null);
  await sftp.publish('dir/b.csv', Buffer.from('b'), OWNER);
  assert.equal(await readFile(local('dir/b.csv'), 'utf8'), 'b');
});

test('a server that cannot rename is named as such, and nothing half-written is left', async (t) => {
  const { server, sftp } = await odd(t, { refused: { RENAME: OP_UNSUPPORTED } }, {});
  await assert.rejects(sftp.publish('a.csv', Buffer.from('a'), OWNER), {
    kind: 'unsupported',
    retryable: false,
    message:
      /cannot rename the part to a\.csv: the server cannot rename a file, .* allow renaming in this folder/,
  });
  assert.deepEqual(await partsLeft(server), []);
});

test('a file that the server removes once it is read has been read', async (t) => {
  const { sftp, local } = await odd(t, { readOnce: true });
  await writeFile(local('a.csv'), CONTENT);
  assert.ok((await readAll(sftp, 'a.csv')).equals(CONTENT));
  assert.equal(await sftp.stat('a.csv'), null);
});

test('content that the server removes when it is compared is published again', async (t) => {
  const { sftp, local } = await odd(t, { readOnce: true });
  await sftp.publish('a.csv', Buffer.from('a'), OWNER);
  await sftp.publish('a.csv', Buffer.from('a'), { ...OWNER, token: 'a2' });
  assert.equal(await readFile(local('a.csv'), 'utf8'), 'a');
});

for (const { name, skip, start } of SERVERS) {
  test(`${name}: a file that goes while its last bytes are read has been read`, { skip }, async () => {
    await using server = await start();
    await writeFile(join(server.rootDir, 'a.csv'), 'whole');
    await using sftp = await connect(server);
    let read = '';
    for await (const chunk of (await sftp.open('a.csv')).chunks()) {
      read += Buffer.from(chunk).toString();
      await rm(join(server.rootDir, 'a.csv'));
    }
    assert.equal(read, 'whole');
  });
}

test('where listing is refused, as in a drop folder of mode 0311, files are published all the same', async (t) => {
  const { sftp, local } = await odd(t, { refused: { OPENDIR: PERMISSION_DENIED } });
  await mkdir(local('drop'));
  await sftp.publish('drop/a.csv', Buffer.from('a'), OWNER);
  assert.equal(await readFile(local('drop/a.csv'), 'utf8'), 'a');
  await assert.rejects(sftp.list('drop'), { kind: 'no_permission' });
});

test('a link is left out of a listing, and refused by name', async (t) => {
  const { sftp, local } = await odd(t, {});
  await symlink('/etc/passwd', local('link'));
  assert.deepEqual(await sftp.list(''), {
    entries: [],
    leftOut: [{ name: 'link', why: 'it is a link, and links are not followed' }],
  });
  await assert.rejects(sftp.open('link'), { kind: 'not_a_file', message: /links are not followed/ });
});

test('a probe does what publishing does, and leaves nothing behind', async (t) => {
  const { server, sftp } = await odd(t, {});
  await mkdir(join(server.rootDir, 'in'));
  assert.deepEqual(await sftp.probePublishing('in'), { canReplace: true, leftBehind: null });
  await sftp.probeMakingFolders('in');
  assert.deepEqual(await readdir(server.rootDir, { recursive: true }), ['in']);
});

for (const [request, extensions, message] of [
  ['RENAME', {}, /cannot rename a file/],
  ['WRITE', undefined, /cannot write/],
  ['READ', undefined, /cannot read \.stockflow_probe/],
] as const) {
  test(`a probe predicts that publishing fails where ${request} is refused`, async (t) => {
    const { server, sftp } = await odd(t, { refused: { [request]: OP_UNSUPPORTED } }, extensions);
    await assert.rejects(sftp.probePublishing(''), message);
    assert.deepEqual(await readdir(server.rootDir), []);
  });
}

test('a probe reports that nothing can be replaced, or removed', async (t) => {
  const plain = await odd(t, {}, {});
  assert.deepEqual(await plain.sftp.probePublishing(''), { canReplace: false, leftBehind: null });
  const kept = await odd(t, { refused: { REMOVE: PERMISSION_DENIED } });
  const { leftBehind } = await kept.sftp.probePublishing('');
  assert.deepEqual(await readdir(kept.server.rootDir), [leftBehind]);
});

test('a probe of reading reads one byte, so that a server which removes what is read keeps the file', async (t) => {
  const { sftp, local } = await odd(t, { readOnce: true });
  await writeFile(local('a.csv'), 'ab');
  await sftp.probeReading('a.csv');
  assert.equal((await readAll(sftp, 'a.csv')).toString(), 'ab');
  await assert.rejects(sftp.probeReading('a.csv'), { kind: 'not_found' });
  const refusing = await odd(t, { refused: { OPEN: PERMISSION_DENIED } });
  await writeFile(refusing.local('a.csv'), 'ab');
  await assert.rejects(refusing.sftp.probeReading('a.csv'), { kind: 'no_permission' });
});
