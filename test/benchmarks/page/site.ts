/** The page as a process of its own, and the time until it answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';

const ROOT = path.join(import.meta.dirname, '../../..');

export interface Site extends AsyncDisposable {
  /** Opens a page over a connection that is kept, as a browser does that has been there before. */
  open(at: string): Promise<Opened>;
}

export interface Opened {
  /** From the request to the first byte of the body. */
  readonly firstByteMs: number;
  readonly wholeMs: number;
  /** The size of the body as it is sent: compressed. */
  readonly bytes: number;
  readonly body: string;
}

export async function startSite(databaseUrl: string): Promise<Site> {
  const server = spawn(path.join(ROOT, 'bin/stockflow'), ['web', '--port', '0'], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await portOf(server);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    open: (at) => open(at, { port, agent }),
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.kill('SIGINT');
      if (server.exitCode === null) await once(server, 'exit');
    },
  };
}

async function portOf(server: ChildProcess): Promise<number> {
  if (server.stderr === null) throw new Error('the server has no stderr');
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    const [, port] = /^the page is at http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port !== undefined) return Number(port);
    said.push(line);
  }
  throw new Error(`stockflow web ended: ${said.join('\n')}`);
}

async function open(
  at: string,
  { port, agent }: { readonly port: number; readonly agent: Agent },
): Promise<Opened> {
  const beganAt = performance.now();
  const sent = request({ port, host: '127.0.0.1', path: at, agent, headers: { 'accept-encoding': 'gzip' } });
  sent.end();
  const [answer] = await once(sent, 'response');
  let firstByteMs: number | null = null;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) {
    firstByteMs ??= performance.now() - beganAt;
    chunks.push(chunk);
  }
  if (answer.statusCode !== 200) throw new Error(`${at}: ${answer.statusCode}`);
  if (answer.headers['content-encoding'] !== 'gzip') throw new Error(`${at}: not compressed`);
  const wholeMs = performance.now() - beganAt;
  const sentBody = Buffer.concat(chunks);
  return {
    firstByteMs: firstByteMs ?? wholeMs,
    wholeMs,
    bytes: sentBody.length,
    body: gunzipSync(sentBody).toString(),
  };
}
