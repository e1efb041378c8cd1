import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { commandsOf, findItem } from '../../../../runner/commands/cli/catalog_entry.ts';
import { allCommands } from '../../../../runner/commands/cli/found_commands.ts';

const COMMAND = '/** Counts the shelves. */\nexport function configure() {}\n';

test('a folder of commands, written or compiled, is a group, and one beside a command of its name is that command alone', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-commands-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = [
    'stock.ts',
    'stock/print.ts',
    'store_room/check.ts',
    'store_room/check/text.ts',
    'store_room/close.js',
    'store_room/close.d.ts',
    'store_room/open_all.ts',
    'store_room/open_all.test.ts',
    'store_room/README.md',
    'empty/notes.txt',
    '_parts/part.ts',
  ];
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), COMMAND);
  }
  const commands = allCommands([folder]);
  assert.deepEqual(
    commandsOf(commands)
      .map(({ words }) => words)
      .slice(0, 5),
    ['stock', 'store-room check', 'store-room close', 'store-room open-all', 'up'],
  );
  assert.equal(findItem(commands, ['store-room'])?.item.summary, 'check, close, open-all');
  assert.equal(findItem(commands, ['store-room', 'check'])?.item.summary, 'counts the shelves');
});
