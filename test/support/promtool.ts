/** Prometheus's own checker, where it is installed; CI installs it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const FILE = '/usr/bin/promtool';

/** For the option `skip` of a test: false where promtool is there, and where its absence is a failure. */
export const withoutPromtool: string | false =
  existsSync(FILE) || process.env.CI === 'true' ? false : `${FILE} is not installed (package prometheus)`;

/** @returns what it printed; empty where it found nothing */
export function promtool(
  args: readonly string[],
  { input = '', cwd = '/' }: { readonly input?: string; readonly cwd?: string } = {},
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync(FILE, args, { input, cwd, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { status, output: `${stdout}${stderr}` };
}
