import { type CodesLock, type OpenedBy, orderErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Session } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { goodsFaces } from '../catalog/index.ts'
import { type Access, deviceHash } from './access.ts'
import type { SealedLine, SealedView } from './queries/sealed-views.ts'

/** Who looks at an order: what `accessTo` said, and as whom and from which device. */
export type Viewer = { readonly access: Access; readonly session: Session }

/**
 * What keeps the codes of each line from this viewer, who may see the order's codes as such; null: nothing. The SKU says who
 * may open its codes as it is now, up to a second old: also those that were bought before (docs/adr/0049).
 */
export async function codeLocks(
  platform: Platform,
  tenantId: TenantId,
  view: SealedView,
  { session }: Pick<Viewer, 'session'>,
): Promise<readonly (CodesLock | null)[]> {
  const faces = await goodsFaces(
    platform,
    tenantId,
    view.lines.map(({ goodsId }) => goodsId),
  )
  const openedBy = view.lines.map(
    (line): OpenedBy => (hasCodes(line) && faces.get(line.goodsId)?.openedBy[line.skuId]) || 'order',
  )
  const isTheMember = session.kind === 'member' && session.memberId === view.memberId
  const needsDevice = openedBy.some((by) => by === 'device' || (by === 'member' && view.memberId === null))
  const isTheDevice = needsDevice && (await isOfTheOrder(platform, tenantId, view, session))
  return openedBy.map((by) => {
    if (by === 'order') return null
    if (by === 'member' && view.memberId !== null) return isTheMember ? null : { by, way: 'sign_in' }
    // What a guest has of goods for members, e.g. since before they were, is of the device it was bought on.
    return isTheDevice ? null : { by: 'device', way: isReachable(view) ? 'code' : 'shop' }
  })
}

/** @throws orders.codes_bound when codes of any line are kept from this viewer */
export async function refuseBound(
  platform: Platform,
  tenantId: TenantId,
  view: SealedView,
  viewer: Viewer,
): Promise<void> {
  const locks = await codeLocks(platform, tenantId, view, viewer)
  if (locks.some((lock) => lock !== null)) throw orderErrors.codesBound()
}

const hasCodes = ({ kind, deliveredQuantity }: SealedLine): boolean => kind === 'card' && deliveredQuantity > 0

/** Whether a code can be sent to whoever ordered. */
export const isReachable = ({ contact }: Pick<SealedView, 'contact'>): boolean => /^1[3-9]\d{9}$|@/.test(contact)

/** The device that placed it, or one that was let in since. */
async function isOfTheOrder(
  platform: Platform,
  tenantId: TenantId,
  view: SealedView,
  session: Session,
): Promise<boolean> {
  if (session.kind === 'staff') return false
  const device = deviceHash(await platform.crypto.sealer(tenantId), session.deviceId).toString('hex')
  return device === view.deviceHash || platform.db.call<boolean>(tenantId, 'orders.is_admitted', view.no, device)
}
