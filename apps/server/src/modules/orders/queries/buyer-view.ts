import {
  CORRECTIONS_MAX,
  type LineActivation,
  type LineService,
  type LineState,
  type OrderView,
  type SupplyProgress,
} from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type GoodsFace, goodsFaces, pictureRef } from '../../catalog/index.ts'
import { codeLocks, type Viewer } from '../binding.ts'
import { maskContact } from '../model.ts'
import { openCodes } from './open-codes.ts'
import {
  type SealedCode,
  type SealedLine,
  type SealedService,
  type SealedSupply,
  type SealedView,
  sealedOf,
} from './sealed-views.ts'

/**
 * The order as its buyer's page shows it.
 * @param prefix where the shop begins, for the pictures' addresses
 * @param viewer who asks; `access` is `codes` for whoever may open the codes, as far as their SKUs let them, `status` for all else.
 * Callers have checked which one is due.
 */
export async function buyerView(
  platform: Platform,
  tenantId: TenantId,
  view: SealedView,
  viewer: Viewer,
  prefix: string,
): Promise<OrderView> {
  const { access } = viewer
  const mayOpen = access === 'codes'
  const [faces, locks, madeGood] = await Promise.all([
    facesOf(platform, tenantId, view),
    mayOpen ? codeLocks(platform, tenantId, view, viewer) : view.lines.map(() => null),
    madeGoodOf(platform, tenantId, view),
  ])
  const isOpen = locks.map((lock) => mayOpen && lock === null)
  const codes = await openAll(platform, tenantId, view, isOpen)
  const lines = view.lines.map((line, index) => {
    const face = faces.get(line.goodsId)
    return {
      ...lineOf(line, face, prefix, mayOpen),
      // What the buyer typed (an account, a phone) is the buyer's, as the codes are.
      form: mayOpen ? line.form : {},
      formFields: mayOpen ? fieldsOf(line, view, faces) : [],
      guide: guideOf(face, view.locale),
      codes: codes[index] ?? null,
      lock: locks[index] ?? null,
      madeGoodPoints: madeGood.get(line.lineNo) ?? null,
      // Codes that were taken back are not "more to come".
      moreCodes:
        isOpen[index] === true && line.state === 'delivered' && (line.kind === 'card' || line.kind === 'link')
          ? line.deliveredQuantity - (line.codes?.length ?? 0)
          : 0,
    }
  })
  return { ...head(view, access), lines, bundles: bundlesOf(view, faces, prefix) }
}

/** Of a bundle's own fields only those whose answer this part was given. */
function fieldsOf({ goodsId, bundleNo, form }: SealedLine, view: SealedView, faces: ReadonlyMap<number, GoodsFace>) {
  const own = faces.get(goodsId)?.formFields ?? []
  const bundle = view.bundles?.find((one) => one.bundleNo === bundleNo)
  const shared = (bundle && faces.get(bundle.goodsId)?.formFields) ?? []
  return [...own, ...shared.filter(({ key }) => key in form && !own.some((field) => field.key === key))]
}

/** Points by line; asked for only where there may be some: parts of what a code paid for, that have ended. */
async function madeGoodOf(
  { db }: Platform,
  tenantId: TenantId,
  view: SealedView,
): Promise<ReadonlyMap<number, number>> {
  const isAskedFor =
    view.payWith === 'redeem' && view.memberId !== null && view.lines.some(({ state }) => state === 'refunded')
  if (!isAskedFor) return new Map()
  const ctx: Ctx = { tenantId, actor: { kind: 'system', name: 'orders' }, requestId: 'orders.view', locale: 'zh-CN' }
  const { rows } = await db.read(ctx, (tx) =>
    sql<{ readonly lineNo: number; readonly points: number }>`
      select line_no as "lineNo", points
      from redeem.made_good
      where tenant_id = ${tenantId}::bigint
        and order_no = ${view.no}::bigint`.execute(tx.db),
  )
  return new Map(rows.map(({ lineNo, points }) => [lineNo, points]))
}

const facesOf = (platform: Platform, tenantId: TenantId, { lines, bundles }: SealedView) =>
  goodsFaces(
    platform,
    tenantId,
    [...lines, ...(bundles ?? [])].map(({ goodsId }) => goodsId),
  )

/** The same without codes and guides, for lists. */
export async function listView(platform: Platform, tenantId: TenantId, view: SealedView, prefix: string) {
  const faces = await facesOf(platform, tenantId, view)
  return {
    ...head(view, 'status'),
    lines: view.lines.map((line) => lineOf(line, faces.get(line.goodsId), prefix, false)),
    bundles: bundlesOf(view, faces, prefix),
  }
}

const bundlesOf = ({ bundles }: SealedView, faces: ReadonlyMap<number, GoodsFace>, prefix: string) =>
  (bundles ?? []).map((bundle) => ({ ...bundle, pictureUrl: pictureUrl(faces.get(bundle.goodsId), prefix) }))

