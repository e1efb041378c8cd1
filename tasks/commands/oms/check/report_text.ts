/** The report of `oms check`, for people and for programs. */
import { type Paint, painter, type Shell } from '../../../../runner/command.ts';
import { countText } from '../../../../runner/history.ts';
import type { OmsReport } from '../../../oms/schema/check_schema.ts';
import type { OmsFinding } from '../../../oms/schema/findings/finding.ts';
import type { Severity } from '../../../oms/schema/required/table.ts';
import type { RowCount, Sample } from '../../../oms/schema/sample/sample.ts';

const STYLES = { blocks: 'red', risk: 'yellow', note: 'dim' } as const satisfies Record<Severity, string>;
const WIDTH = Math.max(...Object.keys(STYLES).map((severity) => severity.length));
const NOT_READ = 'not read: see the findings';

export function reportText(
  { stdout, env }: Pick<Shell, 'stdout' | 'env'>,
  connection: string,
  { server, totals, sample, findings }: OmsReport,
): string {
  const paint = painter(stdout, env);
  const figures = [
    ['OMS', `connection ${connection}, database ${server.database}, Postgres ${server.version}`],
    ['role', server.role],
    ['time zone', `${server.timeZone}, of the session`],
    ...(sample === null ? [] : sampleLines(sample)),
    ['totals kept', totals],
  ] as const;
  const width = Math.max(...figures.map(([name]) => name.length));
  return [
    ...figures.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`),
    ...(findings.length === 0 ? [] : ['\n']),
    ...findings.map((finding) => findingText(finding, paint)),
  ].join('');
}

function sampleLines({
  rows,
  activeProducts,
  unequalTotals,
}: Sample): readonly (readonly [string, string])[] {
  return [
    ...[...rows].map(([table, count]) => [table, countOf(count)] as const),
    [
      'sold online',
      activeProducts === null
        ? NOT_READ
        : `${countText(activeProducts.count)} products, ${countText(activeProducts.withId)} with an id`,
    ],
    [
      'totals looked at',
      unequalTotals === null ? NOT_READ : `${unequalTotals.checked} items, ${unequalTotals.wrong} wrong`,
    ],
  ];
}

function countOf(rows: RowCount | null): string {
  if (rows === null) return NOT_READ;
  return `${rows.isEstimate ? 'about ' : ''}${countText(rows.count)} rows`;
}

function findingText({ severity, where, found, fix, sql }: OmsFinding, paint: Paint): string {
  const indent = ' '.repeat(WIDTH + 2);
  const lines = (sql ?? '').split('\n').filter((line) => line !== '');
  return [
    `${paint(STYLES[severity], severity.padEnd(WIDTH))}  ${where}: ${found}\n`,
    `${indent}-> ${fix}\n`,
    ...lines.map((line) => `${indent}   ${line}\n`),
  ].join('');
}

export function verdictOf({ findings }: OmsReport): string {
  const count = (of: Severity) => findings.filter(({ severity }) => severity === of).length;
  if (count('blocks') + count('risk') === 0) return '\nclean: nights can work on this OMS';
  return `\n${count('blocks')} block a night, ${count('risk')} put it at risk; fix them from the top, then run stockflow oms check again`;
}

export function reportData(connection: string, { server, totals, sample, findings }: OmsReport) {
  return {
    connection,
    database: server.database,
    role: server.role,
    server_version: server.version,
    time_zone: server.timeZone,
    totals_kept: totals,
    rows:
      sample === null
        ? null
        : Object.fromEntries(
            [...sample.rows].map(([table, rows]) => [
              table,
              rows && { count: rows.count, is_estimate: rows.isEstimate },
            ]),
          ),
    active_products: sample?.activeProducts?.count ?? null,
    active_products_with_id: sample?.activeProducts?.withId ?? null,
    shared_keys: sample?.sharedKeys?.total ?? null,
    is_clean: findings.every(({ severity }) => severity === 'note'),
    findings,
  };
}
