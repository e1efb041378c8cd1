/** The compose file and its Caddyfile, given to Docker Compose and to Caddy. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { DEPLOY, DRAIN_S, skipWithoutProgram } from './deploy_folder.ts';

const DOCKER_COMPOSE = '/usr/bin/docker-compose';
const CADDY = '/usr/bin/caddy';
const FOLDER = path.join(DEPLOY, 'compose');
/** Made by whoever sets it up. */
const OWN_FILES = ['keys', 'people.txt'];
const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-compose-'));
after(() => rm(folder, { recursive: true, force: true }));

const composeFile = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
      stop_grace_period: z.string().optional(),
      read_only: z.boolean().optional(),
      volumes: z.array(z.string()).default([]),
    }),
  ),
});

test('Docker Compose reads the file: every process of ours has a read-only root, and only what is there is mounted', {
  skip: skipWithoutProgram(DOCKER_COMPOSE),
}, async () => {
  const settings = await readFile(path.join(FOLDER, '.env.example'), 'utf8');
  const env = path.join(folder, '.env');
  await writeFile(env, settings.replace(/^POSTGRES_PASSWORD=$/m, 'POSTGRES_PASSWORD=x'));
  const args = ['--file', path.join(FOLDER, 'compose.yaml'), '--env-file', env, 'config'];
  const { status, stdout, stderr } = spawnSync(DOCKER_COMPOSE, args, { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  const { services } = composeFile.parse(parse(stdout));
  assert.deepEqual(Object.keys(services).sort(), ['caddy', 'migrate', 'page', 'postgres', 'worker']);
  for (const name of ['migrate', 'page', 'worker']) {
    assert.equal(services[name]?.read_only, true, name);
    assert.equal(services[name]?.environment.DATABASE_URL, 'postgres://stockflow:x@postgres/stockflow', name);
  }
  const grace = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(services.worker?.stop_grace_period ?? '');
  assert.ok(Number(grace?.[1] ?? 0) * 60 + Number(grace?.[2] ?? 0) >= DRAIN_S);
  const own = OWN_FILES.map((name) => path.join(FOLDER, name));
  for (const volume of Object.values(services).flatMap(({ volumes }) => volumes)) {
    const [source = ''] = volume.split(':');
    if (path.isAbsolute(source) && !own.includes(source))
      assert.ok(existsSync(source), `there is no ${source}`);
  }
});

test('Caddy reads its file', { skip: skipWithoutProgram(CADDY) }, () => {
  const args = ['adapt', '--validate', '--config', path.join(FOLDER, 'Caddyfile'), '--adapter', 'caddyfile'];
  const env = { PATH: process.env.PATH, HOME: folder, SITE: 'stock.example.com' };
  const { status, stderr } = spawnSync(CADDY, args, { encoding: 'utf8', env });
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /not formatted/);
});
