import { useText } from '../../shared/i18n/index.ts'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { useCaseColumns } from './caseColumns.tsx'
import { reconciliationText, useOutcomeName } from './text.ts'
import './reconciliation.css'

const DIFFERENCES = ['channel_only', 'ours_only', 'state_differs', 'amount_differs', 'duplicate', 'cross_day'] as const

/** Differences of all days and gateways. */
export function CaseListPage() {
  const t = useText(reconciliationText)
  const outcomeName = useOutcomeName()
  const [{ show, gateway }] = useUrlState()
  const columns = useCaseColumns({ ofDay: false, gateway: gateway ?? '' })
  return (
    <ListPage
      id="reconciliation.cases"
      title={t('cases')}
      hint={t('casesHint')}
      back="/reconciliation"
      route="reconciliation.listCases"
      fixed={{ gateway, unsettled: show === 'all' ? undefined : 'true' }}
      rowKey={(row) => row.id}
      href={(row) => `/reconciliation/cases/${row.id}`}
      exportRoute="reconciliation.exportCases"
      exportText={t('export')}
      filters={[
        {
          kind: 'tabs',
          name: 'show',
          options: [
            { value: 'unsettled', label: t('tabUnsettled') },
            { value: 'all', label: t('tabAll') },
          ],
          ownLists: true,
        },
        { kind: 'search', placeholder: t('searchNumber') },
        {
          kind: 'select',
          name: 'outcome',
          label: t('outcome'),
          multiple: true,
          options: DIFFERENCES.map((outcome) => ({ value: outcome, label: outcomeName(outcome) })),
        },
      ]}
      columns={columns}
      empty={{ title: show === 'all' ? t('noCases') : t('noUnsettled'), text: t('noCasesText') }}
    />
  )
}
