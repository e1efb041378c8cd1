/** `nightly_load.load_file, pos_feed (3 tasks)` */
export function usersText(usedBy: readonly string[]): string {
  const byDag = Map.groupBy(usedBy, (user) => user.slice(0, user.indexOf('.')));
  return [...byDag]
    .map(([dagId, users]) => (users.length === 1 ? users[0] : `${dagId} (${users.length} tasks)`))
    .join(', ');
}
