/** Looks for what is to be told though nothing happens. Any process that lives does so, a worker or the page's. */
import type { Pool } from 'pg';
import { overdueChannels } from '../../store/alert/due_channel.ts';
import { dagsWithOverduePing } from '../../store/heartbeat/ping.ts';
import { addHeartbeatJob, restoreAlertJobs } from '../../store/queue/job.ts';
import { databaseNow } from '../clock.ts';
import type { DagVersions } from '../dags/versions.ts';
import { tellLateStarts } from './late_starts.ts';
import { SlowRuns } from './slow_runs.ts';

/** The time in ms after which a due delivery counts as having lost its job. */
const LOST_JOB_AFTER_MS = 5_000;

export class AlertUpkeep {
  readonly #pool: Pool;
  readonly #versions: DagVersions;
  readonly #slow: SlowRuns;

  constructor(pool: Pool, versions: DagVersions) {
    this.#pool = pool;
    this.#versions = versions;
    this.#slow = new SlowRuns(pool, versions);
  }

  /** Writes the alerts of late and slow runs, and restores the jobs of deliveries and pings that lost theirs. */
  async run(): Promise<void> {
    await tellLateStarts({ pool: this.#pool, versions: this.#versions });
    await this.#slow.tell();
    const channels = await overdueChannels(this.#pool, LOST_JOB_AFTER_MS);
    if (channels.length > 0) await restoreAlertJobs(this.#pool, channels, await databaseNow(this.#pool));
    for (const dagId of await dagsWithOverduePing(this.#pool, LOST_JOB_AFTER_MS))
      await addHeartbeatJob(this.#pool, dagId, null);
  }
}
