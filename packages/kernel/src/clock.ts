/** Where the application gets its time from; tests and drills put their own in. The database's `now()` decides every deadline. */
export type Clock = { readonly now: () => Date }
export const systemClock: Clock = { now: () => new Date() }

/** The zone in which a shop's day begins and ends, and in which times are shown. */
export const SHOP_TIME_ZONE = 'Asia/Shanghai'

const shopDayFormat = new Intl.DateTimeFormat('en-CA', {
  timeZone: SHOP_TIME_ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

/** `2026-11-22` for an instant, in the shop's zone. */
export function shopDay(instant: Date): string {
  return shopDayFormat.format(instant)
}
