import { type CampaignResult, runFaultCampaign } from '../campaign/campaign.ts';
import { SHAPES } from '../campaign/shapes.ts';
import { FAULTS } from '../faults.ts';

/** The faults that end quickly; the others run in `npm run chaos`. */
export const QUICK = [
  ...['kill', 'failpoint', 'lost_jobs', 'forged_jobs', 'lost_claim', 'drain', 'stop', 'deadly_task'],
];

/** Those of the delivery of alerts, which gather for some seconds before they are sent. */
export const OF_DELIVERY = ['delivery', 'receiver'];

/** Runs a campaign of so many of the named faults, with three workers. */
export async function quickCampaign(trials: number, names: readonly string[]): Promise<CampaignResult> {
  return await runFaultCampaign({
    trials,
    seed: 'short',
    minutes: null,
    workers: 3,
    faults: FAULTS.filter(({ name }) => names.includes(name)),
    shapes: SHAPES.filter(({ dagId }) => dagId !== 'long'),
  });
}
