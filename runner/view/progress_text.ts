/** The words for progress and its rate. */
import { type Progress, remainingMs } from '../core/run/progress_rate.ts';
import { bytesText, countText, spanText } from './time_text.ts';

/** `120 MB of 293 MB (40%), 61 MB/s, 3s left` */
export function progressText(progress: Progress, perSecond: number | null): string {
  const { done, total, unit } = progress;
  const amount = (count: number) => (unit === 'bytes' ? bytesText(count) : countText(count));
  const noun = unit === 'bytes' ? '' : ` ${unit}`;
  const share = total === null || total === 0 ? '' : ` (${Math.floor((done / total) * 100)}%)`;
  const whole = total === null ? '' : ` of ${amount(total)}`;
  const parts = [`${amount(done)}${whole}${noun}${share}`];
  if (perSecond !== null && perSecond > 0) parts.push(`${amount(perSecond)}${noun}/s`);
  const leftMs = remainingMs(progress, perSecond);
  if (leftMs !== null) parts.push(`${spanText(leftMs)} left`);
  return parts.join(', ');
}
