import { CopyOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import {
  Button,
  Checkbox,
  Collapse,
  Form,
  Input,
  InputNumber,
  Radio,
  Segmented,
  Select,
  Tag,
  Tooltip,
  Typography,
} from 'antd'
import { Link } from 'react-router'
import type { Output } from '../../shared/api/index.ts'
import { formatCount, formatTime } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { usePriceText } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { BundleEditor, type BundleValues } from './bundle/BundleEditor.tsx'
import { NoPoints, WhyNoPoints } from './bundle/NoPoints.tsx'
import { CodeForm } from './CodeForm.tsx'
import { LaterForm } from './LaterForm.tsx'
import { SpecRows, TierRows } from './SkuRows.tsx'
import { goodsText } from './text.ts'
import { newSku, type SkuValues } from './values.ts'

type Detail = Output<'catalog.getGoods'>
const SKUS_MAX = 50
const KIND_NAMES = {
  card: 'kindCard',
  topup: 'kindTopup',
  service: 'kindService',
  bundle: 'kindBundle',
  link: 'kindLink',
} as const
const KIND_COLOURS = {
  card: {},
  topup: { color: 'blue' },
  service: { color: 'blue' },
  bundle: { color: 'purple' },
  link: { color: 'cyan' },
} as const

/** What can be bought, each with its price and rules. */
export function SkuSection({ goods }: { readonly goods?: Detail | undefined }) {
  const t = useText(goodsText)
  const form = Form.useFormInstance()
  return (
    <Section title={t('skuSection')}>
      <Form.List name="skus">
        {(fields, { add, remove }) => (
          <div className="stack">
            {fields.map(({ key, name }) => (
              <SkuCard
                key={key}
                at={name}
                goods={goods}
                onCopy={() => {
                  const { id: _id, ...copy } = form.getFieldValue(['skus', name]) as SkuValues
                  add({ ...newSku(), ...copy, title: '' }, name + 1)
                }}
                onRemove={fields.length > 1 ? () => remove(name) : undefined}
              />
            ))}
            {fields.length < SKUS_MAX && (
              <Button type="dashed" block icon={<PlusOutlined />} onClick={() => add(newSku())}>
                {t('addSku')}
              </Button>
            )}
          </div>
        )}
      </Form.List>
    </Section>
  )
}

type CardProps = {
  readonly at: number
  readonly goods: Detail | undefined
  readonly onCopy: () => void
  readonly onRemove: (() => void) | undefined
}

function SkuCard({ at, goods, onCopy, onRemove }: CardProps) {
  const t = useText(goodsText)
  const id = Form.useWatch(['skus', at, 'id']) as number | undefined
  const price = Form.useWatch(['skus', at, 'priceFen']) as number | null | undefined
  const points = Form.useWatch(['skus', at, 'pricePoints']) as number | null | undefined
  const kind = Form.useWatch(['skus', at, 'kind']) as SkuValues['kind'] | undefined
  const known = goods?.skus.find((sku) => sku.id === id)
  return (
    <div className="sku">
      <header className="sku-head">
        <Form.Item name={[at, 'state']} noStyle>
          <Segmented
            size="small"
            options={[
              { value: 'on', label: t('onSale') },
              { value: 'off', label: t('offSale') },
            ]}
          />
        </Form.Item>
        {known ? (
          <>
            <Tooltip title={t('kindFixed')}>
              <Tag variant="filled" {...KIND_COLOURS[known.kind]}>
                {t(KIND_NAMES[known.kind])}
              </Tag>
            </Tooltip>
            <SkuFacts sku={known} />
          </>
        ) : (
          <Tag color="processing">{t('newSku')}</Tag>
        )}
        <span style={{ marginInlineStart: 'auto' }}>
          <Tooltip title={t('copySku')}>
            <Button type="text" size="small" icon={<CopyOutlined />} aria-label={t('copySku')} onClick={onCopy} />
          </Tooltip>
          {onRemove && (
            <Tooltip title={t('removeSku')}>
              <Button
                type="text"
                size="small"
                danger
                icon={<DeleteOutlined />}
                aria-label={t('removeSku')}
                onClick={onRemove}
              />
            </Tooltip>
          )}
        </span>
      </header>
      <Form.Item name={[at, 'id']} hidden>
        <input type="hidden" />
      </Form.Item>
      {known ? (
        <Form.Item name={[at, 'kind']} hidden>
          <input type="hidden" />
        </Form.Item>
      ) : (
        <Form.Item
          name={[at, 'kind']}
          label={t('kind')}
          extra={t(`${KIND_NAMES[kind ?? 'card']}Hint`)}
          style={{ marginBottom: 12 }}
        >
          <Radio.Group
            optionType="button"
            options={[
              { value: 'card', label: t('kindCard') },
              { value: 'topup', label: t('kindTopup') },
              { value: 'service', label: t('kindService') },
              { value: 'bundle', label: t('kindBundle') },
              { value: 'link', label: t('kindLink') },
            ]}
          />
        </Form.Item>
      )}
      <div className="sku-grid">
        <Form.Item
          name={[at, 'title']}
          label={t('skuTitle')}
          rules={[{ required: true, whitespace: true, message: t('skuTitleRequired') }]}
        >
          <Input maxLength={60} placeholder={t('skuTitleHint')} />
        </Form.Item>
        <Form.Item name={[at, 'titleEn']} label={t('skuTitleEn')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name={[at, 'priceFen']} label={t('price')} rules={[{ required: true, message: t('priceRequired') }]}>
          <MoneyInput />
        </Form.Item>
        <Form.Item
          name={[at, 'pricePoints']}
          label={t('pricePoints')}
          tooltip={t('pricePointsHint')}
          hidden={kind === 'bundle'}
        >
          <InputNumber min={0} max={100_000_000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        {kind === 'bundle' && <NoPoints />}
        <Form.Item name={[at, 'marketPriceFen']} label={t('marketPrice')} tooltip={t('marketHint')}>
          <MoneyInput />
        </Form.Item>
        <Form.Item
          name={[at, 'costHintFen']}
          label={t('costHint')}
          tooltip={t('costHintText')}
          hidden={kind === 'bundle'}
        >
          <MoneyInput />
        </Form.Item>
      </div>
      {kind === 'bundle' && <WhyNoPoints />}
      {kind === 'bundle' && (
        <Form.Item
          name={[at, 'bundle']}
          rules={[
            {
              validator: (_rule, bundle: BundleValues | null) =>
                bundle && bundle.parts.length > 0
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('bundlePartsRequired'))),
            },
          ]}
        >
          <BundleEditor priceFen={price ?? 0} />
        </Form.Item>
      )}
      {price === 0 && !points && (
        <Form.Item
          name={[at, 'free']}
          valuePropName="checked"
          rules={[
            {
              validator: (_rule, ticked) => (ticked ? Promise.resolve() : Promise.reject(new Error(t('freeRequired')))),
            },
          ]}
        >
          <Checkbox>{t('free')}</Checkbox>
        </Form.Item>
      )}
      <Collapse
        ghost
        size="small"
        className="sku-more"
        items={[{ key: 'more', label: t('moreSku'), forceRender: true, children: <SkuMore at={at} kind={kind} /> }]}
      />
    </div>
  )
}

function SkuMore({ at, kind }: { readonly at: number; readonly kind: SkuValues['kind'] | undefined }) {
  const t = useText(goodsText)
  return (
    <>
      <div className="sku-grid">
        <Form.Item name={[at, 'holdMode']} label={t('holdMode')}>
          <Select
            options={[
              { value: 'order', label: t('holdOrder') },
              { value: 'payment', label: t('holdPayment') },
            ]}
          />
        </Form.Item>
        {/* What suppliers or people deliver has no codes to hand out. */}
        <CodeForm at={at} hidden={kind !== undefined && kind !== 'card'} />
        <LaterForm at={at} hidden={kind !== 'topup'} />
        <Form.Item name={[at, 'lowStockAt']} label={t('lowStockAt')}>
          <InputNumber min={0} max={1_000_000} precision={0} suffix={t('piecesUnit')} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <div className="form-grid">
        <TierRows at={at} />
        <SpecRows at={at} />
      </div>
    </>
  )
}

function SkuFacts({ sku }: { readonly sku: Detail['skus'][number] }) {
  const t = useText(goodsText)
  const common = useText(commonText)
  const priceText = usePriceText()
  const may = useMay()
  const coded = sku.kind === 'card'
  const { available, unlimited } = sku.stock
  return (
    <Typography.Text type="secondary" className="num sku-facts">
      <span>#{sku.id}</span>
      <span>
        {t('stock')}{' '}
        <Typography.Text
          {...(unlimited
            ? {}
            : available === 0
              ? { type: 'danger' as const }
              : sku.low
                ? { type: 'warning' as const }
                : {})}
        >
          {unlimited ? common('unlimited') : formatCount(available)}
        </Typography.Text>
      </span>
      {sku.stock.held > 0 && <span>{t('held', { count: sku.stock.held })}</span>}
      {sku.nextChange && (
        <span>
          {t('nextChange', {
            time: formatTime(sku.nextChange.at),
            price: priceText(sku.nextChange.priceFen, sku.nextChange.pricePoints),
          })}
        </span>
      )}
      {(coded || sku.kind === 'topup') && may('suppliers.read') && (
        <Link to={`/skus/${sku.id}/supply`}>{t('sources')}</Link>
      )}
      {sku.kind === 'service' && may('services.work') && <Link to="/services/rules">{t('serviceRules')}</Link>}
      {sku.kind === 'link' && may('redeem.read') && <Link to="/redeem/links">{t('linkOffer')}</Link>}
      {coded && may('cards.import') && <Link to={`/imports/new?skuId=${sku.id}`}>{t('importCards')}</Link>}
      {coded && may('stock.read') && <Link to={`/cards?skuId=${sku.id}`}>{t('viewStock')}</Link>}
    </Typography.Text>
  )
}
