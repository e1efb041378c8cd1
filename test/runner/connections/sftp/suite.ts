/** The servers that each SFTP claim is tried on, and what its tests share. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from '../../../../demo/sftp_server/host_key.ts';
import type { Login } from '../../../../demo/sftp_server/login.ts';
import type { Oddities } from '../../../../demo/sftp_server/oddities.ts';
import { startSftpServer } from '../../../../demo/sftp_server/server.ts';
import { connectionFromEnv, type SftpConfig } from '../../../../runner/connections/connection_config.ts';
import type { SftpOptions } from '../../../../runner/connections/sftp/connect/connect.ts';
import { openSftp, type SftpConnection } from '../../../../runner/connections/sftp/sftp.ts';
import { skipWithoutOpenssh, startOpenssh } from '../../../support/sftp/openssh.ts';

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly fingerprint: string;
  readonly privateKeyFile: string;
  /** On this machine. */
  readonly rootDir: string;
  /** The same directory, as the server names it. */
  readonly baseDir: string;
}

export interface ServerOptions {
  readonly readOnly?: boolean;
  /** Private keys beside the ed25519 one whose fingerprint is told. */
  readonly otherHostKeys?: readonly string[];
}

export interface DemoServerOptions extends ServerOptions {
  readonly extensions?: Readonly<Record<string, string>>;
  readonly maxReadBytes?: number;
  readonly login?: Partial<Login>;
  readonly oddities?: Oddities;
}

export async function startDemoServer({ login, ...options }: DemoServerOptions = {}): Promise<TestServer> {
  const homeDir = await mkdtemp(join(tmpdir(), 'stockflow-sftp-'));
  const rootDir = await mkdtemp(join(homeDir, 'root-'));
  const userKey = generateKeyPair();
  const privateKeyFile = join(homeDir, 'user_key');
  await writeFile(privateKeyFile, userKey.privateKey, { mode: 0o600 });
  const server = await startSftpServer({
    ...options,
    rootDir,
    hostKey: generateKeyPair().privateKey,
    auth: { user: 'nightly', publicKey: userKey.publicKey, password: 'CANARY-pass', ...login },
  });
  return {
    port: server.port,
    user: 'nightly',
    fingerprint: server.fingerprint,
    privateKeyFile,
    rootDir,
    baseDir: '',
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(homeDir, { recursive: true, force: true });
    },
  };
}

async function startReferenceServer(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startOpenssh(options);
  return { ...server, baseDir: server.rootDir };
}

export const SERVERS = [
  { name: 'the demo server', skip: false, start: startDemoServer },
  { name: 'OpenSSH', skip: skipWithoutOpenssh(), start: startReferenceServer },
] as const;

export interface Reach {
  readonly port?: number;
  /** Replaces the whole query of the connection URL. */
  readonly query?: string;
  readonly password?: string;
}

export function configFor(server: TestServer, reach: Reach = {}): SftpConfig {
  const query = reach.query ?? `host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`;
  const login = reach.password === undefined ? server.user : `${server.user}:${reach.password}`;
  const url = `sftp://${login}@127.0.0.1:${reach.port ?? server.port}${server.baseDir}?${query}`;
  const config = connectionFromEnv('retailpro', { STOCKFLOW_CONN_RETAILPRO: url });
  if (config.kind !== 'sftp') throw new Error('not an SFTP connection');
  return config;
}

export interface LogLine {
  readonly message: string;
  readonly facts: object;
}

export interface ConnectOptions extends Reach, Partial<Omit<SftpOptions, 'log'>> {
  /** Takes every log line. */
  readonly onLog?: (line: LogLine) => void;
}

export function connect(server: TestServer, options: ConnectOptions = {}): Promise<SftpConnection> {
  const { onLog = () => {}, signal = new AbortController().signal, ...rest } = options;
  const take = (message: string, facts: object = {}) => onLog({ message, facts });
  return openSftp(configFor(server, options), { ...rest, signal, log: { debug: take, warn: take } });
}

/** Bytes that differ at every position of every request, so that a block out of order shows. */
export function pattern(bytes: number, seed = 1): Buffer<ArrayBuffer> {
  const buffer = Buffer.alloc(bytes);
  let state = seed;
  for (let at = 0; at < bytes; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    buffer[at] = state >>> 24;
  }
  return buffer;
}

export async function readAll(sftp: SftpConnection, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await sftp.open(path)).chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Names below the server's root that are left of a publish that did not come to its end. */
export async function partsLeft(server: TestServer): Promise<string[]> {
  const names = await readdir(server.rootDir, { recursive: true });
  return names.filter((name) => name.endsWith('.part'));
}
