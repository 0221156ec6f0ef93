import { accountErrors, checkFormValues, commonErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { callerNetwork, type Session } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { offersOf } from '../../catalog/index.ts'
import type { AccountAnswer } from '../../suppliers/index.ts'
import type { SupplierDoor } from '../ports.ts'

type Caller = {
  readonly tenantId: TenantId
  readonly session: Session
  readonly ip: string | undefined
  /** The line was bought: its goods may be off the shelf by now. */
  readonly isBought?: true
}
type Line = { readonly skuId: number; readonly form: Readonly<Record<string, string>> }

/** Members by their number, others by their browser. */
const personOf = (session: Session): string =>
  session.kind === 'member'
    ? `m${session.memberId}`
    : session.kind === 'staff'
      ? `s${session.staffId}`
      : session.deviceId

export type AccountDesk = {
  /**
   * What a page is told before there is an order. A form that does not fit is nobody's account yet.
   * @throws common.not_found
   */
  readonly check: (caller: Caller, line: Line) => Promise<AccountAnswer>
  /**
   * Where the shop wants it, no order for an account that a supplier says no to. Whatever cannot be learned stands in nobody's way.
   * @throws accounts.not_valid
   */
  readonly refuseInvalid: (caller: Caller, lines: readonly Line[], locale: 'zh-CN' | 'en') => Promise<void>
}

export function createAccountDesk(platform: Platform, suppliers: SupplierDoor): AccountDesk {
  async function checked({ tenantId, session, ip, isBought }: Caller, { skuId, form }: Line) {
    const offer = (await offersOf(platform, tenantId, [skuId])).get(skuId)
    const asks = offer !== undefined && (offer.kind === 'topup' || offer.kind === 'bundle')
    const isOpen = asks && (offer.sellable || isBought)
    if (!isOpen || checkFormValues(offer.formFields, form).length > 0) return { offer, answer: NONE }
    const trimmed = Object.fromEntries(Object.entries(form).map(([key, value]) => [key, value.trim()]))
    const asker = { network: callerNetwork(ip ?? ''), person: personOf(session) }
    return { offer, answer: await suppliers.checkAccount(tenantId, { skuId, form: trimmed, asker }) }
  }
  return {
    check: async (caller, line) => {
      const { offer, answer } = await checked(caller, line)
      if (!offer) throw commonErrors.notFound()
      return answer
    },
    refuseInvalid: async (caller, lines, locale) => {
      const judged = await Promise.all(
        lines.filter(({ form }) => Object.keys(form).length > 0).map((line) => checked(caller, line)),
      )
      for (const { offer, answer } of judged) {
        if (answer.verdict !== 'invalid' || !answer.isRequired) continue
        const field = offer?.formFields.find(({ key }) => key === answer.field)
        throw accountErrors.notValid({
          label: (locale === 'en' && field?.labelEn) || field?.labelZh || answer.field || '',
          field: answer.field ?? '',
          skuId: offer?.skuId ?? 0,
        })
      }
    },
  }
}

const NONE: AccountAnswer = { verdict: 'none', nickname: null, field: null, isRequired: false }
