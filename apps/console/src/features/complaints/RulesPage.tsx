import { Checkbox, Empty, Form, InputNumber, Select, Skeleton, Space, Switch, Table } from 'antd'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useList, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { GoodsPicker, MoneyInput } from '../../shared/parts/inputs.tsx'
import { Money } from '../../shared/parts/values.tsx'
import { stateText } from '../../shared/states.ts'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { complaintText } from './text.ts'

type Rules = Output<'fulfilment.listComplaintRules'>
type GoodsRule = Rules['goods'][number]
type Rule = Omit<GoodsRule, 'goodsId' | 'goodsTitle'>
const REASONS = ['invalid', 'used', 'wrong_amount', 'other'] as const
const REMEDIES = ['replace', 'buy', 'refund'] as const
const REFRESH = ['fulfilment.listComplaintRules']

/** What is decided about complaints without a person. */
export function RulesPage() {
  const t = useText(complaintText)
  const common = useText(commonText)
  const { data, error, refetch } = useRead('fulfilment.listComplaintRules', {})
  const edit = useEdit()
  const remove = useRemove()
  return (
    <PageFrame title={t('rulesTitle')} hint={t('rulesHint')} back="/complaints">
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton active />
      ) : (
        <div className="stack">
          <Section
            title={t('shopRule')}
            extra={
              <ActionButton permission="settings.manage" onClick={() => edit(data.shop, null)}>
                {t('edit')}
              </ActionButton>
            }
          >
            <RuleFacts rule={data.shop} />
          </Section>
          <Section
            title={t('goodsRules')}
            flush
            extra={
              <ActionButton permission="settings.manage" onClick={() => edit(data.shop, undefined)}>
                {t('addRule')}
              </ActionButton>
            }
          >
            <Table<GoodsRule>
              size="small"
              rowKey="goodsId"
              pagination={false}
              dataSource={[...data.goods]}
              scroll={{ x: 'max-content' }}
              locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noGoodsRules')} /> }}
              columns={[
                {
                  key: 'goods',
                  title: t('goods'),
                  render: (_, rule) => <Link to={`/goods/${rule.goodsId}`}>{rule.goodsTitle}</Link>,
                },
                { key: 'automatic', title: t('automatic'), render: (_, rule) => t(rule.automatic ? 'yes' : 'no') },
                { key: 'max', title: t('maxFen'), render: (_, rule) => <Money fen={rule.maxFen} /> },
                { key: 'hours', title: t('withinHours'), render: (_, rule) => t('hours', { count: rule.withinHours }) },
                { key: 'month', title: t('perMonth'), render: (_, rule) => t('times', { count: rule.perMonth }) },
                {
                  key: 'remedies',
                  title: t('remedies'),
                  render: (_, rule) => rule.remedies.map((remedy) => t(`action.${remedy}`)).join(' → '),
                },
                {
                  key: 'actions',
                  title: common('actions'),
                  render: (_, rule) => (
                    <Space>
                      <ActionButton
                        type="link"
                        permission="settings.manage"
                        onClick={() => edit(rule, rule.goodsId, rule.goodsTitle)}
                      >
                        {t('edit')}
                      </ActionButton>
                      <ActionButton type="link" danger permission="settings.manage" onClick={() => remove(rule)}>
                        {t('remove')}
                      </ActionButton>
                    </Space>
                  ),
                },
              ]}
            />
          </Section>
        </div>
      )}
    </PageFrame>
  )
}

