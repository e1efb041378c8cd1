/**
 * A small SFTP server on one directory, for the demo and for tests.
 *
 *   node demo/sftp_server/server.ts --root DIR [--port N] [--host-key-file F] --user U
 *                            (--password-file F | --authorized-key-file F)
 *
 * prints one line `{"port":N,"fingerprint":"SHA256:..."}` when it listens, and ends when its stdin closes, so that
 * it never outlives the process that started it.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { parseArgs } from 'node:util';
import ssh2 from 'ssh2';
import { fingerprintOf, generateKeyPair } from './host_key.ts';
import { Jail } from './jail.ts';
import { type Login, LoginDesk } from './login.ts';
import type { Oddities } from './oddities.ts';
import { MAX_DATA_BYTES } from './packet.ts';
import { EXTENSIONS, serveSftp } from './session.ts';

export interface SftpServerOptions {
  readonly rootDir: string;
  /** A private key in OpenSSH PEM. */
  readonly hostKey: string;
  /** Private keys of other types. */
  readonly otherHostKeys?: readonly string[];
  readonly auth: Login;
  /** The port; 0 for a free one. */
  readonly port?: number;
  readonly readOnly?: boolean;
  /** Extensions to announce, by name and version; by default all that it implements. */
  readonly extensions?: Readonly<Record<string, string>>;
  /** The most bytes that one read returns. */
  readonly maxReadBytes?: number;
  readonly oddities?: Oddities;
}

export interface RunningSftpServer extends AsyncDisposable {
  readonly port: number;
  /** The host key's fingerprint, `SHA256:...`, for a connection's `host_key`. */
  readonly fingerprint: string;
}

/**
 * Listens on loopback only.
 * @throws Error if the root is missing, the key unusable or the port taken
 */
export async function startSftpServer(options: SftpServerOptions): Promise<RunningSftpServer> {
  const { hostKey, otherHostKeys = [], auth, port = 0, readOnly = false, extensions = EXTENSIONS } = options;
  const { oddities = {} } = options;
  const maxReadBytes = Math.min(options.maxReadBytes ?? MAX_DATA_BYTES, MAX_DATA_BYTES);
  const jail = new Jail(options.rootDir);
  const sockets = new Set<net.Socket>();
  const desk = new LoginDesk(auth);
  const ssh = new ssh2.Server({ hostKeys: [hostKey, ...otherHostKeys] }, (client) => {
    client.on('error', () => {
      // A client that vanishes or speaks no SSH; its connection is closed by ssh2 and concerns no one else.
    });
    const { answer, close } = desk.open();
    client.on('authentication', answer);
    client.on('close', close);
    client.on('session', (accept) => {
      const session = accept();
      session.on('subsystem', (acceptChannel, reject, { name }) => {
        if (name !== 'sftp') return reject();
        void serveSftp(acceptChannel(), { jail, readOnly, extensions, maxReadBytes, oddities });
      });
    });
  });
  // Our own listener, because ssh2's leaves Nagle's delay on, and that holds small answers back by 40 ms.
  const listener = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('sftp server: no TCP address');
  return {
    port: address.port,
    fingerprint: fingerprintOf(hostKey),
    async [Symbol.asyncDispose]() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      root: { type: 'string' },
      port: { type: 'string', default: '0' },
      user: { type: 'string' },
      'host-key-file': { type: 'string' },
      'password-file': { type: 'string' },
      'authorized-key-file': { type: 'string' },
    },
  });
  const { root, user } = values;
  const port = Number(values.port);
  if (root === undefined || user === undefined || !Number.isInteger(port)) {
    throw new Error('sftp server: --root and --user are required, and --port is a number');
  }
  const hostKeyFile = values['host-key-file'];
  const passwordFile = values['password-file'];
  const keyFile = values['authorized-key-file'];
  const server = await startSftpServer({
    rootDir: root,
    port,
    hostKey: hostKeyFile === undefined ? generateKeyPair().privateKey : readFileSync(hostKeyFile, 'utf8'),
    auth: {
      user,
      ...(passwordFile === undefined ? {} : { password: readFileSync(passwordFile, 'utf8').trimEnd() }),
      ...(keyFile === undefined ? {} : { publicKey: readFileSync(keyFile, 'utf8') }),
    },
  });
  process.stdout.write(`${JSON.stringify({ port: server.port, fingerprint: server.fingerprint })}\n`);
  process.stdin.resume();
  await once(process.stdin, 'close');
  await server[Symbol.asyncDispose]();
}

if (import.meta.main) await main();
