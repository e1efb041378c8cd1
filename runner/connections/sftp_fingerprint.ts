import { Client } from 'ssh2';
import type { SftpConfig } from './connection_config.ts';
import { ConnectionError } from './connection_error.ts';
import { hostKeyFingerprint } from './sftp_host_key.ts';

const TIMEOUT_MS = 15_000;

/**
 * The host key that the server shows now, as `SHA256:...`. Nothing is sent to it: the conversation ends before the log-in.
 * @throws ConnectionError `unreachable`
 */
export async function shownFingerprint({ id, host, port, user, display }: SftpConfig): Promise<string> {
  const client = new Client();
  try {
    return await new Promise<string>((resolve, reject) => {
      // Ending it here, as refusing the key below does, is an error to ssh2; the promise is settled by then.
      client.on('error', reject);
      client.on('close', () => reject(new Error('the server closed the connection')));
      client.connect({
        host,
        port,
        username: user,
        readyTimeout: TIMEOUT_MS,
        hostVerifier: (key: Buffer) => {
          resolve(hostKeyFingerprint(key));
          return false;
        },
      });
    });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectionError('unreachable', `${id}: ${display} shows no host key (${said})`, { cause });
  } finally {
    client.destroy();
  }
}
