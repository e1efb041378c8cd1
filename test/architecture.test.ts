import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const ROOT = path.join(import.meta.dirname, '..');

interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** Files of the project that it imports, relative to the root. */
  readonly imports: readonly string[];
  /** Packages that it imports. */
  readonly packages: readonly string[];
}

function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readSource(path.join(folder, name)));
}

function readSource(file: string): SourceFile {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const specifiers = [
    ...text.matchAll(
      /^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
    ),
  ]
    .map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
    .filter((specifier) => specifier !== '');
  const isOwn = (specifier: string) => specifier.startsWith('.');
  return {
    file: file.replaceAll(path.sep, '/'),
    imports: specifiers
      .filter(isOwn)
      .map((specifier) => path.join(path.dirname(file), specifier).replaceAll(path.sep, '/')),
    packages: specifiers.filter((specifier) => !isOwn(specifier)),
  };
}

const runner = sourceFiles('runner');
const tasks = sourceFiles('tasks');
const demo = sourceFiles('demo');

const inRunner = (name: string) => `runner/${name}`;

/** The folders that each folder may import; files directly in runner/ may be imported by all of runner. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'runner/core/': ['runner/core/'],
  'runner/store/': 'store/ connections/ core/ task.ts manifest.ts'.split(' ').map(inRunner),
  'runner/connections/': ['runner/connections/', 'runner/core/', 'runner/log.ts'],
  'runner/task/': ['runner/task/', 'runner/core/'],
  'runner/engine/': 'engine/ store/ connections/ core/ task.ts log.ts'.split(' ').map(inRunner),
  'runner/view/': [
    'runner/view/',
    'runner/engine/',
    'runner/store/',
    'runner/connections/',
    'runner/core/',
    'runner/task.ts',
    'runner/log.ts',
  ],
  'runner/web/': [
    'runner/web/',
    'runner/view/',
    'runner/engine/',
    'runner/store/',
    'runner/connections/',
    'runner/core/',
    'runner/task.ts',
    'runner/log.ts',
    'runner/manifest.ts',
  ],
  'runner/commands/': ['runner/'],
  'tasks/inventory/': ['tasks/inventory/'],
  'tasks/oms/': ['tasks/', 'runner/task.ts'],
  'tasks/changes/': ['tasks/', 'runner/task.ts', 'runner/history.ts'],
  'tasks/pages/': ['tasks/', 'runner/history.ts', 'runner/page.ts'],
  'tasks/metrics/': ['tasks/', 'runner/history.ts', 'runner/metrics.ts'],
  'tasks/commands/': ['tasks/', 'runner/history.ts', 'runner/command.ts'],
};

test('imports point one way: commands and web -> view -> engine -> store -> core, and tasks know the runner only by its public files', () => {
  const strays: string[] = [];
  for (const { file, imports } of [...runner, ...tasks]) {
    const layer = Object.keys(LAYERS).find((prefix) => file.startsWith(prefix));
    const allowed =
      layer === undefined ? (file.startsWith('tasks/') ? ['tasks/', 'runner/task.ts'] : null) : LAYERS[layer];
    if (allowed == null) continue;
    for (const target of imports) {
      if (!allowed.some((prefix) => target.startsWith(prefix))) strays.push(`${file} -> ${target}`);
    }
  }
  assert.deepEqual(strays, []);
});

test('the runner knows neither the tasks nor the demo', () => {
  const strays = runner.flatMap(({ file, imports }) =>
    imports.filter((target) => /^(tasks|demo)\//.test(target)).map((target) => `${file} -> ${target}`),
  );
  assert.deepEqual(strays, []);
});

test('the runner names no folder of the demo', () => {
  const found = runner
    .map(({ file }) => file)
    .filter((file) => /\bdemo\//.test(readFileSync(path.join(ROOT, file), 'utf8')));
  assert.deepEqual(found, []);
});

test('outside of runner its public files alone are imported', () => {
  const names = 'task testing index command page metrics history tracing'.split(' ');
  const mayBe = names.map((name) => `runner/${name}.ts`);
  const folders = ['templates', 'test/simulation', 'test/fault_injection', 'test/benchmarks'];
  const campaigns = folders.flatMap(sourceFiles);
  const strays = [...tasks, ...demo, ...campaigns].flatMap(({ file, imports }) =>
    imports
      .filter((target) => target.startsWith('runner/') && !mayBe.includes(target))
      .filter(() => file.startsWith('templates/') || !/\.(test|long)\.ts$/.test(file))
      .map((target) => `${file} -> ${target}`),
  );
  assert.deepEqual(strays, []);
});

test('the simulation and the world, which verify the sync, share no code with it', () => {
  const verifiers = [...sourceFiles('test/simulation'), ...sourceFiles('demo/world')].filter(
    ({ file }) => !file.endsWith('.test.ts') && !file.endsWith('.long.ts'),
  );
  const strays = verifiers.flatMap(({ file, imports }) =>
    imports.filter((target) => target.startsWith('tasks/')).map((target) => `${file} -> ${target}`),
  );
  assert.deepEqual(strays, []);
});

test('the runner holds no word of the inventory', () => {
  const words = /(?<![a-z])(inventory|retail ?pro|variance|sku|hotwax|facility|oms)(?![a-z])/i;
  const found = runner
    .map(({ file }) => ({
      file,
      line: readFileSync(path.join(ROOT, file), 'utf8')
        .split('\n')
        .find((line) => words.test(line)),
    }))
    .filter(({ line }) => line !== undefined)
    .map(({ file, line }) => `${file}: ${line?.trim()}`);
  assert.deepEqual(found, []);
});

test('sentences that name a command of the command line are those of commands', () => {
  const folders = ['runner/commands', 'tasks/commands', 'demo/commands'];
  const groups = folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder)).map((name) => name.replace('.ts', '')),
  );
  const command = new RegExp(`\\bstockflow (${groups.join('|')})\\b`);
  const found = [...runner, ...tasks]
    .filter(({ file }) => !folders.some((folder) => file.startsWith(`${folder}/`)))
    .flatMap(({ file }) =>
      readFileSync(path.join(ROOT, file), 'utf8')
        .split('\n')
        .filter((line) => command.test(line) && !/^\s*(\*|\/[/*])/.test(line))
        // A session's name in Postgres.
        .filter((line) => !line.includes('applicationName: '))
        .map((line) => `${file}: ${line.trim()}`),
    );
  assert.deepEqual(found, []);
});

test('one file alone imports graphile-worker', () => {
  const files = [...runner, ...tasks, ...demo].filter(({ packages }) => packages.includes('graphile-worker'));
  assert.deepEqual(
    files.map(({ file }) => file),
    ['runner/engine/queue/queue.ts'],
  );
});

test('the packages of the page are imported below runner/web alone, which no command loads but those that serve it', () => {
  const isOfPage = (name: string) => /^(hono(\/|$)|@hono\/|@dagrejs\/)/.test(name);
  const strays = [...runner, ...tasks, ...demo]
    .filter(({ packages }) => packages.some(isOfPage))
    .map(({ file }) => file)
    .filter((file) => !file.startsWith('runner/web/'));
  assert.deepEqual(strays, []);
});

test('the tables of graphile-worker are named in store/queue alone', () => {
  const found = [...runner, ...tasks, ...demo]
    .map(({ file }) => file)
    .filter((file) => readFileSync(path.join(ROOT, file), 'utf8').includes('graphile_worker'))
    .filter((file) => !file.startsWith('runner/store/queue/'));
  assert.deepEqual(found, []);
});

const LAID_OUT = ['runner', 'tasks', 'demo', 'test'];

/** The files of each folder. */
function filesByFolder(): ReadonlyMap<string, readonly string[]> {
  const names = LAID_OUT.flatMap((root) =>
    readdirSync(path.join(ROOT, root), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/')),
  );
  return Map.groupBy(names, (name) => path.posix.dirname(name));
}

test('the top level holds the folders that the README names, and no others', () => {
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\..*|node_modules|dist)$/.test(entry.name))
    .map(({ name }) => name);
  const named = 'bin dags demo deploy docs migrations runner tasks templates test'.split(' ');
  assert.deepEqual(folders.sort(), named);
});

