import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startProxy } from '../../../support/tcp_proxy.ts';
import { configFor, connect, pattern, readAll, SERVERS, startDemoServer, type TestServer } from './suite.ts';

const MIB = 1024 * 1024;
/** 20 MB, more than is ever asked for ahead, so that what changes meanwhile is met. */
const LARGE = pattern(20_000_000);

for (const { name, skip, start } of SERVERS) {
  describe(`reading from ${name}`, { skip }, () => {
    let server: TestServer;
    const local = (path: string) => join(server.rootDir, path);
    before(async () => {
      server = await start();
    });
    after(() => server[Symbol.asyncDispose]());

    for (const bytes of [0, 1, 32_767, 32_768, 32_769, 261_120, 261_121, 262_145, 5_000_000]) {
      test(`a file of ${bytes} bytes arrives whole and in order`, async () => {
        const content = pattern(bytes);
        await writeFile(local(`of-${bytes}`), content);
        await using sftp = await connect(server);
        const file = await sftp.open(`of-${bytes}`);
        assert.equal(file.bytes, bytes);
        assert.ok((await readAll(sftp, `of-${bytes}`)).equals(content));
      });
    }

    test('each chunk has a buffer of its own', async () => {
      await writeFile(local('own'), pattern(600_000));
      await using sftp = await connect(server);
      const buffers = new Set<ArrayBuffer>();
      for await (const chunk of (await sftp.open('own')).chunks()) {
        assert.equal(chunk.byteOffset, 0);
        assert.equal(chunk.buffer.byteLength, chunk.length);
        buffers.add(chunk.buffer);
      }
      assert.equal(buffers.size, 3); // 261,120 + 261,120 + 77,760
    });

    test('a reader that stops early leaves the connection usable', async () => {
      await writeFile(local('stopped'), LARGE);
      await using sftp = await connect(server);
      for await (const _chunk of (await sftp.open('stopped')).chunks()) break;
      assert.ok((await readAll(sftp, 'stopped')).equals(LARGE));
    });

    for (const [what, change] of [
      ['shrinks', (path: string) => truncate(path, MIB)],
      ['grows', (path: string) => appendFile(path, 'x')],
      [
        'is replaced by another file',
        async (path: string) => {
          await writeFile(`${path}.new`, 'another');
          await rename(`${path}.new`, path);
        },
      ],
      ['is rewritten with the same size', (path: string) => utimes(path, 1_000_000_000, 1_000_000_000)],
    ] as const) {
      test(`a file that ${what} while it is read is refused`, async () => {
        const path = local('moving');
        await writeFile(path, LARGE);
        await using sftp = await connect(server);
        const file = await sftp.open('moving');
        let changed = false;
        const reading = (async () => {
          for await (const _chunk of file.chunks()) {
            if (!changed) await change(path);
            changed = true;
          }
        })();
        await assert.rejects(reading, (error: Error) => {
          assert.match(error.message, /moving.*20000000/);
          return (
            'kind' in error &&
            error.kind === 'changed_while_read' &&
            'retryable' in error &&
            error.retryable === true
          );
        });
      });
    }

    test('a file that changes between open and the first byte is refused with both sizes', async () => {
      await writeFile(local('early'), 'first');
      await using sftp = await connect(server);
      const file = await sftp.open('early');
      await writeFile(local('early'), 'second');
      await assert.rejects(file.chunks()[Symbol.asyncIterator]().next(), /5 bytes of .* and 6 bytes of/);
    });

    test('a listing shows files and folders by name, with size and whole-second time', async () => {
      await mkdir(local('listed/sub'), { recursive: true });
      await writeFile(local('listed/b.csv'), 'bb');
      await writeFile(local('listed/a.csv'), '');
      await utimes(local('listed/b.csv'), 1_700_000_000, 1_700_000_000);
      await using sftp = await connect(server);
      const { entries } = await sftp.list('listed');
      assert.deepEqual(
        entries.map(({ path, kind }) => [path, kind]),
        [
          ['listed/a.csv', 'file'],
          ['listed/b.csv', 'file'],
          ['listed/sub', 'directory'],
        ],
      );
      assert.equal(entries[1]?.bytes, 2);
      assert.equal(entries[1]?.modifiedAt?.toString(), '2023-11-14T22:13:20Z');
    });

    test('a listing leaves out links, hidden and unsafe names, and says which and why', async () => {
      await mkdir(local('hostile'));
      for (const unsafe of ['.hidden', 'a b', 'q"uote', 'é', 'x'.repeat(129)])
        await writeFile(local(`hostile/${unsafe}`), '');
      await writeFile(local('hostile/.ok.csv.run.1.part'), '');
      await symlink('/etc/passwd', local('hostile/link'));
      await writeFile(local(`hostile/${'y'.repeat(128)}`), '');
      await using sftp = await connect(server);
      const listing = await sftp.list('hostile');
      assert.deepEqual(
        listing.entries.map((entry) => entry.name),
        ['y'.repeat(128)],
      );
      assert.deepEqual(
        Object.fromEntries(
          listing.leftOut.map(({ name, why }) => [name, why.split(' ').slice(0, 4).join(' ')]),
        ),
        {
          '.hidden': 'its name may hold',
          'a b': 'its name may hold',
          'q"uote': 'its name may hold',
          é: 'its name may hold',
          ['x'.repeat(129)]: 'its name may hold',
          link: 'it is a link,',
        },
      );
    });

    test('a listing of hundreds of names is whole', async () => {
      await mkdir(local('many'));
      for (let index = 0; index < 250; index += 1) await writeFile(local(`many/f${index}`), '');
      await using sftp = await connect(server);
      assert.equal((await sftp.list('many')).entries.length, 250);
    });

    test('an absent folder lists as empty and an absent file has no stat', async () => {
      await using sftp = await connect(server);
      assert.deepEqual(await sftp.list('no/such'), { entries: [], leftOut: [] });
      assert.equal(await sftp.stat('no-such'), null);
      await assert.rejects(sftp.open('no-such'), { kind: 'not_found' });
    });

    test('the base directory itself can be looked at', async () => {
      await using sftp = await connect(server);
      assert.equal((await sftp.stat(''))?.kind, 'directory');
    });

    test('a link is not followed, wherever it leads', async () => {
      await writeFile(local('aim'), 'x');
      await symlink('aim', local('link'));
      await using sftp = await connect(server);
      await assert.rejects(sftp.stat('link'), { kind: 'not_a_file', message: /link/ });
      await assert.rejects(sftp.open('link'), { kind: 'not_a_file' });
    });

    test('a linked folder is not entered', async () => {
      await mkdir(local('aim-folder'));
      await writeFile(local('aim-folder/x'), 'x');
      await symlink('aim-folder', local('linked-folder'));
      await using sftp = await connect(server);
      for (const asked of [
        sftp.list('linked-folder'),
        sftp.stat('linked-folder/x'),
        sftp.open('linked-folder/x'),
      ]) {
        await assert.rejects(asked, { kind: 'not_a_file', message: /linked-folder.*link/ });
      }
    });

    test('a folder cannot be read', async () => {
      await mkdir(local('folder'));
      await using sftp = await connect(server);
      await assert.rejects(sftp.open('folder'), { kind: 'not_a_file', message: /folder/ });
    });

    test('a path that leads elsewhere is refused before it is sent', async () => {
      await using sftp = await connect(server);
      for (const path of ['../x', 'a/../b', '/etc/passwd', 'a//b', 'a/', '.ssh', 'a\0b', 'a b']) {
        await assert.rejects(sftp.stat(path), { kind: 'invalid' }, path);
      }
    });

    test('the server may send more than the usual 2 MiB unacknowledged, so that distance does not slow a file down', async () => {
      await writeFile(local('far'), LARGE);
      await using proxy = await startProxy({ target: { port: server.port } });
      await using sftp = await connect(server, { port: proxy.port });
      const file = await sftp.open('far');
      // Room for the requests of what is asked for ahead, which go out at once, and none for renewing the window.
      proxy.stallAfterBytes({ direction: 'to_server', count: 8_000 });
      const fourMib = proxy.untilRelayed('to_client', proxy.bytesRelayed('to_client') + 4 * MIB);
      await file.chunks()[Symbol.asyncIterator]().next();
      await fourMib;
    });
  });
}

