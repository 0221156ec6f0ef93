import { Tabs } from 'antd'
import { useParams } from 'react-router'
import { useRead } from '../../../shared/api/hooks.ts'
import { useText } from '../../../shared/i18n/index.ts'
import { StateTag } from '../../../shared/parts/StateTag.tsx'
import { DetailPage } from '../../../shared/templates/DetailPage.tsx'
import { useUrlState } from '../../../shared/urlState.ts'
import { ByHandOnly } from '../ByHandOnly.tsx'
import { Doors } from './Doors.tsx'
import { Intakes } from './Intakes.tsx'
import { OfferedCodes } from './OfferedCodes.tsx'
import { inboxText } from './text.ts'
import '../workspace.css'

/** What a supplier sends without an order: lists by mail or folder, and codes. */
export function SupplierInboxPage() {
  const t = useText(inboxText)
  const supplierId = Number(useParams().id)
  const supplier = useRead('suppliers.read', { params: { supplierId } })
  const [values, change] = useUrlState()
  const tab = values.tab === 'codes' ? 'codes' : 'lists'
  // Filters of one list mean nothing to the other.
  const turnTo = (next: string) =>
    change({
      ...Object.fromEntries(Object.keys(values).map((name) => [name, undefined])),
      tab: next === 'lists' ? undefined : next,
    })
  return (
    <DetailPage
      read={supplier}
      back={`/suppliers/${supplierId}`}
      title={(read) => t('title', { supplier: read?.name ?? '' })}
      tags={(read) => <StateTag kind="supplier" state={read.state} />}
    >
      {(read) => (
        <ByHandOnly supplier={read}>
          <Doors supplierId={supplierId} />
          <div>
            <Tabs
              activeKey={tab}
              onChange={turnTo}
              items={[
                { key: 'lists', label: t('lists') },
                { key: 'codes', label: t('codes') },
              ]}
            />
            {tab === 'lists' ? <Intakes supplierId={supplierId} /> : <OfferedCodes supplierId={supplierId} />}
          </div>
        </ByHandOnly>
      )}
    </DetailPage>
  )
}
