import { Form, Modal, Typography } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { SkuPicker } from '../../shared/parts/inputs.tsx'
import { productText } from './productText.ts'

type Product = Row<'suppliers.listProducts'>

/** Names the variant that products shall stand behind, and leads to its sources, where they are checked and saved. */
export function UseAsSource({
  products,
  onClose,
}: {
  readonly products: readonly Product[]
  readonly onClose: () => void
}) {
  const t = useText(productText)
  const common = useText(commonText)
  const navigate = useNavigate()
  const [skuId, setSkuId] = useState<number | null>(null)
  const [only] = products
  const go = () => {
    if (skuId !== null) void navigate(`/skus/${skuId}/supply`, { state: { add: products } })
  }
  return (
    <Modal
      open
      width={480}
      title={t('useTitle')}
      okText={t('useNext')}
      okButtonProps={{ disabled: skuId === null }}
      cancelText={common('cancel')}
      onOk={go}
      onCancel={onClose}
    >
      <Typography.Paragraph>
        <strong>{products.length === 1 && only ? only.name : t('useMany', { count: products.length })}</strong>
      </Typography.Paragraph>
      <Form layout="vertical">
        <Form.Item label={t('useWhich')} extra={t('useText')} style={{ marginBottom: 0 }}>
          <SkuPicker value={skuId} onChange={setSkuId} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
