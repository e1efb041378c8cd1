// Small helps for pages that work without them.

// The reader's own zone, in the title of each instant.
const own = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.addEventListener('pointerover', ({ target }) => explainTime(target));
document.addEventListener('focusin', ({ target }) => explainTime(target));

function explainTime(target) {
  const time = target instanceof Element ? target.closest('time[datetime]') : null;
  if (time === null || time.dataset.own === time.dateTime) return;
  const instant = new Date(time.dateTime);
  time.title = `${instant.toISOString().replace('T', ' ').slice(0, 19)} UTC\n${own.format(instant)} in ${zone}, your zone`;
  time.dataset.own = time.dateTime;
}

// Arrow keys move in a grid of links, its head included.
document.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const cell = event.target instanceof Element ? event.target.closest('table[data-grid] :is(td, th)') : null;
  if (step === undefined || cell === null || event.altKey || event.ctrlKey || event.metaKey) return;
  const row = cell.parentElement;
  const { rows } = row.closest('table');
  const target = rows[row.rowIndex + step[1]]?.cells[cell.cellIndex + step[0]];
  const link = target?.querySelector('a');
  if (!link) return;
  event.preventDefault();
  link.focus();
});
