import { readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { Secret, type SftpConfig } from '../../connection_config.ts';
import { ConnectionError } from '../../connection_error.ts';
import { errorCode } from '../../postgres/errors.ts';

export interface SftpCredentials {
  readonly password: Secret | null;
  readonly privateKey: Secret | null;
  readonly passphrase: Secret | null;
}

/**
 * Reads the files of the secrets, on each call, so that a rotated secret needs no restart.
 * @throws ConnectionError `missing` or `invalid`, naming the variable and its parameter, before anything is sent; never
 *   the path of a secret, as others can read the logs that contain the message
 */
export async function readCredentials(config: SftpConfig): Promise<SftpCredentials> {
  const [passwordFromFile, privateKey, passphrase] = await Promise.all([
    readSecret(config, 'password_file', config.passwordFile),
    readSecret(config, 'private_key_file', config.privateKeyFile),
    readSecret(config, 'passphrase_file', config.passphraseFile),
  ]);
  const password = config.password ?? passwordFromFile;
  if (password === null && privateKey === null) {
    throw new ConnectionError(
      'missing',
      `${config.variable}: no way to log in; add private_key_file=/path or password_file=/path`,
    );
  }
  if (privateKey !== null) requirePrivateKey(config, privateKey, passphrase);
  return { password, privateKey, passphrase };
}

function requirePrivateKey(config: SftpConfig, privateKey: Secret, passphrase: Secret | null): void {
  const unusable = (why: string, cause?: Error) =>
    new ConnectionError('invalid', `${config.variable}: the file of private_key_file ${why}`, { cause });
  const text = privateKey.reveal();
  if (text.startsWith('PuTTY-User-Key-File-')) {
    throw unusable("is a key of PuTTY's; convert it: puttygen KEY.ppk -O private-openssh -o KEY");
  }
  const parsed = ssh2.utils.parseKey(text, passphrase?.reveal());
  if (parsed instanceof Error) {
    throw unusable('cannot be used as a private key; an encrypted one needs passphrase_file=/path', parsed);
  }
  if (!parsed.isPrivateKey()) {
    throw unusable('is a public key; the private one lies beside it, without .pub');
  }
}

async function readSecret(config: SftpConfig, key: string, path: string | null): Promise<Secret | null> {
  if (path === null) return null;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    // The cause is left out, as its message has the path.
    throw new ConnectionError(
      'missing',
      `${config.variable}: the file of ${key} cannot be read (${errorCode(cause) ?? 'no reason given'})`,
    );
  }
  // Editors and `echo` end a file with a newline that does not belong to the secret; a key is valid without it.
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw new ConnectionError('invalid', `${config.variable}: the file of ${key} is empty`);
  return new Secret(secret);
}
