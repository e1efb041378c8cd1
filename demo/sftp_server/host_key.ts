import ssh2 from 'ssh2';
import { hostKeyFingerprint } from '../../runner/index.ts';

export interface KeyPair {
  /** OpenSSH PEM, unencrypted. */
  readonly privateKey: string;
  /** One line: `ssh-ed25519 AAAA...`. */
  readonly publicKey: string;
}

/** Generates an ed25519 key pair. */
export function generateKeyPair(comment = ''): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    // ssh2 1.17 drops a public key's leading zero bytes, so that one pair in 256 cannot be read: take another.
    const halves = [pair.private, pair.public].map((half) => ssh2.utils.parseKey(half));
    if (!halves.some((half) => half instanceof Error)) {
      return { privateKey: pair.private, publicKey: pair.public };
    }
  }
}

/**
 * Returns the fingerprint that clients pin, from either half of a key pair.
 * @throws Error if the text is not an SSH key
 */
export function fingerprintOf(key: string): string {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw new Error('host key: not an SSH key', { cause: parsed });
  return hostKeyFingerprint(parsed.getPublicSSH());
}
