/** A mail server with STARTTLS and a log-in, which keeps the mails that it took. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Lifetime } from '../postgres/database.ts';

export const MAIL_USER = 'night';
export const MAIL_PASSWORD = 'canary-mail/secret@1';

export interface MailServer {
  readonly port: number;
  /** The certificate of the authority that signed the server's own. */
  readonly caFile: string;
  readonly mails: readonly string[];
}

export async function mailServer(
  lifetime: Lifetime,
  options: Partial<SMTPServerOptions> = {},
): Promise<MailServer> {
  const { key, cert, caFile } = await selfSigned();
  const mails: string[] = [];
  const server = new SMTPServer({
    key,
    cert,
    onAuth({ username, password }, _session, done) {
      if (username === MAIL_USER && password === MAIL_PASSWORD) done(null, { user: username });
      else done(new Error(`no such user with the password ${password}`));
    },
    onData(stream, _session, done) {
      void textOf(stream).then((mail) => {
        mails.push(mail);
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  lifetime.after(async () => {
    await new Promise<void>((resolve) => server.close(resolve));
  });
  return { port: (listening.address() as AddressInfo).port, caFile, mails };
}

/** Returns a certificate of localhost that no system trusts. */
export async function selfSigned(): Promise<{
  readonly key: string;
  readonly cert: string;
  readonly caFile: string;
}> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-mail-'));
  const keyFile = path.join(folder, 'key.pem');
  const caFile = path.join(folder, 'cert.pem');
  const request = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
  await promisify(execFile)('openssl', [
    'req',
    ...request.split(' '),
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', keyFile, '-out', caFile],
  ]);
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(caFile, 'utf8'), caFile };
}
