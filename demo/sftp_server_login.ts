import { createHash, timingSafeEqual } from 'node:crypto';
import ssh2, { type AuthContext } from 'ssh2';

/** Who may log in; at least one of `password` and `publicKey`. */
export interface Login {
  readonly user: string;
  readonly password?: string;
  /** As a line of `authorized_keys`. */
  readonly publicKey?: string;
}

/** @throws Error where neither way is given, or the key cannot be read */
export function loginCheck({ user, password, publicKey }: Login): (attempt: AuthContext) => boolean {
  if (password === undefined && publicKey === undefined) {
    throw new Error('sftp server: a password or a public key is needed');
  }
  const key = publicKey === undefined ? null : ssh2.utils.parseKey(publicKey);
  if (key instanceof Error) throw new Error('sftp server: the public key cannot be read', { cause: key });
  return (attempt) => {
    const known = sameText(attempt.username, user);
    switch (attempt.method) {
      case 'password':
        return password !== undefined && sameText(attempt.password, password) && known;
      case 'publickey': {
        if (key === null || !known || !key.getPublicSSH().equals(attempt.key.data)) return false;
        // First the client asks whether the key would do; the proof comes with the signature.
        if (attempt.signature === undefined || attempt.blob === undefined) return true;
        return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
      }
      default:
        return false;
    }
  };
}

function sameText(given: string, expected: string): boolean {
  const [left, right] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