function RuleFacts({ rule }: { readonly rule: Rule & { readonly isOwn: boolean } }) {
  const t = useText(complaintText)
  const list = useList()
  const state = useText(stateText)
  return (
    <Facts
      items={[
        [t('automatic'), `${t(rule.automatic ? 'yes' : 'no')}${rule.isOwn ? '' : ` (${t('usual')})`}`],
        [t('reasons'), list(rule.reasons.map((reason) => state(`complaintReason.${reason}`)))],
        [t('withinHours'), t('hours', { count: rule.withinHours })],
        [t('maxFen'), <Money key="max" fen={rule.maxFen} />],
        [t('perMonth'), t('times', { count: rule.perMonth })],
        [t('whenUnsure'), t(rule.whenUnsure ? 'yes' : 'no')],
        [t('remedies'), rule.remedies.map((remedy) => t(`action.${remedy}`)).join(' → ')],
      ]}
    />
  )
}

function useRemove(): (rule: GoodsRule) => void {
  const t = useText(complaintText)
  const confirm = useConfirmDanger()
  const remove = useAction('fulfilment.removeComplaintRule', {
    refresh: REFRESH,
    done: t('removed'),
    showProblem: false,
  })
  return ({ goodsId, goodsTitle }) =>
    confirm({
      title: t('remove'),
      object: goodsTitle,
      consequence: t('removeText'),
      danger: false,
      onConfirm: () => remove.run({ body: { goodsId } }),
    })
}

/** @returns a dialog for the shop's rule (null), that of goods, or one for goods that are named in it (undefined) */
function useEdit(): (rule: Rule, goodsId: number | null | undefined, goodsTitle?: string) => void {
  const t = useText(complaintText)
  const state = useText(stateText)
  const confirm = useConfirmDanger()
  const save = useAction('fulfilment.saveComplaintRule', { refresh: REFRESH, done: t('saved'), showProblem: false })
  return (rule, goodsId, goodsTitle) =>
    confirm({
      title: t(goodsId === undefined ? 'addRule' : 'edit'),
      confirmText: t('save'),
      ...(goodsId === undefined ? {} : { object: goodsTitle ?? t('shopRule') }),
      danger: false,
      initialValues: { ...rule },
      extra: (
        <>
          {goodsId === undefined && (
            <Form.Item name="goodsId" label={t('goods')} rules={[{ required: true, message: t('goodsHint') }]}>
              <GoodsPicker />
            </Form.Item>
          )}
          <Form.Item name="automatic" label={t('automatic')} valuePropName="checked">
            <Switch />
          </Form.Item>
          <Form.Item name="reasons" label={t('reasons')}>
            <Checkbox.Group options={REASONS.map((value) => ({ value, label: state(`complaintReason.${value}`) }))} />
          </Form.Item>
          <Form.Item
            name="withinHours"
            label={t('withinHours')}
            rules={[{ required: true, message: t('withinHours') }]}
          >
            <InputNumber min={1} max={8_760} precision={0} suffix={t('hoursUnit')} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="maxFen" label={t('maxFen')} rules={[{ required: true, message: t('maxFen') }]}>
            <MoneyInput max={1_000_000} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item
            name="perMonth"
            label={t('perMonth')}
            extra={t('perMonthHint')}
            rules={[{ required: true, message: t('perMonth') }]}
          >
            <InputNumber min={0} max={1_000} precision={0} suffix={t('timesUnit')} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="whenUnsure" label={t('whenUnsure')} valuePropName="checked">
            <Switch />
          </Form.Item>
          <Form.Item name="remedies" label={t('remedies')} rules={[{ required: true, message: t('remedies') }]}>
            <Select mode="multiple" options={REMEDIES.map((value) => ({ value, label: t(`action.${value}`) }))} />
          </Form.Item>
        </>
      ),
      onConfirm: (_reason, values) =>
        save.run({
          body: {
            goodsId: goodsId === undefined ? Number(values.goodsId) : goodsId,
            automatic: values.automatic === true,
            reasons: values.reasons as Rule['reasons'],
            withinHours: Number(values.withinHours),
            maxFen: Number(values.maxFen),
            perMonth: Number(values.perMonth),
            whenUnsure: values.whenUnsure === true,
            remedies: values.remedies as Rule['remedies'],
          },
        }),
    })
}
