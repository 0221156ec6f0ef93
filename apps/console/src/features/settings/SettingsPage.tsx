import { Alert } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../../shared/i18n/index.ts'
import { PageTabs } from '../../shared/parts/PageTabs.tsx'
import { useMay } from '../../shared/session.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { NotificationsTab } from './NotificationsTab.tsx'
import { OrdersTab } from './OrdersTab.tsx'
import { PaymentTab } from './PaymentTab.tsx'
import { RechargeTab } from './RechargeTab.tsx'
import { ShopTab } from './ShopTab.tsx'
import { StockTab } from './StockTab.tsx'
import { settingsText } from './text.ts'

/** Everything a merchant may set about the shop. */
export function SettingsPage() {
  const t = useText(settingsText)
  const may = useMay()
  const [url, change] = useUrlState()
  const tab = (key: string, label: string, children: ReactNode) => ({ key, label, children })
  return (
    <PageFrame title={t('title')} narrow>
      {!may('settings.manage') && <Alert type="info" showIcon title={t('readOnly')} style={{ marginBottom: 12 }} />}
      <PageTabs
        label={t('title')}
        activeKey={url.tab ?? 'shop'}
        onChange={(key) => change({ tab: key === 'shop' ? undefined : key, part: undefined })}
        items={[
          tab('shop', t('tabShop'), <ShopTab />),
          tab('orders', t('tabOrders'), <OrdersTab />),
          tab('stock', t('tabStock'), <StockTab />),
          tab('payment', t('tabPayment'), <PaymentTab />),
          tab('recharge', t('tabRecharge'), <RechargeTab />),
          tab('messages', t('tabMessages'), <NotificationsTab />),
        ]}
      />
    </PageFrame>
  )
}
