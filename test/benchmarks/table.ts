import type { Result } from './bench.ts';

/** Formats one line a claim: whether its bar is met, the median ratio with its range, and the measured values. */
export function tableOf(results: readonly Result[]): string {
  const lines = results.map((result) =>
    [
      result.met ? 'ok  ' : 'MISS',
      result.name.padEnd(10),
      `${result.ratio.toFixed(2)}x (${result.ratio_min.toFixed(2)}-${result.ratio_max.toFixed(2)})`.padEnd(
        20,
      ),
      `bar ${result.max_ratio.toFixed(2).replace(/0$/, '')}x`.padEnd(10),
      `${result.ours_ms.toFixed(0)} ms beside ${result.baseline_ms.toFixed(0)} ms`.padEnd(28),
      [memoryOf(result), sizeOf(result)].filter(Boolean).join(', '),
    ]
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function memoryOf({ rss_bytes, max_rss_bytes }: Result): string {
  if (rss_bytes === null) return '';
  const bar = max_rss_bytes === null ? '' : `, bar ${(max_rss_bytes / 1e6).toFixed(0)} MB`;
  return `RSS ${(rss_bytes / 1e6).toFixed(0)} MB${bar}`;
}

function sizeOf({ bytes, max_bytes }: Result): string {
  if (bytes === null) return '';
  const bar = max_bytes === null ? '' : `, bar ${(max_bytes / 1000).toFixed(0)} kB`;
  return `${(bytes / 1000).toFixed(0)} kB sent${bar}`;
}
