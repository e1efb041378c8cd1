import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';

const INTERFACE = path.resolve(import.meta.dirname, '../../../../runner/task.ts');
const ZOD = import.meta.resolve('zod');

/** A type as a compiler leaves it, and as its author wrote it. */
const moduleOf = (type: string, description: string) =>
  `import { defineTask } from '${INTERFACE}';
import { z } from '${ZOD}';
export default defineTask({ type: '${type}', description: '${description}', params: z.strictObject({}), async run() {} });
`;

test('task types are loaded from .js as from .ts; of both the source, and no declaration or test', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-types-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = {
    'pack.js': moduleOf('pack', 'compiled'),
    'send.ts': `const typed: string = 'a type to strip';\nvoid typed;\n${moduleOf('send', 'source')}`,
    'load.ts': moduleOf('load', 'source'),
    'load.js': moduleOf('load', 'compiled'),
    'pack.d.ts': 'throw new Error("a declaration was loaded");',
    'pack.test.ts': 'throw new Error("a test was loaded");',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const { byName, broken, files: places } = await loadTaskTypes(folder);
  assert.deepEqual([...broken], []);
  assert.deepEqual(
    [...byName].map(([type, { description }]) => [type, description]),
    [
      ['load', 'source'],
      ['pack', 'compiled'],
      ['send', 'source'],
    ],
  );
  assert.equal(places.get('pack'), path.join(folder, 'pack.js'));
});
