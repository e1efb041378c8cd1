import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { SftpConfig } from '../../connection_config.ts';
import { ConnectionError } from '../../connection_error.ts';

/** A key that a server has shown. */
export interface ShownKey {
  /** The type as named in the key, e.g. `ssh-ed25519` or `ssh-rsa` (RFC 4253 section 6.6). */
  readonly type: string;
  readonly fingerprint: string;
}

/** The signature algorithms of each key type, in the order in which they are offered (RFC 8332 for RSA). */
const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
};

/**
 * Returns the fingerprint, `SHA256:` and 43 base64 digits, as `ssh-keygen -l` prints it.
 * @param publicKey in the SSH wire format (RFC 4253 section 6.6)
 */
export function hostKeyFingerprint(publicKey: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;
}

/**
 * Returns the type and fingerprint of a key.
 * @param publicKey in the SSH wire format, which begins with the length and name of the type
 */
export function shownKey(publicKey: Buffer): ShownKey {
  const type = publicKey.toString('latin1', 4, 4 + publicKey.readUInt32BE(0));
  return { type, fingerprint: hostKeyFingerprint(publicKey) };
}

/**
 * Returns the algorithms with which a server shows a key of another type than those already shown; empty if no type is
 * left. A server shows one key per connection, of the first type that both sides support.
 */
export function algorithmsBesides(shown: readonly ShownKey[]): ServerHostKeyAlgorithm[] {
  return Object.entries(ALGORITHMS)
    .filter(([type]) => !shown.some((key) => key.type === type))
    .flatMap(([, algorithms]) => algorithms);
}

/** Returns true if a connection failed because the server has no key of the requested types. */
export function hasNoOtherKey(error: unknown): boolean {
  return error instanceof Error && error.message.includes('no matching host key format');
}

/** Compares the keys that a server shows with those pinned. One server may have keys of several types. */
export class HostKeyCheck {
  readonly #config: SftpConfig;
  readonly #refused: ShownKey[] = [];

  constructor(config: SftpConfig) {
    this.#config = config;
  }

  /** The verifier that ssh2 calls once per key exchange; without one it would accept any key. */
  readonly accept = (publicKey: Buffer): boolean => {
    const shown = shownKey(publicKey);
    const isPinned = this.#config.hostKeys.some((pinned) => equalInConstantTime(pinned, shown.fingerprint));
    if (!isPinned) this.#refused.push(shown);
    return isPinned;
  };

  get refusedKeys(): number {
    return this.#refused.length;
  }

  /** The algorithms of the types that were not refused yet. */
  get algorithms(): ServerHostKeyAlgorithm[] {
    return algorithmsBesides(this.#refused);
  }

  /** Returns true if a key of another type may be the pinned one. */
  get mayShowAnother(): boolean {
    return this.#config.hostKeys.length > 0 && this.algorithms.length > 0;
  }

  /** Returns the error about refused keys; null if none was refused. */
  refusal(): ConnectionError | null {
    const [first] = this.#refused;
    if (first === undefined) return null;
    const { hostKeys, variable, host, port } = this.#config;
    if (hostKeys.length === 0) {
      return new ConnectionError(
        'host_key',
        `${variable} pins no host key; ${host}:${port} shows ${first.fingerprint} (${first.type}). ` +
          `Confirm it with whoever runs that server, then add host_key=${first.fingerprint} to ${variable}`,
        { server: this.#config },
      );
    }
    const shown = this.#refused.map(({ type, fingerprint }) => `${fingerprint} (${type})`).join(', ');
    return new ConnectionError(
      'host_key',
      `${host}:${port} shows no host key that is pinned in ${variable}: pinned ${hostKeys.join(', ')}; ` +
        `shown ${shown}. Someone may be in between. Nothing was sent; change host_key only after ` +
        'whoever runs that server has confirmed the new key',
      { server: this.#config },
    );
  }
}

function equalInConstantTime(pinned: string, shown: string): boolean {
  const [left, right] = [Buffer.from(pinned), Buffer.from(shown)];
  return left.length === right.length && timingSafeEqual(left, right);
}
