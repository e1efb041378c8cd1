/** The task types that the documentation shows, in a project of their own beside the real runner. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CheckableType } from '../../runner/core/dag_file/task_types.ts';
import { loadTaskTypes } from '../../runner/engine/dags/task_types.ts';
import type { Lifetime } from '../support/postgres/database.ts';
import { allBlocks, type Block, ROOT } from './pages.ts';

export interface ExampleProject {
  readonly dir: string;
  /** The paths of all blocks that begin with `// some/path.ts`, relative to the folder. */
  readonly files: readonly string[];
}

/** Every ts block that says its path is written there; what it imports of the project is the project's own. */
export async function exampleProject(lifetime: Lifetime): Promise<ExampleProject> {
  const dir = await mkdtemp(path.join(tmpdir(), 'stockflow-docs-'));
  lifetime.after(() => rm(dir, { recursive: true, force: true }));
  const files: string[] = [];
  for (const block of allBlocks('ts')) {
    const file = pathOf(block);
    await mkdir(path.join(dir, path.dirname(file)), { recursive: true });
    await writeFile(path.join(dir, file), block.text);
    files.push(file);
  }
  for (const shared of ['runner', 'node_modules', 'test/support', 'package.json', 'migrations']) {
    await symlink(path.join(ROOT, shared), path.join(dir, shared));
  }
  return { dir, files };
}

/** The shipped task types, and those that the documentation shows. */
export async function documentedTypes(project: ExampleProject): Promise<ReadonlyMap<string, CheckableType>> {
  const shipped = await loadTaskTypes(path.join(ROOT, 'tasks'));
  const shown = await loadTaskTypes(path.join(project.dir, 'tasks'));
  const broken = [...shipped.broken, ...shown.broken].map(([, why]) => why);
  if (broken.length > 0) throw new Error(broken.join('\n'));
  return new Map([...shipped.byName, ...shown.byName].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function pathOf({ page, line, text }: Block): string {
  const file = /^\/\/ ([a-z][a-z0-9_./]*\.ts)\n/.exec(text)?.[1];
  if (file === undefined || file.includes('..')) {
    throw new Error(
      `${page.file}:${line}: begin the block with its path, as in "// tasks/load_deliveries.ts"`,
    );
  }
  return file;
}
