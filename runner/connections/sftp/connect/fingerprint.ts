import { Client, type ServerHostKeyAlgorithm } from 'ssh2';
import type { SftpConfig } from '../../connection_config.ts';
import { ConnectionError } from '../../connection_error.ts';
import { algorithmsBesides, hasNoOtherKey, type ShownKey, shownKey } from './host_key.ts';

const TIMEOUT_MS = 15_000;

/**
 * Returns the host keys of the server, one of each type, its preferred type first. One connection is made for each key
 * and ended before the login, so nothing secret is sent.
 * @throws ConnectionError `unreachable`
 */
export async function shownHostKeys(config: SftpConfig): Promise<readonly ShownKey[]> {
  const shown: ShownKey[] = [];
  try {
    for (
      let algorithms = algorithmsBesides(shown);
      algorithms.length > 0;
      algorithms = algorithmsBesides(shown)
    ) {
      const key = await nextKey(config, algorithms);
      if (key === null || shown.some(({ type }) => type === key.type)) break;
      shown.push(key);
    }
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectionError('unreachable', `${config.id}: ${config.display} shows no host key (${said})`, {
      cause,
    });
  }
  if (shown.length === 0) {
    const what = 'has no host key of a type that we know: ed25519, ECDSA or RSA';
    throw new ConnectionError('unreachable', `${config.id}: ${config.display} ${what}`);
  }
  return shown;
}

/** Returns the server's key for one of the algorithms; null if it has none. */
async function nextKey(
  { host, port, user }: SftpConfig,
  algorithms: ServerHostKeyAlgorithm[],
): Promise<ShownKey | null> {
  const client = new Client();
  try {
    return await new Promise<ShownKey | null>((resolve, reject) => {
      // Ending the connection by refusing the key is an error to ssh2; the promise has settled by then.
      client.on('error', (error) => (hasNoOtherKey(error) ? resolve(null) : reject(error)));
      client.on('close', () => reject(new Error('the server closed the connection')));
      client.connect({
        host,
        port,
        username: user,
        readyTimeout: TIMEOUT_MS,
        algorithms: { serverHostKey: algorithms },
        hostVerifier: (key: Buffer) => {
          resolve(shownKey(key));
          return false;
        },
      });
    });
  } finally {
    client.destroy();
  }
}
