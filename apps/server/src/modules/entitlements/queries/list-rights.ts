import type { RightList, RightView, rightsRoutes } from '@quanshu/contract'
import type { MemberId, TenantId } from '@quanshu/kernel'
import type { z } from 'zod'
import type { Platform } from '../../../platform/module.ts'
import { goodsFaces, pictureRef } from '../../catalog/index.ts'

type Query = z.output<typeof rightsRoutes.mine.query>
type Page = z.output<typeof rightsRoutes.mine.response>

/** As `entitlements.rights` gives it: times as text. */
type Found = Omit<Page, 'items'> & {
  readonly items: readonly Omit<RightView, 'pictureUrl'>[]
}

/** From how many days before its end on a right is said to end soon. */
const ENDS_SOON_DAYS = 7
/**
 * Rights that one question looks at, whoever asks: 1,000 take 7 ms of somebody who has 100,000. Whoever owns more and asks for what is rare among
 * them, or counts, is told that there is more to look through.
 */
export const RIGHTS_READ_MAX = 1_000

/** What a member owns, the newest first, and with the first page how many rights there are in each list. */
export async function listRights(
  platform: Platform,
  tenantId: TenantId,
  memberId: MemberId,
  { list, kind, q, before, limit }: Query,
  prefix: string,
): Promise<Page> {
  const isFirst = before === undefined
  const isSifted = (list !== undefined && list !== ('all' satisfies RightList)) || kind !== undefined || !!q
  const found = await platform.db.call<Found>(tenantId, 'entitlements.rights', `m:${memberId}`, {
    before: before ?? null,
    limit,
    list: list ?? 'all',
    kinds: kind ?? null,
    q: q || null,
    reads: isFirst || isSifted ? RIGHTS_READ_MAX : limit + 1,
    counted: isFirst,
    endsSoonDays: ENDS_SOON_DAYS,
  })
  const faces = await goodsFaces(
    platform,
    tenantId,
    found.items.map(({ goodsId }) => goodsId),
  )
  return {
    ...found,
    items: found.items.map((right) => {
      const cover = faces.get(right.goodsId)?.cover
      return {
        ...right,
        pictureUrl: cover ? pictureRef(cover, prefix).url : null,
        grantedAt: instantOf(right.grantedAt),
        validUntil: right.validUntil && instantOf(right.validUntil),
        endedAt: right.endedAt && instantOf(right.endedAt),
      }
    }),
  }
}

const instantOf = (told: string): string => new Date(told).toISOString()
