/** The folder `deploy/`, and what all tests of it need. */
import { existsSync } from 'node:fs';
import path from 'node:path';

export const DEPLOY = path.resolve(import.meta.dirname, '../../deploy');

/** The longest that a worker takes to end after SIGTERM, in seconds: see runner/engine/worker/worker.ts. */
export const DRAIN_S = 20 + 10 + 4 + 2;

/** For the `skip` of a test: CI installs each program, and there its absence is a failure. */
export function skipWithoutProgram(file: string): string | false {
  return existsSync(file) || process.env.CI !== undefined ? false : `${file} is missing`;
}
