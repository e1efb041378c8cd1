import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Bench, Round } from '../bench.ts';
import type { PlainWork } from './plain_filter.ts';
import { missingOpenssh } from './shell_sftp.ts';
import { openFilterSite } from './site.ts';

/** A tenth of the usual rows: the plain program would take minutes for all, and its time grows with the rows. */
const ROWS = 700_000;

export const plain: Bench = {
  name: 'plain',
  what: `the filter on ${ROWS.toLocaleString('en')} rows, 29 MB`,
  against: "the plain program: ssh2's createReadStream into csv-parse with columns: true",
  maxRatio: 0.2,
  missing: missingOpenssh,
  async measure(rounds, notice) {
    await using site = await openFilterSite({ rows: ROWS });
    const { server, file, workDir, skus } = site;
    const skusFile = path.join(workDir, 'skus.txt');
    await writeFile(skusFile, skus.map((sku) => `${sku}\n`).join(''));
    const work: PlainWork = {
      port: server.port,
      username: server.user,
      privateKeyFile: server.privateKeyFile,
      source: file.path,
      target: path.join(server.rootDir, 'shell/plain.csv'),
      skusFile,
    };
    const program = path.join(import.meta.dirname, 'plain_filter.ts');
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(work)]);
      const baselineMs = Number(stdout);
      const { oursMs, rssBytes } = await site.filter();
      notice(`the plain program ${(baselineMs / 1000).toFixed(2)} s, ours ${(oursMs / 1000).toFixed(2)} s`);
      measured.push({ baselineMs, oursMs, rssBytes });
    }
    return measured;
  },
};
