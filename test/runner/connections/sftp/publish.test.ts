import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { SftpContent } from '../../../../runner/connections/sftp/publish/write.ts';
import {
  connect,
  type LogLine,
  partsLeft,
  pattern,
  SERVERS,
  startDemoServer,
  type TestServer,
} from './suite.ts';

const OWNER = { runId: 'run-1', token: 'attempt-1' };

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function* inPieces(content: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}

for (const { name, skip, start } of SERVERS) {
  describe(`publishing to ${name}`, { skip }, () => {
    let server: TestServer;
    const local = (path: string) => join(server.rootDir, path);
    before(async () => {
      server = await start();
    });
    after(() => server[Symbol.asyncDispose]());

    for (const bytes of [0, 1, 32_767, 32_768, 32_769, 5_000_000]) {
      test(`${bytes} bytes arrive whole, with their checksum and nothing beside them`, async () => {
        const content = pattern(bytes);
        await using sftp = await connect(server);
        const facts = await sftp.publish(`out-${bytes}/file.csv`, content, OWNER);
        assert.deepEqual(facts, { bytes, sha256: sha256(content) });
        assert.ok((await readFile(local(`out-${bytes}/file.csv`))).equals(content));
        assert.deepEqual(await partsLeft(server), []);
      });
    }

    for (const pieceBytes of [7, 1000, 32_768, 100_000]) {
      test(`content in pieces of ${pieceBytes} bytes arrives in order`, async () => {
        const content = pattern(70_000);
        await using sftp = await connect(server);
        const facts = await sftp.publish(`pieces-${pieceBytes}`, inPieces(content, pieceBytes), OWNER);
        assert.deepEqual(facts, { bytes: 70_000, sha256: sha256(content) });
        assert.ok((await readFile(local(`pieces-${pieceBytes}`))).equals(content));
      });
    }

    test('missing folders are made, to any depth, and again without complaint', async () => {
      await using sftp = await connect(server);
      await sftp.publish('a/b/c/file', Buffer.from('x'), OWNER);
      assert.equal(await readFile(local('a/b/c/file'), 'utf8'), 'x');
      await sftp.makeDirs('a/b/c');
      await sftp.makeDirs('a/b/d');
      assert.ok((await stat(local('a/b/d'))).isDirectory());
    });

    test('a folder is not made where a file or a link has its name', async () => {
      await writeFile(local('taken'), '');
      await mkdir(local('aim/sub'), { recursive: true });
      await symlink('aim', local('astray'));
      await using sftp = await connect(server);
      await assert.rejects(sftp.makeDirs('taken/sub'), { kind: 'not_a_file' });
      await assert.rejects(sftp.makeDirs('astray/sub'), { kind: 'not_a_file', message: /link/ });
      await assert.rejects(sftp.publish('astray/x', Buffer.from('x'), OWNER), { kind: 'not_a_file' });
      await assert.rejects(sftp.publish('astray/sub/x', Buffer.from('x'), OWNER), { kind: 'not_a_file' });
    });

    test('the published file is not for everyone to read', async () => {
      await using sftp = await connect(server);
      await sftp.publish('private', Buffer.from('x'), OWNER);
      assert.equal((await stat(local('private'))).mode & 0o777, 0o640);
    });

    test('other content replaces the old in one step', async () => {
      await writeFile(local('replaced'), 'old and longer');
      await using sftp = await connect(server);
      await sftp.publish('replaced', Buffer.from('new'), OWNER);
      assert.equal(await readFile(local('replaced'), 'utf8'), 'new');
    });

    for (const [how, content] of [
      ['whole', (): SftpContent => Buffer.from('same bytes')],
      ['in pieces', (): SftpContent => inPieces(Buffer.from('same bytes'), 3)],
    ] as const) {
      test(`the same content again, ${how}, leaves the file as it is`, async () => {
        const path = local('repeated');
        await writeFile(path, 'same bytes');
        await utimes(path, 1_700_000_000, 1_700_000_000);
        await using sftp = await connect(server);
        const facts = await sftp.publish('repeated', content(), OWNER);
        assert.equal(facts.sha256, sha256(Buffer.from('same bytes')));
        assert.equal((await stat(path)).mtimeMs, 1_700_000_000_000);
        assert.deepEqual(await partsLeft(server), []);
      });
    }

    test('the same size with other bytes is not the same content', async () => {
      await writeFile(local('equal-size'), 'aaa');
      await using sftp = await connect(server);
      await sftp.publish('equal-size', Buffer.from('aab'), OWNER);
      assert.equal(await readFile(local('equal-size'), 'utf8'), 'aab');
    });

    test('parts that earlier attempts of this run left go, those of others stay', async () => {
      await mkdir(local('swept'));
      const [own, own2] = ['.x.csv.run-1.attempt-0.part', '.x.csv.run-1.attempt-1.part'];
      const others = [
        '.x.csv.run-2.a.part',
        '.y.csv.run-1.a.part',
        '.x.csv.run-1.y.run-2.a.part',
        '.x.csv.run-1.note',
      ];
      for (const part of [own, own2, ...others]) await writeFile(local(`swept/${part}`), 'stale');
      await using sftp = await connect(server);
      await sftp.publish('swept/x.csv', Buffer.from('x'), OWNER);
      for (const part of [own, own2]) assert.equal(existsSync(local(`swept/${part}`)), false, part);
      for (const part of others) assert.equal(existsSync(local(`swept/${part}`)), true, part);
      assert.deepEqual(await sftp.sweepParts('swept', '.y.csv.run-1.'), ['.y.csv.run-1.a.part']);
      await assert.rejects(sftp.sweepParts('swept', '.'), { kind: 'invalid' });
      assert.deepEqual(await sftp.sweepParts('absent', '.y.csv.run-1.'), []);
    });

    test('content that fails on its way leaves neither file nor part, and its own error', async () => {
      const broken = new Error('the source broke');
      async function* content() {
        yield Buffer.alloc(100_000);
        throw broken;
      }
      await using sftp = await connect(server);
      const partsBefore = await partsLeft(server);
      await assert.rejects(sftp.publish('broken', content(), OWNER), broken);
      assert.equal(existsSync(local('broken')), false);
      assert.deepEqual(await partsLeft(server), partsBefore);
    });

    for (const step of ['created', 'written', 'closed', 'verified', 'renaming']) {
      test(`an abort once the part is ${step} ends promptly and leaves no part`, async () => {
        const why = new Error('cancelled by the operator');
        const controller = new AbortController();
        const onLog = ({ facts }: LogLine) => {
          if ('step' in facts && facts.step === step) controller.abort(why);
        };
        const partsBefore = await partsLeft(server);
        await using sftp = await connect(server, { signal: controller.signal, onLog });
        await assert.rejects(sftp.publish(`aborted-${step}`, pattern(300_000), OWNER), why);
        assert.equal(existsSync(local(`aborted-${step}`)), false);
        assert.deepEqual(await partsLeft(server), partsBefore);
        await assert.rejects(sftp.stat('x'), why);
      });
    }

    test('an abort does not wait for content that never comes', async () => {
      const why = new Error('timed out');
      const controller = new AbortController();
      const never = Promise.withResolvers<never>();
      async function* content() {
        yield Buffer.from('begun');
        controller.abort(why);
        yield await never.promise;
      }
      const partsBefore = await partsLeft(server);
      await using sftp = await connect(server, { signal: controller.signal });
      await assert.rejects(sftp.publish('never', content(), OWNER), why);
      assert.deepEqual(await partsLeft(server), partsBefore);
    });

    test('without the right to write, the path is named, and trying again would not help', async () => {
      await using readOnly = await start({ readOnly: true });
      await using sftp = await connect(readOnly);
      await assert.rejects(sftp.publish('x.csv', Buffer.from('x'), OWNER), {
        kind: 'no_permission',
        retryable: false,
        message: /x\.csv/,
      });
      assert.deepEqual((await sftp.list('')).entries, []);
    });

    for (const [what, damaged] of [
      ['lost its end', 'half'],
      ['changed a byte', 'wholf'],
    ] as const) {
      test(`a server that ${what} of what it was sent is found out before the rename`, async () => {
        const onLog = ({ facts }: LogLine) => {
          if (!('step' in facts && facts.step === 'closed' && 'path' in facts)) return;
          writeFileSync(local(String(facts.path)), damaged);
        };
        const partsBefore = await partsLeft(server);
        await using sftp = await connect(server, { onLog });
        await assert.rejects(sftp.publish('damaged', Buffer.from('whole'), OWNER), {
          kind: 'corrupt',
          retryable: true,
        });
        assert.equal(existsSync(local('damaged')), false);
        assert.deepEqual(await partsLeft(server), partsBefore);
      });
    }

    test('a run id, token or name that could reach another path is refused', async () => {
      await using sftp = await connect(server);
      const content = Buffer.from('x');
      await assert.rejects(sftp.publish('x', content, { runId: 'a/b', token: 't' }), { kind: 'invalid' });
      await assert.rejects(sftp.publish('x', content, { runId: 'a', token: 't.u' }), { kind: 'invalid' });
      await assert.rejects(sftp.publish('../x', content, OWNER), { kind: 'invalid' });
      await assert.rejects(sftp.publish('', content, OWNER), { kind: 'invalid' });
    });
  });
}

describe('publishing to a server without extensions', () => {
  let server: TestServer;
  before(async () => {
    server = await startDemoServer({ extensions: {} });
  });
  after(() => server[Symbol.asyncDispose]());

  test('a new name is published', async () => {
    await using sftp = await connect(server);
    await sftp.publish('new', Buffer.from('x'), OWNER);
    assert.equal(await readFile(join(server.rootDir, 'new'), 'utf8'), 'x');
  });

  test('other content under the name is a conflict and stays untouched', async () => {
    await writeFile(join(server.rootDir, 'held'), 'old');
    await using sftp = await connect(server);
    await assert.rejects(sftp.publish('held', Buffer.from('new'), OWNER), {
      kind: 'conflict',
      retryable: false,
      message: /posix-rename/,
    });
    assert.equal(await readFile(join(server.rootDir, 'held'), 'utf8'), 'old');
    assert.deepEqual(await partsLeft(server), []);
  });

  test('the same content under the name is a success', async () => {
    await writeFile(join(server.rootDir, 'same'), 'same');
    await using sftp = await connect(server);
    await sftp.publish('same', Buffer.from('same'), OWNER);
    assert.deepEqual(await partsLeft(server), []);
  });
});
