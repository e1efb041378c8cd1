/** Formats the report as text. */
import { formatDuration } from '../../runner/index.ts';
import type { DemoReport, InvariantName, NightReport } from './report.ts';

const CLAIMS: Readonly<Record<InvariantName, string>> = {
  I1: 'entries up to the snapshot sum to Retail Pro + variance',
  I2: 'on hand now is that plus what happened after the snapshot',
  I3: 'on hand minus available to promise is unchanged',
  I4: 'keys the file does not cover are untouched',
  I5: 'each night is applied at most once',
};

const NAMED_SHOWN = 5;
const LABEL_WIDTH = 19;

export function reportText(report: DemoReport): string {
  const { run, tasks, night, invariants } = report;
  const lines = [`Night of ${run.business_date}, run ${run.run_id}: ${run.state}`, ''];
  for (const { task_id, state, duration_ms, error } of tasks) {
    const took = duration_ms === null ? '' : shortDuration(duration_ms);
    lines.push(`  ${task_id.padEnd(24)} ${state.padEnd(16)} ${took.padStart(8)}`);
    if (error !== null) lines.push(`    ${error}`);
  }
  if (night !== null) lines.push('', ...nightLines(night));
  if (invariants !== null) {
    lines.push('', 'Checks, key by key, against the OMS and against what the world knows to be true');
    for (const [name, { checked, violations, examples }] of Object.entries(invariants)) {
      const claim = CLAIMS[name as InvariantName];
      lines.push(
        `  ${violations === 0 ? 'ok  ' : 'FAIL'} ${name} ${claim.padEnd(58)} ${count(checked).padStart(6)} checked, ${violations} wrong`,
      );
      for (const example of examples) lines.push(`         ${example}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function nightLines(night: NightReport): readonly string[] {
  const { file, filtered, rows, reset, variance } = night;
  const reasons = Object.entries(rows.reasons).map(([reason, times]) => `${count(times)} ${reason}`);
  return [
    line("Retail Pro's file", file.name),
    line('', `${megabytes(file.bytes)}, ${count(file.rows)} rows, snapshot ${file.snapshot_at}`),
    line('', `sha256 ${file.sha256}`),
    line('Active products', count(night.active.products)),
    line('Filtered file', filtered.name),
    line('', `${kilobytes(filtered.bytes)}, ${count(filtered.rows)} rows`),
    line(
      'Rows',
      `${count(rows.kept)} kept, ${count(rows.dropped)} dropped as inactive, ${count(rows.rejected)} rejected, ${count(rows.collapsed)} collapsed`,
    ),
    ...(reasons.length === 0 ? [] : [line('', `rejected: ${reasons.join(', ')}`)]),
    line(
      'Reset',
      `${repeat(reset.already_applied)}${count(reset.keys)} keys set, ${count(reset.changed_keys)} changed by ${count(reset.units)} units (net ${signed(reset.net_units)})`,
    ),
    line(
      '',
      `${count(reset.zero_or_below.count)} went to zero or below, ${count(reset.rejected)} rejected, ${count(reset.held_out_keys)} held out, ${count(reset.conflicting_keys)} contradicted by the file`,
    ),
    line(
      'Variance',
      `${repeat(variance.already_applied)}${count(variance.keys)} keys corrected by ${count(variance.units)} units (net ${signed(variance.net_units)}), ${count(variance.skipped_uncovered)} not covered`,
    ),
    line(
      'Ambiguous',
      `${count(night.ambiguous.keys)} keys left as they were: nobody can say whether Retail Pro had booked them`,
    ),
    line('Unacknowledged', `${count(night.unacknowledged.shipments)} shipments for more than 3 days`),
    ...coverLines(night),
    ...overriddenLines(reset.overridden_guards),
    '',
    'Largest changes    facility  sku             before    after     diff',
    ...night.largest.map(
      ({ facility_id, sku, before, after, diff }) =>
        `                   ${facility_id.padEnd(9)} ${sku.padEnd(13)} ${String(before).padStart(8)} ${String(after).padStart(8)} ${signed(diff).padStart(8)}`,
    ),
  ];
}

/** Lists the products that the file did not count, and the OMS entries that the reset reversed. */
function coverLines({ active, reset }: NightReport): readonly string[] {
  const { lost_cover: lost, undone_entries: undone, keys_at_several_locations: located } = reset;
  const at = ({ sku, facility_id }: { readonly sku: string; readonly facility_id: string }) =>
    `${sku} at ${facility_id}`;
  const takenBack = undone.first.map((entry) => `${at(entry)} (${signed(entry.quantity)})`);
  return [
    line(
      'Lost cover',
      `${count(lost.count)} counts that the night before had set, ${count(active.without_row.count)} active products at every store, ${count(located)} counts given by location`,
    ),
    ...namedLine(lost.count, lost.first.map(at)),
    ...namedLine(active.without_row.count, active.without_row.first),
    line(
      'Taken back',
      `${count(undone.count)} ${undone.count === 1 ? 'entry' : 'entries'} of the OMS that the file does not have`,
    ),
    ...namedLine(undone.count, takenBack),
  ];
}

function namedLine(of: number, names: readonly string[]): readonly string[] {
  const shown = names.slice(0, NAMED_SHOWN);
  if (shown.length === 0) return [];
  return [
    line('', `${shown.join(', ')}${of > shown.length ? `, and ${count(of - shown.length)} more` : ''}`),
  ];
}

/** Lists the overridden guards, and says so if there are none, which is what an auditor looks for. */
function overriddenLines(overridden: NightReport['reset']['overridden_guards']): readonly string[] {
  if (overridden.length === 0) return [line('Overridden', 'no guard')];
  return overridden.flatMap(({ task_id, guard, sentence, reason }, index) => [
    line(index === 0 ? 'OVERRIDDEN' : '', `${guard} of ${task_id}, because: ${reason}`),
    line('', sentence),
  ]);
}

function line(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

function repeat(isRepeat: boolean): string {
  return isRepeat ? 'already applied; the first time: ' : '';
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : count(value);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed(1)} KB`;
}

function shortDuration(ms: number): string {
  return ms < 1_000
    ? `${ms} ms`
    : ms < 60_000
      ? `${(ms / 1_000).toFixed(1)} s`
      : formatDuration(Math.round(ms / 1_000) * 1_000);
}
