/** A temporary nginx or Caddy with TLS, made from an example of the documentation. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../../runner/connections/postgres/embedded/port.ts';
import type { Lifetime } from '../postgres/database.ts';
import { until } from '../until.ts';

export type ProxyProgram = 'nginx' | 'caddy';

export const HOST = 'stock.example.com';

const PROGRAMS: Readonly<Record<ProxyProgram, string>> = {
  nginx: '/usr/sbin/nginx',
  caddy: '/usr/bin/caddy',
};

/**
 * For the `skip` of a test. Only a developer's machine may lack the program: in CI (`CI` set) the test runs, and fails.
 */
export function skipWithout(program: ProxyProgram): string | false {
  return existsSync(PROGRAMS[program]) || process.env.CI !== undefined
    ? false
    : `no ${program} on this machine`;
}

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** The body as far as it was read. */
  readonly body: string;
}

export interface WebProxy {
  /** Sends a request for the host of the example; ends once the body holds `enough`, where that is given. */
  send(sent: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly enough?: string;
  }): Promise<Answer>;
}

/**
 * Starts the program with an example, in which the port of the page, the certificate and the password file are replaced.
 * @param people lines `name:hash` of the example's password file
 */
export async function startWebProxy(
  lifetime: Lifetime,
  program: ProxyProgram,
  {
    example,
    pagePort,
    people,
  }: { readonly example: string; readonly pagePort: number; readonly people: string },
): Promise<WebProxy> {
  const directory = await mkdtemp(path.join(tmpdir(), 'stockflow-proxy-'));
  lifetime.after(() => rm(directory, { recursive: true, force: true }));
  const at = (name: string) => path.join(directory, name);
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${HOST}`].concat([
      '-addext',
      `subjectAltName=DNS:${HOST}`,
      '-keyout',
      at('key.pem'),
      '-out',
      at('cert.pem'),
    ]),
    { stdio: 'ignore' },
  );
  await writeFile(at('people'), people);
  const port = await freePort();
  const text = example
    .replaceAll('127.0.0.1:8484', `127.0.0.1:${pagePort}`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('/etc/ssl/stock.pem', at('cert.pem'))
    .replace('/etc/ssl/stock.key', at('key.pem'))
    .replace('/etc/nginx/stockflow.htpasswd', at('people'))
    .replace(
      `${HOST} {`,
      `https://${HOST}:${port} {\n  bind 127.0.0.1\n  tls ${at('cert.pem')} ${at('key.pem')}`,
    );
  const [config, command] =
    program === 'nginx'
      ? [nginxConfig(text, directory), ['-c', at('config'), '-p', directory]]
      : [
          `{\n  admin off\n  auto_https off\n}\n${text}`,
          ['run', '--adapter', 'caddyfile', '--config', at('config')],
        ];
  await writeFile(at('config'), config);
  const child = spawn(PROGRAMS[program], command, {
    env: { ...process.env, HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    complaint += part;
  });
  const exited = once(child, 'exit');
  lifetime.after(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const ca = await readFile(at('cert.pem'));
  const proxy: WebProxy = { send: (sent) => send({ port, ca }, sent) };
  await until(`${program} to answer`, async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${complaint}`);
    return await proxy.send({ path: '/healthz' }).catch(() => null);
  });
  return proxy;
}

function nginxConfig(server: string, directory: string): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = folders.map((name) => `  ${name}_temp_path ${directory}/${name};\n`).join('');
  return (
    `daemon off;\nmaster_process off;\npid ${directory}/pid;\nerror_log stderr;\nevents {}\n` +
    `http {\n  access_log off;\n${temporary}${server}}\n`
  );
}

function send(
  { port, ca }: { readonly port: number; readonly ca: Buffer },
  { method = 'GET', path: at, headers = {}, body, enough }: Parameters<WebProxy['send']>[0],
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const form = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const sent = request(
    {
      ...{ host: '127.0.0.1', servername: HOST, port, ca, method, path: at, agent: false },
      headers: { host: HOST, accept: 'text/html', ...form, ...headers },
    },
    (answer) => {
      let text = '';
      const end = () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (enough === undefined || !text.includes(enough)) return;
        end();
        sent.destroy();
      });
      answer.on('end', end);
      answer.on('error', reject);
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
