import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import { rememberOrder } from '../../shared/api/queries.ts'
import type { Order } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { ConfirmDialog } from '../../shared/ui/dialog.tsx'
import { usePriceText } from '../../shared/ui/price.tsx'
import { Notice } from '../../shared/ui/states.tsx'

export function CancelOrder({ order }: { readonly order: Order }) {
  const { t } = useI18n()
  const priceText = usePriceText()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const cancel = useMutation({
    mutationFn: () => call('orders.cancel', { params: { no: order.no }, body: {} }),
    onSuccess: (answer) => rememberOrder(client, answer),
  })
  const problem = cancel.error ? problemOf(cancel.error) : undefined
  return (
    <>
      <Button look="quiet" onClick={() => setAsking(true)}>
        {t('pay.cancelOrder')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('pay.cancelTitle')}
          text={t('pay.cancelText', { no: order.no, amount: priceText(order.totalFen, order.points) })}
          yes={t('pay.cancelYes')}
          no={t('pay.cancelNo')}
          busy={cancel.isPending}
          onYes={() => cancel.mutate()}
          onNo={() => setAsking(false)}
        >
          {problem && <Notice>{problem.message || t('errors.offlineText')}</Notice>}
        </ConfirmDialog>
      )}
    </>
  )
}
