import type {
  BundlePolicy,
  CashierView,
  DeliveredCode,
  ExceptionReason,
  LineActivation,
  LineKind,
  LineService,
  LineState,
  OrderComplaint,
  OrderRecall,
  OrderState,
  PurchaseState,
} from '@quanshu/contract'
import type { CardId, GrantId, MemberId, OrderNo, SkuId, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'

/** An order as SQL gives it (`orders.views`): codes still sealed, times as text. */
export type SealedView = {
  readonly no: OrderNo
  readonly state: OrderState
  readonly memberId: MemberId | null
  readonly contact: string
  readonly deviceHash: string | null
  readonly queryHash: string | null
  readonly locale: 'zh-CN' | 'en'
  readonly totalFen: number
  readonly balanceFen: number
  readonly points: number
  readonly refundedFen: number
  readonly placedAt: string
  readonly expiresAt: string
  readonly paidAt: string | null
  readonly deliveredAt: string | null
  readonly now: string
  readonly payWith: string
  readonly payment: { readonly gateway: string; readonly cashier: CashierView | null } | null
  /** Of a recharge, which has no lines to show. */
  readonly recharge: { readonly creditFen: number; readonly bonusFen: number; readonly state: LineState } | null
  readonly lines: readonly SealedLine[]
  /** Null: none of its lines is part of one. */
  readonly bundles: readonly SealedBundle[] | null
  /** Null: of no code was ever complained. */
  readonly complaints: readonly OrderComplaint[] | null
  /** Null: none of its codes was called back. */
  readonly recalls: readonly OrderRecall[] | null
}
export type SealedBundle = {
  readonly bundleNo: number
  readonly skuId: SkuId
  readonly goodsId: number
  readonly goodsTitle: string
  readonly skuTitle: string
  readonly quantity: number
  readonly unitPriceFen: number
  readonly amountFen: number
  readonly policy: BundlePolicy
}
export type SealedLine = {
  readonly lineNo: number
  readonly kind: LineKind
  readonly skuId: SkuId
  readonly goodsId: number
  readonly goodsTitle: string
  readonly skuTitle: string
  readonly quantity: number
  readonly unitPriceFen: number
  readonly unitPoints: number
  readonly amountFen: number
  readonly state: LineState
  readonly deliveredQuantity: number
  readonly bundleNo: number | null
  readonly creditPoints: number
  readonly heldBack: boolean
  readonly pickedNumber: string | null
  readonly form: Readonly<Record<string, string>>
  readonly laterDays: number | null
  readonly activation: (LineActivation & { readonly openedAt: string; readonly byName: string }) | null
  /** Of a line that a supplier delivers, once it is paid. */
  readonly supply: SealedSupply | null
  /** Of a line that people of the shop work on, once it is paid. */
  readonly service: SealedService | null
  readonly codes: readonly SealedCode[] | null
}
export type SealedService = Pick<
  LineService,
  'state' | 'since' | 'dueAt' | 'isOverdue' | 'question' | 'questionFields' | 'endedAt' | 'proof' | 'pictures'
> & { readonly takes: { readonly p50: number | null; readonly p95: number | null } }
export type SealedSupply = {
  readonly since: string
  readonly arrivedAt: string | null
  readonly purchase: PurchaseState | null
  readonly reason: ExceptionReason | null
  /** Seconds that its source usually needs, as was known when it was chosen. */
  readonly p50: number | null
  readonly p95: number | null
  /** Its account was refused, and may be corrected: how often its buyer did already. */
  readonly account: { readonly corrected: number; readonly mayGiveUp: boolean } | null
}
export type SealedCode = {
  readonly grantId: GrantId
  readonly piece: number
  readonly state: 'active' | 'used'
  /** Base64. */
  readonly sealed: string
} & ({ readonly cardId: CardId } | { readonly link: NonNullable<DeliveredCode['link']> & { readonly codeId: number } })

/** As `openCodes` takes it. */
export const sealedOf = (code: SealedCode) => ({
  sealed: Buffer.from(code.sealed, 'base64'),
  ...('link' in code ? { codeId: code.link.codeId } : { cardId: code.cardId }),
})

/** Codes that a page shows per line; more come as a file. */
export const CODES_SHOWN_MAX = 200
/** Orders read in one call when many pages ask at once. */
const VIEWS_MAX = 256
/** A look costs a millisecond before its first order; a page that waits does not notice this. */
const GATHER_MS = 10

/** Reads one order for its page. Pages that ask at the same moment share one call. */
export type ViewReader = (tenantId: TenantId, no: OrderNo) => Promise<SealedView | undefined>

export function createViewReader(platform: Platform): ViewReader {
  return platform.batcher<OrderNo, SealedView | undefined>({
    name: 'orders.views',
    max: VIEWS_MAX,
    gatherMs: GATHER_MS,
    run: async (tenantId, nos) => {
      const views = await readViews(platform, tenantId, nos)
      const byNo = new Map(views.map((view) => [view.no, view]))
      return nos.map((no) => byNo.get(no))
    },
  })
}

/** @param codes codes per line at most; 0 for lists */
export function readViews(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  nos: readonly OrderNo[],
  codes: number = CODES_SHOWN_MAX,
): Promise<readonly SealedView[]> {
  return nos.length === 0
    ? Promise.resolve([])
    : platform.db.callHot<readonly SealedView[]>(tenantId, 'orders.views', [...new Set(nos)], codes)
}
