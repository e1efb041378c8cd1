/** The shipped units, given to systemd's own checker. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { DEPLOY, DRAIN_S, skipWithoutProgram } from './deploy_folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SYSTEMD_ANALYZE = '/usr/bin/systemd-analyze';
const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-units-'));
after(() => rm(folder, { recursive: true, force: true }));

/** Writes the units as on a host on which this clone is /opt/stockflow. @returns their paths */
async function unitFiles(name: string, change: (text: string) => string): Promise<readonly string[]> {
  const shipped = path.join(DEPLOY, 'systemd');
  const units = (await readdir(shipped)).filter((file) => file.endsWith('.service')).sort();
  await mkdir(path.join(folder, name));
  return await Promise.all(
    units.map(async (unit) => {
      const text = await readFile(path.join(shipped, unit), 'utf8');
      const file = path.join(folder, name, unit);
      await writeFile(file, change(text.replaceAll('ExecStart=/opt/stockflow/', `ExecStart=${ROOT}/`)));
      return file;
    }),
  );
}

function systemdAnalyze(...args: readonly string[]): {
  readonly status: number | null;
  readonly output: string;
} {
  const { status, stdout, stderr } = spawnSync(SYSTEMD_ANALYZE, args, { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

/** A template is read by one of its instances. */
const instanceOf = (file: string) => file.replace('@.', '@1.');

test('systemd reads the units of the migrations, the page and the worker without a remark, and remarks on a slip', {
  skip: skipWithoutProgram(SYSTEMD_ANALYZE),
}, async () => {
  const units = await unitFiles('shipped', (text) => text);
  assert.deepEqual(
    units.map((file) => path.basename(file)),
    ['stockflow-migrate.service', 'stockflow-web.service', 'stockflow-worker@.service'],
  );
  assert.deepEqual(systemdAnalyze('verify', '--man=no', ...units.map(instanceOf)), { status: 0, output: '' });
  const slipped = await unitFiles('slipped', (text) => text.replace('UMask', 'Umsk'));
  const { output } = systemdAnalyze('verify', '--man=no', ...slipped.map(instanceOf));
  assert.equal(output.match(/Unknown key (name )?'Umsk'/g)?.length, 3, output);
});

test('no unit is exposed by more than 2 of 10', { skip: skipWithoutProgram(SYSTEMD_ANALYZE) }, async () => {
  for (const unit of await unitFiles('hardened', (text) => text)) {
    const { status, output } = systemdAnalyze(
      'security',
      '--offline=true',
      '--threshold=20',
      '--no-pager',
      unit,
    );
    assert.equal(status, 0, output);
  }
});

test('the unit of a worker sends SIGTERM to the worker alone, and gives it the time to drain', async () => {
  const unit = await readFile(path.join(DEPLOY, 'systemd/stockflow-worker@.service'), 'utf8');
  assert.match(unit, /^KillMode=mixed$/m);
  assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]) >= DRAIN_S);
});
