/** Checks the monitors that DAGs ping. Nothing is sent: a monitor would take it for a night. */
import { pingUrl } from '../../connections/heartbeat/monitor.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Shell } from '../cli/command.ts';
import { type Finding, ok, problem } from './finding.ts';

export function checkHeartbeats(
  { env }: Pick<Shell, 'env'>,
  dags: readonly Pick<Dag, 'dagId' | 'heartbeat'>[],
): readonly Finding[] {
  return dags.flatMap(({ dagId, heartbeat }) => {
    if (heartbeat === null) return [];
    const check = `heartbeat ${heartbeat}`;
    try {
      const { protocol, host } = pingUrl(heartbeat, env, { kind: 'success', rid: null });
      return [ok(check, `${protocol}//${host}; pinged for ${dagId}`)];
    } catch (error) {
      const found = `${errorFacts(error).errorText} (pinged for ${dagId})`;
      return [problem(check, found, 'set it in the environment or in .env')];
    }
  });
}
