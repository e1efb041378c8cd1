/**
 * Runs the test files that the glob patterns in its arguments name, as `node --test` does, but those of one folder one
 * after another in one process: starting a process and loading the code takes longer than many a file runs. Passes
 * options (`--test-name-pattern=...`) on to `node --test`, and ends with its exit code.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processFiles } from './process_files.ts';

const GLOBAL_SETUP = path.join(import.meta.dirname, '../global_setup.ts');

const args = process.argv.slice(2);
const isOption = (arg: string) => arg.startsWith('-');
const patterns = args.filter((arg) => !isOption(arg));
const files = (await Array.fromAsync(glob(patterns))).toSorted();
if (files.length === 0) throw new Error(`no test file matches ${patterns.join(' ')}`);

const directory = await mkdtemp(path.join(tmpdir(), 'stockflow-suite-'));
// The terminal sends Ctrl-C to the tests too; this process ends after them.
process.on('SIGINT', () => {});
try {
  const child = spawn(
    process.execPath,
    [
      '--test',
      `--test-global-setup=${GLOBAL_SETUP}`,
      ...args.filter(isOption),
      ...(await processFiles(files, directory)),
    ],
    { stdio: 'inherit' },
  );
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code]: unknown[] = await once(child, 'exit');
  process.exitCode = typeof code === 'number' ? code : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
