/** The URL schemes of channels, through which people are told. */
export const CHANNEL_SCHEMES = [
  'smtp',
  'smtps',
  'slack+https',
  'teams+https',
  'pagerduty',
  'https',
  'http',
] as const;
export type ChannelScheme = (typeof CHANNEL_SCHEMES)[number];

/** Returns the scheme of a channel's URL; null for any other URL. */
export function channelScheme(url: URL): ChannelScheme | null {
  return CHANNEL_SCHEMES.find((scheme) => url.protocol === `${scheme}:`) ?? null;
}

export function isChannelUrl(url: URL): boolean {
  return channelScheme(url) !== null;
}
