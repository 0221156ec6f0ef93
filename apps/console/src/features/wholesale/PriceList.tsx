import { Button, Form, Input, Modal, Space, Switch, Tag } from 'antd'
import { useEffect, useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output, Row } from '../../shared/api/index.ts'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { MoneyInput, SkuPicker } from '../../shared/parts/inputs.tsx'
import { Money, OneLine } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { wholesaleText } from './text.ts'

type Key = Output<'wholesale.get'>
type Price = Row<'wholesale.listPrices'>
/** Undefined: a SKU is still to be chosen. */
type Draft = { readonly price: Price | undefined }

const REFRESH = ['wholesale.']

/** What is open to the key, what it costs it, and what it may not cost less than. */
export function PriceList({ wholesaleKey: key }: { readonly wholesaleKey: Key }) {
  const t = useText(wholesaleText)
  const [draft, setDraft] = useState<Draft>()
  const isLiving = key.state !== 'revoked'
  const add = isLiving && (
    <ActionButton type="primary" permission="wholesale.manage" onClick={() => setDraft({ price: undefined })}>
      {t('addPrice')}
    </ActionButton>
  )
  return (
    <>
      <ListPage
        embedded
        id="wholesalePrices"
        title={t('tabPrices')}
        route="wholesale.listPrices"
        params={{ wholesaleKeyId: key.id }}
        rowKey={(price) => price.skuId}
        actions={add}
        filters={[{ kind: 'search', placeholder: t('skuHint') }]}
        {...(isLiving
          ? {
              rowActions: (price: Price) => (
                <PriceActions keyId={key.id} price={price} onSet={() => setDraft({ price })} />
              ),
            }
          : {})}
        rowActionsWidth={150}
        empty={{ title: t('noPrices'), action: add }}
        columns={[
          {
            key: 'product',
            title: t('product'),
            width: 230,
            phone: 'title',
            render: (price) => <OneLine width={220}>{`${price.goodsTitle} / ${price.skuTitle}`}</OneLine>,
          },
          {
            key: 'priceFen',
            title: t('payPrice'),
            width: 200,
            align: 'right',
            render: (price) => (
              <Space size={4} wrap>
                <Basis price={price} />
                <Money fen={price.priceFen} strong />
              </Space>
            ),
          },
          {
            key: 'floor',
            title: t('floor'),
            width: 100,
            align: 'right',
            render: (price) => <Money fen={price.floorFen} />,
          },
          {
            key: 'mall',
            title: t('mallPrice'),
            width: 100,
            align: 'right',
            render: (price) => <Money fen={price.mallFen} />,
          },
          {
            key: 'stock',
            title: t('stock'),
            width: 110,
            align: 'right',
            render: ({ stock, sellable }) =>
              sellable ? stock === null ? t('notCounted') : formatCount(stock) : <Tag>{t('offShelf')}</Tag>,
          },
        ]}
      />
      <PriceDialog keyId={key.id} draft={draft} onClose={() => setDraft(undefined)} />
    </>
  )
}

/** Where the price comes from, when that is not the key's percent. */
function Basis({ price: { belowFloor, ownFen, priceFen } }: { readonly price: Price }) {
  const t = useText(wholesaleText)
  if (belowFloor) return <Tag color="warning">{t('belowFloor')}</Tag>
  if (ownFen === null) return <Tag>{t('byPercent')}</Tag>
  return <Tag color="processing">{t(ownFen === priceFen ? 'ownPrice' : 'atFloor')}</Tag>
}

function PriceActions({
  keyId,
  price,
  onSet,
}: {
  readonly keyId: number
  readonly price: Price
  readonly onSet: () => void
}) {
  const t = useText(wholesaleText)
  const may = useMay()
  const confirm = useConfirmDanger()
  const remove = useAction('wholesale.removePrice', { refresh: REFRESH, showProblem: false, done: t('removed') })
  if (!may('wholesale.manage')) return null
  return (
    <Space size={4}>
      <Button type="link" size="small" onClick={onSet}>
        {t('setPrice')}
      </Button>
      {price.isListed && (
        <Button
          type="link"
          size="small"
          danger
          onClick={() =>
            confirm({
              title: t('remove'),
              object: `${price.goodsTitle} / ${price.skuTitle} · ${formatMoney(price.priceFen)}`,
              consequence: t('removeText'),
              onConfirm: () => remove.run({ params: { wholesaleKeyId: keyId, skuId: price.skuId } }),
            })
          }
        >
          {t('remove')}
        </Button>
      )}
    </Space>
  )
}

type Values = {
  readonly skuId: number | null
  readonly priceFen: number | null
  readonly isBelow: boolean
  readonly reason: string
}

function PriceDialog({
  keyId,
  draft,
  onClose,
}: {
  readonly keyId: number
  readonly draft: Draft | undefined
  readonly onClose: () => void
}) {
  const t = useText(wholesaleText)
  const common = useText(commonText)
  const may = useMay()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const options = { refresh: REFRESH, showProblem: false, done: t('saved') }
  const set = useAction('wholesale.setPrice', options)
  const setBelow = useAction('wholesale.setPriceBelowFloor', options)
  const isBelow = Form.useWatch('isBelow', form) === true
  useEffect(() => {
    if (!draft) return
    const { price } = draft
    form.setFieldsValue({
      skuId: price?.skuId ?? null,
      priceFen: price?.ownFen ?? null,
      isBelow: price?.belowFloor ?? false,
      reason: '',
    })
  }, [draft, form])
  const save = async ({ skuId, priceFen, isBelow: below, reason }: Values) => {
    if (skuId === null) return
    const params = { wholesaleKeyId: keyId, skuId }
    if (below && priceFen !== null) await setBelow.run({ params, body: { priceFen, reason } })
    else await set.run({ params, body: { priceFen } })
    onClose()
  }
  return (
    <Modal
      open={draft !== undefined}
      title={t(draft?.price ? 'setPrice' : 'addPrice')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      okText={common('save')}
      forceRender
    >
      <Form form={form} layout="vertical" onFinish={() => void submit(save)}>
        {draft?.price ? (
          <p>
            {draft.price.goodsTitle} / {draft.price.skuTitle} · {t('floor')} {formatMoney(draft.price.floorFen)}
          </p>
        ) : (
          <Form.Item name="skuId" label={t('sku')} rules={[{ required: true, message: t('skuRequired') }]}>
            <SkuPicker placeholder={t('skuHint')} />
          </Form.Item>
        )}
        <Form.Item
          name="priceFen"
          label={t('priceFen')}
          extra={t('priceHint')}
          rules={[{ required: isBelow, message: t('priceRequired') }]}
        >
          <MoneyInput min={0.01} />
        </Form.Item>
        {may('wholesale.below_floor') && (
          <Form.Item
            name="isBelow"
            label={t('belowFloorAsk')}
            extra={t('belowFloorHint')}
            valuePropName="checked"
            style={{ marginBottom: isBelow ? 16 : 0 }}
          >
            <Switch />
          </Form.Item>
        )}
        {isBelow && (
          <Form.Item
            name="reason"
            label={common('reason')}
            rules={[{ required: true, whitespace: true, message: common('reasonRequired') }]}
            style={{ marginBottom: 0 }}
          >
            <Input.TextArea maxLength={200} autoSize={{ minRows: 1, maxRows: 3 }} />
          </Form.Item>
        )}
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}
