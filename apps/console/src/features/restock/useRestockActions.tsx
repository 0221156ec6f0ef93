import { Form, InputNumber } from 'antd'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { BudgetSelect } from './BudgetSelect.tsx'
import { restockText } from './text.ts'
import { nameOf, REFRESH } from './words.ts'

type Named = { readonly goodsTitle: string; readonly skuTitle: string }
type Restock = Named & { readonly id: number; readonly quantity: number; readonly askedFen: number | null }
const PIECES_MAX = 1_000_000

/** What a person may do about the filling up of a shelf. */
export function useRestockActions() {
  const t = useText(restockText)
  const confirm = useConfirmDanger()
  const options = { showProblem: false, refresh: REFRESH } as const
  const ask = useAction('restock.ask', { ...options, done: t('asked') })
  const approve = useAction('restock.decide', { ...options, done: t('approved') })
  const reject = useAction('restock.decide', { ...options, done: t('rejected') })
  const cancel = useAction('restock.cancel', { ...options, done: t('cancelled') })
  const removeRule = useAction('restock.removeRule', { ...options, done: t('removed') })
  const { data } = useRead('restock.listBudgets', {}, { staleMs: 30_000 })
  const budgetId = data?.items[0]?.id
  const objectOf = (restock: Restock) => `${nameOf(restock)} × ${restock.quantity}`
  const decide = (restock: Restock, action: 'approve' | 'reject', run: typeof approve.run) => {
    const fen = restock.askedFen ?? 0
    const amount = formatMoney(fen)
    confirm({
      title: t(action),
      object: objectOf(restock),
      amountFen: fen,
      consequence: action === 'approve' ? t('approveText', { amount }) : t('rejectText'),
      confirmText: t(action),
      askReason: true,
      danger: action === 'reject',
      onConfirm: (reason) => run({ params: { restockId: restock.id }, body: { action, fen, reason } }),
    })
  }
  return {
    approve: (restock: Restock) => decide(restock, 'approve', approve.run),
    reject: (restock: Restock) => decide(restock, 'reject', reject.run),
    cancel: (restock: Restock) =>
      confirm({
        title: t('cancel'),
        object: objectOf(restock),
        consequence: t('cancelText'),
        confirmText: t('cancel'),
        askReason: true,
        onConfirm: (reason) => cancel.run({ params: { restockId: restock.id }, body: { reason } }),
      }),
    ask: (sku: Named & { readonly skuId: number; readonly quantity?: number; readonly budgetId?: number }) =>
      confirm({
        title: t('askNow'),
        object: nameOf(sku),
        consequence: t('askText'),
        confirmText: t('askNow'),
        danger: false,
        initialValues: { quantity: sku.quantity ?? 100, budgetId: sku.budgetId ?? budgetId, maxUnitFen: null },
        extra: (
          <>
            <Form.Item name="quantity" label={t('quantity')} rules={[{ required: true }]}>
              <InputNumber<number> min={1} max={PIECES_MAX} precision={0} style={{ width: '100%' }} />
            </Form.Item>
            <Form.Item name="budgetId" label={t('budget')} rules={[{ required: true, message: t('budgetNone') }]}>
              <BudgetSelect />
            </Form.Item>
            <Form.Item name="maxUnitFen" label={t('maxUnit')} extra={t('maxUnitHint')}>
              <MoneyInput min={0.01} max={1_000_000} />
            </Form.Item>
          </>
        ),
        onConfirm: (_reason, values) =>
          ask.run({
            body: {
              skuId: sku.skuId,
              quantity: Number(values.quantity),
              budgetId: Number(values.budgetId),
              maxUnitFen: (values.maxUnitFen as number | null | undefined) ?? null,
            },
          }),
      }),
    removeRule: (sku: Named & { readonly skuId: number }) =>
      confirm({
        title: t('removeRule'),
        object: nameOf(sku),
        consequence: t('removeRuleText'),
        confirmText: t('removeRule'),
        onConfirm: () => removeRule.run({ params: { skuId: sku.skuId } }),
      }),
  }
}