const pictureUrl = (face: GoodsFace | undefined, prefix: string): string | null =>
  face?.cover ? pictureRef(face.cover, prefix).url : null

function head(view: SealedView, access: 'codes' | 'status') {
  return {
    no: view.no,
    state: view.state,
    totalFen: view.totalFen,
    balanceFen: view.balanceFen,
    points: view.points,
    refundedFen: view.refundedFen,
    recharge: view.recharge,
    contactMasked: maskContact(view.contact),
    placedAt: view.placedAt,
    expiresAt: view.expiresAt,
    paidAt: view.paidAt,
    deliveredAt: view.deliveredAt,
    now: view.now,
    complaints: access === 'codes' ? [...(view.complaints ?? [])] : [],
    recalls: access === 'codes' ? [...(view.recalls ?? [])] : [],
    canSeeCodes: access === 'codes',
    // The cashier is for the buyer only: whoever has it can see what is bought there.
    payment: view.payment
      ? {
          gateway: view.payment.gateway,
          cashier: access === 'codes' && view.state === 'pending' ? view.payment.cashier : null,
        }
      : { gateway: view.payWith, cashier: null },
  }
}

function lineOf(line: SealedLine, face: GoodsFace | undefined, prefix: string, mayOpen: boolean) {
  const { codes: _, supply, service, activation, ...rest } = line
  return {
    ...rest,
    activation: activation && activationOf(activation, mayOpen),
    supply: supply && supplyOf(line.state, supply, mayOpen),
    service: service && serviceOf(line, service, mayOpen),
    pictureUrl: pictureUrl(face, prefix),
  }
}

/** What the buyer is told: never who the supplier is, nor what it said, nor that another one was asked first. */
function supplyOf(
  state: LineState,
  { since, arrivedAt, purchase, reason, p50, p95, account }: SealedSupply,
  mayOpen: boolean,
) {
  return {
    progress: progressOf(state, purchase, reason),
    since,
    arrivedAt,
    usuallySeconds: p50,
    slowSeconds: p95,
    account:
      account && mayOpen
        ? { correctionsLeft: Math.max(0, CORRECTIONS_MAX - account.corrected), mayGiveUp: account.mayGiveUp }
        : null,
  }
}

/** Who of the shop did it, and when it was bought, is told elsewhere or not at all. */
function activationOf(activation: LineActivation, mayOpen: boolean): LineActivation {
  const { state, endsAt, closedAt, by, mayReturn, onHold } = activation
  return {
    state,
    endsAt: new Date(endsAt).toISOString(),
    closedAt: closedAt === null ? null : new Date(closedAt).toISOString(),
    by,
    mayReturn: mayReturn && mayOpen,
    onHold,
  }
}

/** What is asked and proven is the buyer's own, as codes are. */
function serviceOf(line: SealedLine, { takes, ...service }: SealedService, mayOpen: boolean): LineService {
  const own = mayOpen ? {} : { question: null, questionFields: [], proof: '', pictures: [] }
  const isPaidFor = line.amountFen > 0 || line.unitPoints > 0
  return {
    ...service,
    ...own,
    usuallySeconds: takes.p50,
    slowSeconds: takes.p95,
    mayCancel: mayOpen && isPaidFor && service.state === 'waiting',
  }
}

function progressOf(
  state: LineState,
  purchase: SealedSupply['purchase'],
  reason: SealedSupply['reason'],
): SupplyProgress {
  if (state === 'delivered') return 'arrived'
  // Nobody knows yet: it may still arrive.
  if (state === 'exception') {
    const isChecked = reason === 'supply_unknown' || reason === 'supply_overdue' || reason === 'supply_contradicted'
    return isChecked ? 'checking' : 'failed'
  }
  if (state !== 'supplying') return 'failed'
  return purchase === 'accepted' ? 'in_progress' : 'submitted'
}

function guideOf(face: GoodsFace | undefined, locale: 'zh-CN' | 'en'): string | null {
  if (!face) return null
  return (locale === 'en' && face.guideEn) || face.guide || null
}

/** The codes of each line, opened together; null where there are none or they may not be seen. */
async function openAll(platform: Platform, tenantId: TenantId, { lines }: SealedView, isOpen: readonly boolean[]) {
  const sealed = lines.flatMap(({ codes }, index) => (isOpen[index] && codes ? codes.map(sealedOf) : []))
  const opened = await openCodes(platform.crypto, tenantId, sealed)
  let next = 0
  return lines.map(({ codes }, index) =>
    isOpen[index] && codes
      ? codes.map((code) => {
          const { grantId, piece, state } = code
          return { grantId, piece, state, parts: [...(opened[next++] ?? [])], link: linkOf(code) }
        })
      : null,
  )
}

function linkOf(code: SealedCode) {
  if (!('link' in code)) return null
  const { uses, used, standing, validTo } = code.link
  return { uses, used, standing, validTo: validTo === null ? null : new Date(validTo).toISOString() }
}
