/** What a user would type at the shell, each step waited for. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Openssh, opensshAvailable } from '../../support/sftp/openssh.ts';

/** Null where OpenSSH is here, else what is missing and how to get it. */
export function missingOpenssh(): string | null {
  if (!opensshAvailable()) return 'sshd: apt-get install openssh-server';
  return existsSync('/usr/bin/sftp') ? null : 'sftp: apt-get install openssh-client';
}

export interface ShellWork {
  /** Where the server is reached: its own port, or a proxy's. */
  readonly port: number;
  /** Of the external system's file. */
  readonly name: string;
  readonly workDir: string;
}

/** `sftp get` of the external system's file. Not blocking: a proxy in this process must go on meanwhile. */
export async function shellGet(server: Openssh, { port, name, workDir }: ShellWork): Promise<void> {
  await sftp(server, port, `get ${path.join(server.rootDir, 'retailpro/outgoing', name)} ${workDir}/in.csv`);
}

/** The same, `grep` with the ids in the file `ids`, and `sftp put` of what it found. */
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
