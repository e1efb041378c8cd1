import { type CampaignResult, runFaultCampaign } from '../campaign/campaign.ts';
import { SHAPES } from '../campaign/shapes.ts';
import { FAULTS } from '../faults.ts';

/** The faults that end quickly; the others run in `npm run chaos`. */
const QUICK = ['kill', 'failpoint', 'lost_jobs', 'forged_jobs', 'lost_claim', 'drain', 'stop', 'deadly_task'];

/** Runs a campaign of so many quick faults, with three workers. */
export async function quickCampaign(trials: number): Promise<CampaignResult> {
  return await runFaultCampaign({
    trials,
    seed: 'short',
    minutes: null,
    workers: 3,
    faults: FAULTS.filter(({ name }) => QUICK.includes(name)),
    shapes: SHAPES.filter(({ dagId }) => dagId !== 'long'),
  });
}