test('no folder holds more than 15 files, and no three files beside each other begin with one word', () => {
  const found: string[] = [];
  for (const [folder, files] of filesByFolder()) {
    if (folder === 'tasks') continue; // a task type is called as DAG files call it
    if (files.length > 15) found.push(`${folder}: ${files.length} files`);
    const words = Map.groupBy(
      files,
      (file) => `${path.extname(file)} ${/^[a-z0-9]+_/.exec(path.basename(file))?.[0]}`,
    );
    for (const [word, family] of words) {
      if (!word.endsWith('undefined') && family.length > 2)
        found.push(`${folder}: ${family.map((file) => path.basename(file)).join(' ')}`);
    }
  }
  assert.deepEqual(found, []);
});

test('no file has more than 300 lines', () => {
  const found = [...filesByFolder().values()]
    .flat()
    .filter(
      (file) => file.endsWith('.ts') && readFileSync(path.join(ROOT, file), 'utf8').split('\n').length > 301,
    );
  assert.deepEqual(found, []);
});

test('a test file has no hook around each test: it would run around those of its whole folder, which share a process', () => {
  const found = [...filesByFolder().values()]
    .flat()
    .filter((file) => /\.(test|long)\.ts$/.test(file))
    .filter((file) => /^(before|after)Each\(/m.test(readFileSync(path.join(ROOT, file), 'utf8')));
  assert.deepEqual(found, []);
});

test('no file imports itself by way of others', () => {
  const byFile = new Map([...runner, ...tasks, ...demo].map(({ file, imports }) => [file, imports]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
    if (done.has(file) || trail.includes(file)) return;
    for (const target of byFile.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of byFile.keys()) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('core does no I/O and asks no clock', () => {
  const io =
    /\b(Date\.now|new Date\b|Temporal\.Now|Math\.random|process\.|console\.|from 'node:(fs|net|child_process|http))/;
  const found = runner
    .filter(({ file }) => file.startsWith('runner/core/'))
    .map(({ file }) => ({
      file,
      line: readFileSync(path.join(ROOT, file), 'utf8')
        .split('\n')
        .find((line) => io.test(line)),
    }))
    .filter(({ line }) => line !== undefined);
  assert.deepEqual(found, []);
});

test('views colour nothing and read no environment', () => {
  const stray = /\bprocess\.|styleText|\\u001b|\\x1b|CommandError/;
  const found = runner
    .filter(({ file }) => file.startsWith('runner/view/'))
    .flatMap(({ file }) =>
      readFileSync(path.join(ROOT, file), 'utf8')
        .split('\n')
        .filter((line) => stray.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  assert.deepEqual(found, []);
});
