import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  importedPackages,
  type Layout,
  moveReferences,
  projectPath,
} from '../../../../runner/commands/init/layout.ts';
import { publicModulesOf } from '../../../../runner/commands/init/project_files.ts';

const layout: Layout = {
  template: 'templates/shop',
  copies: { tasks: 'tasks', 'docs/dag.schema.json': 'dag.schema.json', dags: 'dags' },
  publicModules: new Map([
    ['runner/task.ts', '@scope/name/task'],
    ['runner/index.ts', '@scope/name'],
  ]),
};

test('a file of the template lies in the project as below the template, _ for the dot of its name', () => {
  assert.equal(projectPath(layout, 'templates/shop/test/support/oms.ts'), 'test/support/oms.ts');
  assert.equal(
    projectPath(layout, 'templates/shop/_github/workflows/test.yml'),
    '.github/workflows/test.yml',
  );
  assert.equal(projectPath(layout, 'templates/shop/_gitignore'), '.gitignore');
});

test('a copied file or folder lies where the template says, and nothing else of the package is there', () => {
  assert.equal(projectPath(layout, 'docs/dag.schema.json'), 'dag.schema.json');
  assert.equal(projectPath(layout, 'tasks/oms/verify/_parts.sql'), 'tasks/oms/verify/_parts.sql');
  assert.equal(projectPath(layout, 'docs/alerts.md'), null);
  assert.equal(projectPath(layout, 'tasks_of_others/x.ts'), null);
});

test('imports of public modules name the package, and others the new place of their file', () => {
  const text = `import { z } from 'zod';
import { defineTask } from '../../../../runner/task.ts';
import {
  Worker,
} from '../../../../runner/index.ts';
import reset from '../../../../tasks/reset.ts';
import { openOms } from '../support/oms.ts';
export type { Near } from './near.ts';
const late = await import('../../../../tasks/oms/night.ts');
// from '../../../../runner/task.ts' in a comment stays
`;
  assert.equal(
    moveReferences(layout, 'templates/shop/test/tasks/reset.test.ts', text),
    `import { z } from 'zod';
import { defineTask } from '@scope/name/task';
import {
  Worker,
} from '@scope/name';
import reset from '../../tasks/reset.ts';
import { openOms } from '../support/oms.ts';
export type { Near } from './near.ts';
const late = await import('../../tasks/oms/night.ts');
// from '../../../../runner/task.ts' in a comment stays
`,
  );
});

test("a DAG file names the project's schema from wherever it lies", () => {
  const line = (reference: string) => `# yaml-language-server: $schema=${reference}\ndag_id: x\n`;
  assert.equal(
    moveReferences(layout, 'dags/examples/x.yaml', line('../../docs/dag.schema.json')),
    line('../../dag.schema.json'),
  );
  assert.equal(
    moveReferences(layout, 'dags/x.yaml', line('../docs/dag.schema.json')),
    line('../dag.schema.json'),
  );
});

test('a reference to what no project has is refused with the file and the reference', () => {
  assert.throws(
    () =>
      moveReferences(layout, 'tasks/reset.ts', "import { claim } from '../runner/store/task/claim.ts';\n"),
    { message: 'tasks/reset.ts refers to ../runner/store/task/claim.ts, which no project has' },
  );
});

test('the packages that a module imports are named once, without their subpaths and without those of Node', () => {
  const text = `import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Pool } from 'pg';
import { test } from 'node:test';
import { defineTask } from '@scope/name/task';
import { near } from './near.ts';
const { stringify } = await import('csv-parse');
`;
  assert.deepEqual(importedPackages(text), ['@scope/name', 'csv-parse', 'pg', 'zod']);
});

test('public modules are those whose exports of the package are JavaScript', () => {
  const exports = {
    '.': { default: './dist/runner/index.js' },
    './task': { default: './dist/runner/task.js' },
    './package.json': './package.json',
  };
  assert.deepEqual(
    publicModulesOf({ name: '@scope/name', exports }),
    new Map([...layout.publicModules].reverse()),
  );
});
