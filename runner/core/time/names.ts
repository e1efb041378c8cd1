/** The names of days, months and places in words. */

/** Monday first: Sunday has the number 7. */
export const WEEKDAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const PLACE_NAMES = ['first', 'second', 'third', 'fourth', 'fifth'];
