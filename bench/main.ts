/** `npm run bench [-- name...] [--rounds N] [-o json]`: measures each claim beside its baseline; exits 1 when a bar is missed. */
import { parseArgs } from 'node:util';
import { type Bench, type Result, resultOf } from './bench.ts';
import { filter } from './filter.ts';
import { help } from './help.ts';
import { hop } from './hop.ts';
import { wide } from './wide.ts';

const BENCHES: readonly Bench[] = [filter, hop, wide, help];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    output: { type: 'string', short: 'o', default: 'table' },
  },
});
const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
const rounds = Number(values.rounds);
if (unknown.length > 0 || !(rounds >= 1) || !['table', 'json'].includes(values.output)) {
  process.stderr.write(
    `usage: npm run bench -- [${BENCHES.map(({ name }) => name).join('|')}]... [--rounds N] [-o table|json]\n`,
  );
  process.exit(2);
}

const results: Result[] = [];
let isComplete = true;
for (const bench of BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const missing = bench.missing();
  if (missing !== null) {
    process.stderr.write(`${bench.name}: not measured: ${missing}\n`);
    isComplete = false;
    continue;
  }
  process.stderr.write(`${bench.name}: ${bench.what}\n`);
  const measured = await bench.measure(rounds, (line) => process.stderr.write(`  ${line}\n`));
  results.push(resultOf(bench, measured));
}
process.stdout.write(values.output === 'json' ? `${JSON.stringify(results, null, 2)}\n` : tableOf(results));
process.exitCode = isComplete && results.every(({ met }) => met) ? 0 : 1;

function tableOf(rows: readonly Result[]): string {
  const lines = rows.map((row) =>
    [
      row.met ? 'ok  ' : 'MISS',
      row.name.padEnd(8),
      `${row.ratio.toFixed(2)}x (${row.ratio_min.toFixed(2)}-${row.ratio_max.toFixed(2)})`.padEnd(20),
      `bar ${row.max_ratio.toFixed(1)}x`.padEnd(10),
      `${row.ours_ms.toFixed(0)} ms beside ${row.baseline_ms.toFixed(0)} ms`.padEnd(28),
      row.rss_bytes === null ? '' : `RSS ${(row.rss_bytes / 1e6).toFixed(0)} MB`,
    ].join('  '),
  );
  return `${lines.join('\n')}\n`;
}
