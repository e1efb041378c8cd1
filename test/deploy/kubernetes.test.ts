/** The manifest for Kubernetes, given to the compiler as literals of the types of Kubernetes, which know no other field. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { DEPLOY, DRAIN_S } from './deploy_folder.ts';

const ROOT = path.resolve(DEPLOY, '..');
/** In the clone, so that the compiler finds the types. */
const folder = await mkdtemp(path.join(ROOT, 'node_modules/.cache/stockflow-kubernetes-'));
after(() => rm(folder, { recursive: true, force: true }));

const anyObject = z.looseObject({ apiVersion: z.string(), kind: z.string() });
type AnyObject = z.infer<typeof anyObject>;
const objects = await manifestObjects();

/** The module that has the type of each kind. */
const MODULES: Readonly<Record<string, string>> = {
  'v1 ServiceAccount': 'core/v1',
  'v1 Service': 'core/v1',
  'batch/v1 Job': 'batch/v1',
  'apps/v1 Deployment': 'apps/v1',
  'policy/v1 PodDisruptionBudget': 'policy/v1',
};

async function manifestObjects(): Promise<readonly AnyObject[]> {
  const documents = parseAllDocuments(await readFile(path.join(DEPLOY, 'kubernetes/stockflow.yaml'), 'utf8'));
  if (!Array.isArray(documents)) return assert.fail('it has no document');
  for (const { errors, warnings } of documents) assert.deepEqual([...errors, ...warnings], []);
  return documents.map((document) => anyObject.parse(document.toJS()));
}

async function writeLiterals(name: string, of: readonly AnyObject[]): Promise<void> {
  const lines = of.map((object, index) => {
    const module = MODULES[`${object.apiVersion} ${object.kind}`] ?? assert.fail(`unknown: ${object.kind}`);
    const type = `import('kubernetes-types/${module}.js').${object.kind}`;
    return `export const o${index}: ${type} = ${JSON.stringify(object, null, 1)};\n`;
  });
  await writeFile(path.join(folder, name), lines.join(''));
}

test('the manifest is what the types of Kubernetes allow, and one with slips is not', async () => {
  const slips = JSON.stringify(objects)
    .replace('"readinessProbe"', '"readynessProbe"')
    .replace('"containerPort":8484', '"containerPort":"8484"');
  await writeLiterals('shipped.ts', objects);
  await writeLiterals('slipped.ts', z.array(anyObject).parse(JSON.parse(slips)));
  const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext', '--types', ''];
  const { stdout } = spawnSync(
    path.join(ROOT, 'node_modules/.bin/tsc'),
    [...args, '--ignoreConfig', 'shipped.ts', 'slipped.ts'],
    { encoding: 'utf8', cwd: folder },
  );
  assert.deepEqual(
    stdout.match(/^\S+\.ts/gm)?.map((name) => name.split('(')[0]),
    ['slipped.ts', 'slipped.ts'],
  );
  assert.match(stdout, /readynessProbe"' does not exist in type 'Container'/);
  assert.match(stdout, /Type 'string' is not assignable to type 'number'/);
});

const workload = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        securityContext: z.object({ runAsNonRoot: z.boolean(), runAsUser: z.number() }),
        terminationGracePeriodSeconds: z.number().default(30),
        containers: z.array(
          z.object({
            securityContext: z.unknown(),
            volumeMounts: z.array(z.object({ name: z.string(), subPath: z.string().optional() })),
          }),
        ),
        volumes: z.array(z.object({ name: z.string() })),
      }),
    }),
  }),
});

test('no pod runs as root or can write to its root, each mounts volumes that it has, and a worker has the time to drain', () => {
  const workloads = objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map((object) => workload.parse(object));
  assert.deepEqual(
    workloads.map(({ metadata }) => metadata.name),
    ['stockflow-migrate', 'stockflow-worker', 'stockflow-web'],
  );
  for (const { metadata, spec } of workloads) {
    const { securityContext, containers, volumes, terminationGracePeriodSeconds } = spec.template.spec;
    assert.deepEqual(securityContext, { runAsNonRoot: true, runAsUser: 10001 }, metadata.name);
    for (const container of containers) {
      assert.deepEqual(container.securityContext, {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
      for (const { name, subPath } of container.volumeMounts) {
        assert.ok(
          volumes.some((volume) => volume.name === name),
          `${metadata.name}: no volume ${name}`,
        );
        assert.equal(subPath, undefined, 'what is mounted by subPath is never updated');
      }
    }
    if (metadata.name === 'stockflow-worker') assert.ok(terminationGracePeriodSeconds >= DRAIN_S);
  }
});
