import { z } from 'zod'
import { catalogErrors } from './errors/catalog.ts'
import { addRefusal } from './form-fields.ts'
import { fen } from './schemas.ts'
import { type Allocation, type NumberPick, OPENED_BY, type OpenedBy, PICKS, type SkuKind } from './states.ts'

/** Of a code whose uses are all made when it is imported. */
export const USES_MAX = 1_000
/** Of a code in a loop, whose uses are made as they are sold. */
export const LOOP_USES_MAX = 1_000_000

/** How codes of a SKU are sold: how often each, and whether buyers choose theirs. */
export const codeFormInput = {
  /** How often a code may be delivered; each delivery is a piece. Null: as often as it is bought, which only a loop may be. */
  usesPerCode: z.int().min(1).max(LOOP_USES_MAX).nullable().default(1),
  /** What buyers see of the codes before they choose one: nothing, its first part (the number), or its last characters. */
  pick: z.enum(PICKS).default('none'),
  /** What choosing costs beside the price. */
  pickFeeFen: fen.min(0).max(1_000_000_000).default(0),
  /** Who may open one that was delivered. */
  openedBy: z.enum(OPENED_BY).default('order'),
}

type CodeForm = {
  readonly kind: SkuKind
  readonly allocation: Allocation
  readonly usesPerCode: number | null
  readonly pick: NumberPick
  readonly pickFeeFen: number
  readonly pricePoints: number
  readonly openedBy: OpenedBy
}

/** Rules that span these fields. */
export function checkCodeForm(
  sku: CodeForm,
  at: (field: string) => (string | number)[],
  context: z.RefinementCtx,
): void {
  const { kind, allocation, usesPerCode, pick, pickFeeFen, pricePoints, openedBy } = sku
  const isLoop = allocation === 'loop'
  if (kind !== 'card' && (isLoop || usesPerCode !== 1 || pick !== 'none')) {
    addRefusal(context, at('usesPerCode'), catalogErrors.onlyCodesHaveUses())
    return
  }
  if (kind !== 'card' && openedBy !== 'order') addRefusal(context, at('openedBy'), catalogErrors.onlyCodesAreBound())
  if (usesPerCode === null && !isLoop) addRefusal(context, at('usesPerCode'), catalogErrors.onlyLoopsAreUnbounded())
  if (isLoop && usesPerCode === 1) addRefusal(context, at('usesPerCode'), catalogErrors.loopOfOne())
  if (!isLoop && usesPerCode !== null && usesPerCode > USES_MAX) {
    addRefusal(context, at('usesPerCode'), catalogErrors.tooManyUses({ limit: USES_MAX }))
  }
  if (pick === 'none') {
    if (pickFeeFen > 0) addRefusal(context, at('pickFeeFen'), catalogErrors.feeWithoutChoice())
    return
  }
  if (usesPerCode !== 1) addRefusal(context, at('pick'), catalogErrors.choiceOfSharedCodes())
  if (pricePoints > 0) addRefusal(context, at('pick'), catalogErrors.choiceForPoints())
}
