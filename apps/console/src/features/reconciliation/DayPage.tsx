import { LockOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { useCaseColumns } from './caseColumns.tsx'
import { DaySummary } from './DaySummary.tsx'
import { isSupplier, reconciliationText, useSourceText } from './text.ts'
import { UploadBill } from './UploadBill.tsx'
import './reconciliation.css'

type Day = Output<'reconciliation.getDay'>

const WORKING_MS = 1_000
const IDLE_MS = 15_000

/** A gateway's day, followed while somebody works on it; its differences are read again when it has moved. */
function useDay(gateway: string, day: string) {
  const params = { gateway, day }
  const first = useRead('reconciliation.getDay', { params })
  const read = useRead('reconciliation.getDay', { params }, { refreshMs: first.data?.phase ? WORKING_MS : IDLE_MS })
  const queries = useQueryClient()
  const change = read.data && `${read.data.state} ${read.data.open} ${read.data.matchedAt}`
  useEffect(() => {
    if (change !== undefined) void queries.invalidateQueries({ queryKey: ['reconciliation.listCases'] })
  }, [change, queries])
  return read
}

/** Both sides' totals, the seven outcomes, every difference, and what can be done about the day. */
export function DayPage() {
  const t = useText(reconciliationText)
  const both = useBoth()
  const { gateway = '', day = '' } = useParams()
  const month = day.slice(0, 7)
  const supplier = isSupplier(gateway) ? gateway.slice('supplier-'.length) : undefined
  const read = useDay(gateway, day)
  const columns = useCaseColumns({ ofDay: true, gateway })
  const { data } = read
  return (
    <ListPage
      id="reconciliation.day"
      title={t('dayTitle', { gateway: data ? both(data.name.zh, data.name.en) : gateway, day })}
      back={supplier ? `/suppliers/${supplier}/statements?month=${month}` : `/reconciliation?month=${month}`}
      route="reconciliation.listCases"
      fixed={{ gateway, day }}
      rowKey={(row) => row.id}
      href={(row) => `/reconciliation/cases/${row.id}`}
      exportRoute="reconciliation.exportCases"
      exportText={t('export')}
      actions={data && <DayActions day={data} />}
      summary={() => <DaySummary read={read} />}
      filters={[{ kind: 'states', name: 'state', label: t('state'), of: 'reconCase' }]}
      columns={columns}
      empty={{ title: t('noCases'), text: data?.hasBill ? t('noCasesText') : '' }}
    />
  )
}

function DayActions({ day }: { readonly day: Day }) {
  const t = useSourceText(day.gateway)
  const both = useBoth()
  const confirm = useConfirmDanger()
  const params = { gateway: day.gateway, day: day.day }
  const run = useAction('reconciliation.run', { refresh: ['reconciliation.'], done: t('runStarted') })
  const close = useAction('reconciliation.close', { refresh: ['reconciliation.'], done: t('closed') })
  const can = (action: Day['actions'][number]) => day.actions.includes(action)
  const askClose = () =>
    confirm({
      title: t('close'),
      object: t('dayTitle', { gateway: both(day.name.zh, day.name.en), day: day.day }),
      ...(day.theirs ? { amountFen: day.theirs.paidFen - day.theirs.refundedFen } : {}),
      consequence: t('closeText'),
      onConfirm: () => close.run({ body: { days: [params] } }),
    })
  if (day.state === 'closed') return null
  return (
    <>
      <UploadBill params={params} disabled={!can('upload')} />
      <ActionButton
        permission="finance.reconcile"
        disabled={!can('run')}
        loading={run.running}
        onClick={() => void run.go({ params, body: {} })}
      >
        {t(day.hasBill ? 'runAgain' : 'run')}
      </ActionButton>
      <ActionButton
        type="primary"
        permission="finance.reconcile"
        icon={<LockOutlined />}
        loading={close.running}
        refusal={can('close') ? undefined : day.open > 0 ? t('unsettled', { count: day.open }) : t('notAsked')}
        onClick={askClose}
      >
        {t('close')}
      </ActionButton>
    </>
  )
}
