import { Button, Card, Empty, Form, Grid, InputNumber, Radio, Skeleton, Switch, Table, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Input, Output } from '../../shared/api/index.ts'
import { formatCount, formatTime } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { InstantInput, SkuPicker } from '../../shared/parts/inputs.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Price } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import type { ListColumn } from '../../shared/templates/ListPage.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { PhoneList } from '../../shared/templates/PhoneList.tsx'
import { linkText } from './linkText.ts'

type LinkGoods = Output<'redeem.listLinks'>['items'][number]
type Facts = NonNullable<Input<'redeem.saveLink'>['body']>

/** As the contract has them, whose schema library stays out of the page. */
const USES_MAX = 100_000
const QUANTITY_MAX = 100
const DAYS_MAX = 3_650

/** Redeem links that are goods: what each is good for, and what became of those that were sold. */
export function LinkListPage() {
  const t = useText(linkText)
  const may = useMay()
  const { data, error, refetch } = useRead('redeem.listLinks', {})
  const edit = useEdit()
  const isWide = Grid.useBreakpoint().md !== false
  const empty = (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('none')}>
      <p>{t('noneText')}</p>
      {may('goods.write') && (
        <Link to="/goods/new">
          <Button tabIndex={-1}>{t('newGoods')}</Button>
        </Link>
      )}
    </Empty>
  )
  const actions = (link: LinkGoods) => (
    <ActionButton type="link" permission="redeem.manage" onClick={() => edit(link)}>
      {t('edit')}
    </ActionButton>
  )
  const columns = columnsOf(t)
  return (
    <PageFrame
      title={t('title')}
      hint={t('hint')}
      back="/redeem"
      actions={
        <Link to="/redeem/sold">
          <Button tabIndex={-1}>{t('sold')}</Button>
        </Link>
      }
    >
      {error && !data ? (
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      ) : data && !isWide ? (
        <PhoneList
          rows={data.items}
          columns={columns}
          rowKey={({ skuId }) => skuId}
          rowActions={actions}
          loading={false}
          empty={empty}
          pagination={{ total: data.items.length, pageSize: data.items.length || 1, hideOnSinglePage: true }}
        />
      ) : (
        <Card styles={{ body: { padding: 0, overflowX: 'auto' } }}>
          {!data ? (
            <Skeleton active style={{ padding: 16 }} />
          ) : (
            <Table<LinkGoods>
              size="small"
              rowKey="skuId"
              pagination={false}
              dataSource={data.items}
              scroll={{ x: 'max-content' }}
              locale={{ emptyText: empty }}
              columns={[
                ...columns.map(({ phone: _, render, ...column }) => ({
                  ...column,
                  render: (_value: unknown, link: LinkGoods) => render(link),
                })),
                { key: 'edit', title: '', render: (_, link) => actions(link) },
              ]}
            />
          )}
        </Card>
      )}
    </PageFrame>
  )
}

const columnsOf = (t: Say<keyof typeof linkText.keys>): readonly ListColumn<LinkGoods>[] => [
  {
    key: 'goods',
    phone: 'title',
    title: t('goods'),
    render: (link) => (
      <>
        <Link to={`/goods/${link.goodsId}`}>{nameOf(link)}</Link>
        <div>
          <Price fen={link.priceFen} points={link.pricePoints} />
        </div>
      </>
    ),
  },
  {
    key: 'into',
    title: t('into'),
    render: ({ offer }) =>
      offer === null ? (
        <Typography.Text type="warning">{t('notSaid')}</Typography.Text>
      ) : (
        <>
          <Link to={`/redeem/${offer.batchId}`}>
            {offer.intoGoodsTitle} / {offer.intoSkuTitle} × {offer.quantity}
          </Link>{' '}
          {offer.state !== 'ready' && <StateTag kind="redeemBatch" state={offer.state} />}
        </>
      ),
  },
  {
    key: 'uses',
    title: t('usesPerCode'),
    align: 'right',
    render: ({ offer }) => (offer === null ? '' : formatCount(offer.usesPerCode)),
  },
  {
    key: 'valid',
    title: t('valid'),
    render: ({ offer }) =>
      offer === null
        ? ''
        : [
            offer.validDays !== null && t('validDaysOf', { count: offer.validDays }),
            offer.validTo !== null && t('validToOf', { time: formatTime(offer.validTo) }),
          ]
            .filter(Boolean)
            .join(' · ') || t('never'),
  },
  {
    key: 'stock',
    title: t('available'),
    align: 'right',
    render: ({ available }) => (available === null ? t('unlimited') : formatCount(available)),
  },
  {
    key: 'counts',
    title: t('counts'),
    render: ({ skuId, counts }) => (
      <Link className="num" to={`/redeem/sold?skuId=${skuId}`}>
        {t('countsOf', { sold: counts.sold, open: counts.open, uses: counts.uses })}
      </Link>
    ),
  },
]

