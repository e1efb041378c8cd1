import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ConnectionError } from '../../../../runner/connections/connection_error.ts';
import { DIRECTIONS, startProxy, type Proxy as TcpProxy } from '../../../support/tcp_proxy.ts';
import { connect, type LogLine, partsLeft, pattern, SERVERS, type TestServer } from './suite.ts';

const CONTENT = pattern(100_000, 7);
const OLD = pattern(90_000, 8);

for (const { name, skip, start } of SERVERS) {
  describe(`P4: a connection to ${name} that is cut`, { skip }, () => {
    let server: TestServer;
    let proxy: TcpProxy;
    const local = (path: string) => join(server.rootDir, path);
    before(async () => {
      server = await start();
      proxy = await startProxy({ target: { port: server.port } });
    });
    after(async () => {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    /** Publishes with a cut on the way; what lies under the name afterwards is nothing, all the old or all the new. */
    async function publishAndCut(
      path: string,
      arm: (line: LogLine | null) => void,
    ): Promise<'done' | 'lost'> {
      const owner = { runId: 'run-1', token: 'first' };
      const before = existsSync(local(path)) ? await readFile(local(path)) : null;
      let outcome: 'done' | 'lost';
      try {
        await using sftp = await connect(server, { port: proxy.port, onLog: arm });
        arm(null);
        await sftp.publish(path, CONTENT, owner);
        outcome = 'done';
      } catch (error) {
        assert.ok(error instanceof ConnectionError, String(error));
        assert.equal(error.kind, 'lost', error.message);
        assert.equal(error.retryable, true);
        assert.match(error.message, /^retailpro: cannot /);
        outcome = 'lost';
      } finally {
        proxy.heal();
      }
      const now = existsSync(local(path)) ? await readFile(local(path)) : null;
      const isNew = now?.equals(CONTENT) === true;
      const isOld = before === null ? now === null : now?.equals(before) === true;
      assert.ok(isNew || (isOld && outcome === 'lost'), `${path} is torn`);
      return outcome;
    }

    async function publishAgain(path: string): Promise<void> {
      await using sftp = await connect(server, { port: proxy.port });
      await sftp.publish(path, CONTENT, { runId: 'run-1', token: 'second' });
      assert.ok((await readFile(local(path))).equals(CONTENT));
      assert.deepEqual(await partsLeft(server), []);
    }

    for (const direction of DIRECTIONS) {
      test(`at any byte ${direction} while publishing leaves the whole file or none, and the next attempt completes it`, async () => {
        const start = { bytes: 0 };
        await publishAndCut(`probe-${direction}`, (line) => {
          if (line === null) start.bytes = proxy.bytesRelayed(direction);
          else if ('step' in line.facts && line.facts.step === 'renamed') {
            start.bytes = proxy.bytesRelayed(direction) - start.bytes;
          }
        });
        const whole = start.bytes;
        const places = [
          0,
          1,
          whole / 4,
          whole / 2,
          (3 * whole) / 4,
          whole - 300,
          whole - 100,
          whole - 1,
          whole,
        ];
        const outcomes = new Set<string>();
        for (const [index, place] of places.entries()) {
          const path = `cut-${direction}-${index}`;
          if (index % 2 === 1) await writeFile(local(path), OLD);
          outcomes.add(
            await publishAndCut(path, (line) => {
              if (line === null) proxy.cutAfterBytes({ direction, count: Math.floor(place) });
            }),
          );
          await publishAgain(path);
        }
        assert.ok(outcomes.has('lost'));
      });
    }

    for (const step of ['created', 'written', 'closed', 'verified', 'renaming', 'renamed']) {
      test(`once the part is ${step} leaves the whole file or none`, async () => {
        const path = `cut-${step}`;
        const outcome = await publishAndCut(path, (line) => {
          if (line !== null && 'step' in line.facts && line.facts.step === step) proxy.cut();
        });
        assert.equal(outcome, step === 'renamed' ? 'done' : 'lost');
        assert.equal(existsSync(local(path)), step === 'renamed');
        await publishAgain(path);
      });
    }

    test('between the rename and its answer counts as lost, and the next attempt finds the file', async () => {
      const path = 'cut-answer';
      const outcome = await publishAndCut(path, (line) => {
        if (line !== null && 'step' in line.facts && line.facts.step === 'renaming') {
          proxy.cutAfterBytes({ direction: 'to_client', count: 1 });
        }
      });
      assert.equal(outcome, 'lost');
      assert.ok(existsSync(local(path)));
      await publishAgain(path);
    });

    test('while reading fails the read, and every later call at once', async () => {
      await writeFile(local('read'), pattern(20_000_000));
      await using sftp = await connect(server, { port: proxy.port });
      const reading = (async () => {
        for await (const _chunk of (await sftp.open('read')).chunks()) proxy.cut();
      })();
      await assert.rejects(reading, { kind: 'lost', retryable: true, message: /read/ });
      await assert.rejects(sftp.stat('read'), { kind: 'lost' });
    });

    test('while a request waits gives the socket error as the cause', async () => {
      await using sftp = await connect(server, { port: proxy.port });
      const listing = sftp.list('');
      proxy.cut();
      await assert.rejects(listing, (error: Error) => error.cause instanceof Error);
    });
  });
}
