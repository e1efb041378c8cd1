import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moduleFiles } from '../../../../runner/core/value/module_file.ts';

test('modules are found as .ts and as .js, by name, and of both the source counts', () => {
  assert.deepEqual(moduleFiles(['pack.js', 'load.js', 'send.ts', 'load.ts']), [
    { name: 'load', file: 'load.ts' },
    { name: 'pack', file: 'pack.js' },
    { name: 'send', file: 'send.ts' },
  ]);
});

test('declarations, tests, maps and other names are no modules', () => {
  const others = [
    'load.d.ts',
    'load.test.ts',
    'load.test.js',
    'load.js.map',
    'load.mjs',
    '_load.ts',
    'Load.ts',
    'a-b.ts',
  ];
  assert.deepEqual(moduleFiles([...others, 'load.sql', 'ts', '.ts']), []);
});
