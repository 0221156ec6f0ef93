import { closeAll } from '../suppliers/index.ts'
import { type Street, startStreet } from '../suppliers/ports.ts'
import { startChengquan } from './chengquan.ts'
import { startDayuanren } from './dayuanren.ts'
import { startFengzhushou } from './fengzhushou.ts'
import { startKakayun } from './kakayun.ts'
import { startLansexiongdi } from './lansexiongdi.ts'
import { startZhichong } from './zhichong.ts'

/** By the id of the profile that a shop joins them with. */
export const PROFILE_HOUSES = {
  dayuanren: startDayuanren,
  chengquan: startChengquan,
  fengzhushou: startFengzhushou,
  kakayun: startKakayun,
  lansexiongdi: startLansexiongdi,
  zhichong: startZhichong,
}
type ProfileHouses = Awaited<ReturnType<typeof startStreet<typeof PROFILE_HOUSES>>> & {
  readonly close: () => Promise<void>
}

/** Starts the houses that shops join with a profile and nothing else. */
export async function startProfileHouses(options: Street): Promise<ProfileHouses> {
  const houses = await startStreet(PROFILE_HOUSES, 'profile-ports.json', options)
  return { ...houses, close: () => closeAll(houses) }
}
