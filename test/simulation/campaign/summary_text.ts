import type { CampaignSummary } from './campaign.ts';
import type { CountByName } from './counts.ts';

/** Formats the summary: how much was covered, the kinds of events and faults, and the violations. */
export function summaryText(of: CampaignSummary, tookSeconds: number): string {
  const [first] = of.findings;
  const closed = of.kinds.closed ?? 0;
  const refused = of.nights - of.applied_nights - closed;
  const lines = [
    `seed ${of.seed}: ${of.nights} nights in ${tookSeconds} s, ${of.applied_nights} applied, ${refused} refused${closed === 0 ? '' : `, ${closed} closed`}`,
    `keys compared: ${of.keys_compared}, ${of.keys_compared_after_refused_nights} of them after refused nights`,
    `wrong counts: ${of.wrong_counts}`,
    `unexpected runs or batches: ${of.unexpected}`,
    `green runs that changed nothing without saying so: ${of.silent}`,
    ...(of.shadow_runs === 0
      ? []
      : [
          `runs worked in shadow first: ${of.shadow_runs}, which foretold ${of.foretold} postings, counts and held keys`,
          `differences between foretold and done: ${of.foretold_wrong}`,
        ]),
    ...listing('nights by kind', of.kinds),
    ...listing('nights with', of.traits),
    ...listing('faults', of.faults),
    ...listing('events in the stores', of.events),
    ...listing('when, by the stores', of.places),
    ...listing('movements the OMS wrote', of.beside_tasks),
  ];
  if (of.naive_baseline_wrong_nights !== null) {
    lines.push(
      `differences to the current count would have left ${of.naive_baseline_wrong_counts} counts wrong, ` +
        `in ${of.naive_baseline_wrong_nights} of the ${of.applied_nights} applied nights`,
    );
  }
  if (first !== undefined)
    lines.push(
      `again: npm run nights -- --seed ${of.seed} --from ${first.night} --count ${first.night + 1}${of.calendar === null ? '' : ` --calendar ${of.calendar}`}`,
    );
  return `${lines.join('\n')}\n`;
}

function listing(title: string, counts: CountByName): readonly string[] {
  const width = Math.max(...Object.values(counts).map((count) => String(count).length));
  return [
    `${title}:`,
    ...Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(width)}  ${name}`),
  ];
}
