/**
 * How a right stands today: good for something, already where it was meant to be (an account topped up, points credited, a service
 * done), used by its owner, called back by the shop and not to be used until it says more, past its date, or taken back.
 */
export const RIGHT_STANDINGS = ['usable', 'recalled', 'arrived', 'used', 'expired', 'revoked'] as const
export type RightStanding = (typeof RIGHT_STANDINGS)[number]

/** What a person may look through: one standing, all, or what is usable and ends soon. */
export const RIGHT_LISTS = ['all', 'usable', 'ending', 'recalled', 'arrived', 'used', 'expired', 'revoked'] as const
export type RightList = (typeof RIGHT_LISTS)[number]

/** How it came: paid for, as a part of a bundle, for a redeem code, or in the place of one that did not work. */
export const RIGHT_SOURCES = ['bought', 'bundle', 'redeemed', 'replacement'] as const
export type RightSource = (typeof RIGHT_SOURCES)[number]
