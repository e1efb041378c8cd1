import { once } from 'node:events';
import SftpClient from 'ssh2-sftp-client';
import { redactSecrets, type Secret, type SftpConfig } from '../../connection_config.ts';
import { ConnectionError } from '../../connection_error.ts';
import { type ConnectionLog, SftpSession } from '../session.ts';
import { readCredentials, type SftpCredentials } from './credentials.ts';
import { HostKeyCheck, hasNoOtherKey } from './host_key.ts';
import { Login } from './login.ts';
import { LOGINS } from './logins.ts';
import { freePacketsAtOnce } from './packet_memory.ts';
import { SftpSocket } from './socket.ts';
import { widenWindow } from './window.ts';

export interface SftpOptions {
  /** Aborts requests in progress promptly; its reason is then thrown. */
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
  /** The time in ms that requests may wait without any answer before the connection is closed; 30 s by default. */
  readonly idleTimeoutMs?: number;
  /** The time in ms from the first packet to a working channel; 15 s by default. */
  readonly connectTimeoutMs?: number;
}

const IDLE_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 15_000;
const KEEPALIVE_INTERVAL_MS = 5_000;
const KEEPALIVES_UNANSWERED = 3;

/**
 * Connects to the server and returns its session. If the server shows a key that is not pinned, it is asked again for a
 * key of another type, as a server with several keys shows only the one that both sides prefer.
 * @throws ConnectionError saying why and what to do, or the signal's reason
 */
export async function connectSftp(config: SftpConfig, options: SftpOptions): Promise<SftpSession> {
  options.signal.throwIfAborted();
  const credentials = await readCredentials(config);
  const hostKey = new HostKeyCheck(config);
  for (;;) {
    const refusedBefore = hostKey.refusedKeys;
    try {
      return await connectOnce(config, { credentials, hostKey }, options);
    } catch (error) {
      options.signal.throwIfAborted();
      const hasNoMoreKeys = error instanceof ConnectionError && hasNoOtherKey(error.cause);
      const hasShownNewKey = hostKey.refusedKeys > refusedBefore;
      if (hasShownNewKey && hostKey.mayShowAnother) continue;
      throw hasShownNewKey || hasNoMoreKeys ? (hostKey.refusal() ?? error) : error;
    }
  }
}

interface Identities {
  readonly credentials: SftpCredentials;
  readonly hostKey: HostKeyCheck;
}

async function connectOnce(
  config: SftpConfig,
  { credentials, hostKey }: Identities,
  options: SftpOptions,
): Promise<SftpSession> {
  const { signal, log, idleTimeoutMs = IDLE_TIMEOUT_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const timeout = AbortSignal.timeout(connectTimeoutMs);
  const giveUp = AbortSignal.any([signal, timeout]);
  const login = new Login(config.user, credentials);
  const observed: { error: unknown } = { error: undefined };
  const remember = (error: unknown) => {
    observed.error ??= error;
  };
  // The client's own socket has no Nagle delay from the first byte, and can be closed whatever ssh2 is doing.
  const socket = new SftpSocket();
  socket.on('error', remember);
  socket.connect({ host: config.host, port: config.port });
  const abandon = () => socket.destroy();
  giveUp.addEventListener('abort', abandon, { once: true });
  // Without these handlers the client prints to the console.
  const client = new SftpClient(config.id, { error: remember, end: () => {}, close: () => {} });
  client.on('error', remember);
  try {
    await once(socket, 'connect', { signal: giveUp });
    const sftp = await client.connect({
      sock: socket,
      username: config.user,
      hostVerifier: hostKey.accept,
      readyTimeout: connectTimeoutMs,
      keepaliveInterval: KEEPALIVE_INTERVAL_MS,
      keepaliveCountMax: KEEPALIVES_UNANSWERED,
      algorithms: { serverHostKey: hostKey.algorithms },
      authHandler: login.next,
    });
    giveUp.throwIfAborted();
    LOGINS.granted(config);
    if (!socket.reuseMemory(sftp)) log.debug('sftp: reads are copied', { connection: config.id });
    if (!freePacketsAtOnce(sftp))
      log.debug('sftp: packets are left to the collector', { connection: config.id });
    if (!widenWindow(sftp)) log.debug('sftp: window not widened', { connection: config.id });
    return new SftpSession({ config, client, sftp, socket, signal, log, idleMs: idleTimeoutMs });
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    const cause = timeout.aborted ? timeout.reason : (observed.error ?? error);
    throw connectFailure(config, cause, { login, secrets: Object.values(credentials) });
  } finally {
    giveUp.removeEventListener('abort', abandon);
  }
}

function connectFailure(
  config: SftpConfig,
  cause: unknown,
  { login, secrets }: { readonly login: Login; readonly secrets: readonly (Secret | null)[] },
): ConnectionError {
  const known = secrets.filter((secret) => secret !== null);
  const said = redactSecrets(cause instanceof Error ? cause.message : String(cause), known);
  const at = `${config.id}: ${config.display}`;
  if (levelOf(cause) === 'client-authentication') {
    const grantedAgoMs = LOGINS.refused(config);
    if (grantedAgoMs !== null) {
      const what =
        `refused the login that it granted ${Math.round(grantedAgoMs / 1000)} s ago. A limit on sessions looks like this: ` +
        'give the tasks that use this server one pool, with as many slots as it grants sessions';
      return new ConnectionError('refused_by_server', `${at} ${what} (${login.describe()})`, {
        cause,
        server: config,
      });
    }
    const what =
      'refused the login; check the user and the secret before trying again, as failures can lock it';
    return new ConnectionError('auth', `${at} ${what} (${login.describe()})`, { cause, server: config });
  }
  if (levelOf(cause) === 'handshake') {
    return new ConnectionError(
      'refused_by_server',
      `${at} has no SSH algorithm in common with this client (${said})`,
      { cause, server: config },
    );
  }
  const what =
    'cannot be reached; check that its SFTP service runs and that host, port and firewall are right';
  return new ConnectionError('unreachable', `${at} ${what} (${said})`, { cause, server: config });
}

/** Returns the level of ssh2 at which the error occurred. */
function levelOf(error: unknown): string | null {
  return error instanceof Error && 'level' in error && typeof error.level === 'string' ? error.level : null;
}
