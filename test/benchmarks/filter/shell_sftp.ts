/** The commands that a user would run in a shell, one after the other. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Openssh, opensshAvailable } from '../../support/sftp/openssh.ts';

/** Returns what is missing of OpenSSH, and how to get it; null if nothing is. */
export function missingOpenssh(): string | null {
  if (!opensshAvailable()) return 'sshd: apt-get install openssh-server';
  return existsSync('/usr/bin/sftp') ? null : 'sftp: apt-get install openssh-client';
}

export interface ShellWork {
  /** The server's port, or a proxy's. */
  readonly port: number;
  /** The name of the external system's file. */
  readonly name: string;
  readonly workDir: string;
}

/**
 * Runs `sftp get` of the external system's file. It does not block, since a proxy in this process must keep running.
 */
export async function shellGet(server: Openssh, { port, name, workDir }: ShellWork): Promise<void> {
  await sftp(server, port, `get ${path.join(server.rootDir, 'retailpro/outgoing', name)} ${workDir}/in.csv`);
}

/** Runs `sftp get`, `grep` with the ids in the file `ids`, and `sftp put` of the result. */
export async function shellFilter(server: Openssh, work: ShellWork, ids: string): Promise<void> {
  const { port, workDir } = work;
  await shellGet(server, work);
  execFileSync('sh', ['-c', `head -n 1 in.csv > out.csv; LC_ALL=C grep -a -F -f ${ids} in.csv >> out.csv`], {
    cwd: workDir,
  });
  await sftp(server, port, `put ${workDir}/out.csv ${path.join(server.rootDir, 'shell/out.csv')}`);
}

async function sftp(server: Openssh, port: number, command: string): Promise<void> {
  const settings = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  const options = [
    '-P',
    String(port),
    '-i',
    server.privateKeyFile,
    ...settings.flatMap((each) => ['-o', each]),
  ];
  const running = promisify(execFile)('sftp', [...options, '-b', '-', `${server.user}@127.0.0.1`]);
  running.child.stdin?.end(`${command}\n`);
  await running;
}
