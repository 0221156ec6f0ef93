import { Button, Checkbox, Form, InputNumber, Modal, Select, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { InstantInput, MoneyInput } from '../../shared/parts/inputs.tsx'
import { StateDot } from '../../shared/parts/StateTag.tsx'
import { Price, Time, usePriceText } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { NoPoints, WhyNoPoints } from './bundle/NoPoints.tsx'
import { goodsText } from './text.ts'

type Detail = Output<'catalog.getGoods'>

/** Prices that come into force by themselves at a given second. */
export function PriceChanges({ goods }: { readonly goods: Detail }) {
  const t = useText(goodsText)
  const may = useMay()
  const [planning, setPlanning] = useState(false)
  const items = useRead('catalog.listPriceChanges', { params: { id: goods.id } }).data?.items ?? []
  const confirm = useConfirmDanger()
  const cancel = useAction('catalog.cancelPriceChange', { refresh: ['catalog.'], done: t('planCancelled') })
  const askCancel = (change: (typeof items)[number]) =>
    confirm({
      title: t('cancelPlanTitle'),
      object: change.skuTitle,
      amountFen: change.priceFen,
      onConfirm: () => cancel.run({ params: { id: change.id } }),
    })
  return (
    <Section
      title={t('priceChanges')}
      extra={
        may('goods.write') &&
        goods.state !== 'archived' && (
          <Button size="small" disabled={false} onClick={() => setPlanning(true)}>
            {t('planPrice')}
          </Button>
        )
      }
    >
      {items.length === 0 && <Typography.Text type="secondary">{t('noPlans')}</Typography.Text>}
      {items.map((change) => (
        <div key={change.id} className="line-item">
          <div className="line-main">
            <div>
              {change.skuTitle} <Price fen={change.priceFen} points={change.pricePoints} strong />
            </div>
            <Typography.Text type="secondary" style={{ fontSize: 13 }}>
              <Time value={change.at} /> · {change.createdBy}
            </Typography.Text>
          </div>
          <StateDot kind="priceChange" state={change.state} />
          {change.state === 'planned' && may('goods.write') && (
            <Button size="small" type="text" danger disabled={false} onClick={() => askCancel(change)}>
              {t('cancelPlan')}
            </Button>
          )}
        </div>
      ))}
      <PlanDialog goods={goods} open={planning} onClose={() => setPlanning(false)} />
    </Section>
  )
}

type Values = {
  readonly skuId: number
  readonly at: string
  readonly priceFen: number
  readonly pricePoints?: number
  readonly free?: boolean
}

function PlanDialog({
  goods,
  open,
  onClose,
}: {
  readonly goods: Detail
  readonly open: boolean
  readonly onClose: () => void
}) {
  const t = useText(goodsText)
  const both = useBoth()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const price = Form.useWatch('priceFen', form)
  const points = Form.useWatch('pricePoints', form)
  const skuId = Form.useWatch('skuId', form)
  const isBundle = goods.skus.find(({ id }) => id === skuId)?.kind === 'bundle'
  const priceText = usePriceText()
  const plan = useAction('catalog.planPriceChange', { showProblem: false, refresh: ['catalog.'], done: t('planned') })
  const save = async ({ skuId, at, priceFen, pricePoints: asked = 0, free = false }: Values) => {
    const pricePoints = isBundle ? 0 : asked
    const body = { at, priceFen, pricePoints, free: priceFen === 0 && pricePoints === 0 && free }
    await plan.run({ params: { id: skuId }, body })
    form.resetFields()
    onClose()
  }
  return (
    <Modal
      open={open}
      title={t('planPrice')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      width={420}
      forceRender
    >
      {/* The editor's own form surrounds this dialog in the tree, not in the page. */}
      <Form
        form={form}
        layout="vertical"
        component={false}
        disabled={saving}
        initialValues={{ skuId: goods.skus[0]?.id }}
      >
        <Form.Item name="skuId" label={t('skuTitle')} rules={[{ required: true }]}>
          <Select
            options={goods.skus.map((sku) => ({
              value: sku.id,
              label: `${both(sku.title, sku.titleEn)} · ${t('current')} ${priceText(sku.priceFen, sku.pricePoints)}`,
            }))}
          />
        </Form.Item>
        <Form.Item name="at" label={t('changeAt')} rules={[{ required: true, message: t('atRequired') }]}>
          <InstantInput />
        </Form.Item>
        <Form.Item name="priceFen" label={t('newPrice')} rules={[{ required: true, message: t('priceRequired') }]}>
          <MoneyInput />
        </Form.Item>
        {isBundle && <NoPoints />}
        {isBundle && <WhyNoPoints />}
        <Form.Item name="pricePoints" label={t('pricePoints')} tooltip={t('pricePointsHint')} hidden={isBundle}>
          <InputNumber min={0} max={100_000_000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        {price === 0 && (isBundle || !points) && (
          <Form.Item name="free" valuePropName="checked">
            <Checkbox>{t('free')}</Checkbox>
          </Form.Item>
        )}
      </Form>
    </Modal>
  )
}
