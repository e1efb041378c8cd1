/** Compiles the package into `dist/`: JavaScript, declarations and source maps, and the files that lie beside their sources. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const ROOT = import.meta.dirname;
const DIST = path.join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
const compiler = path.join(
  path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);
execFileSync(process.execPath, [compiler, '-p', path.join(ROOT, 'tsconfig.build.json')], {
  stdio: 'inherit',
});

// A module reads its statements from files beside it or below.
for (const entry of readdirSync(path.join(ROOT, 'tasks'), { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith('.sql')) continue;
  const folder = path.join(DIST, path.relative(ROOT, entry.parentPath));
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(entry.parentPath, entry.name), path.join(folder, entry.name));
}
