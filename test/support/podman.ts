/** A Podman of the tests: images and containers in a folder of their own, on a machine with or without control of its cgroups. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Lifetime } from './postgres/database.ts';

const run = promisify(execFile);

const PROGRAMS = ['/usr/bin/podman', '/usr/bin/mmdebstrap'];

/** For the `skip` of a test: false where the programs are there, and where their absence is a failure. */
export function skipWithoutPodman(): string | false {
  const missing = PROGRAMS.filter((file) => !existsSync(file));
  if (missing.length === 0 || process.env.CI !== undefined) {
    return process.getuid?.() === 0 ? false : 'only root makes the file system of an image';
  }
  return `${missing.join(' and ')} missing`;
}

/**
 * crun refuses a machine that has both versions of cgroups mounted; in a mount namespace of its own, Podman sees one. It is the
 * machine's own limits that a container gets, as raising them may be forbidden.
 */
const IN_NAMESPACE = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec podman "$@"';

export interface Podman {
  /** Its global options, for scripts that call `podman` by themselves. */
  readonly options: readonly string[];
  /** Runs `podman ...args` to its end. @returns its output */
  run(args: readonly string[]): Promise<string>;
  /** Starts a container of the image, as `podman run` does, and stays attached to it. */
  start(args: readonly string[]): ChildProcess;
}

/** Its images and containers are removed when `lifetime` ends. */
export async function testPodman(lifetime: Lifetime): Promise<Podman> {
  // Podman takes no longer path than 50 characters for what runs.
  const folder = await mkdtemp('/tmp/stockflow-podman-');
  const store = path.join(folder, 'store');
  await mkdir(store);
  const options = [
    ...['--root', store, '--runroot', path.join(folder, 'run'), '--tmpdir', path.join(folder, 'tmp')],
    ...['--storage-driver', 'overlay', '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'],
  ];
  const inNamespace = (args: readonly string[]) => [
    '-m',
    'sh',
    '-c',
    IN_NAMESPACE,
    'podman',
    ...options,
    ...args,
  ];
  const podman: Podman = {
    options,
    run: async (args) => (await run('unshare', inNamespace(args))).stdout.trim(),
    start: (args) => {
      const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '--cgroups', 'disabled'];
      return spawn('unshare', inNamespace(['run', '--network', 'host', ...limits, ...args]), {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    },
  };
  lifetime.after(async () => {
    await podman.run(['rm', '--all', '--force', '--time', '0']);
    // The driver keeps its folder mounted on itself.
    await run('sh', ['-c', 'umount "$1" 2>/dev/null; true', 'sh', path.join(store, 'overlay')]);
    await rm(folder, { recursive: true, force: true });
  });
  return podman;
}
