/** A temporary OpenSSH server on loopback: the reference for what we claim about SFTP. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fingerprintOf, generateKeyPair } from '../../../demo/sftp_server/host_key.ts';

const PLACES = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd', '/sbin/sshd'];
const PRIVILEGE_SEPARATION_DIR = '/run/sshd';
const PORT_ATTEMPTS = 5;

export interface Openssh extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly fingerprint: string;
  /** An empty directory that it serves; nothing keeps clients in it. */
  readonly rootDir: string;
  readonly privateKeyFile: string;
}

export interface OpensshOptions {
  readonly readOnly?: boolean;
  /** Private keys of other types than ed25519, which it always has. */
  readonly otherHostKeys?: readonly string[];
}

export function opensshAvailable(): boolean {
  return program() !== null;
}

/**
 * For the `skip` of a test. Only a developer's machine may lack sshd: in CI (`CI` set) the test runs, and fails.
 */
export function skipWithoutOpenssh(): string | false {
  return opensshAvailable() || process.env.CI !== undefined ? false : 'no sshd on this machine';
}

/** Accepts the current user by key. @throws Error where sshd is missing or does not start */
export async function startOpenssh({
  readOnly = false,
  otherHostKeys = [],
}: OpensshOptions = {}): Promise<Openssh> {
  const sshd = program();
  if (sshd === null) throw new Error('sshd is missing: install openssh-server');
  if (process.getuid?.() === 0) await mkdir(PRIVILEGE_SEPARATION_DIR, { recursive: true, mode: 0o755 });
  const homeDir = await mkdtemp(join(tmpdir(), 'stockflow-sshd-'));
  const rootDir = join(homeDir, 'root');
  await mkdir(rootDir);
  const [hostKey, userKey] = [generateKeyPair(), generateKeyPair()];
  const file = (name: string) => join(homeDir, name);
  const hostKeyFiles = [hostKey.privateKey, ...otherHostKeys].map((key, index) => ({
    key,
    name: `host_key_${index}`,
  }));
  for (const { key, name } of hostKeyFiles) await writeFile(file(name), key, { mode: 0o600 });
  await writeFile(file('user_key'), userKey.privateKey, { mode: 0o600 });
  await writeFile(file('authorized_keys'), userKey.publicKey, { mode: 0o600 });
  await writeFile(
    file('sshd_config'),
    configOf({ homeDir, readOnly, hostKeys: hostKeyFiles.map(({ name }) => name) }),
  );
  const { port, stop } = await listenSomewhere(sshd, file('sshd_config'));
  return {
    port,
    user: userInfo().username,
    fingerprint: fingerprintOf(hostKey.publicKey),
    rootDir,
    privateKeyFile: file('user_key'),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(homeDir, { recursive: true, force: true });
    },
  };
}

function configOf({
  homeDir,
  readOnly,
  hostKeys,
}: {
  readonly homeDir: string;
  readonly readOnly: boolean;
  readonly hostKeys: readonly string[];
}): string {
  return [
    'ListenAddress 127.0.0.1',
    ...hostKeys.map((name) => `HostKey ${join(homeDir, name)}`),
    `AuthorizedKeysFile ${join(homeDir, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    // Tests connect many times in a moment; the default drops some.
    'MaxStartups 200',
    'UseDNS no',
    `Subsystem sftp internal-sftp${readOnly ? ' -R' : ''}`,
    '',
  ].join('\n');
}

interface Listening {
  readonly port: number;
  stop(): Promise<void>;
}

/** sshd cannot be asked for any free port, and another process may take the one we found. */
async function listenSomewhere(sshd: string, configFile: string): Promise<Listening> {
  let complaint = '';
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt += 1) {
    const port = await freePort();
    const child = spawn(sshd, ['-D', '-e', '-f', configFile, '-p', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit');
    let listening = false;
    for await (const line of createInterface({ input: child.stderr })) {
      complaint = line;
      if (!line.startsWith('Server listening on')) continue;
      listening = true;
      break;
    }
    if (!listening) {
      await exited;
      continue;
    }
    child.stderr.resume();
    return {
      port,
      async stop() {
        child.kill();
        await exited;
      },
    };
  }
  throw new Error(`sshd did not start: ${complaint}`);
}

async function freePort(): Promise<number> {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const closed = once(listener, 'close');
  listener.close();
  await closed;
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}

function program(): string | null {
  return PLACES.find((path) => existsSync(path)) ?? null;
}
