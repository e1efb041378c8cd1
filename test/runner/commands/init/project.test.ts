import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { projectPackageJson } from '../../../../runner/commands/init/package_json.ts';
import { projectFiles } from '../../../../runner/commands/init/project_files.ts';
import { readTemplates } from '../../../../runner/commands/init/templates.ts';
import { configure } from '../../../../runner/commands/init.ts';
import { dagJsonSchema } from '../../../../runner/core/dag_file/schema/json_schema.ts';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { readManifest } from '../../../../runner/manifest.ts';
import { NO_SHELL } from '../../../docs/cli/page.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

function template(name: string) {
  const found = readTemplates().find((each) => each.name === name);
  assert.ok(found, `there is no template ${name}`);
  return found;
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-init-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function init(...words: readonly string[]): Promise<void> {
  const command = new Command('init').exitOverride().configureOutput({ writeErr: () => {} });
  configure(command, NO_SHELL);
  await command.parseAsync([...words], { from: 'user' });
}

test('a folder that holds anything is refused by its names, and nothing is written', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['b.md', 'a.txt', '.env', 'c.txt', 'd.txt'])
    await writeFile(path.join(folder, name), name);
  await assert.rejects(init(folder, '--template', 'inventory-sync'), {
    exitCode: 2,
    message:
      `${folder} holds .env, a.txt, b.md and 2 more: a project is made in an empty folder; ` +
      'name another one: stockflow init <folder>',
  });
  assert.equal((await readdir(folder)).length, 5);
});

test('a file, and a template that is none, are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'notes.txt');
  await writeFile(file, '');
  await assert.rejects(init(file), { exitCode: 2, message: `${file} is a file, and a project is a folder` });
  await assert.rejects(
    init(path.join(folder, 'new'), '--template', 'full'),
    /Allowed choices are empty, inventory-sync/,
  );
  await mkdir(path.join(folder, 'repository/.git'), { recursive: true });
  await writeFile(path.join(folder, 'repository/LICENSE'), '');
  await assert.rejects(init(path.join(folder, 'repository')), /repository holds LICENSE: /);
});

test('the inventory project has every file of dags/ and tasks/, and imports nothing that it lacks', async () => {
  const files = await projectFiles(template('inventory-sync'));
  for (const folder of ['dags', 'tasks']) {
    const entries = await readdir(path.join(ROOT, folder), { recursive: true, withFileTypes: true });
    const shipped = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
    const got = [...files.keys()].filter((file) => file.startsWith(`${folder}/`));
    assert.deepEqual(got.toSorted(), shipped.toSorted());
  }
  const missing: string[] = [];
  for (const [file, text] of files) {
    for (const [, reference = ''] of text.matchAll(/(?:\bfrom |\bimport\()'(\.[^']+)'|\$schema=(\.\S+)/g)) {
      if (reference !== '' && !files.has(path.join(path.dirname(file), reference)))
        missing.push(`${file}: ${reference}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('each project has a test of each of its task types, named after it', async () => {
  for (const { name, ...found } of readTemplates()) {
    const files = [...(await projectFiles(found)).keys()];
    const typesIn = (pattern: RegExp) => files.flatMap((file) => pattern.exec(file)?.[1] ?? []).sort();
    const types = typesIn(/^tasks\/([a-z0-9_]+)\.ts$/);
    assert.ok(types.length > 0, name);
    assert.deepEqual(typesIn(/^test\/tasks\/([a-z0-9_]+)\.test\.ts$/), types, `templates/${name}/test/tasks`);
  }
});

test("each project's schema of DAG files knows its task types; npm run docs writes it anew", async () => {
  const { byName } = await loadTaskTypes(path.join(ROOT, 'templates/empty/tasks'));
  const schema = (await projectFiles(template('empty'))).get('dag.schema.json') ?? '';
  assert.deepEqual(JSON.parse(schema), JSON.parse(JSON.stringify(dagJsonSchema(byName))));
});

test('package.json has what the modules import, at the versions of this package, and a Node for older machines', () => {
  const own = {
    ...readManifest(),
    dependencies: { 'csv-parse': '7.0.3' },
    peerDependencies: { pg: '^8.23.1' },
  };
  const devDependencies = {
    '@types/node': '26.1.0',
    '@types/pg': '8.1.0',
    node: '26.2.0',
    typescript: '7.0.0',
    ajv: '1.0.0',
  };
  const files = new Map([
    ['tasks/load.ts', "import { parse } from 'csv-parse/sync';\nimport pg from 'pg';\n"],
    ['test/setup.ts', ''],
    ['README.md', "import x from 'not-a-module';\n"],
  ]);
  const facts = { folder: 'My Shop (new)', specifier: 'file:vendor/x.tgz', files };
  const made: unknown = JSON.parse(projectPackageJson({ ...own, devDependencies }, facts));
  assert.deepEqual(made, {
    name: 'my-shop-new',
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      start: 'stockflow up',
      test: 'node --test --test-global-setup=test/setup.ts "test/**/*.test.ts"',
      typecheck: 'tsc --noEmit',
      schema: 'stockflow dags schema > dag.schema.json',
    },
    dependencies: { '@stockflow/stockflow': 'file:vendor/x.tgz', 'csv-parse': '7.0.3', pg: '^8.23.1' },
    devDependencies: { '@types/node': '26.1.0', '@types/pg': '8.1.0', node: '26.2.0', typescript: '7.0.0' },
    allowScripts: own.allowScripts,
  });
});

test('a module that imports a package which this one does not name is refused', () => {
  const files = new Map([['tasks/load.ts', "import x from 'left-behind';\n"]]);
  assert.throws(
    () => projectPackageJson(readManifest(), { folder: 'x', specifier: '1.0.0', files }),
    /no version of left-behind, which a template imports/,
  );
});
