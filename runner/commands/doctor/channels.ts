/** Checks the channels through which people are told. Nothing is sent. */
import { lookup } from 'node:dns/promises';
import { type ChannelConfig, channelFromEnv, isChannel } from '../../connections/channel/config.ts';
import { verifySmtp } from '../../connections/channel/kind/smtp.ts';
import { connectionIdsIn } from '../../connections/connection_config.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Shell } from '../cli/command.ts';
import { type Finding, ok, problem, runCheck } from './finding.ts';

/**
 * Returns each channel with the DAGs that name it; those of STOCKFLOW_ALERTS_TO are named by all DAGs.
 * @param addresses the connections of tasks, which may have the URL of a channel and are none
 */
export function channelUse(
  env: Shell['env'],
  dags: readonly Dag[],
  {
    alertsTo: forAllDags,
    addresses,
  }: { readonly alertsTo: readonly string[]; readonly addresses: ReadonlySet<string> },
): ReadonlyMap<string, readonly string[]> {
  const named = dags.flatMap(({ dagId, alerts }) =>
    alerts.flatMap(({ to }) => to.map((id) => ({ id, by: dagId }))),
  );
  const all = [...named, ...forAllDags.map((id) => ({ id, by: 'STOCKFLOW_ALERTS_TO' }))];
  const set = connectionIdsIn(env).filter((id) => isChannel(id, env));
  // A heartbeat is an address too, and is no channel.
  const heartbeats = new Set(dags.map(({ heartbeat }) => heartbeat));
  const unnamed = set.filter((id) => !heartbeats.has(id) && !addresses.has(id));
  const ids = [...new Set([...all.map(({ id }) => id), ...unnamed])];
  return new Map(
    ids
      .toSorted()
      .map((id) => [id, [...new Set(all.filter((use) => use.id === id).map(({ by }) => by))]] as const),
  );
}

export async function checkChannel(
  { env, signal }: Pick<Shell, 'env' | 'signal'>,
  id: string,
  namedBy: readonly string[],
): Promise<readonly Finding[]> {
  const check = `channel ${id}`;
  const user = namedBy.length === 0 ? 'no DAG names it' : `named by ${namedBy.join(', ')}`;
  let config: ChannelConfig;
  try {
    config = channelFromEnv(id, env);
  } catch (error) {
    return [
      problem(check, `${errorFacts(error).errorText} (${user})`, 'set it in the environment or in .env'),
    ];
  }
  return await runCheck(check, `${channelFix(config)}; then: stockflow alerts test ${id}`, async () => {
    const found = await reached(config, signal);
    return [ok(check, `${config.display}: ${found}; ${user}${optionsText(config)}`)];
  });
}

/** The advice for a channel that cannot be reached, or refuses. */
export function channelFix({ variable }: Pick<ChannelConfig, 'variable'>): string {
  return `check ${variable}, and that this host may reach the receiver`;
}

async function reached(config: ChannelConfig, signal: AbortSignal): Promise<string> {
  if (config.kind === 'smtp') {
    await verifySmtp(config, signal);
    return config.user === null ? 'answers' : 'logged in';
  }
  await lookup(new URL(config.url.reveal()).hostname.replace(/^\[(.*)\]$/, '$1'));
  return 'its name is known';
}

function optionsText({ quiet, repeatMs }: ChannelConfig): string {
  const time = (at: Temporal.PlainTime) => at.toString({ smallestUnit: 'minute' });
  return [
    ...(quiet === null ? [] : [`quiet from ${time(quiet.from)} to ${time(quiet.to)} ${quiet.timezone}`]),
    ...(repeatMs === null ? [] : [`told again every ${formatDuration(repeatMs)}`]),
  ]
    .map((text) => `; ${text}`)
    .join('');
}