const nameOf = ({ goodsTitle, skuTitle }: LinkGoods): string => [goodsTitle, skuTitle].filter(Boolean).join(' / ')

const USUAL: Omit<Facts, 'intoSkuId'> = {
  quantity: 1,
  usesPerCode: 1,
  perPerson: null,
  validDays: null,
  validTo: null,
  givesBack: true,
  whenShort: 'refuse',
  partPoints: null,
  stock: 'derived',
}

function useEdit(): (link: LinkGoods) => void {
  const t = useText(linkText)
  const confirm = useConfirmDanger()
  const save = useAction('redeem.saveLink', { refresh: ['redeem.', 'catalog.'], done: t('saved'), showProblem: false })
  const count = (max: number) => <InputNumber<number> min={1} max={max} precision={0} style={{ width: '100%' }} />
  return (link) =>
    confirm({
      title: t('editTitle'),
      confirmText: t('save'),
      object: nameOf(link),
      danger: false,
      consequence: t('editText'),
      initialValues: { ...USUAL, ...(link.offer ?? {}) },
      extra: (
        <>
          <Form.Item name="intoSkuId" label={t('into')} rules={[{ required: true, message: t('intoRequired') }]}>
            <SkuPicker placeholder={t('intoHint')} without="link" />
          </Form.Item>
          <div className="form-grid">
            <Form.Item name="quantity" label={t('quantity')} rules={[{ required: true, message: t('quantity') }]}>
              {count(QUANTITY_MAX)}
            </Form.Item>
            <Form.Item
              name="usesPerCode"
              label={t('usesPerCode')}
              rules={[{ required: true, message: t('usesPerCode') }]}
            >
              {count(USES_MAX)}
            </Form.Item>
            <Form.Item name="perPerson" label={t('perPerson')} extra={t('perPersonHint')}>
              {count(USES_MAX)}
            </Form.Item>
            <Form.Item name="validDays" label={t('validDays')} extra={t('validDaysHint')}>
              {count(DAYS_MAX)}
            </Form.Item>
          </div>
          <Form.Item name="validTo" label={t('validTo')} extra={t('validToHint')}>
            <InstantInput endOfDay />
          </Form.Item>
          <Form.Item name="stock" label={t('stock')}>
            <Radio.Group
              options={[
                { value: 'derived', label: t('stockDerived') },
                { value: 'unlimited', label: t('stockUnlimited') },
              ]}
            />
          </Form.Item>
          <Form.Item name="whenShort" label={t('whenShort')}>
            <Radio.Group
              options={[
                { value: 'refuse', label: t('shortRefuse') },
                { value: 'wait', label: t('shortWait') },
              ]}
            />
          </Form.Item>
          <Form.Item name="partPoints" label={t('partPoints')} extra={t('partPointsHint')}>
            {count(1_000_000)}
          </Form.Item>
          <Form.Item name="givesBack" label={t('givesBack')} valuePropName="checked">
            <Switch />
          </Form.Item>
        </>
      ),
      onConfirm: (_reason, values) => {
        const {
          intoSkuId,
          quantity,
          usesPerCode,
          perPerson,
          validDays,
          validTo,
          givesBack,
          whenShort,
          partPoints,
          stock,
        } = values as Facts
        return save.run({
          params: { skuId: link.skuId },
          body: {
            intoSkuId,
            quantity,
            usesPerCode,
            perPerson: perPerson ?? null,
            validDays: validDays ?? null,
            validTo: validTo ?? null,
            givesBack,
            whenShort,
            partPoints: partPoints ?? null,
            stock,
          },
        })
      },
    })
}
