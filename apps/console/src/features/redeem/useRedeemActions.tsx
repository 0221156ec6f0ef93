import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { download, type Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { redeemText } from './text.ts'

type Batch = Output<'redeem.getBatch'>
type Deed = 'suspend' | 'resume' | 'voidIt' | 'exportCodes'
export const REFRESH = ['redeem.']

/** What is done to a whole series; each names it, says what follows and asks why. */
export function useRedeemActions(batch: Batch): { readonly [Name in Deed]: () => void } {
  const t = useText(redeemText)
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const suspend = useAction('redeem.setBatchState', { refresh: REFRESH, done: t('suspended') })
  const resume = useAction('redeem.setBatchState', { refresh: REFRESH, done: t('resumed') })
  const voidIt = useAction('redeem.setBatchState', { refresh: REFRESH, done: t('voided') })
  const params = { redeemBatchId: batch.id }
  const object = `${batch.name} · ${batch.goodsTitle} / ${batch.skuTitle}`
  return {
    suspend: () =>
      confirm({
        title: t('suspend'),
        object,
        consequence: t('suspendText'),
        askReason: true,
        onConfirm: (reason) => suspend.run({ params, body: { to: 'suspended', reason } }),
      }),
    resume: () =>
      confirm({
        title: t('resume'),
        object,
        consequence: t('resumeText'),
        askReason: true,
        danger: false,
        onConfirm: (reason) => resume.run({ params, body: { to: 'ready', reason } }),
      }),
    voidIt: () =>
      confirm({
        title: t('voidIt'),
        object,
        consequence: t('voidText'),
        askReason: true,
        onConfirm: (reason) => voidIt.run({ params, body: { to: 'void', reason } }),
      }),
    exportCodes: () =>
      confirm({
        title: t('export'),
        object,
        consequence: t('exportText', { count: formatCount(batch.counts.made - batch.counts.void) }),
        askReason: true,
        onConfirm: async (reason) => {
          try {
            const name = await download('redeem.exportCodes', { params, body: { reason } })
            void message.success(t('exportDone', { name }))
          } finally {
            await queries.invalidateQueries({ predicate: ({ queryKey: [id] }) => String(id).startsWith('redeem.') })
          }
        },
      }),
  }
}
