import ssh2 from 'ssh2';
import { hostKeyFingerprint } from '../runner/connections/sftp_host_key.ts';

export interface KeyPair {
  /** OpenSSH PEM, unencrypted. */
  readonly privateKey: string;
  /** One line: `ssh-ed25519 AAAA...`. */
  readonly publicKey: string;
}

export function generateKeyPair(comment = ''): KeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
  return { privateKey: pair.private, publicKey: pair.public };
}

/**
 * The fingerprint that clients pin, from either half of a key pair.
 * @throws Error where the text is no SSH key
 */
export function fingerprintOf(key: string): string {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw new Error('host key: not an SSH key', { cause: parsed });
  return hostKeyFingerprint(parsed.getPublicSSH());
}