// Not on the demo server, whose memory is this process's too.
const [, openssh] = SERVERS;

test('the packets of a file that is read do not pile up in memory', { skip: openssh.skip }, async () => {
  await using server = await openssh.start();
  const copies = 6;
  for (let copy = 0; copy < copies; copy += 1) await appendFile(join(server.rootDir, 'long'), LARGE);
  await using sftp = await connect(server);
  const before = process.memoryUsage().arrayBuffers;
  let highest = before;
  let bytes = 0;
  for await (const chunk of (await sftp.open('long')).chunks()) {
    highest = Math.max(highest, process.memoryUsage().arrayBuffers);
    bytes += chunk.length;
    // As the scanner does with what it has scanned.
    chunk.buffer.transfer(0);
  }
  assert.equal(bytes, copies * LARGE.length);
  // What is asked for ahead is 5 MiB; the pieces of packets that came in two are the collector's. All left to it were 60 and more.
  const piledUp = (highest - before) / MIB;
  assert.ok(piledUp < 30, `${piledUp.toFixed(1)} MiB`);
});

test('a server that answers reads with less than was asked is asked for the rest', async () => {
  await using server = await startDemoServer({ maxReadBytes: 10_000 });
  const content = pattern(1_000_000);
  await writeFile(join(server.rootDir, 'short'), content);
  await using sftp = await connect(server);
  assert.ok((await readAll(sftp, 'short')).equals(content));
});

test('a server without extensions is read all the same', async () => {
  await using server = await startDemoServer({ extensions: {} });
  const content = pattern(1_000_000);
  await writeFile(join(server.rootDir, 'plain'), content);
  await using sftp = await connect(server);
  assert.ok((await readAll(sftp, 'plain')).equals(content));
});

test('a missing base directory is named when something is to be made in it', async () => {
  await using server = await startDemoServer();
  const config = configFor({ ...server, baseDir: '/nowhere' });
  assert.equal(config.baseDir, '/nowhere');
  await using sftp = await connect({ ...server, baseDir: '/nowhere' });
  await assert.rejects(sftp.makeDirs('a'), { kind: 'not_found', message: /nowhere/ });
});
