import { createHash, timingSafeEqual } from 'node:crypto';
import type { SftpConfig } from './connection_config.ts';
import { ConnectionError } from './connection_error.ts';

/**
 * `SHA256:` and 43 base64 digits, as `ssh-keygen -l` prints it.
 * @param publicKey in the SSH wire format (RFC 4253 section 6.6)
 */
export function hostKeyFingerprint(publicKey: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;
}

/** Compares the server's key with the pinned one; `refusal` says why it was not accepted. */
export class HostKeyCheck {
  readonly #config: SftpConfig;
  refusal: ConnectionError | null = null;

  constructor(config: SftpConfig) {
    this.#config = config;
  }

  /** The verifier that ssh2 calls once per key exchange; without one it would accept any key. */
  readonly accept = (publicKey: Buffer): boolean => {
    const shown = hostKeyFingerprint(publicKey);
    const { hostKey: pinned, variable, host, port } = this.#config;
    if (pinned === null) {
      this.refusal = new ConnectionError(
        'host_key',
        `${variable} pins no host key; ${host}:${port} shows ${shown}. ` +
          `Confirm it with whoever runs that server, then add host_key=${shown} to ${variable}`,
      );
    } else if (!equalInConstantTime(pinned, shown)) {
      this.refusal = new ConnectionError(
        'host_key',
        `${host}:${port} shows another host key than the one pinned in ${variable}: pinned ${pinned}, ` +
          `shown ${shown}. Someone may be in between. Nothing was sent; change host_key only after ` +
          'whoever runs that server has confirmed the new key',
      );
    }
    return this.refusal === null;
  };
}

function equalInConstantTime(pinned: string, shown: string): boolean {
  const [left, right] = [Buffer.from(pinned), Buffer.from(shown)];
  return left.length === right.length && timingSafeEqual(left, right);
}
