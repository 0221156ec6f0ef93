import { orderErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import type { Cookies, Session } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { accessTo, readViews, type SealedView } from '../orders/index.ts'

type Asked = {
  readonly ctx: { readonly tenantId: Parameters<typeof readViews>[1] }
  readonly session: Session
  readonly cookies: Cookies
}

/** The order of whoever asks: what concerns its services and complaints is theirs as its codes are. @throws orders.codes_locked, common.not_found */
export async function ownOrder(platform: Platform, request: Asked, no: OrderNo): Promise<SealedView> {
  const [view] = await readViews(platform, request.ctx.tenantId, [no], 0)
  if (accessTo(await platform.crypto.sealer(request.ctx.tenantId), request, view) !== 'codes' || !view) {
    throw orderErrors.codesLocked()
  }
  return view
}
