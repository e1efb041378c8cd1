import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { furtherSets } from '../../../runner/commands/migrate/sets.ts';

test("each folder beside the runner's migrations is a set, named and introduced by itself", async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'stockflow-sets-'));
  t.after(() => rm(directory, { recursive: true }));
  for (const name of ['runner', 'yard', 'billing', 'empty', 'Not a set'])
    await mkdir(path.join(directory, name));
  const files = {
    'runner/0001_runner.sql': '-- The tables.\n',
    'yard/0002_more.sql': '-- More.\n',
    'yard/0001_yard.sql': '-- The yard: trucks and docks.\ncreate schema yard;\n',
    'billing/0001_bare.sql': 'create schema billing;\n',
    'notes.txt': '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text);
  assert.deepEqual(furtherSets(directory), [
    { name: 'billing', summary: 'the set billing' },
    { name: 'empty', summary: 'the set empty' },
    { name: 'yard', summary: 'the yard' },
  ]);
  assert.deepEqual(furtherSets(path.join(directory, 'absent')), []);
});
