/** Starts the demo's SFTP server as a process of its own, with persistent keys. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { generateKeyPair } from './host_key.ts';

export interface SftpSite extends AsyncDisposable {
  /** The value of `STOCKFLOW_CONN_RETAILPRO`. */
  readonly url: string;
  /** Returns the URL of a connection whose base directory is `folder`. */
  urlOf(folder: string): string;
  readonly port: number;
  readonly fingerprint: string;
}

const USER = 'stockflow';
const readyLine = z.object({ port: z.number(), fingerprint: z.string() });

/** Returns the directory that the server shows as its root. */
export function siteFolder(siteDir: string): string {
  return path.join(siteDir, 'files');
}

/** Returns the directory that Retail Pro writes to, below the site's directory. */
export function outgoingDir(siteDir: string): string {
  return path.join(siteFolder(siteDir), 'retailpro', 'outgoing');
}

/**
 * Starts the server on `siteDir/files`; it ends with this process at the latest.
 *
 * @throws Error with the server's output if it does not start
 */
export async function startSftpSite(siteDir: string): Promise<SftpSite> {
  await mkdir(outgoingDir(siteDir), { recursive: true });
  const hostKeyFile = await ensureKey(path.join(siteDir, 'host_key'));
  const userKeyFile = await ensureKey(path.join(siteDir, 'user_key'));
  const child = spawn(
    process.execPath,
    [
      ...[
        path.join(import.meta.dirname, `server${path.extname(import.meta.filename)}`),
        '--root',
        siteFolder(siteDir),
        '--user',
        USER,
      ],
      ...['--host-key-file', hostKeyFile, '--authorized-key-file', `${userKeyFile}.pub`],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const { port, fingerprint } = await firstLine(child);
  const urlOf = (folder: string) =>
    `sftp://${USER}@127.0.0.1:${port}/${folder}?host_key=${fingerprint}&private_key_file=${encodeURIComponent(userKeyFile)}`;
  return {
    url: urlOf(''),
    urlOf,
    port,
    fingerprint,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

async function firstLine(child: ChildProcess): Promise<z.output<typeof readyLine>> {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  if (child.stdout === null) throw new Error('the SFTP server has no output');
  const [line]: unknown[] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => [null]),
  ]);
  if (typeof line !== 'string') throw new Error(`the SFTP server did not start: ${complaint.trim()}`);
  return readyLine.parse(JSON.parse(line));
}

/** @returns the private key's file; its public half lies beside it with `.pub` */
async function ensureKey(file: string): Promise<string> {
  const isThere = await readFile(`${file}.pub`).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    const { privateKey, publicKey } = generateKeyPair('stockflow demo');
    await writeFile(file, privateKey, { mode: 0o600 });
    await writeFile(`${file}.pub`, publicKey);
  }
  return file;
}
